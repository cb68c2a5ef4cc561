"""The streams that are open together, and their callbacks on PortAudio's thread."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import numpy as np

from voicecli.duplex.inbox import Inbox
from voicecli.duplex.portaudio import Device, Memory, Sound, Stream, StreamPlan
from voicecli.duplex.recorder import FILE_SAMPLE_RATE_HZ
from voicecli.duplex.speaker import Speaker
from voicecli.sound.samples import SAMPLE_BYTES, SAMPLE_RATE_HZ, Samples, silence
from voicecli.timing import now_s

LATENCIES_S = (0.05, 0.1, 0.2)
"""A stream is opened at the lowest latency there is. One that stutters is opened again with the
next of these, as soon as nothing is being said."""

UNDERRUNS, UNDERRUNS_WITHIN_S = 3, 10.0
"""So many blocks that came too late for the loudspeaker, within so long, are a stutter."""

JACK_REORDERS_S = 0.1
"""After its ports were disconnected, a client is told of the new graph within some blocks, and
libjack reads the list of its ports then, on a thread of its own and without a lock: who closes them
meanwhile may crash (https://github.com/jackaudio/jack2/issues/216)."""

MAX_PLAYED_BLOCKS = 100
"""Where each device has a stream: blocks that were played since the last one was heard."""


class Status(Protocol):
    """PortAudio's, of a block: sounddevice.CallbackFlags."""

    @property
    def output_underflow(self) -> bool: ...


class Line:
    """The streams that are open together, and their callbacks.

    The callbacks run on PortAudio's thread. They copy and hand over, nothing more, and do not even
    that before `live`. While nothing is played they touch no array: a hundred times a second a
    processor wakes up for them, to whose caches all of numpy is news (a fifth of what listening to
    silence takes).
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
        devices = (self.microphone, self.loudspeaker)
        if any(device is not None and device.is_jack for device in devices):
            for stream in self._streams:
                stream.abort()
            time.sleep(JACK_REORDERS_S)
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
        self, indata: Memory, outdata: Memory, n: int, _time: object, status: Status
    ) -> None:
        self._n_heard += n
        played = self._put_out(outdata, n, status)
        if self.live:
            self._inbox.push(_mono(indata, n), played)

    def _play(self, outdata: Memory, n: int, _time: object, status: Status) -> None:
        played = self._put_out(outdata, n, status)
        if not self.live:
            return
        played = silence(n) if played is None else played
        if self.microphone is None:
            self._inbox.push(None, played)
        else:
            self._played.append(played)

    def _put_out(self, outdata: Memory, n: int, status: Status) -> Samples | None:
        """What the loudspeaker gets, as one channel; None is silence, as it is before `live`."""
        self._n_played += n
        if self.live and status:
            self._watch_for_stutter(status)
        if not self.live or self._speaker.rests(n):
            outdata[:] = bytes(len(outdata))
            return None
        played = self._fill(n)
        outdata[:] = np.repeat(played, len(outdata) // played.nbytes).tobytes()
        return played

    def _hear(self, indata: Memory, n: int, *_: object) -> None:
        n_before, self._n_heard = self._n_heard, self._n_heard + n
        if not self.live:
            return
        if self.loudspeaker is None:
            ends = (m * self.played_hz // self.heard_hz for m in (n_before, self._n_heard))
            played = self._fill(-next(ends) + next(ends))
        else:
            blocks = [self._played.popleft() for _ in range(len(self._played))]
            played = np.concatenate([np.empty(0, np.float32), *blocks])
        self._inbox.push(_mono(indata, n), played)

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


def _mono(indata: Memory, n: int) -> Memory | Samples:
    """PortAudio's block of n samples as one channel; perhaps still PortAudio's memory."""
    if len(indata) == n * SAMPLE_BYTES:
        return indata
    return np.frombuffer(indata, np.float32).reshape(n, -1).mean(axis=1, dtype=np.float32)
