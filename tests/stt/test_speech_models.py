"""The bundled models with the real libraries: VAD, recogniser, voice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from voicecli.errors import ModelCorruptError, SettingsError
from voicecli.hearing.vad import SileroVad
from voicecli.models import find_stt, find_voice
from voicecli.settings import SttSettings, TtsSettings
from voicecli.sound.resampling import resample
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples, silence
from voicecli.stt.recognizer import WhisperRecognizer
from voicecli.tts.clip import Clip
from voicecli.tts.piper import PiperSynthesizer

pytestmark = pytest.mark.slow


def speak(text: str, settings: TtsSettings | None = None) -> Clip:
    return asyncio.run(
        PiperSynthesizer(find_voice(None), settings or TtsSettings()).synthesize(text)
    )


def at_16_khz(clip: Clip) -> Samples:
    return resample(clip.samples, clip.sample_rate_hz, SAMPLE_RATE_HZ)


def probabilities(samples: Samples) -> list[float]:
    vad = SileroVad()
    return [
        vad.probability(samples[i : i + FRAME_SAMPLES])
        for i in range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES)
    ]


def test_vad_tells_speech_from_silence_and_noise() -> None:
    noise = np.random.default_rng(1).normal(0, 0.05, SAMPLE_RATE_HZ).astype(np.float32)
    assert max(probabilities(silence(SAMPLE_RATE_HZ))) < 0.1
    assert max(probabilities(noise)) < 0.35
    speech = probabilities(at_16_khz(speak("Seven plus twelve is nineteen.")))
    assert np.mean([p > 0.5 for p in speech]) > 0.7


def test_vad_reset_forgets() -> None:
    vad, clip = SileroVad(), at_16_khz(speak("Hello."))
    first = vad.probability(clip[4096 : 4096 + FRAME_SAMPLES])
    assert vad.probability(clip[4096 : 4096 + FRAME_SAMPLES]) != first
    vad.reset()
    assert vad.probability(clip[4096 : 4096 + FRAME_SAMPLES]) == first


def test_what_the_voice_says_the_recogniser_understands() -> None:
    async def hear(samples: Samples) -> str:
        return (await WhisperRecognizer(find_stt(None), SttSettings()).transcribe(samples)).text

    clip = at_16_khz(speak("Seven plus twelve is nineteen."))
    padded = np.concatenate([silence(4000), clip, silence(4000)])
    assert asyncio.run(hear(padded)).lower().rstrip(".") == "seven plus twelve is nineteen"


def test_silence_and_a_single_sample_give_no_text() -> None:
    async def hear() -> list[str]:
        recognizer = WhisperRecognizer(find_stt(None), SttSettings())
        return [
            (await recognizer.transcribe(samples)).text
            for samples in (silence(SAMPLE_RATE_HZ), silence(1), silence(0))
        ]

    assert asyncio.run(hear()) == ["", "", ""]


def test_two_voices_loaded_alike_speak_alike() -> None:
    first, second = speak("Good morning."), speak("Good morning.")
    assert np.array_equal(first.samples, second.samples)


def test_speed_volume_and_peak() -> None:
    plain = speak("Good morning to you.")
    fast = speak("Good morning to you.", TtsSettings(speed=2.0))
    quiet = speak("Good morning to you.", TtsSettings(volume=0.5))
    assert 0.8 < np.abs(plain.samples).max() < 0.9
    assert fast.duration_s == pytest.approx(plain.duration_s / 2, rel=0.15)
    assert np.abs(quiet.samples).max() == pytest.approx(np.abs(plain.samples).max() / 2, rel=0.01)


@pytest.mark.parametrize("text", ["...", "?", "", "   "])
def test_nothing_to_say_is_a_clip_of_no_samples(text: str) -> None:
    assert len(speak(text).samples) == 0


def test_a_speaker_the_voice_lacks() -> None:
    with pytest.raises(SettingsError, match="no speaker 'anna'"):
        speak("Hello.", TtsSettings(speaker="anna"))


def test_broken_models_say_so(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"no model")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelCorruptError, match="can't be loaded"):
        asyncio.run(WhisperRecognizer(tmp_path, SttSettings()).warm_up())
    voice = tmp_path / "voice.onnx"
    voice.write_bytes(b"no voice")
    voice.with_name("voice.onnx.json").write_bytes(
        find_voice(None).with_suffix(".onnx.json").read_bytes()
    )
    with pytest.raises(ModelCorruptError, match="can't be loaded"):
        asyncio.run(PiperSynthesizer(voice, TtsSettings()).warm_up())
    voice.with_name("voice.onnx.json").write_text("{")
    with pytest.raises(ModelCorruptError, match="can't be loaded"):
        asyncio.run(PiperSynthesizer(voice, TtsSettings()).warm_up())
