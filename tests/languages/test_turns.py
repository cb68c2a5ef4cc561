"""What is said in a conversation, in each language: stops, whole answers, open ends."""

from __future__ import annotations

import pytest

from voicecli.conversation.completeness import (
    Completeness,
    completeness,
    is_backchannel,
    is_start_over,
    is_stop,
)
from voicecli.text.words import words_of

TURNS = {
    # code: stop, start over, a whole answer, an open end, a backchannel
    "zh": ("等一下", "重新开始", "好的", "我想", "嗯"),
    "it": ("Basta così!", "Ricominciamo da capo.", "Va bene.", "Vorrei una", "Certo."),
    "pt": ("Espera!", "Vamos começar de novo.", "Obrigado.", "Eu quero um", "Claro."),
    "nl": ("Hou op!", "Vergeet alles.", "Dank je.", "Ik wil een", "Precies."),
    "pl": ("Przestań!", "Zacznijmy od nowa.", "Dziękuję.", "Chciałbym", "Dokładnie."),
    "ru": ("Подожди!", "Начни сначала.", "Хорошо.", "Я хочу", "Понятно."),
    "ja": ("ちょっと待って", "全部忘れて", "ありがとうございます", "それから", "なるほど"),
    "ko": ("잠깐만!", "처음부터 다시", "감사합니다.", "그리고", "그렇구나"),
    "hi": ("चुप रहो!", "सब भूल जाओ।", "ठीक है।", "मुझे", "अच्छा"),
    "ar": ("توقف!", "لنبدأ من جديد.", "شكرًا.", "أريد", "صحيح"),
}


@pytest.mark.parametrize("code", TURNS)
def test_turns(code: str) -> None:
    stop, anew, whole, is_open, polite = TURNS[code]
    assert is_stop(stop, code)
    assert is_start_over(anew, code)
    assert completeness(whole, code) is Completeness.COMPLETE
    assert completeness(is_open, code) is Completeness.OPEN
    assert is_backchannel(polite, code)
    assert not any(is_stop(text, code) for text in (anew, whole, is_open, polite))


def test_words_with_marks_are_whole() -> None:
    assert words_of("चुप रहो, शुक्रिया।") == ["चुप", "रहो", "शुक्रिया"]
    assert words_of("شكرًا جزيلًا") == ["شكرًا", "جزيلًا"]
    assert words_of("don't re-do _it_ ’n e\u0301te\u0301") == [
        "don't", "re-do", "it", "n", "e\u0301te\u0301",
    ]  # fmt: skip
