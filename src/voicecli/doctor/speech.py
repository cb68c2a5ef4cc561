"""Recogniser and voice: how fast they are on this machine, and which Whisper size fits it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from voicecli.doctor.findings import Finding, Verdict, failed
from voicecli.errors import ModelError, VoicecliError
from voicecli.models import catalogue, find_stt, installed_stt, limits_of, name_of, store
from voicecli.settings import ListenSettings, Settings, SttSettings
from voicecli.sound.resampling import resample
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, silence
from voicecli.speech_engines import WHISPER, is_here
from voicecli.stt.transcript import Recognizer
from voicecli.stt.whisper import Whisper
from voicecli.timing import now_s
from voicecli.tts.clip import Voice
from voicecli.worker import Worker

T = TypeVar("T")

BUDGET_MS = 700.0
"""Voice to voice. Above it, answers feel late; people among themselves take 200."""

QUESTION = "What is seven plus twelve?"
"""What is recognised for the measurement; most questions are about so long."""

QUESTION_TOKENS = 12

TYPICAL_OTHERS_MS = 200.0
"""A local language model's first token and a voice's first sentence, where they aren't measured."""

SENTENCE = "Seven plus twelve is nineteen."


@dataclass(frozen=True)
class Times:
    """Of one model on one thread of the reference machine (AMD EPYC, int8, measured with
    CTranslate2 4.8)."""

    encoder_ms: float
    """For the 30 s that Whisper expects."""
    trimmed_ms: float
    """For what is left where the silence after a question is not encoded: 12 s for tiny, 16 s for
    base (stt/whisper.py), 8 s for models that bear it."""
    token_ms: float


REFERENCE = {
    "stt-en": Times(57, 7, 0.1),
    "tiny": Times(249, 33, 2.8),
    "base": Times(509, 105, 5.2),
    "small": Times(1486, 146, 16.6),
    "medium": Times(5290, 520, 59),
    "turbo": Times(11000, 1080, 14),
}
"""The sizes, the smallest first. medium and turbo by their numbers of multiplications: turbo has
the encoder of large-v3, and 4 of its 32 decoder layers."""

TRIMMED = {"tiny", "base"}
"""What official models of these sizes do by themselves, in English."""

BUNDLED = "stt-en"


# -- finding ----------------------------------------------------------------------------------


def found(engine: Callable[[], T]) -> T | VoicecliError:
    """The recogniser or the voice, or why there is none."""
    try:
        return engine()
    except VoicecliError as error:
        return error


# -- measuring --------------------------------------------------------------------------------


async def check_voice(voice: Voice | VoicecliError) -> Finding:
    """How long its first sentence takes."""
    if isinstance(voice, VoicecliError):
        return failed("voice", voice)
    try:
        await voice.warm_up()
        begun_s = now_s()
        clip = await voice.synthesize(SENTENCE)
        took_s = now_s() - begun_s
    except ModelError as error:
        return failed("voice", error)
    rtf = took_s / max(clip.duration_s, 0.1)
    return Finding(
        "voice",
        Verdict.OK if rtf < 1 else Verdict.WARN,
        f"voice: {voice.name} {rtf:.2f}x real time, a sentence after {1000 * took_s:.0f} ms",
        "" if rtf < 1 else "it falls behind while it speaks: choose a low or medium one",
        {"voice": voice.name, "rtf": round(rtf, 3), "first_sentence_ms": round(1000 * took_s)},
    )


async def check_recognizer(
    settings: Settings,
    recognizer: Recognizer | VoicecliError,
    voice: Voice | VoicecliError,
    *,
    others_ms: float,
    latency_ms: float,
) -> Finding:
    """How fast it is, when an answer would be heard, and the size that this machine can carry.

    others_ms: the language model's first token and the voice's first sentence.
    """
    if isinstance(recognizer, VoicecliError):
        return failed("speech recognition", recognizer)
    try:
        question = await _question(voice)
        stt_ms = await _transcription_ms(recognizer, question)
        path = find_stt(settings.stt.model) if is_here(settings.stt.engine, WHISPER) else None
        speed = await Worker("doctor").run(_speed, _reference_model(path), settings.stt)
    except ModelError as error:
        return failed("speech recognition", error)

    expected_ms = _expected_ms(settings, speed, others_ms, latency_ms)
    fitting = [name for name, ms in expected_ms.items() if ms <= BUDGET_MS]
    name = name_of(path) if path else recognizer.name
    rtf = stt_ms / 1000 * SAMPLE_RATE_HZ / len(question)
    own_ms = latency_ms + until_first_audio_ms(stt_ms, others_ms, settings.listen)
    values = {
        "model": name,
        "rtf": round(rtf, 3),
        "first_audio_ms": round(own_ms),
        "machine_speed": round(speed, 2),
        "expected_first_audio_ms": {name: round(ms) for name, ms in expected_ms.items()},
        "recommended": fitting[-1] if fitting else None,
    }
    text = f"speech recognition: {name} {rtf:.2f}x real time, "
    text += f"first audio after {own_ms / 1000:.2f} s; {_advice(expected_ms, fitting)}"
    # To be understood comes first, to be quick second.
    if path and (limits := limits_of(path)):
        message, hint = limits
        return Finding("speech recognition", Verdict.WARN, f"{text}; {message}", hint, values)
    hint = _pull_hint(fitting)
    if own_ms > BUDGET_MS:
        quicker = fitting[-1] if fitting else next(iter(expected_ms))
        if not hint and not _is_size(name, quicker):
            hint = f"a smaller one is quicker: voicecli models pull {quicker}"
        return Finding("speech recognition", Verdict.WARN, text, hint, values)
    return Finding("speech recognition", Verdict.OK, text, hint, values)


async def expected_first_audio_ms(settings: Settings) -> dict[str, float]:
    """Of each Whisper size on this machine, with a quick language model and voice, about."""
    speed = await Worker("doctor").run(_speed, (BUNDLED, find_stt(BUNDLED)), settings.stt)
    return _expected_ms(settings, speed, TYPICAL_OTHERS_MS, 0.0)


def _expected_ms(
    settings: Settings, speed: float, others_ms: float, latency_ms: float
) -> dict[str, float]:
    def first_audio_ms(name: str, times: Times) -> float:
        stt_ms = expected_stt_ms(times, speed, trims=_trims(name, settings.stt))
        return latency_ms + until_first_audio_ms(stt_ms, others_ms, settings.listen)

    sizes = {name: times for name, times in REFERENCE.items() if name != BUNDLED}
    return {name: first_audio_ms(name, times) for name, times in sizes.items()}


def _trims(name: str, settings: SttSettings) -> bool:
    if settings.trim_encoder is not None:
        return settings.trim_encoder
    return name in TRIMMED and settings.language in (None, "en")


async def _question(voice: Voice | VoicecliError) -> Samples:
    if isinstance(voice, VoicecliError):
        return silence(2 * SAMPLE_RATE_HZ)
    clip = await voice.synthesize(QUESTION)
    return resample(clip.samples, clip.sample_rate_hz, SAMPLE_RATE_HZ)


async def _transcription_ms(recognizer: Recognizer, samples: Samples) -> float:
    await recognizer.warm_up()
    took_s = []
    for _ in range(3):
        begun_s = now_s()
        await recognizer.transcribe(samples)
        took_s.append(now_s() - begun_s)
    return 1000 * min(took_s)  # what else runs here only makes it longer


def _reference_model(path: Path | None) -> tuple[str, Path]:
    """The chosen one where its times are known, else the bundled one."""
    name = store.canonical(name_of(path)).removesuffix(".en") if path else ""
    return (name, path) if path and name in REFERENCE else (BUNDLED, find_stt(BUNDLED))


def _speed(model: tuple[str, Path], settings: SttSettings) -> float:
    """How many times faster than the reference machine this one encodes, with one thread."""
    name, path = model
    whisper = Whisper(path, settings)
    sound = silence(SAMPLE_RATE_HZ)
    took_ms = []
    for _ in range(5):
        begun_s = now_s()
        whisper.encode([sound])
        took_ms.append(1000 * (now_s() - begun_s))
    return REFERENCE[name].encoder_ms / min(took_ms)


# -- judging ----------------------------------------------------------------------------------


def expected_stt_ms(times: Times, speed: float, *, trims: bool) -> float:
    """How long a question takes a model on a machine that is so many times faster."""
    encoder_ms = times.trimmed_ms if trims else times.encoder_ms
    return (encoder_ms + QUESTION_TOKENS * times.token_ms) / speed


def until_first_audio_ms(stt_ms: float, others_ms: float, listen: ListenSettings) -> float:
    """From the end of the user's speech to the reply, without the loudspeaker's own latency.

    The work is begun in the pause, as far as `listen.speculate` lets it; the pause itself has to
    be waited for in any case.
    """
    match listen.speculate:
        case "off":
            return listen.min_silence_ms + stt_ms + others_ms
        case "stt":
            return max(listen.min_silence_ms, listen.pause_ms + stt_ms) + others_ms
        case _:
            return max(listen.min_silence_ms, listen.pause_ms + stt_ms + others_ms)


def _advice(expected_ms: dict[str, float], fitting: list[str]) -> str:
    if not fitting:
        name, ms = next(iter(expected_ms.items()))
        return f"the quickest that understands free speech, {name}, takes about {ms / 1000:.1f} s"
    name = fitting[-1]
    budget = f"{BUDGET_MS / 1000:g} s here"
    return f"{name} keeps it under {budget} (about {expected_ms[name] / 1000:.2f} s)"


def _pull_hint(fitting: list[str]) -> str:
    """How to get the one that fits, where it isn't here."""
    if not fitting or any(_is_size(model.name, fitting[-1]) for model in installed_stt()):
        return ""
    return f"more accurate: voicecli models pull {fitting[-1]}{catalogue.size_known(fitting[-1])}"


def _is_size(name: str, size: str) -> bool:
    """Whether a recogniser is of that size, for English alone or for all languages."""
    return store.canonical(name).removesuffix(".en") == size
