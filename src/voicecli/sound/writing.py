"""Sound out, into files of the usual kinds and into pipes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from av import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer

from voicecli.errors import AudioFileError
from voicecli.files import written_atomically
from voicecli.sound.resampling import Resampler
from voicecli.sound.samples import Samples, silence
from voicecli.sound.wav import to_pcm16

CODECS: dict[str, tuple[str, str, int | None]] = {
    ".wav": ("wav", "pcm_s16le", None),
    ".flac": ("flac", "flac", None),
    ".mp3": ("mp3", "libmp3lame", None),
    ".ogg": ("ogg", "libopus", 48_000),
    ".opus": ("ogg", "libopus", 48_000),
    ".m4a": ("ipod", "aac", None),
}
"""Ending of the name -> FFmpeg's container, its codec, and the sample rate where one is fixed."""

MP3_RATES_HZ = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)

BLOCK_SAMPLES = 16_384
"""Encoded at once: a clip may be long, and encoders want frames."""


@contextmanager
def audio_file(path: Path, sample_rate_hz: int) -> Iterator[Encoder]:
    """A mono sound file that is there when the block ends well, and not at all otherwise.

    The ending of the name says what it becomes. Raises AudioFileError.
    """
    container_name, codec, fixed_hz = codec_of(path)
    rate_hz = fixed_hz or sample_rate_hz
    if codec == "libmp3lame":
        rate_hz = next((rate for rate in MP3_RATES_HZ if rate >= sample_rate_hz), MP3_RATES_HZ[-1])
    with (
        written_atomically(path) as part,
        _File(part, "w") as file,  # FFmpeg itself would take some names for URLs
        _mapped(path, file),
        av.open(file, "w", format=container_name) as container,
    ):
        stream = container.add_stream(codec, rate=rate_hz, layout="mono")
        assert isinstance(stream, AudioStream)
        encoder = Encoder(container, stream, Resampler(sample_rate_hz, rate_hz))
        yield encoder
        encoder.finish()


class Encoder:
    """Takes samples at the rate that `audio_file` was given."""

    def __init__(
        self, container: OutputContainer, stream: AudioStream, resampler: Resampler
    ) -> None:
        self._container = container
        self._stream = stream
        self._resampler = resampler
        self._n_written = 0

    def write(self, samples: Samples) -> None:
        """Append."""
        self._encode(self._resampler.feed(samples))

    def finish(self) -> None:
        """Write what the resampler and the encoder hold back."""
        self._encode(self._resampler.feed(silence(0), last=True))
        self._container.mux(self._stream.encode(None))

    def _encode(self, samples: Samples) -> None:
        for first in range(0, len(samples), BLOCK_SAMPLES):
            block = samples[first : first + BLOCK_SAMPLES]
            pcm = np.frombuffer(to_pcm16(block), "<i2").reshape(1, -1)
            frame = AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
            frame.sample_rate = self._stream.rate
            frame.pts = self._n_written
            self._n_written += len(block)
            self._container.mux(self._stream.encode(frame))


def codec_of(path: Path) -> tuple[str, str, int | None]:
    """See CODECS; raises AudioFileError for a name that ends otherwise."""
    try:
        return CODECS[path.suffix.lower()]
    except KeyError:
        endings = ", ".join(CODECS)
        raise AudioFileError(
            f"{path} does not say what kind of sound it is to become", f"let it end in {endings}"
        ) from None


class _File(FileIO):
    """Remembers what went wrong: on the way through FFmpeg the reason is lost."""

    error: OSError | None = None

    def write(self, data: Any, /) -> int:
        try:
            n_written = 0
            while n_written < len(data):
                n_written += super().write(memoryview(data)[n_written:])
            return n_written
        except OSError as error:
            self.error = error
            raise


@contextmanager
def _mapped(path: Path, file: _File) -> Iterator[None]:
    try:
        yield
    except (av.error.FFmpegError, ValueError) as error:
        if file.error is not None:
            raise file.error from error  # written_atomically tells of it
        raise AudioFileError(f"{path} can't be written ({error})", "choose another kind") from error
