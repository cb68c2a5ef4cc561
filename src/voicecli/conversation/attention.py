"""Whether what is being said is meant for the assistant: who has to say the wake phrase, and who
has said it."""

from __future__ import annotations

import math

from voicecli.conversation.wake import Called
from voicecli.hearing.detectors import WakeWord
from voicecli.settings import WakeSettings
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples


class Attention:
    """Of one conversation, by the sample index. Without a wake phrase, everything is meant."""

    def __init__(self, settings: WakeSettings, wake_word: WakeWord | None) -> None:
        """wake_word: hears the phrase by its sound; None: it is looked for in the words."""
        self.needs_call = False
        """What is being said means nothing without the wake phrase."""
        self._settings = settings
        self._wake_word = wake_word
        self._awake_until = -math.inf
        self._is_called = False
        """The phrase was heard, by its sound, in what is being said."""

    def begin_turn(self, *, needs_call: bool) -> None:
        """The user begins to speak."""
        self.needs_call, self._is_called = needs_call, False

    def hear(self, samples: Samples) -> None:
        """Another frame was heard."""
        if self._wake_word is not None and self._wake_word.is_heard(samples):
            self._is_called = True

    @property
    def called(self) -> Called | None:
        """The phrase, as far as it is known by its sound."""
        return Called("") if self._is_called else None

    @property
    def is_unheard(self) -> bool:
        """The phrase is listened for by its sound, and was not heard in what is being said."""
        return self.needs_call and self._wake_word is not None and not self._is_called

    def is_asleep(self, now: int) -> bool:
        """The phrase is needed, unless a reply is heard."""
        return self._settings.phrase is not None and now > self._awake_until

    def wake(self, now: int) -> None:
        """The window in which the phrase is not needed begins."""
        self._awake_until = now + self._settings.follow_up_s * SAMPLE_RATE_HZ

    def fall_asleep(self) -> None:
        """At once."""
        self._awake_until = -math.inf
