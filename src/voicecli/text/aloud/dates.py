"""Dates and times: days of the week, dates, years, times of day, durations."""

from __future__ import annotations

import re
from functools import cached_property

from voicecli.text.aloud.reader import alternatives, unnamed
from voicecli.text.aloud.subject import Subject

DASH = r"\s?[-–—]\s?"
_HOURS = r"(?:[01]?\d|2[0-4])"


class Dates(Subject):
    """Rules: weekdays, date, iso_date, numeric_date, short_date, year, time, duration.

    A language adds the rule decade.
    """

    # Dates

    def weekdays_pattern(self) -> str:
        day = alternatives(self.tables.weekdays)
        between = rf"(?:{DASH}|/|, ?|,? (?:{self.tables.joiners}) )"
        long = alternatives(name for name in self.tables.weekdays if len(name) > 1)
        return (
            rf"(?<![\w.])(?:(?:{day})(?:\.?{between}(?:{day})(?!\w))+(?:\.(?=\s?\S))?"
            rf"|(?:{long})(?=:? \d{{1,2}}(?:[:.h]\d\d|/\d|\s?h\b"
            rf"|(?:{DASH}\d{{1,2}})?\s?(?:Uhr|[ap]\.?m)|{DASH}\d{{1,2}}(?![\s\w]))))"
        )

    def say_weekdays(self, found: re.Match[str]) -> str:
        said = re.sub(DASH, f" {self.tables.to} ", found[0].replace(".", "").replace("/", ", "))
        return re.sub(r"[^\W\d_]+", lambda word: self.tables.weekdays.get(word[0], word[0]), said)

    def date_pattern(self) -> str:
        """Day, month in letters, perhaps a year."""
        return (
            rf"(?<![\w.,:/-])(?P<day>\d{{1,2}})(?:er|º|°)? {self._joint}"
            rf"(?P<month>{self._month_name})\b\.?"
            rf"(?:,? {self._joint}(?P<year>\d{{4}})(?![\w]|[.,]\d))?"
        )

    def say_date(self, found: re.Match[str]) -> str | None:
        year = int(found["year"]) if found["year"] else None
        said = self.checked_date(int(found["day"]), self.month_names[found["month"]], year, found)
        return said and said + self.lost_stop(found)

    def iso_date_pattern(self) -> str:
        return (
            r"(?<![\w./-])(?P<date>\d{4}(?:-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}))"
            r"(?:T(?P<clock>\d{2}:\d{2})(?::\d{2})?Z?)?(?![\w/-])"
        )

    def say_iso_date(self, found: re.Match[str]) -> str | None:
        year, month, day = (int(part) for part in re.split("[-/]", found["date"]))
        date = self.checked_date(day, month, year, found)
        if date is None or found["clock"] is None:
            return date
        hours, minutes = found["clock"].split(":")
        return f"{date}, {self.clock(int(hours), int(minutes), '')}"

    def numeric_date_pattern(self) -> str:
        short = r"|\d{2}" if self.tables.dotted_dates else ""
        return (
            r"(?<![\w./-])(?P<first>\d{1,2})"
            r"(?:/(?P<second>\d{1,2})/(?P<year>\d{4}|\d{2})|-(?P<second3>\d{1,2})-(?P<year3>\d{4})"
            rf"|\.\s?(?P<second2>\d{{1,2}})\.\s?(?P<year2>\d{{4}}{short}))(?![\w/-]|[.,]\d)"
        )

    def say_numeric_date(self, found: re.Match[str]) -> str | None:
        year = found["year"] or found["year2"] or found["year3"]
        if len(year) == 2:
            year = ("20" if year < "70" else "19") + year
        second = found["second"] or found["second2"] or found["second3"]
        return self.in_figures(found, int(found["first"]), int(second), int(year))

    def short_date_pattern(self) -> str:
        return r"(?<![\w.,/:-])(?P<first>\d{1,2})/(?P<second>\d{1,2})(?![\w/]|[.,]\d)"

    def say_short_date(self, found: re.Match[str]) -> str | None:
        earlier = (
            rf"\b(\w+),?(?: \d{{1,2}}/\d{{1,2}} (?:{self.tables.to}|{self.tables.joiners}))? \Z"
        )
        before = re.search(earlier, self.before(found))
        word = before[1] if before else ""
        if word not in (*self.tables.weekdays, *self.tables.weekdays.values()):
            has_zero = "0" in (found["first"][0], found["second"][0])
            if not has_zero and word.lower() not in self.tables.date_words:
                return None
            if found[0] in ("1/2", "1/3", "2/3", "1/4", "3/4"):
                return None
        return self.in_figures(found, int(found["first"]), int(found["second"]), None)

    def month_and_year_pattern(self) -> str:
        """ "05/2024", "2024-05", "2024/05"; not "2004-05", which is from one year to the next."""
        year, month = r"(?:19|20)\d\d", r"0[1-9]|1[0-2]"
        return (
            rf"(?<![\w./:-])(?:(?P<year>{year})[-/](?P<month>{month})"
            rf"|(?P<month2>{month}|[1-9])/(?P<year2>{year}))(?![\w/-]|[.,:]\d)"
        )

    def say_month_and_year(self, found: re.Match[str]) -> str | None:
        year, month = int(found["year"] or found["year2"]), int(found["month"] or found["month2"])
        if found["year"] and month > year % 100:
            return None  # "2010-12"
        return self.month_and_year(month, year)

    def month_and_year(self, month: int, year: int) -> str:
        joint = f" {self.tables.date_joint} ".replace("  ", " ")
        return f"{self.tables.months[month - 1]}{joint}{self.year(year)}"

    def in_figures(
        self, found: re.Match[str], first: int, second: int, year: int | None
    ) -> str | None:
        if self.tables.month_first and "." not in found[0] and first <= 12 or second > 12:
            first, second = second, first
        return self.checked_date(first, second, year, found)

    def checked_date(
        self, day: int, month: int, year: int | None, found: re.Match[str]
    ) -> str | None:
        if not (1 <= day <= 31 and 1 <= month <= 12):
            return None
        return self.date(day, month, year, found)

    def date(self, day: int, month: int, year: int | None, found: re.Match[str]) -> str:
        parts = [self.day(day), self.tables.months[month - 1]]
        parts += [self.year(year)] if year else []
        return f" {self.tables.date_joint} ".replace("  ", " ").join(parts)

    def day(self, day: int) -> str:
        first = self.tables.first_of_month
        return first if first and day == 1 else self.cardinal(day)

    @cached_property
    def _joint(self) -> str:
        joint = self.tables.date_joint
        return f"(?:{joint} )?" if joint else ""

    @cached_property
    def month_names(self) -> dict[str, int]:
        """As they are written -> 1 to 12."""
        months = {name: at for at, name in enumerate(self.tables.months, 1)}
        capitalized = {name.capitalize(): at for name, at in months.items()}
        return months | capitalized | dict(self.tables.short_months)

    @cached_property
    def _month_name(self) -> str:
        return rf"(?:{alternatives(self.month_names)})"

    def year_pattern(self) -> str:
        return r"(?<![\w.,/:$€£-])(?P<year>1[1-9]\d\d|20\d\d)(?![\w/%]|[.,:]\d|\s\d{3}(?!\d))"

    def say_year(self, found: re.Match[str]) -> str | None:
        return self.year(int(found["year"]))

    # Times

    def time_pattern(self) -> str:
        """A time or a range of times, both in one so that "9-17:30" is whole."""
        moment = unnamed(self._moment.pattern)
        return (
            rf"(?<![\w.,:/-])(?:(?P<low>{moment}){DASH})?(?P<high>{moment})"
            r"(?![\w:/]|[.,]\d|[-–]\d)"
        )

    def say_time(self, found: re.Match[str]) -> str | None:
        before = self.before(found)[-24:].lower()
        if any(word in before for word in self.tables.ratio_words):
            return None
        moments = [self._moment.fullmatch(part) for part in (found["low"], found["high"]) if part]
        if not any(moment and self.is_time(moment) for moment in moments):
            return None
        said = [self.moment(moment) for moment in moments if moment]
        return f" {self.tables.to} ".join(said) + self.lost_stop(found)

    @cached_property
    def _moment(self) -> re.Pattern[str]:
        return re.compile(
            rf"(?P<hours>{_HOURS})"
            rf"(?:(?P<sign>{self.tables.time_sign})(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d))?)?"
            rf"(?:\s?(?P<suffix>{self.tables.time_suffix})(?!\w))?"
        )

    def is_time(self, moment: re.Match[str]) -> bool:
        return bool(moment["suffix"]) or (moment["sign"] or ".") != "."

    def moment(self, moment: re.Match[str]) -> str:
        hours, minutes, suffix = int(moment["hours"]), moment["minutes"], moment["suffix"]
        if not minutes and not suffix:
            return self.counted(hours, "f")
        said = self.clock(hours, int(minutes or 0), suffix or "")
        if moment["seconds"]:
            seconds = str(int(moment["seconds"]))
            said += f" {self.tables.and_} {self.with_unit(seconds, self.tables.units['s'])}"
        return said

    def clock(self, hours: int, minutes: int, suffix: str) -> str:
        full, other = self.tables.clock
        said = self.cardinal(minutes) if minutes else ""
        return (other if minutes else full).format(hours=self.counted(hours, "f"), minutes=said)

    def duration_pattern(self) -> str:
        """ "1h 30m", "5 min 20 s"."""
        return (
            r"(?<![\w.,])(?:(?P<h>\d+)\s?(?:h|hrs?|Std\.?),?\s?)?"
            r"(?P<min>\d+)\s?(?:mins?|Min\.?|mn|m)"
            r"(?:,?\s?(?P<s>\d+)\s?(?:secs?|Sek\.?|s))?(?!\w)(?:\.(?=\s[a-zß-ÿ]))?"
        )

    def say_duration(self, found: re.Match[str]) -> str | None:
        parts = [
            (found[name], self.tables.units[name]) for name in ("h", "min", "s") if found[name]
        ]
        return " ".join(self.with_unit(*part) for part in parts) if len(parts) > 1 else None
