"""What changes something is asked for first. The next thing that the user says decides. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from voicecli.conversation.completeness import says_only
from voicecli.conversation.history import INTERRUPTED
from voicecli.languages import language_of
from voicecli.languages.asking import Asking, asking_in
from voicecli.llm.messages import Message, ToolCall
from voicecli.printable import in_one_line
from voicecli.text.markdown import speakable_text
from voicecli.text.words import words_of
from voicecli.tools.box import arguments_in
from voicecli.tools.tool import Tool

MAX_PENDING = 4
"""Questions that may be answered."""

MAX_VALUE_CHARS = 80
"""Of what a call is given, in the question. The screen shows all of it."""

UNHEARD_WORDS = 2
"""Who answers a question so shortly before its end has understood it (as in reply.asks_now)."""

REFUSED = "The user said no. It was not done."

Answer = Literal["yes", "no", "something else"]


@dataclass(frozen=True)
class Pending:
    """Calls that wait for the user's yes."""

    question: str
    """As it is written and said."""
    calls: Sequence[ToolCall]
    language: str
    """Of the question."""


@dataclass
class Questions:
    """Those of one conversation that may still be answered: the newest, for one that was begun on
    suspicion may never be heard."""

    pending: list[Pending] = field(default_factory=list)

    def ask(self, calls: Sequence[tuple[ToolCall, Tool]], language: str) -> str:
        """The question whether these may be carried out, which the next turn may answer."""
        named = [(tool.spoken_name, arguments_in(call.arguments, tool)) for call, tool in calls]
        asked = question(named, language)
        pending = Pending(asked, [call for call, _ in calls], language)
        self.pending = [*self.pending[1 - MAX_PENDING :], pending]
        return asked

    def done(self, call: ToolCall) -> None:
        """What was agreed to once is done once."""
        self.pending = [pending for pending in self.pending if call not in pending.calls]


def question(calls: Sequence[tuple[str, Mapping[str, object]]], language: str) -> str:
    """Shall I? calls: the name of each as it is said, and what it gets."""
    asking = asking_in(language)
    what = asking.both.join(_named(name, arguments, asking) for name, arguments in calls)
    return speakable_text(asking.question.format(what), language)


def _named(name: str, arguments: Mapping[str, object], asking: Asking) -> str:
    given = ", ".join(
        in_one_line(f"{_plain(key)} {_plain(value)}".strip(), MAX_VALUE_CHARS)
        for key, value in arguments.items()
        if value not in (None, "")
    )
    return _plain(name) + (asking.values.format(given) if given else "")


def _plain(value: object) -> str:
    """Nothing that is markdown, or ends a sentence in the middle of the question."""
    text = in_one_line(str(value))
    text = re.sub(r"[*_`~#|<>\[\](){}\\$^=]+", " ", text)
    return " ".join(re.sub(r"[.!?。！？;]+(?=\s|\Z)", ",", text).split()).strip(" ,")


def answer_to(pending: Pending, messages: Sequence[Message], language: str) -> Answer:
    """What the last message says to the question, if that was what was heard last.

    A question that was cut off before it was heard is none: nobody can agree to it.
    """
    said = list(messages)
    text = ""
    if said and said[-1].role == "user":
        text = said.pop().content
    if not text or not said or said[-1].role != "assistant":
        return "something else"
    if not _ends_with(said[-1].content.removesuffix(INTERRUPTED), pending.question):
        return "something else"
    # A word alone is easily taken for one of another language.
    languages = {pending.language, language}
    if any(_says(text, code, no=False) for code in languages):
        return "yes"
    return "no" if any(_says(text, code, no=True) for code in languages) else "something else"


def _ends_with(heard: str, question: str) -> bool:
    heard_words, wanted = words_of(heard), words_of(question)
    if not _is_spaced(question):
        heard_words, wanted = list("".join(heard_words)), list("".join(wanted))
    for n_unheard in range(UNHEARD_WORDS + 1):
        asked = wanted[: len(wanted) - n_unheard]
        if asked and heard_words[-len(asked) :] == asked:
            return True
    return False


def _is_spaced(text: str) -> bool:
    return re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", text) is None


def _says(text: str, language: str, *, no: bool) -> bool:
    """Nothing but one of the two."""
    asking, text = asking_in(language), text.lower().replace("’", "'")
    own, other = (asking.no, asking.yes) if no else (asking.yes, asking.no)
    if no and language_of(language).stop_words:
        own = own | language_of(language).stop_words
    words = words_of(text)
    if not language_of(language).is_spaced:
        whole = "".join(words)
        phrases = "|".join(map(re.escape, sorted(own | asking.polite, key=len, reverse=True)))
        has_own = any(phrase in whole for phrase in own)
        has_other = any(phrase in whole for phrase in other if not no)
        return bool(re.fullmatch(f"(?:{phrases})+", whole)) and has_own and not has_other
    return says_only(words, own | asking.polite) and not says_only(words, asking.polite - own)
