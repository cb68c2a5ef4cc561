"""Which language a turn is in, by its sound and by what was said before it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

SURE_LANGUAGE_S = 2.0
"""Of sound, in which a conversation has 1 s around the speech."""

SURE_LANGUAGE_PROB = 0.8
"""What is shorter, or less sure, is in the language of what was said before. Of 90 English turns of
real people, one to three words most of them, four sounded more like another language, and none
so sure; of 59 in eleven other languages 53 are sure at once (base)."""

SUSPECTED_PROB = 0.5
"""Whoever says two turns in a row that sound like the same other language does speak it."""


@dataclass(frozen=True)
class Earlier:
    """The languages of what the same user said before, as ISO 639-1."""

    spoken: str = ""
    """Empty: nothing was said."""
    suspected: str = ""
    """What the last turn sounded like, though that was not believed."""

    def language_of(self, found: list[tuple[str, float]], duration_s: float) -> tuple[str, str]:
        """That of a turn; and another that it sounds like, where that is not believed.

        found: codes with their probabilities, the likeliest first.
        """
        code, probability = found[0]
        is_sure = duration_s > SURE_LANGUAGE_S and probability > SURE_LANGUAGE_PROB
        is_likely = probability > SUSPECTED_PROB
        if is_sure or code in ("", self.spoken) or not self.spoken:
            return code, ""
        if is_likely and code == self.suspected:
            return code, ""
        return self.spoken, code if is_likely else ""


NOTHING_EARLIER = Earlier()


def likely_language(found: list[tuple[str, float]], duration_s: float, expected: str | None) -> str:
    """ISO 639-1. found: codes with their probabilities, the likeliest first. expected: unless
    `found` clearly says otherwise."""
    code, _ = Earlier(expected or "").language_of(found, duration_s)
    return code
