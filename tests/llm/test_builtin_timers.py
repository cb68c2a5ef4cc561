"""Timers and alarms in the languages that have tables: the call that a request is, and what is said
of its result."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from voicecli.llm.builtin.calls import WantedCall, reply_to
from voicecli.llm.messages import ANSWER_IN, Message
from voicecli.tools.timers import Timers

NOW = datetime(2026, 11, 20, 10, 30)  # a Friday
TOOLS = {"set_timer", "set_alarm", "list_timers", "cancel_timer", "get_time", "calculate"}
NAMES = {"de": "German", "es": "Spanish", "fr": "French", "zh": "Chinese"}


def told(code: str) -> Message:
    return Message("system", ANSWER_IN.format(NAMES[code]))


def wanted(code: str, text: str, *before: str) -> tuple[str, dict[str, object]] | str:
    said = [Message("assistant", one) for one in before]
    reply = reply_to([told(code), *said, Message("user", text)], TOOLS, NOW)
    return (reply.name, dict(reply.arguments)) if isinstance(reply, WantedCall) else reply


@pytest.mark.parametrize(
    ("code", "text", "minutes"),
    [
        ("de", "Stell bitte einen Timer auf zehn Minuten.", 10),
        ("de", "Timer 90 Sekunden", 1.5),
        ("de", "Erinnere mich in einer halben Stunde.", 30),
        ("de", "Stelle einen Timer auf eine Stunde und 20 Minuten", 80),
        ("es", "Pon un temporizador de diez minutos, por favor.", 10),
        ("es", "Pon un temporizador para 10 minutos", 10),
        ("es", "Pon una alarma en media hora.", 30),
        ("fr", "Mets un minuteur de dix minutes.", 10),
        ("fr", "Réveille-moi dans deux heures.", 120),
        ("fr", "Mets un minuteur d'une demi-heure.", 30),
        ("zh", "请定一个十分钟的定时器。", 10),
        ("zh", "半小时后提醒我。", 30),
    ],
)
def test_a_timer(code: str, text: str, minutes: float) -> None:
    assert wanted(code, text) == ("set_timer", {"minutes": minutes})


@pytest.mark.parametrize(
    ("code", "text", "time", "day"),
    [
        ("de", "Weck mich um sieben Uhr.", "07:00", 21),
        ("de", "Stell den Wecker auf halb acht", "07:30", 21),
        ("de", "Stell den Wecker auf 19:45 Uhr", "19:45", 20),
        ("de", "Weck mich morgen um 11 Uhr 15", "11:15", 21),
        ("es", "Despiértame a las siete y media.", "07:30", 21),
        ("es", "Pon una alarma a las 8 de la tarde", "20:00", 20),
        ("es", "Despiértame a las 7:30", "07:30", 21),
        ("es", "Pon una alarma mañana a las once", "11:00", 21),
        ("fr", "Réveille-moi à sept heures et demie.", "07:30", 21),
        ("fr", "Réveille-moi à 7:30", "07:30", 21),
        ("fr", "Mets une alarme à 18 h 20", "18:20", 20),
        ("zh", "明天早上七点半叫醒我。", "07:30", 21),
        ("zh", "设一个下午三点的闹钟", "15:00", 20),
    ],
)
def test_an_alarm(code: str, text: str, time: str, day: int) -> None:
    assert wanted(code, text) == ("set_alarm", {"time": time, "date": f"2026-11-{day}"})


@pytest.mark.parametrize(
    ("code", "text", "question", "answer", "call"),
    [
        ("de", "Stell einen Timer", "Für wie lange?", "fünf Minuten", "set_timer"),
        ("es", "Pon una alarma", "¿A qué hora?", "a las nueve", "set_alarm"),
        ("fr", "Mets un minuteur", "Pour combien de temps ?", "cinq minutes", "set_timer"),
        ("zh", "设一个闹钟", "几点？", "九点", "set_alarm"),
    ],
)
def test_what_is_missing_is_asked_for(
    code: str, text: str, question: str, answer: str, call: str
) -> None:
    assert wanted(code, text) == question
    assert wanted(code, answer, question)[0] == call


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Was ist sieben plus zwölf?"),
        ("de", "Wie spät ist es?"),
        ("es", "¿Qué hora es?"),
        ("fr", "Quelle heure est-il ?"),
        ("zh", "现在几点？"),
        ("zh", "七加十二等于多少？"),
    ],
)
def test_what_needs_no_timer_calls_nothing(code: str, text: str) -> None:
    with_tools = reply_to([told(code), Message("user", text)], TOOLS, NOW)
    assert with_tools == reply_to([told(code), Message("user", text)], (), NOW)


def test_without_the_tools_there_is_no_timer() -> None:
    text = "Stell einen Timer auf zehn Minuten."
    reply = reply_to([told("de"), Message("user", text)], {"get_time"}, NOW)
    assert reply == "Einen Timer oder Wecker habe ich leider nicht."


TALKS = {
    "de": {
        "Stell einen Timer auf 10 Minuten": "Der Timer ist auf 10 Minuten gestellt.",
        "Stell einen Timer auf eine Minute": "Der Timer ist auf 1 Minute gestellt.",
        "Wie lange läuft der Timer noch?": "Timer: noch 1 Minute. Timer: noch 10 Minuten.",
        "Lösche den Timer": "Welchen?",
        "den auf zehn Minuten": "Das ist gelöscht.",
        "Lösch alle Timer": "Das ist gelöscht.",
        "Welche Timer laufen?": "Es läuft kein Timer.",
    },
    "es": {
        "Pon un temporizador de 1 hora": "El temporizador está puesto: 1 hora.",
        "¿Cuánto tiempo queda en el temporizador?": "Temporizador: todavía 1 hora.",
        "Cancela el temporizador": "Está cancelado.",
    },
    "fr": {
        "Mets un minuteur de 5 minutes": "Le minuteur est réglé sur 5 minutes.",
        "Annule le minuteur": "C'est annulé.",
        "Annule tous les minuteurs": "Il n'y a aucun minuteur.",
    },
    "zh": {
        "定一个五分钟的定时器": "定时器设好了，5分钟。",
        "定时器还有多久": "定时器还有5分钟。",
        "取消定时器": "已经取消了。",
    },
}


@pytest.mark.parametrize("code", TALKS)
def test_a_conversation(code: str) -> None:
    timers = Timers(NOW.timestamp)
    tools = {tool.name: tool for tool in timers.tools()}
    messages = [told(code)]
    for text, reply in TALKS[code].items():
        messages.append(Message("user", text))
        called = reply_to(messages, TOOLS, NOW)
        assert isinstance(called, WantedCall), (text, called)
        try:
            result = asyncio.run(tools[called.name].run(called.arguments))
        except Exception as error:
            result = str(error)
        answer = reply_to([*messages, Message("tool", result)], TOOLS, NOW)
        assert answer == reply
        messages.append(Message("assistant", reply))
