"""What the built-in replies have done by tools (`talk --tools`), and what they say of it. Pure.

As a language model would, they call a function that the request names, and put what came of it into
words when they are asked again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache

from voicecli.llm.builtin.clock_times import CLOCK, clock_in, said_clock
from voicecli.llm.builtin.numbers import NUMBER, number_at, say_number
from voicecli.llm.builtin.replies import CODES, answer, language_told
from voicecli.llm.builtin.requests import FILLERS, NOT_HEARD, REST_UNKNOWN, UNKNOWN
from voicecli.llm.builtin.spans import SPAN, said_seconds, span_arguments
from voicecli.llm.builtin.timers_by_table import LISTED, timer_wanted
from voicecli.llm.builtin.wanted import WantedCall
from voicecli.llm.builtin.words import words_of
from voicecli.llm.messages import Message

FOR_HOW_LONG = "For how long?"
FOR_WHEN = "For what time?"
WHICH_ONE = "Which one?"

MAX_UNKNOWN = 2
"""Words around a request that nothing is known about; with more of them it may be another one."""


def reply_to(
    messages: Sequence[Message], tools: Collection[str], now: datetime
) -> str | WantedCall:
    """The reply to the last message of the user's, or first the call of one of these tools. What
    other languages than English say of the time and sums needs none."""
    code = language_told(messages)
    if code in CODES:
        wanted = timer_wanted(messages, tools, now, code)
    else:
        wanted = wanted_in(messages, tools, now) if tools else None
    if wanted is None:
        return answer(messages, now, has_timers="set_timer" in tools)
    if isinstance(wanted, str):
        return wanted
    if messages[-1].role != "tool":
        return wanted
    result = messages[-1].content
    said = wanted.said(result) or f"Sorry, that did not work: {result.rstrip('.')}."
    rest = answer([Message("user", wanted.rest)], now)
    return said if _is_nothing(rest) else f"{said} {rest}"


def _is_nothing(reply: str) -> bool:
    return any(reply.endswith(nothing) for nothing in (NOT_HEARD, UNKNOWN, REST_UNKNOWN))


def wanted_in(
    messages: Sequence[Message], tools: Collection[str], now: datetime
) -> WantedCall | str | None:
    """What the last message of the user's wants of these tools: a call, or first an answer to a
    question. None where it wants nothing of them."""
    spoken = [message for message in messages if message.role in ("user", "assistant")]
    last = max((i for i, one in enumerate(spoken) if one.role == "user"), default=None)
    if last is None:
        return None
    text = _in_words_of(spoken[last].content)
    before = spoken[last - 1].content.strip() if last else ""
    earlier = next((one.content for one in reversed(spoken[:last]) if one.role == "user"), "")
    answered = _answered(text, before, _in_words_of(earlier), tools, now)
    if text.startswith(("the ", "my ")) and answered:
        return answered  # "the one hour timer" sets none
    for tool, pattern, make in _REQUESTS:
        match = pattern.search(text) if tool in tools else None
        if match is None or re.search(r"\bnot $", text[: match.start()]):
            continue
        rest = f"{text[: match.start()]}{text[match.end() :]}"
        wanted = make(match, now) if _n_unknown(rest) <= MAX_UNKNOWN else None
        if isinstance(wanted, WantedCall):
            return WantedCall(wanted.name, wanted.arguments, wanted.said, rest)
        if wanted:
            return wanted
    return answered


def _in_words_of(message: str) -> str:
    return " ".join(word.text for word in words_of(message))


def _answered(
    text: str, question: str, earlier: str, tools: Collection[str], now: datetime
) -> WantedCall | str | None:
    """To one of the questions above. earlier: what that was asked of."""
    for asked, tool, pattern, make in (
        (FOR_HOW_LONG, "set_timer", _SPAN, _timer),
        (FOR_WHEN, "set_alarm", CLOCK, _alarm),
    ):
        match = re.search(rf"(?<!\S){pattern}(?!\S)", text) if question.endswith(asked) else None
        if match and tool in tools:
            return _completed(f"{earlier} {text}", tool, now) or make(match, now)
    if question.endswith(WHICH_ONE) and "cancel_timer" in tools:
        match = _CANCEL.fullmatch(_chosen(text))
        return _cancel(match, now) if match else None
    return None


def _completed(text: str, tool: str, now: datetime) -> WantedCall | None:
    """The request, with the answer behind it: what it is for may stand there alone."""
    for name, pattern, make in _REQUESTS:
        match = pattern.search(text) if name == tool else None
        if match and isinstance(wanted := make(match, now), WantedCall):
            return wanted
    return None


def _chosen(text: str) -> str:
    """The answer to which one, as the request that it completes."""
    text = re.sub(r"^(?:i mean |cancel |it is )|(?: of them)?(?: please)?$", "", text)
    if re.fullmatch(r"all|both|every one|everything", text):
        return "cancel all timers"
    text = re.sub(r"\bone(?=$| for | at )", "timer", text)
    return f"cancel {text}" if _KIND.search(text) else f"cancel {text} timer"


def _n_unknown(text: str) -> int:
    return sum(word not in FILLERS for word in text.split())


# Timers -------------------------------------------------------------------------------------------


def _timer(match: re.Match[str], now: datetime) -> WantedCall | str:
    span = match.groupdict().get("span")
    if span is None:
        return FOR_HOW_LONG
    arguments = span_arguments(span)
    name = _name(match)
    kind = f"The {name} timer" if name else "The timer"

    def said(result: str) -> str:
        return f"{kind} is set for {said_seconds(arguments)}." if result.startswith("Set") else ""

    return WantedCall("set_timer", {**arguments, **({"name": name} if name else {})}, said)


def _alarm(match: re.Match[str], now: datetime) -> WantedCall | str:
    due = clock_in(match, now, is_morning=match.string.startswith("wake", match.start()))
    if due is None:
        return FOR_WHEN
    name = _name(match)
    is_later = due.date() > now.date() and due - now > timedelta(hours=12)

    def said(result: str) -> str:
        day = " tomorrow" if is_later else ""
        return f"The alarm is set for {said_clock(due)}{day}." if result.startswith("Set") else ""

    arguments = {"time": f"{due:%H:%M}", "date": f"{due:%Y-%m-%d}"}
    return WantedCall("set_alarm", {**arguments, **({"name": name} if name else {})}, said)


def _name(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return next((groups[one] for one in ("name", "for", "todo") if groups.get(one)), "")


_KIND = re.compile(r"\b(timer|alarm)s?\b")


def _list(match: re.Match[str], now: datetime) -> WantedCall:
    def said(result: str) -> str:
        lines = [found for line in result.splitlines() if (found := LISTED.fullmatch(line))]
        if not lines:
            return "No timer is running."
        return " ".join(f"{_called(one)} rings in {_in_words(one['left'])}." for one in lines)

    return WantedCall("list_timers", {}, said)


def _called(listed: re.Match[str]) -> str:
    """One is set for `10 minutes`, or for `07:30`."""
    if listed["name"]:
        return f"The {listed['name']} timer"
    if clock := re.search(r"(\d\d):(\d\d)$", listed["set"]):
        return f"The alarm for {said_clock(datetime(2000, 1, 1, int(clock[1]), int(clock[2])))}"
    return f"The timer for {_in_words(listed['set'])}"


def _has_clock(groups: Mapping[str, str | None]) -> bool:
    return bool(groups.get("clock") or groups.get("named"))


def _cancel(match: re.Match[str], now: datetime) -> WantedCall:
    groups = match.groupdict()
    span = groups.get("span") or groups.get("span2")
    kind = _KIND.search(match[0])
    which = groups.get("name") or (kind[1] if kind else "")
    if (due := clock_in(match, now, is_morning=False) if _has_clock(groups) else None) is not None:
        which = f"{due:%H:%M}"
    if span:
        which = said_seconds(span_arguments(span), in_digits=True)
    if re.search(r"\b(?:all|every)\b|(?:timer|alarm)s$", match[0]):
        which = "all"

    def said(result: str) -> str:
        n_cancelled = result.count("Cancelled:")
        if n_cancelled > 1:
            return f"{say_number(Fraction(n_cancelled)).capitalize()} timers are cancelled."
        found = LISTED.search(result)
        if n_cancelled:
            return f"{_called(found)} is cancelled." if found else "It is cancelled."
        is_none = which not in ("timer", "alarm") or result.endswith("none")
        return "There is no such timer." if is_none else WHICH_ONE

    return WantedCall("cancel_timer", {"which": which} if which else {}, said)


def _in_words(text: str) -> str:
    return re.sub(r"\d+", lambda n: say_number(Fraction(n[0])), text)


# The time and sums --------------------------------------------------------------------------------


_COUNTRIES = {
    "japan": "tokyo", "germany": "berlin", "england": "london", "britain": "london",
    "france": "paris", "spain": "madrid", "italy": "rome", "china": "shanghai",
    "beijing": "shanghai", "india": "kolkata", "california": "los angeles",
    "san francisco": "los angeles", "washington": "new york", "boston": "new york",
    "korea": "seoul", "greece": "athens",
}  # fmt: skip


@cache
def _zones() -> Mapping[str, str]:
    """Cities, as they are said -> IANA names."""
    from zoneinfo import available_timezones

    names = sorted(zone for zone in available_timezones() if "/" in zone)
    return {zone.rsplit("/", 1)[-1].replace("_", " ").lower(): zone for zone in reversed(names)}


def _time(match: re.Match[str], now: datetime) -> WantedCall | None:
    place = match.groupdict().get("place")
    zone = _zones().get(_COUNTRIES.get(place, place)) if place else ""
    if zone is None:
        return None

    def said(result: str) -> str:
        found = re.search(r"\d{4}-\d\d-\d\d, \d\d:\d\d", result)
        if found is None:
            return ""
        moment = datetime.strptime(found[0], "%Y-%m-%d, %H:%M")
        here = "It is" if place is None else f"In {place.title()} it is"
        return f"{here} {said_clock(moment, with_part=place is not None)}."

    return WantedCall("get_time", {"timezone": zone} if zone else {}, said)


def _sum(spoken: str, expression: str) -> Callable[[re.Match[str], datetime], WantedCall]:
    """Both are filled in with the numbers of the request."""

    def make(match: re.Match[str], now: datetime) -> WantedCall:
        found = {
            name: number_at(words_of(text), 0)
            for name, text in match.groupdict().items()
            if text is not None
        }
        numbers = {name: value[0] for name, value in found.items() if value is not None}
        in_words = {name: say_number(value) for name, value in numbers.items()}
        in_digits = {name: f"({value})" for name, value in numbers.items()}

        def said(result: str) -> str:
            try:
                value = Fraction(result)
            except ValueError:
                return ""
            text = f"{spoken.format(**in_words)} is {say_number(value)}."
            return text[0].upper() + text[1:]

        return WantedCall("calculate", {"expression": expression.format(**in_digits)}, said)

    return make


# Requests -----------------------------------------------------------------------------------------

_SET = "(?:(?:set|start|make|give|add|create|i need|i want) (?:me )?)?"
_A = "(?:(?:a|an|the|my|another|one|new) )?"
_NO_NAME = rf"(?!(?:an?|the|my|another|all|every|for|of|new|half|quarter|noon|midnight|{NUMBER})\b)"
_NAME = rf"(?P<name>{_NO_NAME}[^\W\d]+(?: [^\W\d]+)??) "
_FOR = rf"(?: (?:for|called|named) (?:(?:the|my) )?(?P<for>{_NO_NAME}[^\W\d]+))?"
_TODO = _FOR.replace("<for>", "<todo>")
_SPAN = rf"(?P<span>{SPAN})"
_X, _Y = rf"(?P<x>{NUMBER})", rf"(?P<y>{NUMBER})"

_Make = Callable[[re.Match[str], datetime], WantedCall | str | None]
_PATTERNS: tuple[tuple[str, str, _Make], ...] = (
    # In words_of() spelling. The first that is found wins.
    (
        "cancel_timer",
        rf"(?:cancel|stop|delete|remove|clear|turn off|end) (?:(?:all|every|both) )?(?:of )?{_A}"
        rf"(?:{_SPAN} |{_NAME})?(?:timer|alarm)s?"
        rf"(?: (?:for|of) (?P<span2>{SPAN})| (?:for|at) {CLOCK})?",
        _cancel,
    ),
    (
        "list_timers",
        r"(?:what|which|list|show|read|how many|are there|do i have)(?: me)?(?: any| all| my| the)*"
        r" (?:timer|alarm)s?.*",
        _list,
    ),
    (
        "list_timers",
        r"how (?:much time|long) (?:is |do i have |does it have )?(?:left|to go).*",
        _list,
    ),
    ("list_timers", rf"when (?:does|will|is) {_A}(?:\w+ )??(?:timer|alarm) .*", _list),
    ("set_timer", rf"{_SET}{_A}{_SPAN} (?:{_NAME})?(?:timer|alarm|countdown){_FOR}", _timer),
    (
        "set_timer",
        rf"{_SET}{_A}(?:{_NAME})??(?:timer|alarm|countdown){_FOR}"
        rf" (?:for |of |in |to )?{_SPAN}{_TODO}",
        _timer,
    ),
    (
        "set_timer",
        rf"(?:remind me|wake me(?: up)?|ring)(?: to (?P<name>{_NO_NAME}.+?))? in {_SPAN}"
        r"(?: to (?P<todo>.+))?",
        _timer,
    ),
    (
        "set_alarm",
        rf"(?:{_SET}{_A}(?:alarm|timer){_FOR}|wake me(?: up)?|remind me|ring)"
        rf"(?: to (?P<name>{_NO_NAME}.+?))? (?:(?:for|at|to) )?(?:a )?{CLOCK}(?: to (?P<todo>.+))?",
        _alarm,
    ),
    ("set_timer", rf"(?:set|start|make|give me|i need) {_A}(?:timer|countdown)", _timer),
    ("set_alarm", rf"(?:set|make|i need) {_A}alarm|wake me(?: up)?", _alarm),
    (
        "get_time",
        r"what (?:is the )?(?:current )?time (?:(?:is it|it is) )?(?:now )?"
        r"in (?P<place>\w+(?: \w+){0,2})$",
        _time,
    ),
    (
        "get_time",
        r"(?:what (?:is the )?(?:current )?time(?: (?:is it|it is))?(?: now)?"
        r"|(?:tell|give) me the time)(?=$| please| and)",
        _time,
    ),
    (
        "calculate",
        rf"(?:the )?square root of {_X}",
        _sum("the square root of {x}", "sqrt{x}"),
    ),
    (
        "calculate",
        rf"(?:the )?cube root of {_X}",
        _sum("the cube root of {x}", "{x}**(1/3)"),
    ),
    ("calculate", rf"{_X} squared", _sum("{x} squared", "{x}**2")),
    ("calculate", rf"{_X} cubed", _sum("{x} cubed", "{x}**3")),
    (
        "calculate",
        rf"{_X} (?:to the power(?: of)?|raised to(?: the power of)?) {_Y}",
        _sum("{x} to the power of {y}", "{x}**{y}"),
    ),
    ("calculate", rf"(?:the )?factorial of {_X}", _sum("the factorial of {x}", "factorial{x}")),
    ("calculate", rf"{_X} factorial", _sum("the factorial of {x}", "factorial{x}")),
)
_REQUESTS = tuple(
    (tool, re.compile(rf"(?<!\S)(?:{pattern})(?!\S)"), make) for tool, pattern, make in _PATTERNS
)
_CANCEL = _REQUESTS[0][1]
