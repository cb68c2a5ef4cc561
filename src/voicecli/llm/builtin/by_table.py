"""What is replied to one message, by a language's table."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from voicecli.llm.builtin.folding import Folded
from voicecli.llm.builtin.reader import TableReader
from voicecli.llm.builtin.sums import evaluate
from voicecli.llm.builtin.table import Do

if TYPE_CHECKING:
    from voicecli.llm.builtin.requests import SmallTalk

COUNT_MAX = 100
"""As in English."""

MAX_DAYS = 10_000


@dataclass
class Asked:
    """A message, and what was understood of it. What the conversation brought so far is the talk's,
    whichever languages it was held in."""

    reader: TableReader
    talk: SmallTalk
    written: str
    unknown: int = 0
    """So many words, or characters, nothing is known about."""
    folded: Folded = field(init=False)
    is_converted: bool = field(init=False)
    """It is written in another script than the table."""

    def __post_init__(self) -> None:
        text = self.reader.in_own_script(self.written)
        self.is_converted = text != self.written
        self.folded = self.reader.folded(text)

    @property
    def is_understood(self) -> bool:
        return self.unknown <= MAX_UNKNOWN

    def reply(self) -> str:
        """To all requests in it, in their order. The talk remembers it."""
        say = self.reader.table.say
        if not self.folded.text:
            return self._remembered([say.not_heard])
        replies = self._replies()
        if not replies:
            replies = [say.unknown]
        elif not self.is_understood:
            replies.append(say.rest_unknown)
        return self._remembered(replies)

    def _remembered(self, replies: list[str]) -> str:
        said = self.reader.joined(replies)
        if self.is_converted:
            said = self.reader.in_other_script(said)
        self.talk.asked, self.talk.said = self.written, said
        return said

    def _replies(self) -> list[str]:
        text, at = self.folded.text, 0
        replies: dict[str, bool] = {}  # and whether it was a request, or only small talk
        while at < len(text):
            if text[at] == " ":
                at += 1
                continue
            found = calculation(self, at) or self._rule(at)
            if found is not None:
                reply, is_request, at = found
                replies[reply] = is_request
            elif (filler := self.reader.fillers.match(text, at)) and filler[0]:
                at = filler.end()
            else:
                self.unknown += 1
                at = self._next_word(at)
        return [r for r, is_request in replies.items() if is_request or self.is_understood]

    def _next_word(self, at: int) -> int:
        word = r"\S+" if self.reader.is_spaced else r"[A-Za-z]+|\d+|."
        found = re.compile(word).match(self.folded.text, at)
        return found.end() if found else at + 1

    def _rule(self, at: int) -> tuple[str, bool, int] | None:
        for pattern, reply in self.reader.rules:
            if match := pattern.match(self.folded.text, at):
                if isinstance(reply, str):
                    return reply, False, match.end()
                if said := DOES[reply](self, match):
                    return said, reply is not Do.HELP, match.end()
        return None

    def spelled(self, match: re.Match[str], group: str) -> str:
        """As it stands in the message, with its capitals and punctuation."""
        return self.folded.as_written(*match.span(group))


MAX_UNKNOWN = 1


# Sums -----------------------------------------------------------------------------------------


def calculation(asked: Asked, at: int) -> tuple[str, bool, int] | None:
    """The calculation that begins there: its result, or whether one that was named is right."""
    reader, say = asked.reader, asked.reader.table.say
    found = _share(asked, at) or _chain(asked, at)
    if found is None:
        return None
    said, value, at = found
    if value is None:
        return said, True, at
    asked.talk.result = value
    text = asked.folded.text
    equals = reader.equals.match(text, _past_blank(text, at))
    if equals and (claimed := reader.number_at(text, _past_blank(text, equals.end()))):
        right = claimed[0] == value
        said = say.right if right else reader.joined([say.not_right, said])
        at = claimed[1]
    return said, True, at


def _share(asked: Asked, at: int) -> tuple[str, Fraction, int] | None:
    """`15 percent of 80`, in a language that names the 80 first."""
    reader = asked.reader
    if not (match := reader.share.match(asked.folded.text, at)):
        return None
    whole, percent = (reader.number(match[name]) for name in ("whole", "percent"))
    if whole is None or percent is None:
        return None
    value = whole * percent / 100
    return _share_said(reader, percent, whole, value), value, match.end()


def _share_said(reader: TableReader, percent: Fraction, whole: Fraction, value: Fraction) -> str:
    return reader.table.say.share.format(
        percent=reader.digits(percent), whole=reader.digits(whole), result=reader.result(value)
    )


def _chain(asked: Asked, at: int) -> tuple[str, Fraction | None, int] | None:
    """Numbers with operators between, by the usual precedence; also one that goes on from the last
    result. No value: a division by zero."""
    reader, text = asked.reader, asked.folded.text
    if (start := _start(asked, at)) is None:
        return None
    first, at = start
    operands, operators = [first], []
    while operator := _operator_at(asked, _past_blank(text, at)):
        operand = reader.number_at(text, operator[1]) or _that(asked, operator[1])
        if operand is None:
            break
        operators.append(operator[0])
        operands.append(operand[0])
        at = operand[1]
    if not operators:
        return None
    value = evaluate(operands, operators)
    if value is None or operators != ["percent of"]:
        return _chain_said(reader, operands, operators, value), value, at
    percent, whole = operands
    return _share_said(reader, percent, whole, value), value, at


def _start(asked: Asked, at: int) -> tuple[Fraction, int] | None:
    """The first number. "Minus five" after a result goes on from it, as "times three" does."""
    reader, text, result = asked.reader, asked.folded.text, asked.talk.result
    if result is not None:
        joiner = reader.joiners.match(text, at)
        joined = _past_blank(text, joiner.end()) if joiner else at
        if _operator_at(asked, joined):
            return result, joined
        if that := _that(asked, joined):
            return that
    return reader.number_at(text, at)


def _that(asked: Asked, at: int) -> tuple[Fraction, int] | None:
    that = asked.reader.that.match(asked.folded.text, at)
    return (asked.talk.result, that.end()) if that and asked.talk.result is not None else None


def _operator_at(asked: Asked, at: int) -> tuple[str, int] | None:
    text = asked.folded.text
    for pattern, name in asked.reader.operators:
        if match := pattern.match(text, at):
            return name, _past_blank(text, match.end())
    return None


def _chain_said(
    reader: TableReader, operands: list[Fraction], operators: list[str], value: Fraction | None
) -> str:
    said = reader.digits(operands[0])
    for operator, operand in zip(operators, operands[1:], strict=True):
        said += reader.table.sums.said[operator] + reader.digits(operand)
    if value is None:
        return reader.table.say.by_zero
    return reader.table.say.sum.format(sum=said, result=reader.result(value))


def _past_blank(text: str, at: int) -> int:
    return at + 1 if text[at : at + 1] == " " else at


# Time -----------------------------------------------------------------------------------------


def _time(asked: Asked, match: re.Match[str]) -> str:
    if not asked.is_understood:
        return ""  # "in Tokyo, what time is it"
    table, now = asked.reader.table, asked.talk.now
    part = next((name for until, name in table.parts_of_day if now.hour < until), "")
    hour = now.hour % 12 or 12 if part else now.hour
    pattern = table.say.time if now.minute else table.say.full_hour
    if hour == 1:
        pattern = pattern.replace(*table.at_one)
    return pattern.format(hour=hour, minute=now.minute, part=part)


def _offset(asked: Asked, match: re.Match[str]) -> tuple[int, int | None] | None:
    """How many days from today, and which day of the week was named; None for no day."""
    reader, days = asked.reader, asked.reader.table.days
    when = match.groupdict().get("when")
    if when is None:
        return 0, None
    if span := match.groupdict().get("ahead") or match.groupdict().get("ago"):
        n = reader.number(span)
        if n is None or n.denominator != 1 or not 0 <= n < MAX_DAYS:
            return None
        n *= 7 if re.search(reader.compiled(days.week), when) else 1
        return int(n) if match.groupdict().get("ahead") else -int(n), None
    for pattern, offset in days.named.items():
        if reader.compiled(pattern).fullmatch(when):
            return offset, None
    found = reader.weekday(when)
    ahead = (found - asked.talk.now.weekday()) % 7
    if reader.compiled(days.last).search(when):
        return ahead - 7, found
    return ahead or (7 if reader.compiled(days.next).search(when) else 0), found


def _day(asked: Asked, match: re.Match[str]) -> str:
    offset = _offset(asked, match)
    return "" if offset is None else _day_said(asked, match, *offset)


def _day_said(asked: Asked, match: re.Match[str], offset: int, named: int | None) -> str:
    reader, say, days = asked.reader, asked.reader.table.say, asked.reader.table.days
    date = asked.talk.now + timedelta(days=offset)
    when = next(iter(days.named)) if match.groupdict().get("when") is None else ""
    when = when or asked.spelled(match, "when").strip(" .,?!¿¡，。？！")
    if named is not None:
        pattern = say.past_weekday if offset < 0 else say.weekday
    else:
        pattern = say.past_day if offset < 0 else say.day
    said = pattern.format(
        when=when,
        weekday=days.weekdays[date.weekday()],
        day=days.first if date.day == 1 and days.first else date.day,
        month=reader.months[date.month - 1],
        year=date.year,
    )
    return said[:1].upper() + said[1:]


def _is_day(asked: Asked, match: re.Match[str]) -> str:
    offset = _offset(asked, match)
    if offset is None:
        return ""
    date = asked.talk.now + timedelta(days=offset[0])
    is_it = asked.reader.weekday(match["guess"]) == date.weekday()
    say = asked.reader.table.say
    return asked.reader.joined([say.yes if is_it else say.no, _day_said(asked, match, *offset)])


def _month(asked: Asked, match: re.Match[str]) -> str:
    month = asked.reader.months[asked.talk.now.month - 1]
    return asked.reader.table.say.month.format(month=month)


def _year(asked: Asked, match: re.Match[str]) -> str:
    return asked.reader.table.say.year.format(year=asked.talk.now.year)


# The rest -------------------------------------------------------------------------------------


def _count(asked: Asked, match: re.Match[str]) -> str:
    ends: dict[str, int] = {}
    for name, text in match.groupdict().items():
        if name in ("first", "last", "down") and text is not None:
            value = asked.reader.number(text)
            if value is None or value.denominator != 1:
                return ""
            ends[name] = int(value)
    first = ends.get("down", ends.get("first", 1))
    last = ends.get("last", 1 if "down" in ends else first)
    if abs(last - first) >= COUNT_MAX:
        return asked.reader.table.say.count_max.format(n=COUNT_MAX)
    step = 1 if last >= first else -1
    return asked.reader.counted(range(first, last + step, step))


def _again(asked: Asked, match: re.Match[str]) -> str:
    if asked.unknown:
        return ""  # "they say that ..."
    return asked.talk.said or asked.reader.table.say.nothing_said


def _what_i_said(asked: Asked, match: re.Match[str]) -> str:
    say, said = asked.reader.table.say, asked.talk.asked
    return say.you_said.format(text=asked.reader.sentence(said)) if said else say.nothing_heard


def _repeat(asked: Asked, match: re.Match[str]) -> str:
    return "" if asked.unknown else asked.reader.sentence(asked.spelled(match, "rest"))


def _meet(asked: Asked, match: re.Match[str]) -> str:
    name = asked.spelled(match, "name").strip(" .,!?，。！？")
    asked.talk.name = name[:1].upper() + name[1:]
    return asked.reader.table.say.meet.format(name=asked.talk.name)


def _my_name(asked: Asked, match: re.Match[str]) -> str:
    say, name = asked.reader.table.say, asked.talk.name
    return say.your_name.format(name=name) if name else say.name_unknown


def _joke(asked: Asked, match: re.Match[str]) -> str:
    jokes = asked.reader.table.jokes
    asked.talk.jokes += 1
    return jokes[(asked.talk.jokes - 1) % len(jokes)]


def _help(asked: Asked, match: re.Match[str]) -> str:
    say = asked.reader.table.say
    more = [say.help_timers] if asked.talk.has_timers else []
    return asked.reader.joined([say.help, *more])


DOES: dict[Do, Callable[[Asked, re.Match[str]], str]] = {
    Do.TIME: _time,
    Do.DAY: _day,
    Do.IS_DAY: _is_day,
    Do.MONTH: _month,
    Do.YEAR: _year,
    Do.COUNT: _count,
    Do.AGAIN: _again,
    Do.WHAT_I_SAID: _what_i_said,
    Do.REPEAT: _repeat,
    Do.MEET: _meet,
    Do.MY_NAME: _my_name,
    Do.JOKE: _joke,
    Do.HELP: _help,
}
"""An empty reply: it was no such request."""
