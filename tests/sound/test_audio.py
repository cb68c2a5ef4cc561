from __future__ import annotations

import os
import threading
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from voicecli.errors import AudioFileError
from voicecli.sound.reading import decode_channels, duration_s, read_audio
from voicecli.sound.resampling import Resampler, resample
from voicecli.sound.samples import SAMPLE_RATE_HZ, level_db, silence
from voicecli.sound.wav import WavWriter, to_pcm16
from voicecli.tts.clip import Clip, without_lead


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


def encoded(path: Path, codec: str, sample_rate_hz: int, layout: str) -> bytes:
    """Two seconds of a tone in all channels, by FFmpeg."""
    n_channels = len(av.AudioLayout(layout).channels)
    tone = 0.2 * np.sin(2 * np.pi * 440 * np.arange(2 * sample_rate_hz) / sample_rate_hz)
    interleaved = np.repeat(tone.astype(np.float32), n_channels)[None]
    frame = av.AudioFrame.from_ndarray(interleaved, format="flt", layout=layout)
    frame.sample_rate = sample_rate_hz
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=sample_rate_hz, layout=layout)
        for piece in av.AudioResampler(stream.format.name, layout, sample_rate_hz).resample(frame):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path.read_bytes()


FORMATS = {
    "mp3": [(44_100, "mono"), (44_100, "stereo"), (22_050, "mono")],
    "ac3": [(48_000, "stereo"), (48_000, "5.1")],
}


@pytest.mark.parametrize("codec", FORMATS)
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("layout", ["mono", None])
def test_a_file_may_change_its_format_on_the_way(
    tmp_path: Path, codec: str, backwards: bool, layout: str | None
) -> None:
    path = tmp_path / f"a.{codec}"
    formats = FORMATS[codec][:: -1 if backwards else 1]
    path.write_bytes(b"".join(encoded(path, codec, *one) for one in formats))
    sound = np.concatenate(list(decode_channels(path, layout=layout)), axis=1)
    # Encoders add some milliseconds to each part.
    assert sound.shape[1] / SAMPLE_RATE_HZ == pytest.approx(2 * len(formats), abs=0.2)
    assert len(sound) == len(av.AudioLayout(layout or formats[0][1]).channels)
    for second in sound[:, : SAMPLE_RATE_HZ * 2 * len(formats)].reshape(
        len(sound), -1, SAMPLE_RATE_HZ
    )[0]:
        assert level_db(second) > -25


@pytest.mark.parametrize("n_channels", [2, 6, 8, 10, 16])
def test_every_channel_for_itself(tmp_path: Path, n_channels: int) -> None:
    writer = WavWriter(tmp_path / "a.wav", SAMPLE_RATE_HZ, n_channels)
    levels = np.linspace(0.1, 0.9, n_channels, dtype=np.float32)
    writer.write(*(np.full(1000, level) for level in levels))
    writer.close()
    sound = np.concatenate(list(decode_channels(tmp_path / "a.wav")), axis=1)
    assert np.allclose(sound, np.repeat(levels[:, None], 1000, axis=1), atol=1e-4)


def test_the_length_of_a_pipe_is_not_asked_for(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "a.wav", SAMPLE_RATE_HZ)
    writer.write(np.full(16_000, 0.5, np.float32))
    writer.close()
    assert duration_s(tmp_path / "a.wav") == 1.0
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    sound = (tmp_path / "a.wav").read_bytes()
    feeder = threading.Thread(target=pipe.write_bytes, args=(sound,), daemon=True)
    feeder.start()
    assert duration_s(pipe) is None
    assert len(read_audio(pipe)) == 16_000
    feeder.join()
