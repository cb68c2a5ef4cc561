"""PortAudio, the devices, the noise in the room, and what comes back from the loudspeaker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence

import numpy as np

from voicecli.doctor.findings import Finding, Verdict, failed
from voicecli.doctor.soundcheck import (
    NOISY_DB,
    Recorded,
    frames_of,
    listen,
    loudest_speech_db,
    measure_echo,
    play,
)
from voicecli.duplex.devices import DeviceDuplex
from voicecli.duplex.portaudio import Device, Kind, SoundSystem, choose
from voicecli.duplex.zeros import zeros_hint
from voicecli.errors import AudioDeviceError, VoicecliError
from voicecli.hearing.echo import NOTHING_DB, EchoMeasurement
from voicecli.hearing.faintness import FAINT_DB, FAINT_HINT
from voicecli.settings import Settings, SoundSettings
from voicecli.sound.samples import level_db
from voicecli.tts.clip import Voice
from voicecli.worker import Worker

LISTEN_S = 1.5

SPEAK_WITHIN_S = 5.0
"""Somebody at a keyboard who is asked to say something has begun by then."""

SENTENCE = "This is a test of the loudspeaker. Please be quiet for a moment while I speak."
"""Speech, because it is what will come back; long enough for the echo's path to be learned."""

ABOVE_NOISE_DB = 6.0
"""What is softer than that is no echo, whatever a filter finds in the noise."""

LATE_MS = 250.0
"""Of the round trip: Bluetooth's. A conversation works, and feels slow."""


async def check(
    settings: Settings,
    voice: Voice | VoicecliError,
    *,
    quiet: bool,
    somebody: bool = False,
    tell: Callable[[str], None],
) -> AsyncIterator[Finding]:
    """quiet: play nothing. somebody: is there, and can be asked to speak."""
    try:
        devices = await Worker("sound").run(_look, settings.sound)
        async with DeviceDuplex(
            settings.sound.input_device, settings.sound.output_device
        ) as duplex:
            yield _opened(duplex, *devices)
            tell("listening to the room: please be quiet for a moment")
            heard = await listen(duplex, LISTEN_S)
            finding = judge_microphone(heard, _name(duplex.microphone))
            yield finding
            if somebody and finding.verdict is not Verdict.BAD:
                tell("now please say a sentence")
                speech_db = await loudest_speech_db(frames_of(duplex), SPEAK_WITHIN_S)
                yield judge_speech(speech_db)
            if quiet or finding.verdict is Verdict.BAD or isinstance(voice, VoicecliError):
                return
            tell("playing a sentence: please be quiet still")
            clip = await voice.synthesize(SENTENCE)
            frames = await play(duplex, clip)
            played_db = level_db(np.concatenate([frame.played for frame in frames]))
            audible_db = max(NOTHING_DB, heard.noise_db - played_db + ABOVE_NOISE_DB)
            echo = measure_echo(frames)
            for finding in judge_echo(echo, settings.sound, duplex.speaker.latency_s, audible_db):
                yield finding
    except AudioDeviceError as error:
        yield failed("sound", error)


def _look(sound: SoundSettings) -> tuple[str, dict[Kind, list[int]]]:
    """PortAudio's version, and the rates at which the devices really open."""
    system = SoundSystem()
    devices = system.devices()
    kinds: Sequence[tuple[Kind, str | None]] = (
        ("microphone", sound.input_device),
        ("loudspeaker", sound.output_device),
    )
    rates = {kind: system.rates_hz(choose(devices, kind, wanted), kind) for kind, wanted in kinds}
    return system.version, rates


def _opened(duplex: DeviceDuplex, version: str, rates_hz: dict[Kind, list[int]]) -> Finding:
    microphone, loudspeaker = duplex.microphone, duplex.loudspeaker
    assert microphone is not None
    assert loudspeaker is not None
    opens = "; ".join(
        f"{kind} opens at {' and '.join(f'{hz / 1000:g}' for hz in rates) or 'no usual'} kHz"
        for kind, rates in rates_hz.items()
    )
    return Finding(
        "sound",
        Verdict.OK,
        f"{version}, {microphone.host_api}: {duplex.describe()}; {opens}, "
        + ("duplex" if duplex.is_shared else "two streams"),
        values={
            "portaudio": version,
            "microphone": microphone.full_name,
            "loudspeaker": loudspeaker.full_name,
            "rates_hz": rates_hz,
            "duplex": duplex.is_shared,
            "loudspeaker_latency_ms": round(1000 * duplex.speaker.latency_s, 1),
        },
    )


def _name(device: Device | None) -> str:
    return "the microphone" if device is None else device.name


def judge_microphone(heard: Recorded, name: str) -> Finding:
    """What a moment of nobody speaking says."""
    values = {"noise_db": round(heard.noise_db, 1), "zeros": heard.is_zeros}
    if heard.is_zeros:
        text = f"microphone: {name} gives nothing but silence"
        return Finding("microphone", Verdict.BAD, text, zeros_hint(), values)
    if not heard.samples.any():
        text = f"microphone: nothing is connected to {name}"
        hint = "connect something to its ports, for instance with qjackctl"
        return Finding("microphone", Verdict.WARN, text, hint, values)
    text = f"microphone: noise floor {heard.noise_db:.0f} dBFS"
    if heard.noise_db > NOISY_DB:
        hint = "turn it down a little, move away from the fan, or use a headset"
        return Finding("microphone", Verdict.WARN, f"{text}: that is loud", hint, values)
    return Finding("microphone", Verdict.OK, text, values=values)


def judge_speech(loudest_db: float | None) -> Finding:
    """How loud somebody is who was asked to speak; None where nobody was heard."""
    if loudest_db is None:
        hint = "say a sentence when you are asked to; is it the right microphone?"
        return Finding("your voice", Verdict.WARN, "your voice: not heard", hint)
    values = {"loudest_db": round(loudest_db, 1)}
    text = f"your voice: {loudest_db:.0f} dBFS at the loudest"
    if loudest_db < FAINT_DB:
        return Finding("your voice", Verdict.WARN, f"{text}: far too quiet", FAINT_HINT, values)
    return Finding("your voice", Verdict.OK, text, values=values)


def judge_echo(
    echo: EchoMeasurement,
    sound: SoundSettings,
    loudspeaker_latency_s: float,
    audible_db: float = NOTHING_DB,
) -> list[Finding]:
    """What comes back, and after how long. audible_db: an echo that is softer is none."""
    values = {"echo_db": round(echo.level_db, 1), "echo_delay_ms": round(echo.delay_ms, 1)}
    stated_ms = 1000 * loudspeaker_latency_s
    if echo.level_db < audible_db:
        return [
            Finding(
                "echo",
                Verdict.OK,
                "nothing of the loudspeaker comes back: headphones, or it is turned down",
                values=values | {"echo_delay_ms": None},
            ),
            Finding(
                "round trip",
                Verdict.OK,
                f"the loudspeaker states {stated_ms:.0f} ms; without an echo, no more can be said",
                values={"stated_ms": round(stated_ms, 1), "round_trip_ms": None},
            ),
        ]
    text = f"loudspeaker echoes into the microphone at {echo.level_db:.0f} dB"
    text += f" after {echo.delay_ms:.0f} ms"
    treatment = {
        "auto": (Verdict.OK, ": echo cancellation will be used", ""),
        "aec": (Verdict.OK, ": echo cancellation will be used", ""),
        "half-duplex": (Verdict.OK, ": it does not listen while it speaks", ""),
        "headphones": (
            Verdict.WARN,
            ", and sound.echo is headphones: it would hear itself",
            "voicecli config set sound.echo auto",
        ),
    }
    verdict, consequence, hint = treatment[sound.echo]
    late = echo.delay_ms > LATE_MS
    return [
        Finding("echo", verdict, text + consequence, hint, values),
        Finding(
            "round trip",
            Verdict.WARN if late else Verdict.OK,
            f"round trip {echo.delay_ms:.0f} ms from loudspeaker to microphone",
            "Bluetooth? A cable is quicker" if late else "",
            {"stated_ms": round(stated_ms, 1), "round_trip_ms": round(echo.delay_ms, 1)},
        ),
    ]
