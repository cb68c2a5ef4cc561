"""The built-in replies in other languages than English: data/replies/xx.tsv has the cases."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voicecli.languages.names import name_of
from voicecli.llm.builtin import requests
from voicecli.llm.builtin.reader import CODES, reader_in
from voicecli.llm.builtin.replies import answer, language_told
from voicecli.llm.builtin.transport import ResponderTransport
from voicecli.llm.messages import ANSWER_IN, Message
from voicecli.llm.request import DEFAULT_SYSTEM_PROMPT
from voicecli.text.aloud import spoken
from voicecli.text.foreign import stretches
from voicecli.text.numerals import cardinal

NOW = datetime(2026, 11, 20, 10, 30)  # a Friday
CASES = Path(__file__).parents[1] / "data" / "replies"
MIN_CASES = 25


def told(code: str) -> Message:
    return Message("system", f"Be short.\n\n{ANSWER_IN.format(name_of(code))}")


def talk(*said: str, code: str = "", now: datetime = NOW) -> str:
    """The last reply of a conversation in which every reply was heard."""
    messages = [told(code)] if code else []
    for text in said:
        messages.append(Message("user", text))
        messages.append(Message("assistant", answer(messages, now)))
    return messages[-1].content


def cases(code: str) -> list[tuple[str, str, str]]:
    lines = (CASES / f"{code}.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(code, asked, reply) for asked, reply in rows]


@pytest.mark.parametrize(
    ("code", "asked", "reply"), [case for code in CODES for case in cases(code)]
)
def test_replies(code: str, asked: str, reply: str) -> None:
    assert talk(*asked.split("|"), code=code) == reply


@pytest.mark.parametrize("code", CODES)
def test_there_are_enough_cases_and_every_reply_is_of_its_language(code: str) -> None:
    rows = cases(code)
    assert len({asked for _, asked, _ in rows}) >= MIN_CASES
    for _, _, reply in rows:
        assert not any(char.isdecimal() for char in spoken(reply, code))
        foreign = {part.language for part in stretches(reply, code)} - {code}
        assert not foreign or "Anna" in reply


@pytest.mark.parametrize("code", CODES)
@given(n=st.integers(0, 10**9 - 1))
@example(n=201_000_000)
@example(n=101_101_101)
def test_a_number_is_read_as_it_is_said(code: str, n: int) -> None:
    reader = reader_in(code)
    assert reader is not None
    text = reader.folded(cardinal(n, code)).text
    assert reader.number_at(text, 0) == (n, len(text))


@pytest.mark.parametrize(
    ("code", "said", "value"),
    [
        ("de", "1.234,5", "1234.5"),
        ("de", "1.5", "1.5"),
        ("de", "hundertundeins", "101"),
        ("de", "tausendfünfhundert", "1500"),
        ("de", "zwo", "2"),
        ("de", "minus drei", "-3"),
        ("de", "2 Millionen", "2000000"),
        ("fr", "1 234,5", "1234.5"),
        ("fr", "septante et un", "71"),
        ("fr", "moins trois virgule quatorze", "-3.14"),
        ("es", "3.5", "3.5"),
        ("es", "mil quinientas", "1500"),
        ("es", "dos millones", "2000000"),
        ("zh", "两万零五百", "20500"),
        ("zh", "一千五", "1500"),
        ("zh", "负三点一四", "-3.14"),
        ("zh", "1,234.5", "1234.5"),
        ("zh", "3万", "30000"),
    ],
)
def test_numbers_as_people_say_and_write_them(code: str, said: str, value: str) -> None:
    reader = reader_in(code)
    assert reader is not None
    text = reader.folded(said).text
    assert reader.number_at(text, 0) == (Fraction(value), len(text))


def turns(*said: tuple[str, str]) -> str:
    """The last reply of a conversation of turns in different languages."""
    messages: list[Message] = []
    for code, text in said:
        messages.append(Message("user", text))
        messages.append(Message("assistant", answer([told(code), *messages], NOW)))
    return messages[-1].content


def test_what_was_said_before_counts_whatever_its_language() -> None:
    assert turns(("en", "My name is Anna."), ("de", "Wie heiße ich?")) == "Du heißt Anna."
    assert turns(("en", "what is 7 plus 12"), ("fr", "fois trois")) == "19 fois 3 font 57."
    assert turns(("de", "Wie viel ist 7 plus 12?"), ("en", "times three")).endswith("fifty seven.")
    assert turns(("de", "Zähl bis zwei."), ("fr", "Tu as dit quoi ?")) == "Eins, zwei."
    assert turns(("de", "Erzähl mir einen Witz."), ("zh", "讲个笑话")) != turns(("zh", "讲个笑话"))


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        ("Wie spät ist es?", requests.UNKNOWN),
        ("现在几点？", requests.UNKNOWN),
        ("what time is it", "It is ten thirty."),
        ("no", "Okay."),
        ("What does Wie spät ist es mean in English?", requests.UNKNOWN),
        ("Hol die Wäsche rein", requests.UNKNOWN),
    ],
)
def test_where_no_language_is_told_it_is_english(asked: str, reply: str) -> None:
    assert talk(asked) == reply


def test_the_language_that_is_told() -> None:
    assert language_told([told("de"), Message("user", "Answer in French")]) == "de"
    assert language_told([Message("system", "Please answer in Spanish.")]) == "es"
    assert language_told([Message("system", "Be short.")]) == ""
    assert language_told([Message("system", "Answer in no more than one sentence.")]) == ""
    for prompt in (DEFAULT_SYSTEM_PROMPT, "Answer in one or two short sentences."):
        both = f"{prompt}\n\n{told('de').content}"
        assert language_told([Message("system", both)]) == "de"
    assert talk("Wie spät ist es?", code="en").endswith("Say help.")
    assert talk("what time is it", code="it") == "It is ten thirty."


@pytest.mark.parametrize(
    ("code", "hour", "minute", "reply"),
    [
        ("es", 13, 5, "Es la 1:05 de la tarde."),
        ("es", 1, 0, "Es la 1 de la madrugada."),
        ("es", 21, 0, "Son las 9 de la noche."),
        ("zh", 0, 5, "现在是凌晨12点05分。"),
        ("zh", 12, 0, "现在是中午12点。"),
        ("de", 0, 5, "Es ist 0:05 Uhr."),
        ("fr", 21, 0, "Il est 21 h."),
    ],
)
def test_times_of_day(code: str, hour: int, minute: int, reply: str) -> None:
    asked = {"es": "¿Qué hora es?", "zh": "几点了", "de": "Wie spät ist es?"}
    now = datetime(2026, 3, 12, hour, minute)
    assert talk(asked.get(code, "Quelle heure est-il ?"), code=code, now=now) == reply


def test_the_first_of_a_month() -> None:
    now = datetime(2026, 12, 1)
    assert "mardi 1er décembre" in talk("Quel jour sommes-nous ?", code="fr", now=now)
    assert "der 1. Dezember" in talk("Welcher Tag ist heute?", code="de", now=now)


@pytest.mark.parametrize("code", CODES)
@given(text=st.text(max_size=60))
def test_there_is_always_an_answer(code: str, text: str) -> None:
    assert talk(text, "…", text, code=code).strip()


@pytest.mark.parametrize("code", CODES)
def test_a_demonstration_is_understood(code: str) -> None:
    reader = reader_in(code)
    assert reader is not None
    say = reader.table.say
    for asked in reader.table.demo:
        reply = talk(asked, code=code)
        assert say.unknown not in reply
        assert say.rest_unknown not in reply


def test_the_server_of_the_replies_answers_in_the_language_that_it_is_told() -> None:
    async def ask() -> str:
        body = {
            "messages": [
                {"role": "system", "content": told("de").content},
                {"role": "user", "content": "Wie spät ist es?"},
            ]
        }
        client = httpx.AsyncClient(transport=ResponderTransport(lambda: NOW), base_url="http://x")
        async with client:
            reply = await client.post("/v1/chat/completions", json=body)
        events = [line[6:] for line in reply.text.splitlines() if line.startswith("data: {")]
        deltas = [json.loads(event)["choices"][0]["delta"] for event in events]
        return "".join(delta.get("content", "") for delta in deltas)

    assert asyncio.run(ask()) == "Es ist 10:30 Uhr."
