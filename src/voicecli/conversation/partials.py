"""Partial transcripts that don't flicker: LocalAgreement-2 (Macháček et al., 2023). Pure."""

from __future__ import annotations

from itertools import takewhile


class Agreement:
    """Words on which two recognitions in a row agree are committed; the rest is the tail."""

    def __init__(self) -> None:
        self._before: list[str] = []
        self._committed: list[str] = []

    def feed(self, text: str) -> tuple[str, str]:
        """Take the newest transcript of the open utterance; return what is committed, and the tail.

        Committed words stay, even where a later recognition would have them otherwise: only the
        final transcript may change them.
        """
        words = text.split()
        pairs = zip(words, self._before, strict=False)
        agreed = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        self._committed += words[len(self._committed) : agreed]
        self._before = words
        return " ".join(self._committed), " ".join(words[len(self._committed) :])
