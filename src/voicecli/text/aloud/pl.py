"""Polish."""

from __future__ import annotations

import re

from voicecli.text.aloud.slavic import SlavicReader

_ORDINALS = (
    "pierwszego drugiego trzeciego czwartego piątego szóstego siódmego ósmego dziewiątego "
    "dziesiątego jedenastego dwunastego trzynastego czternastego piętnastego szesnastego "
    "siedemnastego osiemnastego dziewiętnastego"
).split()
_TENS = (
    "dwudziestego trzydziestego czterdziestego pięćdziesiątego sześćdziesiątego siedemdziesiątego "
    "osiemdziesiątego dziewięćdziesiątego"
).split()
_WITH_LOCATIVE = frozenset("o po od do przed około".split())
_HOURS = (
    "zerowa pierwsza druga trzecia czwarta piąta szósta siódma ósma dziewiąta dziesiąta jedenasta "
    "dwunasta trzynasta czternasta piętnasta szesnasta siedemnasta osiemnasta dziewiętnasta "
    "dwudziesta"
).split()


class Polish(SlavicReader):
    def day(self, day: int) -> str:
        return self.ordinal_genitive(day)

    def ordinal_genitive(self, value: int) -> str:
        """Of 1 to 99, as after "dnia": CLDR has no Polish ordinals."""
        if value < 20:
            return _ORDINALS[value - 1]
        tens, ones = _TENS[value // 10 - 2], value % 10
        return f"{tens} {_ORDINALS[ones - 1]}" if ones else tens

    def date(self, day: int, month: int, year: int | None, found: re.Match[str]) -> str:
        said = f"{self.day(day)} {self.tables.months[month - 1]}"
        if not year:
            return said
        named = "" if re.match(r"\s*(?:roku|r\.)", found.string[found.end() :]) else " roku"
        hundreds, rest = self.cardinal(year - year % 100), year % 100
        last = f"{hundreds} {self.ordinal_genitive(rest)}" if rest else self.cardinal(year)
        return f"{said} {last}{named}"

    def clock(self, hours: int, minutes: int, suffix: str) -> str:
        said = _HOURS[hours] if hours <= 20 else f"dwudziesta {_HOURS[hours - 20]}"
        return f"{said} {self.cardinal(minutes)}" if minutes else said

    def say_time(self, found: re.Match[str]) -> str | None:
        """ "O czternastej trzydzieści"."""
        said = super().say_time(found)
        if said is None or self.word_before(found).lower() not in _WITH_LOCATIVE:
            return said
        hour = "|".join(_HOURS)
        return re.sub(
            rf"\b(?:{hour})\b",
            lambda word: re.sub(r"ga\Z|a\Z", lambda a: "giej" if a[0] == "ga" else "ej", word[0]),
            said,
        )
