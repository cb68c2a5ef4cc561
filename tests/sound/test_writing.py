"""Sound files of every kind: whole, growing, and where there is no room for them."""

from __future__ import annotations

import gc
import os
import resource
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from voicecli.errors import AudioFileError
from voicecli.sound.reading import decode_channels, read_audio
from voicecli.sound.samples import Samples, level_db, silence
from voicecli.sound.writing import CODECS, audio_file, growing_file

RATE_HZ = 48_000

MAGIC = {
    ".wav": b"RIFF", ".flac": b"fLaC", ".ogg": b"OggS", ".opus": b"OggS",
}  # fmt: skip


def tone(duration_s: float = 4.0, frequency_hz: float = 440.0) -> Samples:
    times = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    return 0.2 * np.sin(2 * np.pi * frequency_hz * times).astype(np.float32)


def write_in_frames(path: Path, *channels: Samples):
    """As a conversation does, 32 ms at once."""
    file = growing_file(path, RATE_HZ, len(channels))
    for first in range(0, len(channels[0]), 1536):
        file.write(*(samples[first : first + 1536] for samples in channels))
    return file


@pytest.mark.parametrize("ending", CODECS)
@pytest.mark.parametrize("n_channels", [1, 2])
def test_the_name_says_what_a_growing_file_becomes(
    tmp_path: Path, ending: str, n_channels: int
) -> None:
    path = tmp_path / f"a{ending}"
    sounds = (tone(), 0.5 * tone())[:n_channels]
    write_in_frames(path, *sounds).close()
    assert path.read_bytes().startswith(MAGIC.get(ending, b""))
    assert (b"RIFF" in path.read_bytes()[:4]) == (ending == ".wav")
    heard = np.concatenate(list(decode_channels(path)), axis=1)
    assert heard.shape == (n_channels, pytest.approx(4 * 16_000, abs=2500))
    for channel, sound in zip(heard, sounds, strict=True):
        assert level_db(channel[8000:56_000]) == pytest.approx(level_db(sound), abs=0.5)


@pytest.mark.parametrize("ending", CODECS)
def test_what_a_killed_writer_leaves_is_heard(tmp_path: Path, ending: str) -> None:
    """All but the last second or two, which the encoder had not given out yet."""
    path = tmp_path / f"a{ending}"
    file = write_in_frames(path, tone())
    left = tmp_path / f"left{ending}"
    left.write_bytes(path.read_bytes())
    file.close()
    sound = read_audio(left)
    assert len(sound) > 2 * 16_000
    assert level_db(sound) == pytest.approx(level_db(tone()), abs=1)


@pytest.mark.parametrize("ending", [".mp3", ".m4a", ".ogg"])
def test_what_gives_speech_its_clearness_stays(tmp_path: Path, ending: str) -> None:
    """5 to 7 kHz, at the rate of the voices on board."""
    noise = np.random.default_rng(1).normal(0, 0.05, 22_050 * 3).astype(np.float32)
    with audio_file(tmp_path / f"a{ending}", 22_050) as encoder:
        encoder.write(noise)
    heard = read_audio(tmp_path / f"a{ending}", 22_050)

    def band_db(samples: Samples, low_hz: int, high_hz: int) -> float:
        spectrum = np.abs(np.fft.rfft(samples[: 22_050 * 2])) ** 2
        hz = np.fft.rfftfreq(22_050 * 2, 1 / 22_050)
        return 10 * np.log10(np.sum(spectrum[(hz >= low_hz) & (hz < high_hz)]))

    for low_hz, high_hz in ((1000, 3000), (5000, 7000), (7000, 9000)):
        expected = band_db(noise, low_hz, high_hz)
        assert band_db(heard, low_hz, high_hz) == pytest.approx(expected, abs=2)


@pytest.mark.parametrize("ending", CODECS)
def test_a_full_disk_is_an_error_in_a_sentence(
    tmp_path: Path, ending: str, capfd: pytest.CaptureFixture[str]
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    file = growing_file(tmp_path / f"a{ending}", RATE_HZ)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(AudioFileError, match="can't be written .File too large") as caught:
            file.write(np.random.default_rng(1).normal(0, 0.1, 20 * RATE_HZ).astype(np.float32))
        with suppress(AudioFileError):
            file.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    gc.collect()
    assert "free some space" in caught.value.hint
    assert capfd.readouterr().err == ""


def test_a_device_without_room(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="/dev/full can't be written .No space left"):
        growing_file(Path("/dev/full"), RATE_HZ)


def test_a_kind_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="does not say what kind of sound"):
        growing_file(tmp_path / "a.xyz", RATE_HZ)
    assert not (tmp_path / "a.xyz").exists()


def test_into_a_pipe_goes_a_wav_without_an_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_in_frames(pipe, tone(1), silence(RATE_HZ)).close()
    reader.join(20)
    (tmp_path / "a.wav").write_bytes(got[0])
    left, right = np.concatenate(list(decode_channels(tmp_path / "a.wav")), axis=1)
    assert len(left) == 16_000
    assert level_db(left) == pytest.approx(level_db(tone(1)), abs=0.1)
    assert level_db(right) == -100
