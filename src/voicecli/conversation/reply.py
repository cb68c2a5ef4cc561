"""One assistant turn: what it answers, how it is made, and how much of it was heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

from voicecli.conversation.answer import Emit
from voicecli.conversation.continued import Before
from voicecli.conversation.events import Event, SentenceBegan, ToolCalled, ToolFailed, ToolResult
from voicecli.conversation.heard import heard_words, times_of_words, words_before_end
from voicecli.conversation.history import WordEnd
from voicecli.conversation.partials import Early
from voicecli.conversation.wake import Called
from voicecli.duplex.speaker import Playback, Speaker
from voicecli.hearing.endpointing import Speech, pauses_of
from voicecli.sound.samples import SAMPLE_RATE_HZ, silence
from voicecli.text.markdown import TAKEN_BACK
from voicecli.timing import Stopwatch
from voicecli.tts.clip import Clip
from voicecli.worker import Priority

NEARLY_OVER_WORDS = 2

REOPEN_S = 0.8
"""A user who speaks again so soon after the turn was taken was not finished: what was heard of the
reply is taken back, and the words join the same message (huggingface speech-to-speech's window)."""

ECHO_S = 1.0
"""So much of a reply may be heard again by the microphone: it takes up to 0.2 s to come back, and
what begins to be taken for the user is suspended 0.1 to 0.2 s later."""


@dataclass(eq=False)
class Reply:
    """May be begun before the user's turn is over; until then nothing of it is heard or shown."""

    utterances: list[Speech]
    """What it answers: everything said that is not yet in the history."""
    begun_at: int
    """Sample index of the moment in which it was begun."""
    emit: Emit
    early: Early | None = None
    """What was recognised of it before the pause was one."""
    before: Before | None = None
    """What `utterances` go on from, where the turn before was taken too early."""
    text: str = ""
    """What was understood of them, and is remembered."""
    answers: bool = True
    """There will be something to hear; else it only understands what was said."""
    cut_off: bool = False
    """The model had no more tokens for it."""
    error: str = ""
    """Why the rest of it could not be made."""
    needs_call: bool = False
    """What was said means nothing without the wake phrase."""
    called: Called | None = None
    """The phrase was in it."""
    understood: bool = False
    """The words that it answers are known."""
    may_ask_early: bool = True
    """The language model may be asked before the user's turn is over."""
    over_at: int = 0
    """Sample index of the moment in which the user's turn was over."""
    may_be_heard: bool = False
    """The user's turn is over, was worth this answer, and is in the history."""
    is_aside: bool = False
    """It is not remembered: it asks to hear again what was not understood, or repeats a reply."""
    complete: bool = False
    """All of it was made."""
    spoken: list[tuple[str, Playback]] = field(default_factory=list)
    """Sentences as written, and how much of each was heard."""
    stopwatch: Stopwatch = field(default_factory=Stopwatch)
    timed: bool = False
    task: asyncio.Task[None] = field(init=False)
    _untold: list[Event] = field(default_factory=list)
    _calling: set[str] = field(default_factory=set)
    """Numbers of the calls of tools that have not ended."""
    _n_begun: int = 0
    """Sentences of which was told that they are heard."""

    def priority(self) -> Priority:
        """Of the jobs that make it, as things stand."""
        if not (self.over_at or self.may_be_heard):
            return Priority.SPECULATION
        if self.spoken:
            return Priority.REST
        return Priority.FIRST if self.understood else Priority.FINAL

    @property
    def first_sample(self) -> int | None:
        """Sample index at which it began to be heard; None before."""
        return self.spoken[0][1].first_sample if self.spoken else None

    def tell(self, event: Event) -> None:
        """Emit what is told of its answer, or keep it until the reply may be heard."""
        self.stopwatch.mark("first token")
        if isinstance(event, ToolCalled):
            self._calling.add(event.id)
        elif isinstance(event, ToolResult | ToolFailed):
            self._calling.discard(event.id)
        if self.may_be_heard:
            self.emit(event)
        else:
            self._untold.append(event)

    def tell_kept(self) -> None:
        untold, self._untold = self._untold, []
        for event in untold:
            self.emit(event)

    def tell_begun(self) -> None:
        """Emit which sentences began to be heard since it was told last."""
        for sentence, playback in self.spoken[self._n_begun :]:
            if playback.first_sample is None:
                break
            self._n_begun += 1
            self.emit(SentenceBegan(sentence.strip(), playback.first_sample))

    async def play(self, pieces: AsyncGenerator[tuple[str, Clip], None], speaker: Speaker) -> None:
        """Give the speaker what is made of it, as far ahead as there is room."""
        try:
            async with aclosing(pieces):
                async for sentence, clip in pieces:
                    if sentence is TAKEN_BACK:  # it was a thought: nothing of it is remembered
                        speaker.stop()
                        self.spoken.clear()
                        self._n_begun = 0
                        continue
                    self.stopwatch.mark("first audio")
                    if sentence:
                        self.spoken.append((sentence, speaker.queue(clip)))
                    else:
                        speaker.extend(self.spoken[-1][1], clip.samples, whole=clip.is_last)
                    await speaker.room()
            self.complete = True
        finally:
            if self.spoken:  # the voice may have failed in the middle of a sentence
                speaker.extend(self.spoken[-1][1], silence(0), last=True)

    @property
    def is_unfinished(self) -> bool:
        """Something of it was not heard."""
        _, unheard = self.heard_and_unheard()
        return not self.complete or bool(unheard)

    @property
    def is_calling(self) -> bool:
        """Something may be done for it at this moment."""
        return bool(self._calling)

    @property
    def asks_now(self) -> bool:
        """It ends in a question, and hardly anything is left of it: who speaks now answers."""
        heard, unheard = self.heard_and_unheard()
        is_question = (heard + unheard).endswith(("?", "？"))
        return self.complete and is_question and len(unheard.split()) <= NEARLY_OVER_WORDS

    def is_reopened_at(self, onset: int) -> bool:
        """The user, who speaks again at that sample index, was not finished."""
        was_said = bool(self.utterances)  # what was typed is over
        return was_said and onset - self.over_at <= REOPEN_S * SAMPLE_RATE_HZ

    def before_one_at(self, onset: int) -> Before | None:
        """What the user goes on from, who speaks again at that sample index and was not
        finished."""
        if not self.text or self.called is not None or not self.is_reopened_at(onset):
            return None
        return Before(self.text, self.utterances)

    @property
    def longest_pause(self) -> int:
        """Samples of the longest pause in the turn that it answers."""
        said = [*(self.before.speech if self.before else ()), *self.utterances]
        return max((pause.end - pause.start for pause in pauses_of(said)), default=0)

    def last_words(self) -> str:
        """What was played within the last ECHO_S that something was, as it was spoken."""
        words: list[str] = []
        left_s = ECHO_S
        for _, playback in reversed(self.spoken):
            if left_s > 0:
                words = [*words_before_end(playback, left_s), *words]
                left_s -= playback.heard_samples / playback.clip.sample_rate_hz
        return " ".join(words)

    def heard_and_unheard(self) -> tuple[str, str]:
        """The reply's text so far, cut after the last word that was heard whole."""
        heard = unheard = ""
        for sentence, playback in self.spoken:
            words = heard_words(sentence, playback) if not unheard else ""
            heard += words
            unheard += sentence[len(words) :]
        return heard.strip(), unheard.strip()

    def word_ends(self) -> list[WordEnd]:
        """When each of its words was over, of those that `heard_and_unheard` counts."""
        ends: list[WordEnd] = []
        n_chars, begin_ms = 0, 0.0
        for sentence, playback in self.spoken:
            for chars, end_s in times_of_words(sentence, playback):
                ends.append(WordEnd(n_chars + chars, begin_ms + 1000 * end_s))
            n_chars += len(sentence)
            begin_ms += 1000 * playback.clip.duration_s
        lead = len(text := "".join(sentence for sentence, _ in self.spoken)) - len(text.lstrip())
        return [WordEnd(end.chars - lead, end.end_ms) for end in ends]
