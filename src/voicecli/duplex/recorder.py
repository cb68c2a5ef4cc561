"""The conversation as a sound file: what was played, or both sides."""

from __future__ import annotations

from pathlib import Path

from voicecli.duplex.lockstep import Lockstep
from voicecli.sound.samples import Samples, silence
from voicecli.sound.writing import growing_file

FILE_SAMPLE_RATE_HZ = 48_000
"""Of the speaker and the file, where no device sets it: a multiple of 16 kHz, so that 512 samples
of the input are exactly 1536 of the output, and above every voice's own rate: none loses."""


class Recorder:
    """Writes what was played to a file; with `stereo`, what was heard left, what was played right.

    What was written can be heard at any time.
    """

    def __init__(self, path: Path, sample_rate_hz: int, *, stereo: bool = False) -> None:
        """Raises AudioFileError where the file can't be written."""
        self._sample_rate_hz = sample_rate_hz
        self._stereo = stereo
        self._file = growing_file(path, sample_rate_hz, 2 if stereo else 1)
        self._rates: tuple[int, int] | None = None
        self._lockstep: Lockstep | None = None

    def feed(self, heard: Samples, heard_hz: int, played: Samples, played_hz: int) -> None:
        """Append two pieces of the same duration, each at its rate; raises AudioFileError."""
        if self._rates != (heard_hz, played_hz):
            self._finish()
            self._rates = heard_hz, played_hz
            self._lockstep = Lockstep(heard_hz, played_hz, self._sample_rate_hz)
        assert self._lockstep is not None
        self._write(*self._lockstep.feed(heard, played))

    def close(self) -> None:
        """Raises AudioFileError where what is left can't be written."""
        try:
            self._finish()
        finally:
            self._file.close()

    def _finish(self) -> None:
        if self._lockstep is not None:
            self._write(*self._lockstep.feed(silence(0), silence(0), last=True))
            self._lockstep = None

    def _write(self, heard: Samples, played: Samples) -> None:
        if len(heard) and self._stereo:
            self._file.write(heard, played)
        elif len(heard):
            self._file.write(played)
