"""Sound out, into files of the usual kinds and into pipes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np

from voicecli.errors import AudioFileError
from voicecli.files import is_no_file, told_with, written_atomically
from voicecli.sound.resampling import Resampler
from voicecli.sound.samples import Samples, silence
from voicecli.sound.wav import SoundFile, WavWriter, interleaved, to_pcm16

if TYPE_CHECKING:
    from av.audio.stream import AudioStream

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

MP3_BITS_S = 96_000
"""Of each channel. FFmpeg's own choice at 22 kHz, a third of it, loses all above 7 kHz."""

GROWING = {"flush_packets": "1", "movflags": "frag_keyframe+empty_moov", "frag_duration": "1000000"}
"""What has been encoded is on the disk; an M4A has its index second by second, not at its end."""

BLOCK_SAMPLES = 16_384
"""Encoded at once: a clip may be long, and encoders want frames."""


@contextmanager
def audio_file(path: Path, sample_rate_hz: int) -> Iterator[Encoder]:
    """A mono sound file that is there when the block ends well, and not at all otherwise.

    The ending of the name says what it becomes; a pipe or a device without one gets WAV. Raises
    AudioFileError.
    """
    is_nameless = is_no_file(path) and path.suffix.lower() not in CODECS
    kind = CODECS[".wav"] if is_nameless else codec_of(path)
    with written_atomically(path) as part:
        encoder = Encoder(part, kind, sample_rate_hz)
        try:
            yield encoder
        except BaseException:
            encoder.abandon()
            raise
        encoder.close()


class GrowingFile(Protocol):
    """A sound file that can be heard at any time, also where its writer was killed."""

    def write(self, *channels: Samples) -> None:
        """Append the same number of samples to every channel; raises AudioFileError."""
        ...

    def close(self) -> None: ...


def growing_file(path: Path, sample_rate_hz: int, n_channels: int = 1) -> GrowingFile:
    """Of the kind that its name says; into what is no file (a pipe, a device) goes WAV.

    Raises AudioFileError.
    """
    if path.suffix.lower() == ".wav" or is_no_file(path):
        return WavWriter(path, sample_rate_hz, n_channels)
    return _GrowingEncoder(path, sample_rate_hz, n_channels)


class EncodedFile(Protocol):
    """Takes what was encoded."""

    error: OSError | None
    """What went wrong: on the way through FFmpeg it is lost."""

    def write(self, data: Any, /) -> int: ...
    def close(self) -> None: ...


class Encoder:
    """Samples to a file of a kind in CODECS. Raises OSError, and AudioFileError."""

    def __init__(
        self,
        path: Path,
        kind: tuple[str, str, int | None],
        sample_rate_hz: int,
        n_channels: int = 1,
        options: dict[str, str] | None = None,
        file: EncodedFile | None = None,
    ) -> None:
        """options: FFmpeg's, of the container. file: what is written to; else `path` is opened."""
        import av

        container_name, codec, fixed_hz = kind
        rate_hz = fixed_hz or sample_rate_hz
        if codec == "libmp3lame":
            rate_hz = next((rate for rate in MP3_RATES_HZ if rate >= rate_hz), MP3_RATES_HZ[-1])
        self._path = path
        self._layout = {1: "mono", 2: "stereo"}[n_channels]
        self._file = file or SoundFile(path, "w")  # FFmpeg itself would take some names for URLs
        self._resamplers = [Resampler(sample_rate_hz, rate_hz) for _ in range(n_channels)]
        self._n_written = 0
        with self._mapped():
            self._container = av.open(
                self._file, "w", format=container_name, container_options=options
            )
            self._stream = cast(
                "AudioStream",
                self._container.add_stream(codec, rate=rate_hz, layout=self._layout),
            )
        if codec == "libmp3lame":
            self._stream.bit_rate = MP3_BITS_S * n_channels

    def write(self, *channels: Samples) -> None:
        """Append the same number of samples, at the rate that it was made for, to each channel."""
        self._encode([r.feed(some) for r, some in zip(self._resamplers, channels, strict=True)])

    def close(self) -> None:
        """Write what the resamplers and the encoder hold back."""
        try:
            self._encode([resampler.feed(silence(0), last=True) for resampler in self._resamplers])
            with self._mapped():
                self._container.mux(self._stream.encode(None))
                self._container.close()
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Leave it as it is."""
        with suppress(OSError, AudioFileError), self._mapped():
            self._container.close()
        self._file.close()

    def _encode(self, channels: Sequence[Samples]) -> None:
        from av import AudioFrame

        for first in range(0, len(channels[0]), BLOCK_SAMPLES):
            block = [samples[first : first + BLOCK_SAMPLES] for samples in channels]
            pcm = np.frombuffer(to_pcm16(interleaved(block)), "<i2").reshape(1, -1)
            frame = AudioFrame.from_ndarray(pcm, format="s16", layout=self._layout)
            frame.sample_rate = self._stream.rate
            frame.pts = self._n_written
            self._n_written += len(block[0])
            with self._mapped():
                self._container.mux(self._stream.encode(frame))

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        import av.error

        try:
            yield
        except (av.error.FFmpegError, ValueError) as error:
            if self._file.error is not None:
                raise self._file.error from error
            raise AudioFileError(
                f"{self._path} can't be written ({error})", "choose another kind"
            ) from error


class _GrowingEncoder:
    def __init__(self, path: Path, sample_rate_hz: int, n_channels: int) -> None:
        self._path = path
        with told_with(path):
            self._encoder = Encoder(path, codec_of(path), sample_rate_hz, n_channels, GROWING)

    def write(self, *channels: Samples) -> None:
        with told_with(self._path):
            self._encoder.write(*channels)

    def close(self) -> None:
        with told_with(self._path):
            self._encoder.close()


def codec_of(path: Path) -> tuple[str, str, int | None]:
    """See CODECS; raises AudioFileError for a name that ends otherwise."""
    try:
        return CODECS[path.suffix.lower()]
    except KeyError:
        endings = ", ".join(CODECS)
        raise AudioFileError(
            f"{path} does not say what kind of sound it is to become", f"let it end in {endings}"
        ) from None
