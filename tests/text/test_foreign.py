"""Tests of voicecli.text.foreign: what a voice can't read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecli.text.aloud import spoken
from voicecli.text.foreign import foreign_language, readable


@pytest.mark.parametrize(
    ("text", "voice", "found"),
    [
        ("Die Hauptstadt von Frankreich ist Paris.", "en_US", "German"),
        ("The capital of France is Paris.", "de", "English"),
        ("The capital of France is Paris.", "en-GB", None),
        ("La capitale de la France est Paris.", "en", "French"),
        ("La capital de Francia es París y no es Lyon.", "en", "Spanish"),
        ("Oggi è una bella giornata per imparare.", "en", "Italian"),
        ("De hoofdstad van Frankrijk is Parijs en niet Lyon.", "en", "Dutch"),
        ("Stolicą Francji jest Paryż i nie jest to Lyon.", "de", "Polish"),
        ("Столица Франции - Париж.", "en", "Cyrillic script"),
        ("法国的首都是巴黎。", "de", "Chinese"),
        ("東京は日本の首都です。", "en", "Japanese"),
        ("안녕하세요 반갑습니다", "en", "Korean"),
        ("He said Привет to me and left.", "en", None),
        ("Der Film heißt The Lord of the Rings.", "de", None),
        ("I die for a die.", "en", None),
        ("In die casting, the die is used again.", "en", None),
        ("Paris, London, Berlin, Rome, Madrid, Oslo.", "en", None),
        ("你好 hello 世界", "zh", None),
        ("Hello there, how are you?", "xx", None),
        ("Привет всем в мире", "xx", None),
        ("C'est la vie.", "en", None),
        ("3.14 + 5 = ?", "en", None),
        ("", "en", None),
    ],
)
def test_foreign_language(text: str, voice: str, found: str | None) -> None:
    foreign = foreign_language(text, voice)
    assert (foreign and foreign.name) == found


def test_a_code_to_look_for_voices_with() -> None:
    texts = {"Die Hauptstadt von Frankreich ist Paris.": "de", "Столица Франции": "ru"}
    assert [found.code for text in texts if (found := foreign_language(text, "en"))] == ["de", "ru"]


@pytest.mark.parametrize(
    ("text", "voice", "said"),
    [
        ("It means 你好 in Chinese.", "en", "It means in Chinese."),
        ("Привет.", "en", ""),
        ("Привет.", "ru", "Привет."),
        ("π and Δ stay, ª and 5 µm too.", "en", None),
        ("你好 hello", "zh", "你好 hello。"),
        ("東京タワー", "ja", "東京タワー。"),
        ("Привет", "xx", "Привет."),
        ("naïve Müller, Łódź", "en", "naïve Müller, Łódź."),
    ],
)
def test_letters_of_other_scripts_are_not_named(text: str, voice: str, said: str | None) -> None:
    if said is None:
        assert readable(text, voice) == text
    else:
        assert spoken(text, voice) == said


@given(st.text(max_size=40), st.sampled_from(["en", "de", "zh", "ru", "xx", "ja"]))
def test_only_letters_are_left_out(text: str, voice: str) -> None:
    kept = iter(text)
    assert all(char in kept for char in readable(text, voice))
    foreign_language(text, voice)
