from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from voicecli.audio import (
    Clip,
    Resampler,
    WavWriter,
    level_db,
    read_audio,
    resample,
    silence,
    to_pcm16,
    without_lead,
)
from voicecli.errors import AudioFileError


def test_level() -> None:
    assert level_db(np.full(100, 0.1, np.float32)) == pytest.approx(-20, abs=0.01)
    assert level_db(silence(100)) == level_db(silence(0)) == -100


def test_what_is_too_loud_is_clipped() -> None:
    samples = np.array([-2, -1, 0, 0.5, 1, 2], np.float32)
    assert np.frombuffer(to_pcm16(samples), "<i2").tolist() == [
        *(-32767, -32767, 0, 16384, 32767, 32767)
    ]


def test_piece_by_piece_or_at_once_is_the_same() -> None:
    signal = np.random.default_rng(3).normal(0, 0.1, 48_000).astype(np.float32)
    stream = Resampler(48_000, 16_000)
    pieces = [stream.feed(signal[i : i + 480]) for i in range(0, len(signal), 480)]
    pieces.append(stream.feed(silence(0), last=True))
    assert np.allclose(np.concatenate(pieces), resample(signal, 48_000, 16_000), atol=1e-6)


def test_a_wav_is_whole_after_every_write(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    writer = WavWriter(path, 16_000, 2)
    for n_writes in range(1, 4):
        writer.write(np.full(100, 0.5, np.float32), silence(100))
        with wave.open(str(path)) as wav:
            assert wav.getnframes() == 100 * n_writes
    writer.close()
    assert read_audio(path).max() > 0


def test_a_wav_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="can't be written"):
        WavWriter(tmp_path / "no" / "folder.wav", 16_000)


def test_the_silence_before_a_clip_is_left_out() -> None:
    speech = np.concatenate([silence(1600), np.full(3200, 0.5, np.float32), silence(800)])
    clip = without_lead(Clip(speech, 16_000, "Hello there.", (3200, 4800)))
    assert len(clip.samples) == 160 + 3200 + 800
    assert clip.word_ends == (3200 - 1440, 4800 - 1440)
    assert np.array_equal(without_lead(clip).samples, clip.samples)


@pytest.mark.parametrize("n_samples", [0, 50, 5000])
def test_a_clip_of_nothing_but_silence(n_samples: int) -> None:
    assert len(without_lead(Clip(silence(n_samples), 16_000)).samples) == n_samples
