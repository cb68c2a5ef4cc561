"""The built-in replies: what answers where no language model does. No network, no model.

`answer` is the whole of it, a pure function; ResponderTransport serves it as an OpenAI-compatible
server, so that the client of llm.py needs to know nothing of it. It understands a few dozen English
requests, written or as a speech recogniser puts them, and says of the rest that it doesn't.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import httpx
from num2words import num2words

from voicecli.llm import BUILTIN, Message

HELP = (
    "I am only the built-in responder, not a language model. "
    "I can tell you the time, the day and the date. "
    "I know plus, minus, times and divided by. "
    "I can count, repeat after you, and tell a joke or a story."
)
WHO = "I am the built-in responder, not a language model. I know only a few things. Say help."
UNKNOWN = (
    "Sorry, I do not understand. I am only the built-in responder, not a language model. Say help."
)
REST_UNKNOWN = "Sorry, I do not understand the rest."
NOT_HEARD = "Sorry, I did not hear you."
NO_TIMER = "Sorry, I have no timer."

JOKES = (
    "Here is a joke. Why is nobody a friend of seven? Seven ate nine.",
    "Here is a joke. What did zero say to eight? Nice belt.",
    "Here is a joke. Where does a cow go on Saturday night? To the moo vies.",
    "Here is a joke. What time is it when a horse sits on your clock? Time for a new clock.",
    "Here is a joke. What does a fish say when it swims into a wall? Dam.",
)
STORY = (
    "Here is a story. One night a black cat and a white horse meet. "
    "I need help, says the cat. I can not go on. "
    "Then we go on my four legs, says the horse. "
    "In the morning they are home. Thank you, says the cat, and see you tomorrow."
)

COUNT_MAX = 100
"""Numbers in one reply: half a minute of speech at ten, five minutes at a hundred."""

NUMBER_MAX = 10**15
"""Above, numbers take longer to say than anyone listens."""

_FILLERS = """
a ah also an and are calculate can could do for give how i is it just know let like me much my now
of oh okay on please quickly right so tell than that the then there this to today uh um us want was
well what would you your
"""
FILLERS = frozenset(_FILLERS.split())
"""Words that may surround a request; others that no rule takes were not understood."""


def answer(messages: Sequence[Message], now: datetime) -> str:
    """The reply to the last user message. Pure: the conversation and the local time decide."""
    talk = _Talk(now)
    reply = NOT_HEARD
    for message in messages:
        if message.role == "user":
            reply = talk.reply(message.content)
        elif message.role == "assistant":
            talk.was_heard(message.content)
    return reply


class ResponderTransport(httpx.AsyncBaseTransport):
    """An OpenAI-compatible server without a socket: /v1/models and /v1/chat/completions."""

    def __init__(self, clock: Callable[[], datetime] = datetime.now) -> None:
        self._clock = clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/models":
            return httpx.Response(200, json={"data": [{"id": BUILTIN, "object": "model"}]})
        if request.url.path != "/v1/chat/completions":
            return httpx.Response(404, json={"error": {"message": "there is nothing here"}})
        body = json.loads(await request.aread())
        messages = [Message(m["role"], m["content"]) for m in body["messages"]]
        return httpx.Response(
            200,
            headers={"Content-Type": "text/event-stream"},
            content=_events(answer(messages, self._clock())),
        )


async def _events(text: str) -> AsyncIterator[bytes]:
    """The reply as a server streams it, a word an event."""
    deltas = [{"content": word} for word in re.findall(r"\s*\S+", text)]
    for delta, finish_reason in [*((delta, None) for delta in deltas), ({}, "stop")]:
        choice: dict[str, Any] = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        yield f"data: {json.dumps({'model': BUILTIN, 'choices': [choice]})}\n\n".encode()
    yield b"data: [DONE]\n\n"


# The conversation ---------------------------------------------------------------------------------


@dataclass
class _Talk:
    """What one conversation has brought so far; replayed from the start for every reply."""

    now: datetime
    name: str = ""
    result: Fraction | None = None
    """Of the last calculation: "and times three" goes on from it."""
    jokes: int = 0
    said: str = ""
    """The last reply."""
    asked: str = ""
    """What the user said before."""
    message: str = ""
    """What is being answered, its words, and how many of them nothing is known about so far."""
    words: list[Word] = field(default_factory=list)
    unknown: int = 0

    def reply(self, text: str) -> str:
        self.message, self.words, self.unknown = text, words_of(text), 0
        if not self.words:
            return NOT_HEARD
        replies = self._replies()
        if not replies:
            replies = [UNKNOWN]
        elif self.unknown >= 2:
            replies.append(REST_UNKNOWN)
        self.asked, self.said = text, " ".join(replies)
        return self.said

    def spelled(self, match: re.Match[str], group: str) -> str:
        """What a rule found, as it stands in the message: with its capitals and punctuation."""
        first = match.string.count(" ", 0, match.start(group))
        after = first + len(match[group].split())
        end = self.words[after].start if after < len(self.words) else None
        return self.message[self.words[first].start : end].strip()

    def was_heard(self, content: str) -> None:
        """A reply that was cut off is repeated in full; one that isn't ours as it was."""
        heard = content.strip()
        if heard and not self.said.startswith(heard.rstrip(" .,-\u2026")):
            self.said = heard

    def _replies(self) -> list[str]:
        """The replies to all requests in the message, in their order."""
        text = " ".join(word.text for word in self.words)
        replies: dict[str, bool] = {}  # and whether it was a request, or only small talk
        at = 0
        while at < len(self.words):
            found = self._calculation(at) or self._rule(text, at)
            if found is None:
                self.unknown += self.words[at].text not in FILLERS
                at += 1
            else:
                reply, is_request, at = found
                replies[reply] = is_request
        # A "no" or "wait" in a long sentence that nobody understood means nothing.
        return [r for r, is_request in replies.items() if is_request or self.unknown < 2]

    def _rule(self, text: str, at: int) -> tuple[str, bool, int] | None:
        start = sum(len(word.text) + 1 for word in self.words[:at])
        for pattern, reply in RULES:
            if match := pattern.match(text, start):
                after = at + len(match[0].split())
                if isinstance(reply, str):
                    return reply, False, after
                if said := reply(self, match):
                    return said, True, after
        return None

    def _calculation(self, at: int) -> tuple[str, bool, int] | None:
        found = calculation(self.words, at, self.result)
        if found is None:
            return None
        steps, claimed, after = found
        sentences = []
        for spoken, value in steps:
            if value is None:
                sentences.append("No number is divided by zero.")
                break
            self.result = value
            sentences.append(f"{spoken} is {say_number(value)}.")
        else:
            if claimed is not None:
                right = claimed == self.result
                sentences = ["That is right."] if right else ["That is not right.", *sentences]
        return " ".join(sentence[0].upper() + sentence[1:] for sentence in sentences), True, after


# Words --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Word:
    text: str
    """Lower case; numbers in digits, signs as words."""
    start: int
    """Where it stands in the message."""


_WORD = re.compile(
    r"""\d{1,3}(?:,\d{3})+(?:\.\d+)?    # 1,234.5
      | \d*\.?\d+                       # 12, 0.5
      | [^\W\d_]+(?:['\u2019][^\W\d_]+)*
      | (?<![^\W\d_])[-\u2212\u2013](?=\s*[\d.])   # a minus, and no hyphen
      | [+*\u00d7/\u00f7%=]
    """,
    re.VERBOSE,
)
_EXPANDED = {
    "+": "plus",
    "-": "minus",
    "\u2212": "minus",
    "\u2013": "minus",
    "*": "times",
    "\u00d7": "times",
    "x": "times",
    "/": "divided by",
    "\u00f7": "divided by",
    "%": "percent",
    "=": "is",
    "equals": "is",
    "makes": "is",
    "cannot": "can not",
    "can't": "can not",
    "i'm": "i am",
    "let's": "let us",
    "whats": "what is",
    "ok": "okay",
    "hi": "hello",
    "hey": "hello",
    "colour": "color",
    "per": "percent",
    "cent": "",
}


def words_of(text: str) -> list[Word]:
    """`What's 7 + 12?` as the recogniser would write it: what is 7 plus 12."""
    words = []
    for match in _WORD.finditer(text):
        word = match[0].lower().replace("\u2019", "'").replace(",", "")
        expanded = _EXPANDED.get(word)
        if expanded is None:
            expanded = re.sub(r"(?<=.)n't$", " not", re.sub(r"(?<=[a-z])'s$", " is", word))
        words += [Word(part, match.start()) for part in expanded.split()]
    return words


# Numbers ------------------------------------------------------------------------------------------

_SMALL = {num2words(n): n for n in (*range(20), *range(20, 100, 10))}
_SCALES = {
    "hundred": 100,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
_SOUND_LIKE = {"to": 2, "too": 2, "for": 4, "fore": 4, "won": 1, "ate": 8}
"""How recognisers write numbers where a word would do as well."""


def number_at(words: Sequence[Word], at: int) -> tuple[Fraction, int] | None:
    """The number that starts at words[at], and the index behind it; None where there is none."""
    texts = [word.text for word in words[at:]]
    if texts[:1] == ["minus"]:
        found = number_at(words, at + 1)
        return None if found is None else (-found[0], found[1])
    if not texts:
        return None
    if texts[0][-1].isdecimal() and texts[0].isascii():
        value, used = Fraction(texts[0]), 1
        if texts[1:2] and texts[1] in _SCALES:
            value, used = value * _SCALES[texts[1]], 2
    else:
        whole, used = _whole_number(texts)
        value = Fraction(whole)
    if used == 0:
        return None
    if texts[used : used + 1] == ["point"]:
        digits = ""
        for text in texts[used + 1 :]:
            digit = str(_SMALL.get(text, text if text.isascii() and text.isdecimal() else ""))
            if not digit:
                break
            digits += digit
        if digits:
            value += Fraction(int(digits), 10 ** len(digits))
            used += 1 + len(digits)
    return None if abs(value) >= NUMBER_MAX else (value, at + used)


def _whole_number(texts: Sequence[str]) -> tuple[int, int]:
    """Value and length of the number in words that `texts` starts with; length 0 without one."""
    total = part = used = 0  # part: below a thousand, still open
    last = 0  # the word before, as a number
    for index, text in enumerate(texts):
        if text == "a" and not used and texts[index + 1 : index + 2] and texts[1] in _SCALES:
            part, last = 1, 1
        elif text in _SMALL:
            n = _SMALL[text]
            fits = not used or last >= 100 or (last >= 20 and 0 < n < 10)
            if not fits:
                break
            part, last, used = part + n, n, index + 1
        elif text in _SCALES and (used or part):
            scale = _SCALES[text]
            if scale == 100:
                if not 0 < part < 100:
                    break
                part *= 100
            else:
                total, part = total + part * scale, 0
            last, used = scale, index + 1
        elif text != "and" or last < 100 or not set(texts[index + 1 : index + 2]) <= set(_SMALL):
            break
    return total + part, used


def say_number(value: Fraction) -> str:
    """`minus three point five`, `about six point six seven`; no hyphens, no commas."""
    if abs(value) >= NUMBER_MAX:
        return "more than I can say" if value > 0 else "less than I can say"
    exact = value * 1000
    if exact.denominator == 1:
        about, shown = "", value
    else:
        places = 2 if abs(value) >= 1 else 2 - _magnitude(value)
        about, shown = "about ", round(value, places)
    # num2words works on decimals of floats; a string keeps the digits as they are.
    whole, _, digits = _decimal(abs(shown)).partition(".")
    said = num2words(int(whole))
    if digits:
        said += " point " + " ".join(num2words(int(digit)) for digit in digits)
    said = ("minus " if shown < 0 else "") + said
    return about + said.replace("-", " ").replace(",", "").replace(" and ", " ")


def _magnitude(value: Fraction) -> int:
    """Of 0.05 it is -2. Values so small that nobody says them count as 10^-9."""
    power = 0
    while abs(value) < Fraction(10) ** power and power > -9:
        power -= 1
    return power


def _decimal(value: Fraction) -> str:
    """A fraction whose denominator divides a power of ten, in digits."""
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    scaled = str(int(value * 10**digits)).rjust(digits + 1, "0")
    return scaled if not digits else f"{scaled[:-digits]}.{scaled[-digits:]}"


# Arithmetic ---------------------------------------------------------------------------------------

_OPERATORS: dict[tuple[str, ...], str] = {
    ("plus",): "plus",
    ("minus",): "minus",
    ("less",): "minus",
    ("times",): "times",
    ("multiplied", "by"): "times",
    ("divided", "by"): "divided by",
    ("over",): "divided by",
    ("percent", "of"): "percent of",
}


def _operator_at(words: Sequence[Word], at: int) -> tuple[str, int] | None:
    texts = tuple(word.text for word in words[at : at + 2])
    for spelled, operator in _OPERATORS.items():
        if texts[: len(spelled)] == spelled:
            return operator, at + len(spelled)
    return None


def _operand_at(
    words: Sequence[Word], at: int, result: Fraction | None, after_operator: bool
) -> tuple[Fraction, int] | None:
    """A number, or "that" and "the answer" for the last result."""
    if found := number_at(words, at):
        return found
    texts = [word.text for word in words[at : at + 2]]
    if after_operator and texts and texts[0] in _SOUND_LIKE:
        return Fraction(_SOUND_LIKE[texts[0]]), at + 1
    if result is not None and texts == ["the", "answer"]:
        return result, at + 2
    if result is not None and texts and texts[0] in ("that", "it"):
        return result, at + 1
    return None


def calculation(
    words: Sequence[Word], at: int, result: Fraction | None
) -> tuple[list[tuple[str, Fraction | None]], Fraction | None, int] | None:
    """The calculation that starts at words[at].

    Returns its steps as said and their values (None: a division by zero), the result that the user
    claims if any, and the index behind it; None where there is no calculation. One step is a chain
    by the usual precedence; "and times three" is a step that takes the whole before it.
    """
    steps: list[tuple[str, Fraction | None]] = []
    start = _operand_at(words, at, result, after_operator=False)
    # "minus five" after a result goes on from it, as "times three" does.
    joined = _skip_joiner(words, at)
    if result is not None and _operator_at(words, joined):
        start = (result, joined)
    if start is None:
        return None
    first, at = start
    while True:
        operands, operators = [first], []
        while operator := _operator_at(words, at):
            operand = _operand_at(words, operator[1], result, after_operator=True)
            if operand is None:
                break
            operators.append(operator[0])
            operands.append(operand[0])
            at = operand[1]
        if not operators:
            break
        spoken = say_number(operands[0])
        for operator_name, value in zip(operators, operands[1:], strict=True):
            spoken += f" {operator_name} {say_number(value)}"
        result = evaluate(operands, operators)
        steps.append((spoken, result))
        joined = _skip_joiner(words, at)
        if result is None or joined == at or not _operator_at(words, joined):
            break
        first, at = result, joined
    if not steps:
        return None
    if at < len(words) and words[at].text == "is" and (claimed := number_at(words, at + 1)):
        return steps, claimed[0], claimed[1]
    return steps, None, at


def _skip_joiner(words: Sequence[Word], at: int) -> int:
    while at < len(words) and words[at].text in ("and", "then"):
        at += 1
    return at


def evaluate(operands: Sequence[Fraction], operators: Sequence[str]) -> Fraction | None:
    """Times, divided by and percent of before plus and minus; None for a division by zero."""
    terms = [operands[0]]
    for operator, value in zip(operators, operands[1:], strict=True):
        if operator == "divided by" and value == 0:
            return None
        match operator:
            case "plus":
                terms.append(value)
            case "minus":
                terms.append(-value)
            case "times":
                terms[-1] *= value
            case "divided by":
                terms[-1] /= value
            case "percent of":
                terms[-1] *= value / 100
    return sum(terms, Fraction(0))


# Requests -----------------------------------------------------------------------------------------


def _time(talk: _Talk, _: re.Match[str]) -> str:
    """`It is ten thirty.`, `It is five minutes after ten.`, `It is five o'clock.`"""
    hour, minute = num2words(talk.now.hour % 12 or 12), talk.now.minute
    said = num2words(minute).replace("-", " ")
    if minute == 0:
        return f"It is {hour} o'clock."
    if minute < 10:
        return f"It is {said} minute{'s' if minute > 1 else ''} after {hour}."
    return f"It is {hour} {said}."


def _day(talk: _Talk, match: re.Match[str]) -> str:
    """`Today is Friday.`, with a yes or no where a day was guessed."""
    when = "Tomorrow" if "tomorrow" in match[0] else "Today"
    day = f"{talk.now + timedelta(days=int(when == 'Tomorrow')):%A}"
    guess = match.groupdict().get("guess")
    yes_or_no = "" if guess is None else "Yes. " if guess == day.lower() else "No. "
    return f"{yes_or_no}{when} is {day}."


def _date(talk: _Talk, match: re.Match[str]) -> str:
    tomorrow = "tomorrow" in match[0]
    date = talk.now + timedelta(days=int(tomorrow))
    return f"{'Tomorrow' if tomorrow else 'Today'} is {date:%B} {say_number(Fraction(date.day))}."


def _month(talk: _Talk, _: re.Match[str]) -> str:
    return f"It is {talk.now:%B}."


def _year(talk: _Talk, _: re.Match[str]) -> str:
    return f"It is {num2words(talk.now.year, to='year').replace('-', ' ')}."


def _count(talk: _Talk, match: re.Match[str]) -> str:
    """Counts up or down, in sentences of ten numbers; empty where there are no two numbers."""
    words = words_of(match[0])
    places = [i for i, word in enumerate(words) if word.text in ("from", "to")]
    ends = {words[i].text: found[0] for i in places if (found := number_at(words, i + 1))}
    if any(end.denominator != 1 for end in ends.values()):
        return ""
    down = any(word.text == "down" for word in words)
    first = int(ends.get("from", Fraction(1)))
    last = int(ends.get("to", Fraction(1 if down else first)))
    if abs(last - first) >= COUNT_MAX:
        return f"Sorry, I count {say_number(Fraction(COUNT_MAX))} numbers and no more."
    step = 1 if last >= first else -1
    said = [say_number(Fraction(n)) for n in range(first, last + step, step)]
    tens = (", ".join(said[i : i + 10]) for i in range(0, len(said), 10))
    return " ".join(f"{ten[0].upper()}{ten[1:]}." for ten in tens)


def _meet(talk: _Talk, match: re.Match[str]) -> str:
    name = talk.spelled(match, "name").strip(".,!?")
    if match[0].startswith("i am") and not name.istitle():
        return ""  # `i am hungry`
    talk.name = name.capitalize()
    return f"Nice to meet you, {talk.name}."


def _your_name(talk: _Talk, _: re.Match[str]) -> str:
    return f"Your name is {talk.name}." if talk.name else "I do not know your name."


def _again(talk: _Talk, _: re.Match[str]) -> str:
    if talk.unknown:
        return ""  # `they say that ...`
    return talk.said or "I said nothing so far."


def _what_i_said(talk: _Talk, _: re.Match[str]) -> str:
    return f"You said: {_sentence(talk.asked)}" if talk.asked else "You said nothing so far."


def _repeat(talk: _Talk, match: re.Match[str]) -> str:
    """Whatever follows, in the user's own spelling; empty for `they say that ...`."""
    if talk.unknown:
        return ""
    return _sentence(talk.spelled(match, "rest"))


def _sentence(text: str) -> str:
    text = text.strip()
    text = re.sub(r"(?<![\d.:,])\d{1,9}(?![.:,]?\d)", lambda m: say_number(Fraction(m[0])), text)
    return text[:1].upper() + text[1:] + ("" if text[-1:] in tuple(".!?") else ".")


def _joke(talk: _Talk, match: re.Match[str]) -> str:
    about = match.groupdict().get("about")
    fitting = (joke for joke in JOKES if about and f" {about} " in joke)
    joke = next(fitting, JOKES[talk.jokes % len(JOKES)])
    talk.jokes += 1
    return joke


def _timer(talk: _Talk, _: re.Match[str]) -> str:
    return NO_TIMER


_DIGITS = "|".join((*_SMALL, *_SCALES, "minus", r"[\d.]+", "a(?= hundred)"))
_NUMBER = rf"(?:{_DIGITS})(?: (?:and )?(?:{_DIGITS}))*"
_SPAN = rf"(?:{_NUMBER} )?(?:second|minute|hour)s?"
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_WHEN = "(?: today| tomorrow| now)?"
_NO_NAME = "fine|sorry|here|okay|good|not|a|an|the|in|at|on|so|very|well"

_REQUESTS: tuple[tuple[str, str | Callable[[_Talk, re.Match[str]], str]], ...] = (
    # In words_of() spelling. The first that fits at a word wins. Texts are for small talk: they are
    # left out where much of the message was not understood.
    ("what did you (?:just )?say|say again|again|one more time|come again", _again),
    ("(?:say|repeat) (?:that|it)(?: again| one more time)?", _again),
    ("(?:i am )?(?:sorry )?i (?:did|do) not (?:hear|understand)(?: you| that| it)?", _again),
    ("what did i (?:just )?say", _what_i_said),
    ("(?:say|what is|do you know|tell me) my name|who am i", _your_name),
    ("how (?:do|would|can) (?:you|i|we) say .+", UNKNOWN),
    ("(?:repeat after me|say) (?P<rest>.+)", _repeat),
    ("repeat after me|repeat", "Say: repeat after me, and then some words."),
    (rf"count(?: down| up)?(?: for me)?(?: (?:from|to) {_NUMBER})+", _count),
    ("what (?:is the )?(?:current )?time(?: (?:is it|it is))?(?: now)?", _time),
    ("(?:tell|give) me the time|(?:the )?time(?= please)", _time),
    (rf"what day(?: of the week)?(?: is it| it is| is)?{_WHEN}", _day),
    ("what is (?:today|tomorrow)(?! is)", _day),
    (rf"is (?:it|today|tomorrow) (?P<guess>{_DAYS}){_WHEN}", _day),
    (rf"what (?:is )?(?:the |today is |tomorrow is )?date(?: is it| is)?{_WHEN}", _date),
    ("(?:tell|give) me the date", _date),
    ("(?:what|which) (?:is the )?month(?: is it| is this)?", _month),
    ("(?:what|which) (?:is the )?year(?: is it| is this)?", _year),
    (
        rf"(?:(?:set|start|stop|cancel) )?(?:(?:a|an|the|my|another) )?(?:{_SPAN} )?(?:timer|alarm)"
        rf"(?: set)?(?: for {_SPAN})?",
        _timer,
    ),
    ("remind me", _timer),
    (r"(?:hello )?(?:my name is|call me) (?!not )(?P<name>\w+)", _meet),
    (rf"(?:hello )?i am (?!(?:{_NO_NAME})\b)(?P<name>\w+)", _meet),
    (r"(?:what|is) (?:is )?your name(?: \w+)?", f"I have no name. {WHO}"),
    ("(?:who|what) are you|tell me about you(?:rself)?", WHO),
    (
        r"(?:tell me |say )?(?:a|another|one more) (?:\w+ )?joke"
        r"(?: about (?:an? |the )?(?P<about>\w+))?",
        _joke,
    ),
    (r"(?:tell me )?(?:a|another) story(?: about (?:an? |the )?\w+)?", lambda talk, match: STORY),
    ("tell me more|and then what|and then$|go on|go ahead|continue", "That is all I know."),
    ("what (?:can|could|may) (?:you do|i (?:do|say|ask))", HELP),
    ("(?:i need |can you )?help(?: me)?", HELP),
    ("i have a question", "Okay. What is your question?"),
    ("(?:can|do) you hear me", "Yes, I can hear you."),
    ("are you (?:still )?there|where are you", "Yes, I am here."),
    ("(?:how are you|how is it going|what is up)(?: today)?", "I am fine, thank you."),
    ("are you (?:fine|okay|well)", "I am fine, thank you."),
    (r"are you (?:(?:a|an|the) )?\w+?", WHO),
    ("how old are you", "I do not know."),
    ("good (morning|evening|night|afternoon)", lambda talk, match: f"Good {match[1]}."),
    ("hello$", "Hello. How can I help you?"),
    ("hello", "Hello."),
    ("nice to meet you", "Nice to meet you."),
    ("no (?:thank you|thanks)", "Okay."),
    ("thank you(?: very much| so much)?|thanks(?: a lot)?", "You are welcome."),
    ("have a (?:nice|good) (?:day|night|evening)", "Thank you."),
    ("good ?bye|bye(?: bye)?|see you(?: tomorrow| today| later| soon)?", "Goodbye."),
    ("yes please", "How can I help you?"),
    ("(?:let us )?start over", "Okay. How can I help you?"),
    ("(?:i am )?sorry", "That is okay."),
    ("i am (?:fine|okay|good|well|here)(?: thank you| thanks)?", "That is good."),
    ("(?:speak |talk )?(?:louder|quieter|slower|faster)", "Sorry, I can not do that."),
    ("(?:stop|wait|pause|cancel|never mind|not now|one moment)(?: talking)?", "Okay."),
    ("yes|no|okay|right|that is (?:not )?right|you are welcome", "Okay."),
)
RULES = tuple((re.compile(rf"(?:{pattern})(?!\S)"), reply) for pattern, reply in _REQUESTS)
