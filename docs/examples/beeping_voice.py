"""A voice: a beep for every word, high for long ones."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import numpy as np

from voicecli.settings import TtsSettings
from voicecli.sound.samples import silence
from voicecli.tts.clip import Clip, Voice

RATE_HZ = 22_050
BEEP_S, GAP_S = 0.2, 0.05


class BeepingVoice(Voice):
    name = "beeps"
    language = "en"

    def __init__(self, settings: TtsSettings) -> None:
        self._beep = np.arange(round(BEEP_S * RATE_HZ / settings.speed)) / RATE_HZ
        self._volume = min(1.0, 0.3 * settings.volume)

    async def stream(self, sentence: str) -> AsyncGenerator[Clip, None]:
        words = sentence.split()
        gap = silence(round(GAP_S * RATE_HZ))
        n_samples = len(self._beep) + len(gap)
        # The first clip has the text, where its words end, and how much is still to come.
        first = Clip(
            silence(0),
            RATE_HZ,
            sentence,
            word_ends=tuple(n_samples * (i + 1) for i in range(len(words))),
            to_come=n_samples * len(words),
        )
        yield first  # text with nothing to say: a clip without samples, and that is all
        for word in words:
            tone = self._volume * np.sin(2 * np.pi * (300 + 40 * len(word)) * self._beep)
            yield Clip(np.concatenate([tone.astype(np.float32), gap]), RATE_HZ)


def voices():
    """What the entry point's module is asked for: a name for `tts.engine`, and what makes it."""
    return {"beeping": BeepingVoice}
