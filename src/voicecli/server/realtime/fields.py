"""The session's fields: what a client may set, its defaults, and what each means for us. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from voicecli.llm.messages import Options
from voicecli.server.realtime.formats import Format, Pcm
from voicecli.settings import ListenSettings

MAX_INSTRUCTIONS_CHARS = 100_000
MAX_TOOLS = 128

Modality = Literal["audio", "text"]


class _Fields(BaseModel):
    model_config = ConfigDict(extra="ignore", validate_default=True)


class ServerVad(_Fields):
    """The turn is over after a silence."""

    type: Literal["server_vad"] = "server_vad"
    threshold: float = Field(0.5, ge=0, le=1)
    prefix_padding_ms: int = Field(300, ge=0, le=5000)
    silence_duration_ms: int = Field(500, ge=0, le=10_000)
    idle_timeout_ms: int | None = Field(None, ge=1000, le=60_000)
    create_response: bool = True
    interrupt_response: bool = True


class SemanticVad(_Fields):
    """The turn is over after a silence, which is short where the words read as complete."""

    type: Literal["semantic_vad"] = "semantic_vad"
    eagerness: Literal["low", "medium", "high", "auto"] = "auto"
    create_response: bool = True
    interrupt_response: bool = True


TurnDetection = Annotated[ServerVad | SemanticVad, Field(discriminator="type")]


class TranscriptionFields(_Fields):
    model: str | None = None
    language: str | None = Field(None, max_length=16)
    prompt: str | None = Field(None, max_length=4096)


class InputFields(_Fields):
    format: Format = Pcm()
    transcription: TranscriptionFields | None = TranscriptionFields()
    turn_detection: TurnDetection | None = ServerVad()
    noise_reduction: None = None
    """Nothing is suppressed here: clients cancel echo and noise, and that is what they are told."""

    @field_validator("noise_reduction", mode="before")
    @classmethod
    def _accepted(cls, _: object) -> None:
        return None


class OutputFields(_Fields):
    format: Format = Pcm()
    voice: str = "default"
    speed: float = Field(1.0, ge=0.25, le=1.5)

    @field_validator("voice", mode="before")
    @classmethod
    def _named(cls, voice: object) -> object:
        return voice.get("id") if isinstance(voice, Mapping) else voice


class Audio(_Fields):
    input: InputFields = InputFields()
    output: OutputFields = OutputFields()


class FunctionTool(_Fields):
    type: Literal["function"] = "function"
    name: str = Field(min_length=1, max_length=64)
    description: str | None = None
    parameters: dict[str, Any] | None = None


class NamedFunction(_Fields):
    type: Literal["function"]
    name: str


ToolChoice = Literal["auto", "none", "required"] | NamedFunction
MaxTokens = Annotated[int, Field(ge=1, le=1_000_000)] | Literal["inf"]


def _one_modality(value: object) -> object:
    """Old clients name both; sound always comes with its text."""
    if isinstance(value, list) and "audio" in value and set(value) <= {"audio", "text"}:
        return ["audio"]
    return value


class Fields(_Fields):
    """A session as it is echoed to the client; `Fields()` has every default filled in."""

    type: Literal["realtime", "transcription"] = "realtime"
    model: str = "voicecli"
    output_modalities: list[Modality] = Field(["audio"], min_length=1, max_length=1)
    instructions: str = Field("", max_length=MAX_INSTRUCTIONS_CHARS)
    tools: list[FunctionTool] = Field([], max_length=MAX_TOOLS)
    tool_choice: ToolChoice = "auto"
    max_output_tokens: MaxTokens = "inf"
    temperature: float | None = Field(None, ge=0, le=2)
    audio: Audio = Audio()
    tracing: Any = None
    prompt: Any = None
    truncation: Any = "auto"
    include: list[str] | None = None
    reasoning: Any = None
    parallel_tool_calls: bool | None = None

    _both = field_validator("output_modalities", mode="before")(_one_modality)

    def updated(self, update: Mapping[str, Any]) -> Fields:
        """With what a client sent; raises pydantic.ValidationError, and then nothing changes."""
        return Fields.model_validate(merged(self.as_json(), modern(update)))

    @property
    def answers_by_itself(self) -> bool:
        """What the user says is answered as soon as it is over."""
        detection = self.audio.input.turn_detection
        return self.type == "realtime" and detection is not None and detection.create_response

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


class ResponseFields(_Fields):
    """What `response.create` may say; where it says nothing, the session's fields hold."""

    conversation: Literal["auto", "none"] = "auto"
    input: list[dict[str, Any]] | None = Field(None, max_length=500)
    instructions: str | None = Field(None, max_length=MAX_INSTRUCTIONS_CHARS)
    output_modalities: list[Modality] | None = Field(None, min_length=1, max_length=1)
    tools: list[FunctionTool] | None = Field(None, max_length=MAX_TOOLS)
    tool_choice: ToolChoice | None = None
    max_output_tokens: MaxTokens | None = None
    temperature: float | None = Field(None, ge=0, le=2)
    metadata: dict[str, str] | None = Field(None, max_length=16)
    audio: dict[str, Any] | None = None

    _both = field_validator("output_modalities", mode="before")(_one_modality)

    @model_validator(mode="before")
    @classmethod
    def _modern(cls, data: object) -> object:
        return modern(data) if isinstance(data, Mapping) else data

    def over(self, session: Fields) -> Fields:
        """The session's fields, as they hold for this one response."""
        named = self.model_dump(mode="json", exclude_none=True, exclude={"conversation", "input"})
        named.pop("metadata", None)
        return session.updated(named)


_OLD_FORMATS = {
    "pcm16": {"type": "audio/pcm", "rate": 24_000},
    "g711_ulaw": {"type": "audio/pcmu"},
    "g711_alaw": {"type": "audio/pcma"},
}

_OLD_PLACES = {
    "modalities": ("output_modalities",),
    "max_response_output_tokens": ("max_output_tokens",),
    "voice": ("audio", "output", "voice"),
    "speed": ("audio", "output", "speed"),
    "output_audio_format": ("audio", "output", "format"),
    "input_audio_format": ("audio", "input", "format"),
    "input_audio_transcription": ("audio", "input", "transcription"),
    "input_audio_noise_reduction": ("audio", "input", "noise_reduction"),
    "turn_detection": ("audio", "input", "turn_detection"),
}
"""Names of the beta, which many local clients still send -> where they are now."""


def modern(update: Mapping[str, Any]) -> dict[str, Any]:
    """A session as it is written today, whatever the client's age."""
    result: dict[str, Any] = {}
    for key, value in update.items():
        *path, last = _OLD_PLACES.get(key, (key,))
        place = result
        for step in path:
            place = place.setdefault(step, {})
        if isinstance(value, str) and value in _OLD_FORMATS and last == "format":
            value = _OLD_FORMATS[value]
        place[last] = merged(place.get(last), value) if path or last in place else value
    return result


def merged(old: Any, new: Any) -> Any:
    """`new` over `old`: what `new` doesn't name stays, null switches off.

    A member of another type (another turn detection, another format) starts from its own defaults.
    """
    if not isinstance(new, Mapping) or not isinstance(old, Mapping):
        return new
    if "type" in new and "type" in old and new["type"] != old["type"]:
        return new
    return {**old, **{key: merged(old.get(key), value) for key, value in new.items()}}


MAX_SILENCE_MS = {"low": 8000, "medium": 4000, "high": 2000, "auto": 4000}
"""Of semantic_vad, by eagerness: the longest silence after what must go on (as OpenAI has it)."""


def listen_settings(
    detection: ServerVad | SemanticVad | None, settings: ListenSettings
) -> ListenSettings:
    """The endpointer's settings that a session's turn detection asks for."""
    match detection:
        case ServerVad():
            silence_ms = detection.silence_duration_ms
            return replace(
                settings,
                threshold=detection.threshold,
                exit_threshold=max(0.0, detection.threshold - 0.15),
                pre_roll_ms=detection.prefix_padding_ms,
                pause_ms=min(settings.pause_ms, silence_ms),
                min_silence_ms=silence_ms,
                silence_ms=silence_ms,
                max_silence_ms=silence_ms,
            )
        case SemanticVad():
            longest_ms = MAX_SILENCE_MS[detection.eagerness]
            return replace(settings, max_silence_ms=longest_ms)
    return settings


def llm_options(fields: Fields) -> Options:
    """What the language model is asked with."""
    tools = [
        {"type": "function", "function": tool.model_dump(exclude={"type"}, exclude_none=True)}
        for tool in fields.tools
    ]
    choice: str | dict[str, Any] | None = None
    if tools:
        choice = (
            {"type": "function", "function": {"name": fields.tool_choice.name}}
            if isinstance(fields.tool_choice, NamedFunction)
            else fields.tool_choice
        )
    most = None if fields.max_output_tokens == "inf" else fields.max_output_tokens
    return Options(tuple(tools), choice, most, fields.temperature, counts_tokens=True)
