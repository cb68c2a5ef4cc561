"""Clips into the loudspeaker, and how much of each was heard. No device here: `fill` is pulled."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from voicecli.sound.resampling import Resampler
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, silence
from voicecli.tts.clip import Clip

QUEUED_S = 2.0
"""`room` waits while more than this is queued: enough for a slow sentence, little to throw away."""

GUESSED_S = 0.3
"""At least so much is still to come of a clip, as long as nobody says that it is over."""

RAMP_MS = 10
"""Fades and changes of volume take this long: shorter clicks, longer is heard as a delay."""


class Playback:
    """One clip that was given to the speaker, and how far it got."""

    def __init__(self, clip: Clip, sample_rate_hz: int) -> None:
        self.clip = clip
        """With what came later (`Speaker.extend`)."""
        self.first_sample: int | None = None
        """Index (16 kHz, as in Frame.played) at which it began to be heard; None before."""
        self._sample_rate_hz = sample_rate_hz
        self._complete = clip.to_come == 0 and not clip.is_guess
        self._position = 0
        self._resample_anew()

    @property
    def heard_samples(self) -> int:
        """What went to the loudspeaker so far, at the clip's own rate; grows while it plays."""
        n_samples = len(self.clip.samples)
        if self._remaining == 0 and self._complete:
            return n_samples
        return min(self._position * self.clip.sample_rate_hz // self._sample_rate_hz, n_samples)

    def _grown(self, samples: Samples, *, last: bool, whole: bool) -> tuple[Clip, Samples, bool]:
        to_come = max(0, self.clip.to_come - len(samples))
        if self.clip.is_guess:  # as long as it is not over, its last word is not either
            to_come = 0 if whole else max(to_come, round(GUESSED_S * self.clip.sample_rate_hz))
        clip = replace(
            self.clip, samples=np.concatenate([self.clip.samples, samples]), to_come=to_come
        )
        complete = last or whole or (to_come == 0 and not self.clip.is_guess)
        resampled = self._resample(samples, last=complete)
        return clip, np.concatenate([self._samples, resampled]), complete

    @property
    def _remaining(self) -> int:
        """What is there and was not taken."""
        return len(self._samples) - self._position

    def _take(self, n_samples: int) -> Samples:
        piece = self._samples[self._position : self._position + n_samples]
        self._position += len(piece)
        return piece

    def _seek(self, sample: int) -> None:
        position = sample * self._sample_rate_hz // self.clip.sample_rate_hz
        self._position = min(position, len(self._samples))

    def _retune(self, sample_rate_hz: int) -> None:
        position = round(self._position * sample_rate_hz / self._sample_rate_hz)
        self._sample_rate_hz = sample_rate_hz
        self._resample_anew()
        self._position = min(position, len(self._samples))

    def _resample_anew(self) -> None:
        resampler = Resampler(self.clip.sample_rate_hz, self._sample_rate_hz)
        self._resampler: Resampler | None = resampler
        self._samples = self._resample(self.clip.samples, last=self._complete)

    def _resample(self, samples: Samples, *, last: bool) -> Samples:
        assert self._resampler is not None
        resampled = self._resampler.feed(samples, last=last)
        if last:
            self._resampler = None
        return resampled


class Speaker:
    """A queue of clips: the event loop's thread fills it, the audio thread pulls blocks out of it.

    The lock is held for copies of one block, never while anything is computed.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self.sample_rate_hz = sample_rate_hz
        """Of the device or file; clips are resampled to it when they are queued."""
        self.latency_s = 0.0
        """From `fill` to the air: what `drain` waits for after the last sample was pulled."""
        self._lock = threading.Lock()
        self._queue: deque[Playback] = deque()
        self._fading = silence(0)
        self._mixed = silence(0)
        """What is heard over the queue, from its next sample on."""
        self._gain = 1.0
        self._gain_ramp = silence(0)
        self._held = False
        self._index = 0
        self._since_index = 0
        self._idle_samples = 0
        self._n_stops = 0
        self._waiters: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        self._one_more = asyncio.Event()

    # ---- the event loop's side ----------------------------------------------------------------

    def queue(self, clip: Clip) -> Playback:
        """Put a clip at the end of what is to be heard."""
        playback = Playback(clip, self.sample_rate_hz)
        with self._lock:
            self._queue.append(playback)
            self._idle_samples = 0
        return playback

    def extend(
        self, playback: Playback, samples: Samples, *, last: bool = False, whole: bool = False
    ) -> None:
        """More of a clip that was queued with samples to come. It is complete when all are there;
        where their number was a guess, with `whole`; or with `last`: then the rest will never come,
        and is not waited for."""
        if playback._complete:
            return
        grown = playback._grown(samples, last=last, whole=whole)
        with self._lock:
            playback.clip, playback._samples, playback._complete = grown

    async def room(self) -> None:
        """Wait while more than QUEUED_S is queued, or until `stop`."""
        await self.until(lambda: self.queued_s <= QUEUED_S)

    async def play(self, clip: Clip) -> Playback:
        """Queue a clip, and wait for room for the next one."""
        playback = self.queue(clip)
        await self.room()
        return playback

    async def drain(self) -> None:
        """Wait until everything queued was heard, or until `stop`."""
        stops = self._n_stops
        await self.until(lambda: self._n_stops != stops or self.drained)

    def hold(self) -> None:
        """From now on nothing queued is played: a reply may be begun that may not be heard yet.

        What is audible fades out, and goes on from there after `release`.
        """
        with self._lock:
            if not self._held:
                self._fade_out()
                self._held = True

    def release(self) -> None:
        """End `hold`."""
        with self._lock:
            if self._held:
                self._held = False
                if self._queue and self._queue[0]._position:
                    self._ramp_from(0.0)
        self.tick()

    def stop(self) -> None:
        """Barge-in: fade out what is audible and drop everything queued.

        Whoever waits in `room` or `drain` goes on at once; every Playback.heard_samples is final
        (the 10 ms of the fade are not counted). The volume is back to normal for what is queued
        next; a `hold` stays.
        """
        with self._lock:
            self._fade_out()
            self._queue.clear()
            self._gain, self._gain_ramp = 1.0, silence(0)
            self._n_stops += 1
        self.tick()

    def mix(self, clip: Clip) -> None:
        """Let a clip be heard at once, over what is queued or held; nobody waits for its end."""
        resampler = Resampler(clip.sample_rate_hz, self.sample_rate_hz)
        samples = resampler.feed(clip.samples, last=True)
        with self._lock:
            self._mixed = samples

    def unmix(self) -> None:
        """Fade out what is heard over the queue."""
        with self._lock:
            fading = self._mixed[: self._ramp_samples]
            self._mixed = fading * np.linspace(1, 0, len(fading), dtype=np.float32)

    def duck(self, gain_db: float = 0.0) -> None:
        """Change the volume within 10 ms; 0 dB is back to normal."""
        with self._lock:
            before = self._gain_ramp[0] if len(self._gain_ramp) else self._gain
            self._gain = 10 ** (gain_db / 20)
            self._ramp_from(float(before))

    @property
    def speaking(self) -> bool:
        """Something is audible, or will be in the next block."""
        with self._lock:
            return bool(self._queue) and not self._held

    @property
    def drained(self) -> bool:
        """Everything queued was heard."""
        with self._lock:
            return not self._queue and (self._idle_samples >= self.latency_s * self.sample_rate_hz)

    @property
    def queued_s(self) -> float:
        with self._lock:
            return sum(playback._remaining for playback in self._queue) / self.sample_rate_hz

    def rewind(self, to_sample: Callable[[Playback], int]) -> None:
        """Let the clip that is being heard go on from an earlier sample (of the clip's own)."""
        with self._lock:
            if self._queue and self._queue[0]._position:
                self._queue[0]._seek(to_sample(self._queue[0]))

    @property
    def n_waiting(self) -> int:
        """So many wait in room, drain or until: only the next block can let them go on.

        Where a file stands in for the device, it may be asked for the next frame when nobody else
        has anything to do.
        """
        return len(self._waiters)

    async def wait_for_waiters(self, n: int) -> None:
        """Wait until `n_waiting` is at least n."""
        while self.n_waiting < n:
            self._one_more.clear()
            await self._one_more.wait()

    def tick(self) -> None:
        """A block was pulled: let those go on whose wait is over. `waiting` is right at once."""
        still: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        for is_over, future in self._waiters:
            if future.done():
                continue
            if is_over():
                future.set_result(None)
            else:
                still.append((is_over, future))
        self._set_waiters(still)

    def retune(self, sample_rate_hz: int) -> None:
        """The device was reopened at another rate; what is queued goes on where it was."""
        with self._lock:
            if sample_rate_hz != self.sample_rate_hz:
                self._index, self._since_index = self._index_of(0), 0
                self.sample_rate_hz = sample_rate_hz
                self._fading = self._gain_ramp = self._mixed = silence(0)
                for playback in self._queue:
                    playback._retune(sample_rate_hz)

    async def until(self, is_over: Callable[[], bool]) -> None:
        """Wait until `is_over()`, which is asked now and after every block."""
        if is_over():
            return
        future = asyncio.get_running_loop().create_future()
        self._set_waiters([*self._waiters, (is_over, future)])
        try:
            await future
        finally:
            self._set_waiters([waiter for waiter in self._waiters if waiter[1] is not future])

    def _set_waiters(self, waiters: list[tuple[Callable[[], bool], asyncio.Future[None]]]) -> None:
        self._waiters = waiters
        self._one_more.set()

    # ---- the audio thread's side --------------------------------------------------------------

    def fill(self, out: Samples, index: int | None = None) -> None:
        """Write the next `len(out)` samples: what is queued, then zeros.

        index: of `out[0]` at 16 kHz; without it, it goes on from the last call.
        """
        with self._lock:
            if index is not None:
                self._index, self._since_index = index, 0
            n_filled = self._pull(out)
            out[n_filled:] = 0
            if n_filled or len(self._gain_ramp) or len(self._fading) or len(self._mixed):
                self._finish(out)
            self._since_index += len(out)
            if not self._queue:
                self._idle_samples += len(out) - n_filled

    def rests(self, n_samples: int) -> bool:
        """Nothing is to be heard: the next samples are zeros, and are passed over. False: `fill`
        has to be asked."""
        with self._lock:
            if self._queue or len(self._gain_ramp) or len(self._fading) or len(self._mixed):
                return False
            self._since_index += n_samples
            self._idle_samples += n_samples
            return True

    def _finish(self, out: Samples) -> None:
        """The volume, what fades out and what is heard over all; a silent loudspeaker has none."""
        self._apply_gain(out)
        n_fading = min(len(out), len(self._fading))
        out[:n_fading] += self._fading[:n_fading]
        self._fading = self._fading[n_fading:]
        if n_mixed := min(len(out), len(self._mixed)):
            out[:n_mixed] = np.clip(out[:n_mixed] + self._mixed[:n_mixed], -1, 1)
            self._mixed = self._mixed[n_mixed:]

    def _pull(self, out: Samples) -> int:
        """Move queued samples into `out`; how many."""
        n_filled = 0
        while not self._held and self._queue and n_filled < len(out):
            playback = self._queue[0]
            piece = playback._take(len(out) - n_filled)
            if not len(piece) and not playback._complete:
                break  # it is made more slowly than it is heard
            if playback.first_sample is None:
                playback.first_sample = self._index_of(n_filled)
            out[n_filled : n_filled + len(piece)] = piece
            n_filled += len(piece)
            if playback._remaining == 0 and playback._complete:
                self._queue.popleft()
        return n_filled

    def _index_of(self, offset: int) -> int:
        """16 kHz index of the sample that lies `offset` after the last one filled."""
        return self._index + (self._since_index + offset) * SAMPLE_RATE_HZ // self.sample_rate_hz

    def _apply_gain(self, out: Samples) -> None:
        if self._gain == 1 and len(self._gain_ramp) == 0:
            return
        n_ramp = min(len(out), len(self._gain_ramp))
        out[:n_ramp] *= self._gain_ramp[:n_ramp]
        out[n_ramp:] *= self._gain
        self._gain_ramp = self._gain_ramp[n_ramp:]

    def _ramp_from(self, gain: float) -> None:
        self._gain_ramp = np.linspace(gain, self._gain, self._ramp_samples, dtype=np.float32)

    def _fade_out(self) -> None:
        """Let the next 10 ms of what is audible fade; nothing is taken from the queue."""
        if self._held or not self._queue or not self._queue[0]._position:
            return
        head = self._queue[0]
        fading = head._samples[head._position : head._position + self._ramp_samples].copy()
        self._apply_gain(fading)
        self._fading = fading * np.linspace(1, 0, len(fading), dtype=np.float32)

    @property
    def _ramp_samples(self) -> int:
        return RAMP_MS * self.sample_rate_hz // 1000
