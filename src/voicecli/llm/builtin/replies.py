"""The built-in replies in every language that they know.

English is understood by rules of its own (`requests`), others by a table each (`de`, `es`, `fr`,
`zh`; `table` tells what stands in one).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from voicecli.languages.names import language_code
from voicecli.llm.builtin.by_table import Asked
from voicecli.llm.builtin.reader import CODES, reader_in
from voicecli.llm.builtin.requests import NOT_HEARD, UNKNOWN, SmallTalk
from voicecli.llm.messages import Message

_TOLD = re.compile(r"\b[Aa]nswer in (\w{3,})")
"""`llm.messages.ANSWER_IN`, or a system prompt of the user's own; "in no more than" is no code."""


def answer(messages: Sequence[Message], now: datetime, *, has_timers: bool = False) -> str:
    """The reply to the last user message. Pure: the conversation and the local time decide.

    It is in the language that a system message asks for ("Answer in German"); where none does, it
    is in English. has_timers: they can be set, by tools.
    """
    told = language_told(messages)
    talk = SmallTalk(now, has_timers)
    reply = NOT_HEARD
    last = max((i for i, message in enumerate(messages) if message.role == "user"), default=-1)
    for i, message in enumerate(messages):
        if message.role == "user" and i == last:
            reply = _in_language(talk, message.content, told)
        elif message.role == "user":
            reply = _understood(talk, message.content, told)
        elif message.role == "assistant":
            talk.was_heard(message.content)
        elif message.role == "tool":
            talk.was_told(message.content)
    return reply


def language_told(messages: Sequence[Message]) -> str:
    """As ISO 639-1, the first that a system message names; empty where none does. "In the user's
    language" and "in one sentence" name none."""
    prompts = (message.content for message in messages if message.role == "system")
    codes = (language_code(word) for prompt in prompts for word in _TOLD.findall(prompt))
    return next(filter(None, codes), "")


def _in_language(talk: SmallTalk, text: str, code: str) -> str:
    reader = reader_in(code)
    return talk.reply(text) if reader is None else Asked(reader, talk, text).reply()


def _understood(talk: SmallTalk, text: str, likely: str) -> str:
    """An earlier turn, in the first language that knows all of it: the likely one, English, the
    others. What it was about counts on."""
    if reader_in(likely) and (found := _whole(talk, text, likely)):
        return found
    reply = talk.reply(text)
    if not reply.endswith(UNKNOWN):
        return reply
    others = (found for code in CODES if code != likely and (found := _whole(talk, text, code)))
    return next(others, reply)


def _whole(talk: SmallTalk, text: str, code: str) -> str:
    """Empty where something in it isn't understood."""
    reader = reader_in(code)
    if reader is None:
        return ""
    asked = Asked(reader, talk, text)
    said = asked.reply()
    is_whole = asked.folded.text and not asked.unknown and reader.table.say.unknown not in said
    return said if is_whole else ""
