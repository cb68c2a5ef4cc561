"""espeak-ng in this process, through its C library: samples and phonemes with their times."""

from __future__ import annotations

import ctypes
from functools import cache

import numpy as np
import numpy.typing as npt

from training.common.spoken import Spoken

LIBRARY = "libespeak-ng.so.1"

# speak_lib.h
_OUTPUT_SYNCHRONOUS = 2
_PHONEME_EVENTS = 1
_EVENT_END = 0
_EVENT_PHONEME = 7
_RATE, _PITCH, _WORD_GAP = 1, 3, 7
_CHARS_UTF8 = 1


class _EventId(ctypes.Union):
    _fields_ = (
        ("number", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("string", ctypes.c_char * 8),
    )


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class _Engine:
    """The library keeps global state: one engine a process."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(LIBRARY)
        self._samples: list[npt.NDArray[np.int16]] = []
        self._starts: list[tuple[int, str]] = []
        self._callback = _Callback(self._receive)  # must outlive the calls
        self.sample_rate_hz: int = self._library.espeak_Initialize(
            _OUTPUT_SYNCHRONOUS, 0, None, _PHONEME_EVENTS
        )
        self._library.espeak_SetSynthCallback(self._callback)

    def _receive(self, wave, count, events) -> int:  # type: ignore[no-untyped-def]
        if wave and count > 0:
            self._samples.append(np.ctypeslib.as_array(wave, (count,)).copy())
        index = 0
        while events[index].type != _EVENT_END:
            event = events[index]
            if event.type == _EVENT_PHONEME:
                name = bytes(event.id.string).split(b"\0")[0].decode("utf-8", "replace")
                self._starts.append((event.sample, name))
            index += 1
        return 0

    def say(self, voice: str, text: str, rate_wpm: int, pitch: int, word_gap: int) -> Spoken:
        self._samples.clear()
        self._starts.clear()
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice!r}")
        for parameter, value in ((_RATE, rate_wpm), (_PITCH, pitch), (_WORD_GAP, word_gap)):
            self._library.espeak_SetParameter(parameter, value, 0)
        data = text.encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, 1, 0, _CHARS_UTF8, None, None)
        self._library.espeak_Synchronize()
        samples = np.concatenate([np.zeros(0, np.int16), *self._samples])
        return Spoken(
            samples.astype(np.float32) / 32768, self.sample_rate_hz, self._ends(len(samples))
        )

    def _ends(self, n_samples: int) -> list[tuple[str, float]]:
        """The library reports where a phoneme starts; it ends where the next one does."""
        starts = self._starts
        ends = [start for start, _ in starts[1:]] + [n_samples]
        phones = [
            ("" if name.startswith("_") else name, end / self.sample_rate_hz)
            for (_, name), end in zip(starts, ends, strict=True)
        ]
        lead = [("", starts[0][0] / self.sample_rate_hz)] if starts and starts[0][0] > 0 else []
        return lead + phones


@cache
def _engine() -> _Engine:
    return _Engine()


def say(
    voice: str, text: str, *, rate_wpm: int = 175, pitch: int = 50, word_gap: int = 0
) -> Spoken:
    """Speak `text`; raises ValueError for an unknown voice, OSError without the library.

    A variant goes behind a language: `en-us+f3`, `gmw/en+f3` (not `en-gb+f3`: the library, unlike
    the command, refuses it). `word_gap` is in units of 10 ms.
    """
    return _engine().say(voice, text, rate_wpm, pitch, word_gap)
