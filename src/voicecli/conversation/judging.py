"""What was said, is it anything, and is more to come?"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from voicecli.conversation.answer import Emit
from voicecli.conversation.completeness import is_backchannel, is_start_over, is_stop
from voicecli.conversation.continued import Before, completed, recognized
from voicecli.conversation.events import Notice, PartialTranscript
from voicecli.conversation.floor import Nothing, Stop, Suspended, Verdict, Words
from voicecli.conversation.ghosts import is_echo, why_nothing
from voicecli.conversation.patience import hangover_ms
from voicecli.conversation.reply import Reply
from voicecli.conversation.wake import Called, called_in, is_phrase
from voicecli.errors import VoicecliError
from voicecli.hearing.detectors import TurnDetector
from voicecli.hearing.endpointing import Endpointer, Speech, join
from voicecli.settings import ListenSettings, WakeSettings
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples
from voicecli.stt.transcript import Recognizer, Transcript


def is_unheard(reply: Reply) -> bool:
    """What it answers was said without the wake phrase."""
    return reply.needs_call and reply.called is None


class Judge:
    """Recognises what a reply answers. In a pause it says how long more is waited for."""

    def __init__(
        self,
        recognizer: Recognizer,
        turn_detector: TurnDetector | None,
        endpointer: Endpointer,
        settings: ListenSettings,
        emit: Emit,
        wake: WakeSettings | None = None,
        spotter: Recognizer | None = None,
        recognizes_elsewhere: bool = False,
    ) -> None:
        """spotter: looks for the wake phrase; None: the recogniser does. recognizes_elsewhere: then
        the spotter's words are not taken for what was said behind the phrase."""
        self._elsewhere = recognizes_elsewhere
        self._wake = wake or WakeSettings()
        self._spotter = spotter
        self.recognizer = recognizer
        self._turn_detector = turn_detector
        self._endpointer = endpointer
        self.settings = settings
        self._emit = emit
        self._newest: Before | None = None
        """What was understood last."""

    async def transcribe(self, reply: Reply) -> Transcript:
        """Until the words are there, the pause is as long as it may be: no reply could begin
        before, and they may say that more is to come."""
        samples = join(reply.utterances)
        self._wait_for(self.settings.max_silence_ms)
        try:
            transcript, probability = await asyncio.gather(
                self._recognized(reply, samples), self._over_by_sound(samples)
            )
        except VoicecliError:
            self._wait_for(self.settings.silence_ms)
            raise
        reply.stopwatch.mark("transcript")
        reply.understood = True
        if self._endpointer.paused and not is_unheard(reply):
            self._emit(PartialTranscript(transcript.text, ""))
            alone = reply.called is not None and not reply.called.rest
            paused_ms = 1000 * reply.longest_pause / SAMPLE_RATE_HZ
            hangover = hangover_ms(transcript, self.settings, probability, paused_ms)
            self._wait_for(self.settings.max_silence_ms if alone else hangover)
        return transcript

    async def _recognized(self, reply: Reply, samples: Samples) -> Transcript:
        """What was said; behind the wake phrase, where that is needed. It is looked for here: what
        is said without it is sent nowhere."""
        phrase = self._wake.phrase
        if not reply.needs_call or phrase is None:
            early = None if reply.early is None else await reply.early.made()
            found = early or await recognized(self.recognizer, reply.utterances, reply.before)
            return await self._completed(reply, found)
        by_sound = reply.called is not None
        spotter = self.recognizer if by_sound or self._spotter is None else self._spotter
        transcript = await spotter.transcribe(samples)
        found = called_in(transcript.text, phrase)
        if found is not None and self._elsewhere and spotter is not self.recognizer:
            transcript = await self.recognizer.transcribe(samples)
            found = called_in(transcript.text, phrase) or found
        if found is None and by_sound:
            found = Called(transcript.text)
        reply.called = found
        return replace(transcript, text=found.rest if found else "")

    async def _completed(self, reply: Reply, found: Transcript) -> Transcript:
        """With what was said behind the pause before, if that is left out."""
        speech, earlier = reply.utterances[-1], self._newest
        if earlier is not None and not _goes_on(earlier.speech[-1], speech):
            earlier = None
        found = await completed(self.recognizer, found, speech, earlier)
        self._newest = Before(found.text, reply.utterances)
        return found

    def verdict(
        self,
        reply: Reply,
        transcript: Transcript,
        *,
        suspended: Suspended[Reply] | None,
        newest: Reply | None,
        played: str,
    ) -> Verdict:
        """What the words are worth.

        suspended: over what they were said. newest: the reply that was heard last.
        played: what the loudspeaker said just before.
        """
        if is_unheard(reply):
            self._wait_for(self.settings.min_silence_ms)
            return Nothing("", "the wake phrase was not said", is_private=True)
        if reply.called is not None and not transcript.text:
            return Words("", is_call=True)
        if self._is_farewell(transcript.text):
            return Stop(transcript.text, is_farewell=True)
        answers = newest is not None and newest.asks_now
        if not answers and is_stop(transcript.text, transcript.language):
            return Stop(transcript.text)
        was_said = False
        is_polite = is_backchannel(transcript.text, transcript.language)
        if is_polite and suspended is not None and not answers:
            reason = "only a sign of listening"
        elif is_echo(transcript.text, played):
            reason = "the loudspeaker was heard"
        else:
            peak_probability = max(speech.peak_probability for speech in reply.utterances)
            was_said = bool(transcript.text)
            n_spoken = sum(speech.speech_end - speech.onset for speech in reply.utterances)
            reason = why_nothing(
                transcript,
                join(reply.utterances),
                peak_probability,
                n_spoken / SAMPLE_RATE_HZ,
            )
        if reason is None:
            are_clear = not (transcript.is_unsure and reply.answers)
            wants_anew = not answers and is_start_over(transcript.text, transcript.language)
            return Words(
                transcript.text,
                are_clear,
                start_over=are_clear and wants_anew,
                language=transcript.language,
                doubted_language=transcript.doubted_language,
            )
        self._wait_for(self.settings.min_silence_ms)
        return Nothing(transcript.text, reason, was_said)

    def _is_farewell(self, text: str) -> bool:
        phrase = self._wake.stop_phrase
        return phrase is not None and is_phrase(text, phrase)

    def _wait_for(self, silence_ms: float) -> None:
        """The turn is over after so much silence, if it isn't yet."""
        if self._endpointer.paused:
            self._endpointer.hangover_ms = silence_ms

    async def _over_by_sound(self, samples: Samples) -> float | None:
        if self._turn_detector is None or not self._endpointer.paused:
            return None
        try:
            return await self._turn_detector.probability(samples)
        except VoicecliError as error:
            self._turn_detector = None
            self._emit(Notice(error.message, error.hint))
            return None


def _goes_on(earlier: Speech, speech: Speech) -> bool:
    """More was said in the same utterance."""
    return speech.start == earlier.start and speech.speech_end > earlier.speech_end
