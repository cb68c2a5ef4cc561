"""Clips -> the bytes of a sound file, as they are made."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from voicecli.sound.resampling import Resampler
from voicecli.sound.samples import Samples, silence
from voicecli.sound.wav import to_pcm16, wav_header
from voicecli.sound.writing import CODECS, Encoder

PCM_HZ = 24_000
"""Of headerless samples, as OpenAI has it."""

MEDIA_TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}

WHOLE = ("wav", "flac")
"""Kinds whose header tells their length: sent when that is known. Players show hours otherwise."""

_KINDS = {
    "mp3": CODECS[".mp3"],
    "opus": CODECS[".opus"],
    "aac": ("adts", "aac", None),
    "flac": CODECS[".flac"],
}

_OPTIONS = {
    "mp3": {"flush_packets": "1", "write_xing": "0"},
    "opus": {"flush_packets": "1", "page_duration": "200000"},
    "aac": {"flush_packets": "1"},
    "flac": {},
}


class Encoding(Protocol):
    """Samples in, bytes out. Call it from one thread at a time."""

    def feed(self, samples: Samples) -> bytes: ...

    def finish(self) -> bytes:
        """What was held back. It is over then, whatever happens."""
        ...

    def abandon(self) -> None:
        """Nobody wants the rest."""
        ...


def encoding_for(kind: str, sample_rate_hz: int) -> Encoding:
    """kind: see MEDIA_TYPES."""
    if kind == "pcm":
        return _Pcm(sample_rate_hz)
    if kind == "wav":
        return _Wav(sample_rate_hz)
    return _Encoded(kind, sample_rate_hz)


class _Pcm:
    def __init__(self, sample_rate_hz: int) -> None:
        self._resampler = Resampler(sample_rate_hz, PCM_HZ)

    def feed(self, samples: Samples) -> bytes:
        return to_pcm16(self._resampler.feed(samples))

    def finish(self) -> bytes:
        return to_pcm16(self._resampler.feed(silence(0), last=True))

    def abandon(self) -> None:
        pass


class _Wav:
    def __init__(self, sample_rate_hz: int) -> None:
        self._sample_rate_hz = sample_rate_hz
        self._data = bytearray()

    def feed(self, samples: Samples) -> bytes:
        self._data += to_pcm16(samples)
        return b""

    def finish(self) -> bytes:
        return wav_header(self._sample_rate_hz, len(self._data)) + bytes(self._data)

    def abandon(self) -> None:
        pass


class _Encoded:
    """By FFmpeg, into memory."""

    def __init__(self, kind: str, sample_rate_hz: int) -> None:
        self._file = _SeekableMemory() if kind in WHOLE else _Memory()
        self._encoder = Encoder(
            Path(f"speech.{kind}"),
            _KINDS[kind],
            sample_rate_hz,
            options=_OPTIONS[kind],
            file=self._file,
        )

    def feed(self, samples: Samples) -> bytes:
        self._encoder.write(samples)
        return self._file.take()

    def finish(self) -> bytes:
        self._encoder.close()
        return self._file.rest()

    def abandon(self) -> None:
        self._encoder.abandon()


class _Memory:
    """What was written, until it is taken; FFmpeg can't go back in it."""

    error: OSError | None = None

    def __init__(self) -> None:
        self._data = bytearray()

    def write(self, data: Any, /) -> int:
        self._data += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self._data)
        self._data.clear()
        return taken

    def rest(self) -> bytes:
        return self.take()

    def close(self) -> None:
        pass


class _SeekableMemory(_Memory):
    """FFmpeg goes back in it, to write a length into the header."""

    def __init__(self) -> None:
        super().__init__()
        self._at = 0

    def write(self, data: Any, /) -> int:
        end = self._at + len(data)
        self._data[self._at : end] = bytes(data)
        self._at = end
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._at = offset + (0, self._at, len(self._data))[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def seekable(self) -> bool:
        return True

    def take(self) -> bytes:
        return b""

    def rest(self) -> bytes:
        return bytes(self._data)
