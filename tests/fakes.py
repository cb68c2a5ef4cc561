"""Scripted stand-ins for the models, where a test needs them to do a thing at a certain sample.

Time is the sample clock of a FileDuplex. A pattern stands for a recording: one character is one
frame of 32 ms, `#` is speech and `.` silence.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from pathlib import Path

import numpy as np

from voicecli.duplex.speaker import Speaker
from voicecli.errors import ModelError, VoicecliError
from voicecli.llm.messages import LanguageModel, Message
from voicecli.settings import ListenSettings
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples
from voicecli.sound.wav import WavWriter
from voicecli.stt.transcript import Transcript
from voicecli.tts.clip import Clip

SETTINGS = ListenSettings(
    onset_ms=96,
    pause_ms=160,
    min_silence_ms=320,
    silence_ms=320,
    max_silence_ms=640,
    pre_roll_ms=320,
)
"""In frames: onset 3, pause 5, hangover 10, or 20 after an open end, pre-roll 10."""


def write_pattern(path: Path, pattern: str) -> Path:
    """A WAV in which every frame of speech is a different constant, so that frames can be told."""
    levels = [0.0 if mark == "." else 0.2 + 0.001 * (i % 500) for i, mark in enumerate(pattern)]
    wav = WavWriter(path, SAMPLE_RATE_HZ)
    wav.write(np.repeat(np.array(levels, np.float32), FRAME_SAMPLES))
    wav.close()
    return path


class LevelDetector:
    """Anything loud is speech."""

    n_resets = 0

    def probability(self, frame: Samples) -> float:
        return 0.9 if np.abs(frame).max() > 0.1 else 0.01

    def reset(self) -> None:
        self.n_resets += 1


class ScriptedRecognizer:
    """Answers from a script, one text per call.

    A text can be an exception to be raised. `delay_frames` of the sample clock pass before each.
    What begins with a turn that was taken is that turn's text, and then the next one.
    """

    def __init__(self, speaker: Speaker, texts: Sequence[str | VoicecliError]) -> None:
        self.heard: list[Samples] = []
        self.delay_frames = 0
        self.language = "en"
        self.unsure: Sequence[str] = ()
        """Texts that may be something else."""
        self.busy = True
        """No partial transcripts: each call is one turn's."""
        self._speaker = speaker
        self._texts = list(texts)
        self._newest: tuple[frozenset[float], str] = frozenset(), ""
        self._taken = self._newest

    def settle(self, language: str, doubted: str) -> None:
        self._taken = self._newest

    async def transcribe(self, samples: Samples) -> Transcript:
        self.heard.append(samples)
        await pass_frames(self._speaker, self.delay_frames)
        levels = frozenset(samples[samples != 0].tolist())
        before, said = self._taken
        goes_on = bool(said) and before < levels
        if goes_on and not self._texts[0]:
            return Transcript(said, self.language, -0.1, 0.0)
        text = self._texts.pop(0)
        if isinstance(text, VoicecliError):
            raise text
        self._newest = levels - before if goes_on else levels, text
        whole = f"{said} {text}" if goes_on else text
        return Transcript(whole, self.language, -0.1, 0.0, is_unsure=text in self.unsure)


class ScriptedModel(LanguageModel):
    """Answers with the next script: deltas, numbers of frames to wait, or an error to raise."""

    name = "scripted"

    def __init__(self, speaker: Speaker, scripts: Sequence[Sequence[str | int | VoicecliError]]):
        self.requests: list[list[Message]] = []
        self.n_open = 0
        self.n_closed_early = 0
        self._speaker = speaker
        self._scripts = list(scripts)

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[str]:
        self.requests.append(list(messages))
        script = self._scripts.pop(0)
        self.n_open += 1
        finished = False
        try:
            for step in script:
                if isinstance(step, int):
                    await pass_frames(self._speaker, step)
                elif isinstance(step, VoicecliError):
                    raise step
                else:
                    yield step
            finished = True
        finally:
            self.n_open -= 1
            self.n_closed_early += not finished


class ToneVoice:
    """Speaks every word as 10 frames (0.32 s) of a constant."""

    sample_rate_hz = SAMPLE_RATE_HZ
    language = "en"

    def __init__(self) -> None:
        self.sentences: list[str] = []

    async def stream(self, sentence: str) -> AsyncGenerator[Clip, None]:
        """In two pieces: half a word, and the rest. It breaks at the word "fail"."""
        self.sentences.append(sentence)
        word_ends = tuple(10 * FRAME_SAMPLES * (i + 1) for i in range(len(sentence.split())))
        samples = np.full(max(word_ends, default=0), 0.5, np.float32)
        first, rest = np.split(samples, [5 * FRAME_SAMPLES])
        yield Clip(first, SAMPLE_RATE_HZ, sentence, word_ends, to_come=len(rest))
        if "fail" in sentence:
            raise ModelError("the voice broke")
        if len(rest):
            yield Clip(rest, SAMPLE_RATE_HZ)


async def pass_frames(speaker: Speaker, n_frames: int) -> None:
    """Let so much of the sample clock pass."""
    if n_frames:
        await speaker.until(countdown(n_frames))


def countdown(n: int) -> Callable[[], bool]:
    """True when asked for the n-th time after the first."""
    left = [n]

    def is_over() -> bool:
        left[0] -= 1
        return left[0] < 0

    return is_over
