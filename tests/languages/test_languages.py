"""Tests of voicecli.languages: what each language has and lacks, and that a table is no program."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import fields
from pathlib import Path

import pytest

import voicecli.languages
from voicecli.languages import Language, language_of, primary
from voicecli.languages.asking import asking_in
from voicecli.languages.names import CODE_OF, language_code
from voicecli.text.aloud import reader_of

ROOM = Path(voicecli.languages.__file__).parent

LACKS = {
    "en": "",
    "de": "digit_homophones phone_number pronoun_of_one_letter",
    "fr": "digit_homophones digit_words pronoun_of_one_letter",
    "es": "digit_homophones digit_words pronoun_of_one_letter",
    "zh": "digit_homophones finished_ends common_words sentence_starters before_label"
    " pronoun_of_one_letter",
    "it": "digit_homophones phone_number pronoun_of_one_letter",
    "pt": "digit_homophones phone_number pronoun_of_one_letter",
    "nl": "digit_homophones phone_number pronoun_of_one_letter",
    "pl": "digit_homophones phone_number pronoun_of_one_letter",
    "ru": "digit_homophones phone_number pronoun_of_one_letter common_words",
    "ja": "digit_homophones common_words sentence_starters before_label pronoun_of_one_letter"
    " asking",
    "ko": "digit_homophones common_words sentence_starters before_label pronoun_of_one_letter"
    " asking",
    "hi": "digit_homophones common_words sentence_starters before_label pronoun_of_one_letter"
    " asking",
    "ar": "digit_homophones common_words sentence_starters before_label pronoun_of_one_letter"
    " phone_number asking",
    "xx": "digit_homophones common_words short_answers unfinished_ends finished_ends phone_number"
    " digit_words sentence_starters before_label pronoun_of_one_letter aloud phrases start_over"
    " asking",
}
"""The tables that are empty: a language that gets one leaves this list."""


@pytest.mark.parametrize("code", LACKS)
def test_what_each_language_lacks(code: str) -> None:
    language, english = language_of(code), language_of("en")
    tables = [f.name for f in fields(language) if f.type not in ("bool",)]
    lacking = [name for name in tables if not getattr(language, name)]
    if code != "en" and language.phrases is english.phrases:
        lacking.append("phrases")
    if code != "en" and asking_in(code) is asking_in("en"):
        lacking.append("asking")
    assert sorted(lacking) == sorted(LACKS[code].split())


def test_codes() -> None:
    assert primary("de-AT") == primary("DE_at") == "de"
    assert language_of("cmn") is language_of("zh-TW")
    assert language_of("yue").phrases is language_of("zh").phrases
    assert language_of("en-GB") is language_of("en")
    assert language_code("German") == language_code("DE") == "de"
    assert language_code("klingon") is None
    assert len(set(CODE_OF.values())) == 100


def test_tables_import_nothing() -> None:
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                root = name.partition(".")[0]
                own = name.startswith("voicecli.languages")
                assert own or root in sys.stdlib_module_names, f"{path.name} imports {name}"


@pytest.mark.parametrize("code", ["en", "de", "fr", "es", "zh"])  # others: test_cases.py
def test_words_are_as_they_are_looked_up(code: str) -> None:
    language = language_of(code)
    for name in (
        *("short_answers", "unfinished_ends", "finished_ends", "digit_words"),
        *("backchannels", "stop_words", "start_over"),
    ):
        for word in getattr(language, name):
            assert word == word.lower().strip(), f"{name}: {word!r}"


def test_the_example_of_the_documentation() -> None:
    page = (ROOM.parents[2] / "docs/languages.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    scope: dict[str, Language] = {}
    exec(compile(code, "docs/languages.md", "exec"), scope)  # its own text, not foreign
    reader = reader_of(scope["LANGUAGE"])
    for written, said in (
        ("Ekz. 5 km kaj 1 h.", "Ekzemple kvin kilometroj kaj unu horo."),
        ("Je 3:05.", "Je tri kvin."),
        ("La 5 majo 2024.", "La kvin majo du mil dudek kvar."),
        ("Ĝi kostas 3,50 €, aŭ 1 €.", "Ĝi kostas tri eŭroj kaj kvindek cendoj, aŭ unu eŭro."),
        ("50 % kaj 2 + 2 = 4.", "kvindek elcentoj kaj du plus du estas kvar."),
        ("10-20 km", "dek ĝis dudek kilometroj"),
    ):
        assert reader.say(written) == said
