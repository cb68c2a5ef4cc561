"""The microphone's frames as what a Realtime server is sent."""

from __future__ import annotations

import asyncio
import base64
from collections import deque

from voicecli.sound.resampling import Resampler
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, silence
from voicecli.sound.wav import to_pcm16

RATE_HZ = 24_000
"""The only rate of PCM that every server takes."""

KEPT_S = 30.0
"""So much of what was said waits for a line; voicecli's own server takes as much at once."""

GATE_FRAMES = 8
"""What the loudspeaker may have said waits so long for our own ear to take it for the user: onset
and pre-roll, 256 ms."""


class Uplink:
    """Frames in; events of sound out, for whoever has a line."""

    def __init__(self, *, gated: bool) -> None:
        """gated: while the loudspeaker is heard, only what our own ear takes for the user is sent:
        an open loudspeaker must not be an interruption."""
        self.n_samples = 0
        """At 16 kHz, that were sent or lost."""
        self._gated = gated
        self._gate: deque[tuple[Samples, bool]] = deque()
        self._resampler = Resampler(SAMPLE_RATE_HZ, RATE_HZ)
        self._waiting: deque[tuple[bytes, int]] = deque()
        self._filled = asyncio.Event()

    def feed(self, samples: Samples, *, is_user: bool, loudspeaker: bool) -> None:
        """is_user: our own ear hears speech, or did a moment ago. loudspeaker: something is being
        played, or was."""
        if not (self._gated and loudspeaker):
            while self._gate:
                self._pass(*self._gate.popleft())
            self._pass(samples, passes=True)
            return
        if is_user:  # and what led to it
            self._gate = deque((frame, True) for frame, _ in self._gate)
        self._gate.append((samples, is_user))
        if len(self._gate) > GATE_FRAMES:
            self._pass(*self._gate.popleft())

    def _pass(self, samples: Samples, passes: bool) -> None:
        sound = self._resampler.feed(samples if passes else silence(len(samples)))
        self._waiting.append((to_pcm16(sound), len(samples)))
        while len(self._waiting) * len(samples) > KEPT_S * SAMPLE_RATE_HZ:
            self.n_samples += self._waiting.popleft()[1]
        self._filled.set()

    async def next(self) -> dict[str, str]:
        """The next event, once there is sound. What is taken counts as sent."""
        while not self._waiting:
            self._filled.clear()
            await self._filled.wait()
        pieces = []
        while self._waiting:
            pcm, n_samples = self._waiting.popleft()
            self.n_samples += n_samples
            pieces.append(pcm)
        audio = base64.b64encode(b"".join(pieces)).decode()
        return {"type": "input_audio_buffer.append", "audio": audio}
