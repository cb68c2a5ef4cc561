"""The built-in replies: what answers where no language model does. No network, no model.

This is English: a few dozen requests are understood, written or as a speech recogniser puts them,
and of the rest it is said that they aren't. `replies` has it together with the other languages;
ResponderTransport serves that as an OpenAI-compatible server, so that the client of llm.py needs to
know nothing of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from voicecli.llm.builtin.days import ELSEWHEN, WEEKDAYS, WHEN, date_of, offset_of, say_day
from voicecli.llm.builtin.numbers import NUMBER, number_at, say_number
from voicecli.llm.builtin.sums import calculation
from voicecli.llm.builtin.words import Word, words_of
from voicecli.text import numerals

HELP = (
    "I am only the built-in responder, not a language model. "
    "I can tell you the time, the day and the date. "
    "I know plus, minus, times and divided by. "
    "I can count, repeat after you, and tell a joke or a story."
)
HELP_TIMERS = "I can set a timer and an alarm."
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


_FILLERS = """
a ah also an and are calculate can could do for give how i is it just know let like me much my now
of oh okay on please quickly right so tell than that the then there this to today uh um us want was
well what would you your
"""
FILLERS = frozenset(_FILLERS.split())
"""Words that may surround a request; others that no rule takes were not understood."""


# The conversation ---------------------------------------------------------------------------------


@dataclass
class SmallTalk:
    """What one conversation has brought so far; replayed from the start for every reply."""

    now: datetime
    has_timers: bool = False
    """They can be set, by tools."""
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

    def was_told(self, content: str) -> None:
        """A sum that a tool has done: "and times three" goes on from it."""
        with suppress(ValueError):
            self.result = Fraction(content)

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
                    return said, reply is not _help, after
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


# Requests -----------------------------------------------------------------------------------------


def _time(talk: SmallTalk, _: re.Match[str]) -> str:
    """`It is ten thirty.`, `It is five minutes after ten.`, `It is five o'clock.`"""
    hour, minute = numerals.cardinal(talk.now.hour % 12 or 12, "en"), talk.now.minute
    said = numerals.cardinal(minute, "en").replace("-", " ")
    if minute == 0:
        return f"It is {hour} o'clock."
    if minute < 10:
        return f"It is {said} minute{'s' if minute > 1 else ''} after {hour}."
    return f"It is {hour} {said}."


def _day(talk: SmallTalk, match: re.Match[str]) -> str:
    """`Today is Friday.`, with a yes or no where a day was guessed; of a weekday, its date."""
    groups = match.groupdict()
    when, guess = groups.get("when") or "today", groups.get("guess")
    offset = offset_of(when, talk.now)
    if offset is None:
        return ""
    day = f"{talk.now + timedelta(days=offset):%A}"
    is_weekday = re.search(WEEKDAYS, when) is not None and guess is None
    yes_or_no = "" if guess is None else "Yes. " if guess == day.lower() else "No. "
    return yes_or_no + say_day(when, offset, date_of(talk.now, offset) if is_weekday else day)


def _date(talk: SmallTalk, match: re.Match[str]) -> str:
    when = match.groupdict().get("when") or "today"
    offset = offset_of(when, talk.now)
    return "" if offset is None else say_day(when, offset, date_of(talk.now, offset))


def _month(talk: SmallTalk, _: re.Match[str]) -> str:
    return f"It is {talk.now:%B}."


def _year(talk: SmallTalk, _: re.Match[str]) -> str:
    year = numerals.spell(talk.now.year, "en", *numerals.YEAR) or str(talk.now.year)
    return f"It is {year.replace('-', ' ')}."


def _count(talk: SmallTalk, match: re.Match[str]) -> str:
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


def _meet(talk: SmallTalk, match: re.Match[str]) -> str:
    name = talk.spelled(match, "name").strip(".,!?")
    if match[0].startswith("i am") and not name.istitle():
        return ""  # `i am hungry`
    talk.name = name.capitalize()
    return f"Nice to meet you, {talk.name}."


def _your_name(talk: SmallTalk, _: re.Match[str]) -> str:
    return f"Your name is {talk.name}." if talk.name else "I do not know your name."


def _again(talk: SmallTalk, _: re.Match[str]) -> str:
    if talk.unknown:
        return ""  # `they say that ...`
    return talk.said or "I said nothing so far."


def _what_i_said(talk: SmallTalk, _: re.Match[str]) -> str:
    return f"You said: {_sentence(talk.asked)}" if talk.asked else "You said nothing so far."


def _repeat(talk: SmallTalk, match: re.Match[str]) -> str:
    """Whatever follows, in the user's own spelling; empty for `they say that ...`."""
    if talk.unknown:
        return ""
    return _sentence(talk.spelled(match, "rest"))


def _sentence(text: str) -> str:
    text = text.strip()
    text = re.sub(r"(?<![\d.:,])\d{1,9}(?![.:,]?\d)", lambda m: say_number(Fraction(m[0])), text)
    return text[:1].upper() + text[1:] + ("" if text[-1:] in tuple(".!?") else ".")


def _help(talk: SmallTalk, _: re.Match[str]) -> str:
    return f"{HELP} {HELP_TIMERS}" if talk.has_timers else HELP


def _joke(talk: SmallTalk, match: re.Match[str]) -> str:
    about = match.groupdict().get("about")
    fitting = (joke for joke in JOKES if about and f" {about} " in joke)
    joke = next(fitting, JOKES[talk.jokes % len(JOKES)])
    talk.jokes += 1
    return joke


def _timer(talk: SmallTalk, _: re.Match[str]) -> str:
    return NO_TIMER


_SPAN = rf"(?:{NUMBER} )?(?:second|minute|hour)s?"
_DAY = "(?:what|which) (?:(?:is|was) the )?day(?: of the week)?"
_IS_IT = r"(?: (?:it )?(?:is|was|will|be)(?: (?:it|that|on)(?: be| going to be)?| be)?)?"
_IS = r"(?: is it| it is| is$|(?! (?:is|was|will|of|on|did|do|does)\b))"
_NO_NAME = "fine|sorry|here|okay|good|not|a|an|the|in|at|on|so|very|well"

_REQUESTS: tuple[tuple[str, str | Callable[[SmallTalk, re.Match[str]], str]], ...] = (
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
    (rf"count(?: down| up)?(?: for me)?(?: (?:from|to) {NUMBER})+", _count),
    (ELSEWHEN + "what (?:is the )?(?:current )?time(?: (?:is it|it is))?(?: now)?", _time),
    ("(?:tell|give) me the time|(?:the )?time(?= please)", _time),
    (rf"{_DAY}{_IS_IT} {WHEN}", _day),
    (rf"{WHEN} (?:is |was )?what day{_IS_IT}", _day),
    (rf"{ELSEWHEN}{_DAY}{_IS}", _day),
    (rf"(?:what|when) (?:is|was) {WHEN}(?! is)", _day),
    (rf"(?:is|was) {WHEN} (?P<guess>{WEEKDAYS})", _day),
    (rf"(?:is|was|will) it (?:be )?(?P<guess>{WEEKDAYS}) {WHEN}", _day),
    (rf"{ELSEWHEN}is it (?P<guess>{WEEKDAYS})", _day),
    (rf"what (?:(?:is|was|will) )?(?:the )?date{_IS_IT} {WHEN}", _date),
    (rf"what (?:is|was) {WHEN} is date", _date),
    (rf"{ELSEWHEN}what (?:is )?(?:the )?date{_IS}", _date),
    ("(?:tell|give) me the date", _date),
    (ELSEWHEN + "(?:what|which) (?:is the )?month(?: is it| is this)?", _month),
    (ELSEWHEN + "(?:what|which) (?:is the )?year(?: is it| is this)?", _year),
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
        r"(?:tell me |say )?(?:a|another|any|some|one more) (?:\w+ )?jokes?"
        r"(?: about (?:an? |the )?(?P<about>\w+))?",
        _joke,
    ),
    (
        r"(?:tell me )?(?:a|another) (?:\w+ )?story(?: about (?:an? |the )?\w+)?",
        lambda talk, match: STORY,
    ),
    ("tell me more|and then what|and then$|go on|go ahead|continue", "That is all I know."),
    ("what (?:(?:can|could|may) (?:you do|i (?:do|say|ask))|are you able to do)", _help),
    ("(?:i need |can you )?help(?: me)?", _help),
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
