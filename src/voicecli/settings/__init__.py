"""The settings, one frozen dataclass per stage, and in the modules beside it:

    keys        each setting as `config.toml`, the environment and the options know it
    file        `config.toml`, checked
    loading     one `Settings` out of file, profile, environment and options
    servers     speech engines as they are named, some of them servers
    mcp         the tables of MCP servers
    api_keys    which key is meant for which server, and where it is kept

A field's docstring is its documentation.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Annotated, Literal


@dataclass(frozen=True)
class Between:
    """A number within these two, both included."""

    low: float
    high: float = math.inf

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | float) and self.low <= value <= self.high

    def __str__(self) -> str:
        if self.high == math.inf:
            return f"at least {self.low:g}"
        return f"between {self.low:g} and {self.high:g}"


@dataclass(frozen=True)
class Matching:
    """A text of a certain form."""

    pattern: str
    form: str
    """What the pattern accepts, for people."""

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str) and re.fullmatch(self.pattern, value) is not None

    def __str__(self) -> str:
        return self.form


def one_of(*words: str) -> Matching:
    return Matching("|".join(map(re.escape, words)), "one of " + ", ".join(words))


EchoMode = Literal["auto", "aec", "headphones", "half-duplex"]
Speculate = Literal["off", "stt", "full"]
Script = Literal["hans", "hant"]

Probability = Between(0, 1)
Milliseconds = Between(0, 60_000)
Seconds = Between(0.1, 3600)
AUTO = "auto"
"""In `stt.language`: whatever is spoken."""

LanguageCode = Matching(rf"[a-z]{{2,3}}|{AUTO}", "an ISO 639 code such as en or de, or auto")
_PORT = r"0*(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])"
ServerUrl = Matching(
    rf"built-in|https?://([^\s/@]+@)?([^\s/:?#@\[\]]+|\[[\w:.%]+\])(:{_PORT})?([/?#]\S*)?",
    "a URL that begins with http:// or https://, or built-in",
)
ComputeType = one_of(
    *("auto", "default", "int8", "int8_float32", "int8_float16", "int8_bfloat16"),
    *("int16", "float16", "bfloat16", "float32"),
)


@dataclass(frozen=True)
class SoundSettings:
    input_device: str | None = None
    """Microphone: its name, a part of it, or its index. Unset, the system's default."""
    output_device: str | None = None
    """Loudspeaker, likewise."""
    echo: EchoMode = "auto"
    """What keeps the loudspeaker from being taken for you: auto measures what comes back from it,
    aec cancels it, headphones does nothing, half-duplex does not listen while it speaks."""


NO_TURN_MODEL = "none"
"""In `listen.turn_model`: the words alone say when a turn is over."""


@dataclass(frozen=True)
class ListenSettings:
    threshold: Annotated[float, Probability] = 0.5
    """Speech probability from which a frame counts as speech (Silero's own default)."""
    exit_threshold: Annotated[float, Probability] = 0.35
    """Speech probability below which it counts as silence (threshold - 0.15, as Silero's)."""
    onset_ms: Annotated[int, Milliseconds] = 96
    """Speech that raises SpeechStarted. Shorter answers a click, longer answers late."""
    pause_ms: Annotated[int, Milliseconds] = 160
    """Silence that raises SpeechPaused: a reply is begun, and held back."""
    min_silence_ms: Annotated[int, Milliseconds] = 350
    """Silence that ends an utterance (the hangover) when nothing seems to follow."""
    silence_ms: Annotated[int, Milliseconds] = 600
    """The hangover when that can't be told. Shorter replies faster, cuts slow speakers."""
    max_silence_ms: Annotated[int, Milliseconds] = 1300
    """The hangover when more is likely to come: after "and", "um", the first digits of a number, or
    a word that sounds as if it were held."""
    turn_model: str | None = None
    """What hears whether the turn is over, besides the words: an ONNX file with Smart Turn v3's
    input and output, or the name of an installed one. Unset, what is installed; `none` leaves it
    to the words."""
    speculate: Speculate | None = None
    """What may happen in a pause that may not be the end: nothing, recognition, or the whole reply.
    Unset, it is full, and stt where a remote language model would have to be paid for it."""
    pre_roll_ms: Annotated[int, Milliseconds] = 800
    """Audio kept from before the onset, so that no first syllable is lost."""
    max_utterance_s: Annotated[float, Between(1, 3600)] = 120.0
    """An utterance that is longer is handed on in pieces."""
    push_to_talk: bool = False
    """Listen only while the space bar is held, or from one press to the next."""


@dataclass(frozen=True)
class SttSettings:
    engine: str = "whisper"
    """What recognises speech: whisper, a model's name, a plug-in's, the URL of an OpenAI-compatible
    server, or a service such as groq. Of several, with commas between, the next is asked where one
    fails."""
    model: str | None = None
    """faster-whisper model: a name or a folder. Unset, the default of `voicecli models`. Where a
    server recognises, that server's model."""
    api_key: str | None = field(default=None, repr=False)
    """For the first server in `engine`; a service's own variable, such as GROQ_API_KEY, does
    too."""
    timeout_s: Annotated[float, Seconds] = 30.0
    """Until a server has answered."""
    language: Annotated[str, LanguageCode] | None = None
    """ISO 639-1 code; unset, it is detected, where the model knows several. `auto` takes a model
    that does."""
    script: Script | None = None
    """Of recognised Chinese: hans is simplified, hant traditional. Unset, as it was recognised."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """cpu, cuda or auto."""
    compute_type: Annotated[str, ComputeType] = "auto"
    """int8, float32, ... as CTranslate2 names them; auto is int8 on a CPU."""
    beam_size: Annotated[int, Between(1, 50)] = 1
    """Guesses followed at once. 5 is a little more accurate than 1, and slower."""
    trim_encoder: bool | None = None
    """Encode what was said instead of 30 s: up to 20 times faster. Unset, as the model's card
    allows; models that were trained on 30 s alone may get worse."""

    @property
    def only_language(self) -> str | None:
        """The one that is spoken; None where that is to be found out."""
        return None if self.language == AUTO else self.language


REALTIME = "realtime"
"""In `llm.engine`."""


@dataclass(frozen=True)
class LlmSettings:
    engine: str = "openai"
    """What answers: openai is any server that speaks OpenAI's protocol; realtime is one of its
    Realtime API, which hears and speaks as well; plug-ins bring others."""
    base_url: Annotated[str, ServerUrl] | None = None
    """Of an OpenAI-compatible server, with /v1. Unset, the usual local ports are looked at;
    `built-in` is the responder that comes with voicecli."""
    model: str | None = None
    """Unset, the first that the server lists and that chats."""
    api_key: str | None = field(default=None, repr=False)
    """Sent to the server as a bearer token. Where it is not set, the next two are asked."""
    api_key_command: str | None = None
    """Prints the key, for example `pass show openai`. Run without a shell, when it is needed."""
    api_key_keyring: str | None = None
    """The name under which the system's keyring holds it: `keyring set voicecli NAME`."""
    system: str | None = None
    """The system prompt. Unset, it asks for short spoken answers."""
    temperature: Annotated[float, Between(0, 2)] | None = None
    """Unset, the server decides."""
    max_tokens: Annotated[int, Between(1)] | None = None
    """Unset, the server decides."""
    history: Annotated[int, Between(1)] = 40
    """Turns of the conversation that the model is told of; older ones are left out."""
    context_tokens: Annotated[int, Between(256)] | None = None
    """The model's context, in tokens: a conversation that is longer loses its oldest turns. Unset,
    the server is asked; where it doesn't say, its refusal tells."""
    connect_timeout_s: Annotated[float, Seconds] = 5.0
    """Until the server accepts a connection."""
    first_token_timeout_s: Annotated[float, Seconds] = 60.0
    """Long, because a local server may have to load the model first."""
    idle_timeout_s: Annotated[float, Seconds] = 15.0
    """Between two tokens."""


@dataclass(frozen=True)
class TtsSettings:
    engine: str = "piper"
    """What speaks: piper, a voice's name, a plug-in's, the URL of an OpenAI-compatible server, or a
    service such as openai. Of several, with commas between, the next speaks where one fails."""
    voice: str | None = None
    """Piper voice: a name or a path. Unset, the default of `voicecli models`. Where a server
    speaks, that server's voice."""
    model: str | None = None
    """The model of a server that speaks. Unset, the first that it lists and that speaks."""
    api_key: str | None = field(default=None, repr=False)
    """For the first server in `engine`. A service's own variable, such as OPENAI_API_KEY, does
    too."""
    timeout_s: Annotated[float, Seconds] = 15.0
    """Until a server begins to speak, and while it does."""
    speaker: str | None = None
    """Name or number, for voices with several."""
    speed: Annotated[float, Between(0.25, 4)] = 1.0
    """2 is twice as fast."""
    volume: Annotated[float, Between(0, 4)] = 1.0
    """1 is as the voice was made; above 1 may clip."""
    pronunciations: str | None = None
    """File with a line `word = how to say it` for each word that is said wrongly."""


WakePhrase = Matching(
    r"(?=(?:[\W\d_]*[^\W\d_]){4}|(?:\W*[\u3040-\u9fff\uac00-\ud7a3]){2}).{1,60}",
    "a phrase of four letters or more, such as hey computer: what is shorter is heard everywhere",
)
"""Of Chinese, Japanese and Korean, two characters are as much."""


@dataclass(frozen=True)
class WakeSettings:
    phrase: Annotated[str, WakePhrase] | None = None
    """Nothing that is said before this is answered, shown, or sent anywhere: hey computer."""
    stop_phrase: Annotated[str, WakePhrase] | None = None
    """Ends an answer, and sends it back to sleep: that's all."""
    follow_up_s: Annotated[float, Between(0, 600)] = 8.0
    """After an answer you may go on for so long without the phrase."""
    model: str | None = None
    """What hears the phrase by its sound, at less than a hundredth of a core: a microWakeWord model
    (its .json file). Unset, one of the package pymicro-wakeword that is made for the phrase; else
    every utterance is recognised, on this machine."""


@dataclass(frozen=True)
class SessionsSettings:
    record: bool = False
    """Keep every conversation: its sound, its events, its transcript. `voicecli sessions` lists
    them."""
    keep_days: Annotated[int, Between(1)] | None = None
    """When a conversation is recorded, those that ended before so many days are removed. Unset, all
    stay."""


@dataclass(frozen=True)
class McpSettings:
    """One MCP server: a program to be started, or an address."""

    name: str
    command: str = ""
    """The program, found as a shell finds it."""
    args: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """What it finds in its environment, besides PATH, HOME and the like. `$NAME` is taken from
    voicecli's own."""
    url: str = ""
    """Of a server that speaks streamable HTTP."""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Sent to it, such as Authorization = "Bearer $TOKEN"."""
    timeout_s: float = 30.0
    """Of one call."""


@dataclass(frozen=True)
class ToolsSettings:
    enabled: bool = False
    """The language model may call functions: time, timers, sums, those of MCP servers."""
    folder: str | None = None
    """A folder whose files may be read; nothing outside of it."""
    allow: str = ""
    """Names of tools, with commas between, that may change something without your yes."""
    timeout_s: Annotated[float, Seconds] = 30.0
    """Of one call, longer ones are given up."""
    max_steps: Annotated[int, Between(1, 50)] = 6
    """So many times in one reply the model may call tools and be asked again."""
    max_output_chars: Annotated[int, Between(200, 1_000_000)] = 8000
    """Of what a tool returns; the rest is cut off."""
    mcp: tuple[McpSettings, ...] = field(default=(), metadata={"tables": True})
    """One table a server, [tools.mcp.NAME]: command, args and env, or url and headers."""


@dataclass(frozen=True)
class Settings:
    sound: SoundSettings = SoundSettings()
    listen: ListenSettings = ListenSettings()
    stt: SttSettings = SttSettings()
    llm: LlmSettings = LlmSettings()
    tts: TtsSettings = TtsSettings()
    wake: WakeSettings = WakeSettings()
    sessions: SessionsSettings = SessionsSettings()
    tools: ToolsSettings = ToolsSettings()
    offline: bool = False
    """No connection but to this machine itself."""
