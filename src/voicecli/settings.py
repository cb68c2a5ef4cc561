"""The settings, one frozen dataclass per stage. A field's docstring is its documentation."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class SoundSettings:
    input_device: str | None = None
    """Microphone: its name, a part of it, or its index. None is the system's default."""
    output_device: str | None = None
    """Loudspeaker, likewise."""


@dataclass(frozen=True)
class ListenSettings:
    threshold: float = 0.5
    """Speech probability from which a frame counts as speech (Silero's own default)."""
    exit_threshold: float = 0.35
    """Speech probability below which it counts as silence (threshold - 0.15, as Silero's)."""
    onset_ms: int = 96
    """Speech that raises SpeechStarted. Shorter answers a click, longer answers late."""
    pause_ms: int = 160
    """Silence that raises SpeechPaused: a reply is begun, and held back."""
    min_silence_ms: int = 600
    """Silence that ends an utterance (the hangover). Shorter replies faster, cuts slow speakers."""
    pre_roll_ms: int = 800
    """Audio kept from before the onset, so that no first syllable is lost."""
    max_utterance_s: float = 120.0
    """An utterance that is longer is handed on in pieces."""


@dataclass(frozen=True)
class SttSettings:
    model: str | None = None
    """faster-whisper model: a name or a folder. None is the default of `voicecli models`."""
    language: str | None = None
    """ISO 639-1 code; None detects it, where the model knows several."""
    device: str = "auto"
    """cpu, cuda or auto."""
    compute_type: str = "auto"
    """int8, float32, ... as CTranslate2 names them; auto is int8 on a CPU."""
    beam_size: int = 1


@dataclass(frozen=True)
class LlmSettings:
    base_url: str | None = None
    """Of an OpenAI-compatible server, with /v1. None looks at the usual local ports."""
    model: str | None = None
    """None takes the first that the server lists."""
    api_key: str | None = field(default=None, repr=False)
    system: str | None = None
    """The system prompt. None asks for short spoken answers."""
    temperature: float | None = None
    max_tokens: int | None = None
    connect_timeout_s: float = 5.0
    first_token_timeout_s: float = 60.0
    """Long, because a local server may have to load the model first."""
    idle_timeout_s: float = 15.0
    """Between two tokens."""


@dataclass(frozen=True)
class TtsSettings:
    voice: str | None = None
    """Piper voice: a name or a path. None is the default of `voicecli models`."""
    speaker: str | None = None
    """Name or number, for voices with several."""
    speed: float = 1.0
    """2 is twice as fast."""
    volume: float = 1.0


@dataclass(frozen=True)
class Settings:
    sound: SoundSettings = SoundSettings()
    listen: ListenSettings = ListenSettings()
    stt: SttSettings = SttSettings()
    llm: LlmSettings = LlmSettings()
    tts: TtsSettings = TtsSettings()
    offline: bool = False
    """No connection but to this machine itself."""
