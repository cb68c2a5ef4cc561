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


@pytest.mark.parametrize(
    ("code", "text", "name"),
    [
        ("de", "Stell einen Timer für die Nudeln auf neun Minuten.", "Nudeln"),
        ("de", "Stell bitte einen Nudeltimer auf neun Minuten.", "Nudel"),
        ("de", "Stell einen Eier-Timer auf 6 Minuten", "Eier"),
        ("de", "Stell einen Timer namens Tee auf drei Minuten", "Tee"),
        ("de", "Erinnere mich in zehn Minuten an den Tee.", "Tee"),
        ("de", "Erinnere mich an die Wäsche in 20 Minuten.", "Wäsche"),
        ("de", "Erinnere mich in zehn Minuten daran, die Nudeln abzugießen.",
         "die Nudeln abzugießen"),
        ("de", "Stell einen Timer für eine Stunde", ""),
        ("de", "Stell den Küchentimer auf 10 Minuten", ""),
        ("de", "Erinnere mich in zehn Minuten bitte", ""),
        ("es", "Pon un temporizador para la pasta de nueve minutos", "pasta"),
        ("es", "Pon un temporizador de diez minutos para el té.", "té"),
        ("es", "Pon un temporizador llamado pizza de 12 minutos", "pizza"),
        ("es", "Recuérdame en diez minutos sacar la pizza.", "sacar la pizza"),
        ("es", "Recuérdame sacar la pizza en diez minutos.", "sacar la pizza"),
        ("es", "Pon un temporizador de tres cuartos de hora", ""),
        ("es", "Pon un temporizador de diez minutos, por favor.", ""),
        ("fr", "Mets un minuteur de neuf minutes pour les pâtes.", "pâtes"),
        ("fr", "Mets un minuteur pâtes de neuf minutes", "pâtes"),
        ("fr", "Mets un minuteur appelé thé de trois minutes", "thé"),
        ("fr", "Rappelle-moi de sortir le pain dans dix minutes.", "sortir le pain"),
        ("fr", "Rappelle-moi dans dix minutes d'éteindre le four.", "éteindre le four"),
        ("fr", "Mets un minuteur de dix minutes pour l'eau", "eau"),
        ("fr", "Mets un minuteur pour dix minutes", ""),
        ("fr", "Mets un minuteur d'une demi-heure, s'il te plaît.", ""),
        ("zh", "定一个煮面的定时器，九分钟。", "煮面"),
        ("zh", "定一个九分钟的煮面定时器", "煮面"),
        ("zh", "十分钟后提醒我关火。", "关火"),
        ("zh", "提醒我十分钟后关火", "关火"),
        ("zh", "请定一个十分钟的定时器。", ""),
    ],
)  # fmt: skip
def test_what_a_timer_is_for(code: str, text: str, name: str) -> None:
    call = wanted(code, text)
    assert isinstance(call, tuple)
    assert call[0] == "set_timer"
    assert call[1].get("name", "") == name


@pytest.mark.parametrize(
    ("code", "text", "name"),
    [
        ("de", "Stell einen Wecker für das Training auf 18 Uhr", "Training"),
        ("de", "Erinnere mich um 18 Uhr 30 ans Training", "Training"),
        ("de", "Stell den Wecker auf 19:45 Uhr", ""),
        ("es", "Recuérdame a las ocho llamar a Ana", "llamar a Ana"),
        ("es", "Pon una alarma para las 8 de la tarde", ""),
        ("fr", "Rappelle-moi à 18 heures d'appeler Anne", "appeler Anne"),
        ("fr", "Mets une alarme pour sept heures", ""),
        ("zh", "晚上八点提醒我吃药", "吃药"),
        ("zh", "设一个明天早上七点的闹钟", ""),
        ("zh", "明天早上七点叫我起床", ""),
    ],
)
def test_what_an_alarm_is_for(code: str, text: str, name: str) -> None:
    call = wanted(code, text)
    assert isinstance(call, tuple)
    assert call[0] == "set_alarm"
    assert call[1].get("name", "") == name


@pytest.mark.parametrize(
    ("code", "text", "question", "answer", "name"),
    [
        ("de", "Stell einen Timer für die Nudeln", "Für wie lange?", "neun Minuten", "Nudeln"),
        ("es", "Pon una alarma para el examen", "¿A qué hora?", "a las nueve", "examen"),
        ("fr", "Mets un minuteur pâtes", "Pour combien de temps ?", "neuf minutes", "pâtes"),
        ("zh", "定一个煮面的定时器", "多长时间？", "九分钟", "煮面"),
    ],
)
def test_what_it_is_for_is_known_behind_the_question(
    code: str, text: str, question: str, answer: str, name: str
) -> None:
    messages = [Message("user", text), Message("assistant", question), Message("user", answer)]
    call = reply_to([told(code), *messages], TOOLS, NOW)
    assert isinstance(call, WantedCall)
    assert call.arguments["name"] == name


@pytest.mark.parametrize(
    ("code", "text", "which"),
    [
        ("de", "Lösche den Nudeltimer", "Nudel"),
        ("de", "Lösche diesen Timer", "timer"),
        ("de", "Stopp den Wecker", "alarm"),
        ("es", "Cancela el temporizador de la pasta", "pasta"),
        ("es", "Cancela el temporizador de diez minutos", "10 minutes"),
        ("fr", "Annule le minuteur pour les pâtes", "pâtes"),
        ("fr", "Annule le minuteur, s'il te plaît", "timer"),
        ("zh", "取消煮面的定时器", "煮面"),
        ("zh", "取消所有的定时器", "all"),
    ],
)
def test_which_one_is_cancelled(code: str, text: str, which: str) -> None:
    assert wanted(code, text) == ("cancel_timer", {"which": which})


@pytest.mark.parametrize(
    ("code", "answer", "which"),
    [
        ("de", "den für die Nudeln", "Nudeln"),
        ("de", "den Nudeltimer", "Nudel"),
        ("es", "el de la pasta", "pasta"),
        ("fr", "celui pour les pâtes", "pâtes"),
        ("zh", "煮面的", "煮面"),
    ],
)
def test_one_is_chosen_by_what_it_is_for(code: str, answer: str, which: str) -> None:
    question = {"de": "Welchen?", "es": "¿Cuál?", "fr": "Lequel ?", "zh": "哪一个？"}[code]
    assert wanted(code, answer, question) == ("cancel_timer", {"which": which})


@pytest.mark.parametrize(
    ("code", "asked", "more"),
    [
        ("de", "Hilfe", " Ich stelle Timer und Wecker."),
        ("es", "ayuda", " Pongo temporizadores y alarmas."),
        ("fr", "aide", " Je règle des minuteurs et des alarmes."),
        ("zh", "帮助", "我可以设定时器和闹钟。"),
        ("zh", "幫助", "我可以設定時器和鬧鐘。"),
    ],
)
def test_help_tells_of_timers_where_they_can_be_set(code: str, asked: str, more: str) -> None:
    without = reply_to([told(code), Message("user", asked)], (), NOW)
    assert reply_to([told(code), Message("user", asked)], TOOLS, NOW) == f"{without}{more}"


def test_who_writes_in_traditional_characters_is_answered_so() -> None:
    messages = [told("zh"), Message("user", "請定一個十分鐘的煮飯定時器。")]
    call = reply_to(messages, TOOLS, NOW)
    assert isinstance(call, WantedCall)
    assert call.arguments == {"minutes": 10, "name": "煮饭"}
    assert call.said("Set: 1") == "“煮飯”的定時器設好了，10分鐘。"
    assert wanted("zh", "設一個定時器") == "多長時間？"


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
        "Stell einen Nudeltimer auf 9 Minuten": "Der Timer „Nudel“ ist auf 9 Minuten gestellt.",
        "Stell einen Timer für den Tee auf 3 Minuten": (
            "Der Timer „Tee“ ist auf 3 Minuten gestellt."
        ),
        "Wie viel Zeit haben die Timer noch?": "Tee: noch 3 Minuten. Nudel: noch 9 Minuten.",
        "Stopp den Timer": "Welchen?",
        "den für den Tee": "Das ist gelöscht.",
        "Lösche den Nudeltimer": "Das ist gelöscht.",
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
