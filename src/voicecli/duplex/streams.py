"""The streams that are open together, and their callbacks on PortAudio's thread."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import numpy as np

from voicecli.duplex.inbox import Inbox
from voicecli.duplex.portaudio import Device, Sound, Stream, StreamPlan
from voicecli.duplex.recorder import FILE_SAMPLE_RATE_HZ
from voicecli.duplex.speaker import Speaker
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples
from voicecli.timing import now_s

LATENCIES_S = (0.05, 0.1, 0.2)
"""A stream is opened at the lowest latency there is. One that stutters is opened again with the
next of these, as soon as nothing is being said."""

UNDERRUNS, UNDERRUNS_WITHIN_S = 3, 10.0
"""So many blocks that came too late for the loudspeaker, within so long, are a stutter."""

MAX_PLAYED_BLOCKS = 100
"""Where each device has a stream: blocks that were played since the last one was heard."""


class Status(Protocol):
    """PortAudio's, of a block: sounddevice.CallbackFlags."""

    @property
    def output_underflow(self) -> bool: ...


class Line:
    """The streams that are open together, and their callbacks.

    The callbacks run on PortAudio's thread. They copy and hand over, nothing more, and do not even
    that before `live`.
    """

    def __init__(
        self,
        inbox: Inbox,
        speaker: Speaker,
        microphone: Device | None,
        loudspeaker: Device | None,
        *,
        shared: bool,
        latency_s: float | None = None,
    ) -> None:
        """shared: one stream for both devices, instead of one for each.

        latency_s: to ask for; None is the lowest there is.
        """
        self.microphone = microphone
        self.loudspeaker = loudspeaker
        self.shared = shared
        self._asked_latency_s = latency_s
        self.heard_hz = SAMPLE_RATE_HZ
        self.played_hz = FILE_SAMPLE_RATE_HZ
        """Without a loudspeaker, what would be played is for a recording."""
        self.latency_s = 0.0
        """Of the loudspeaker."""
        self.higher_latency_s: float | None = None
        """Of LATENCIES_S, what to ask for if this one stutters; None where nothing helps."""
        self.stutters = False
        self.live = False
        self.finished = asyncio.Event()
        self._inbox = inbox
        self._speaker = speaker
        self._loop = asyncio.get_running_loop()
        self._streams: list[Stream] = []
        self._n_heard = 0
        self._n_played = 0
        self._underruns_s: deque[float] = deque(maxlen=UNDERRUNS)
        self._played: deque[Samples] = deque(maxlen=MAX_PLAYED_BLOCKS)

    def open(self, sound: Sound) -> None:
        """Open and start the streams; raises AudioDeviceError. On a thread of its own."""
        if self.shared:
            self._open(sound, self._move_both, self.microphone, self.loudspeaker)
            return
        if self.loudspeaker is not None:
            self._open(sound, self._play, None, self.loudspeaker)
        if self.microphone is not None:
            self._open(sound, self._hear, self.microphone, None)

    def close(self) -> None:
        """On the thread that opened them. May hang, if a sound server died."""
        while self._streams:
            self._streams.pop().close()

    def moved_s(self) -> float:
        """How much sound the slower side has moved, heard or played."""
        heard_s = self._n_heard / self.heard_hz
        played_s = self._n_played / self.played_hz
        return min(
            heard_s if self.microphone is not None else played_s,
            played_s if self.loudspeaker is not None else heard_s,
        )

    def describe(self) -> str:
        """The names of the devices."""
        devices = (self.microphone, self.loudspeaker)
        return " -> ".join(dict.fromkeys(device.name for device in devices if device is not None))

    def _open(
        self,
        sound: Sound,
        callback: Callable[..., None],
        microphone: Device | None,
        loudspeaker: Device | None,
    ) -> None:
        stream = sound.open(
            StreamPlan(callback, self._finish, microphone, loudspeaker, self._asked_latency_s)
        )
        self._streams.append(stream)
        if microphone is not None:
            self.heard_hz = int(stream.samplerate)
        if loudspeaker is not None:
            self.played_hz = int(stream.samplerate)
            latency = stream.latency
            self.latency_s = latency[1] if isinstance(latency, tuple) else latency
            at_least_s = max(self.latency_s, self._asked_latency_s or 0.0)
            self.higher_latency_s = min((s for s in LATENCIES_S if s > at_least_s), default=None)

    # ---- PortAudio's thread -------------------------------------------------------------------

    def _move_both(
        self, indata: Samples, outdata: Samples, n: int, _time: object, status: Status
    ) -> None:
        self._n_heard += n
        block = self._put_out(outdata, n, status)
        if block is not None:
            self._inbox.push(_mono(indata), block)

    def _play(self, outdata: Samples, n: int, _time: object, status: Status) -> None:
        block = self._put_out(outdata, n, status)
        if block is None:
            return
        if self.microphone is None:
            self._inbox.push(None, block)
        else:
            self._played.append(block)

    def _put_out(self, outdata: Samples, n: int, status: Status) -> Samples | None:
        """What the loudspeaker gets, as one channel; None, and silence for it, before `live`."""
        self._n_played += n
        if not self.live:
            outdata.fill(0)
            return None
        self._watch_for_stutter(status)
        block = self._fill(n)
        outdata[:] = block[:, np.newaxis]
        return block

    def _hear(self, indata: Samples, n: int, *_: object) -> None:
        n_before, self._n_heard = self._n_heard, self._n_heard + n
        if not self.live:
            return
        if self.loudspeaker is None:
            ends = (m * self.played_hz // self.heard_hz for m in (n_before, self._n_heard))
            played = self._fill(-next(ends) + next(ends))
        else:
            blocks = [self._played.popleft() for _ in range(len(self._played))]
            played = np.concatenate([np.empty(0, np.float32), *blocks])
        self._inbox.push(_mono(indata), played)

    def _watch_for_stutter(self, status: Status) -> None:
        if status.output_underflow:
            self._underruns_s.append(now_s())
            first_s, last_s = self._underruns_s[0], self._underruns_s[-1]
            if len(self._underruns_s) == UNDERRUNS and last_s - first_s <= UNDERRUNS_WITHIN_S:
                self.stutters = True

    def _fill(self, n_samples: int) -> Samples:
        block = np.empty(n_samples, np.float32)
        self._speaker.fill(block, self._inbox.index)
        return block

    def _finish(self) -> None:
        with suppress(RuntimeError):  # the event loop has closed
            self._loop.call_soon_threadsafe(self.finished.set)


def _mono(indata: Samples) -> Samples:
    """PortAudio's block, shape (n, channels), as one channel; perhaps still PortAudio's memory."""
    return indata[:, 0] if indata.shape[1] == 1 else indata.mean(axis=1, dtype=np.float32)
