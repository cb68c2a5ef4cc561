"""Which language a text is in, stretch by stretch, and what of it a voice can't read. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from typing import NamedTuple

from voicecli.languages import language_of, primary
from voicecli.languages.names import CODE_OF, name_of
from voicecli.languages.scripts import LATIN, scripts_of
from voicecli.text.words import words_of

MIN_LETTERS = 4
"""Fewer in another script may be a name, or a word that is spoken of."""

MIN_WORDS = 5
"""Fewer words in another language may be a title or a quotation."""

MIN_SHARE = 0.3
"""So many of its words must be among another language's common ones."""

MIN_COMMON = 3

MIN_NAME_LETTERS = 3
"""Shorter Latin words, and those in capitals, every voice spells: "AI", "U2", "NASA"."""

MAX_TIED = 2
"""So many languages may have as many words of a title: "La La Land" may be in any of three."""

_TITLE = re.compile(r"""["“„«]([^"“”„«»]+)["”“»]""")
_OPENS = re.compile(r"""(?:(?<=\s)["'“]|[(\[{„«‚‘（「『《【])+\Z""")
_WORD_OR_NOT = re.compile(r"\w+|\W+")

_COMPARED = ("en", "de", "fr", "es", "it", "pt", "nl", "pl")
"""Latin script's languages whose common words are known."""

_SINGLE = frozenset({"GREEK"})
"""One letter of these stands for a quantity: "π"."""

_SURE = {"CJK": "zh", "HANGUL": "ko", "HIRAGANA": "ja", "GREEK": "el", "HEBREW": "he", "THAI": "th"}
"""Scripts that tell the language."""

_KANA = frozenset({"HIRAGANA", "KATAKANA"})
_SHARED = _KANA | {"CJK"}
"""Japanese mixes them, without blanks between."""

_FREQUENT = ("ru", "ar", "hi")
"""Of a script that several languages have, the one with the most speakers."""


class Foreign(NamedTuple):
    """What a text is in."""

    name: str
    """ "German", "Cyrillic script"."""
    code: str
    """Of a language that is written so."""


@cache
def _script(char: str) -> str:
    """Empty for what is no letter: it belongs to every script."""
    return unicodedata.name(char, "").partition(" ")[0] if char.isalpha() else ""


def readable(text: str, language: str) -> str:
    """The text without letters that a voice of this language could only name."""
    code = primary(language)
    if text.isascii() or code not in CODE_OF.values():
        return text
    own = scripts_of(code)
    kept: list[str] = []
    for script, run in groupby(text, _script):
        letters = "".join(run)
        is_quantity = script in _SINGLE and len(letters) == 1
        if not script or script in own or is_quantity or not _is_script(script):
            kept.append(letters)
    return "".join(kept)


@cache
def _is_script(name: str) -> bool:
    """Is it one that some language is written in? "MATHEMATICAL", "FEMININE" (ª) are none."""
    return any(name in scripts_of(code) for code in CODE_OF.values())


def foreign_language(text: str, language: str) -> Foreign | None:
    """What a text is in, if not in the language of the voice."""
    code = primary(language)
    if code not in CODE_OF.values():
        return None
    scripts = Counter(_script(char) for char in text if char.isalpha())
    own = scripts_of(code)
    foreign = {s: n for s, n in scripts.items() if s not in own and _is_script(s)}
    if sum(foreign.values()) >= max(MIN_LETTERS, scripts.total() / 2):
        script = max(foreign, key=lambda name: (name in ("HIRAGANA", "HANGUL"), foreign[name]))
        code = _written_in(script)
        return Foreign(name_of(code) if script in _SURE else f"{script.capitalize()} script", code)
    return _other_words(set(words_of(text.lower())), code)


@cache
def _written_in(script: str) -> str:
    """The language that it probably is."""
    codes = (*_FREQUENT, *CODE_OF.values())
    return _SURE.get(script) or next(code for code in codes if script in scripts_of(code))


def _other_words(words: set[str], code: str) -> Foreign | None:
    """The language whose common words these are, if that is not the voice's own."""
    if len(words) < MIN_WORDS or code not in _COMPARED:
        return None
    n_common = {other: len(words & language_of(other).common_words) for other in _COMPARED}
    best = max(n_common, key=lambda other: (n_common[other], other == code))
    is_sure = n_common[best] >= max(MIN_COMMON, MIN_SHARE * len(words))
    if best == code or not is_sure or n_common[best] < 2 * n_common[code]:
        return None
    return Foreign(name_of(best), best)


class LanguageStretch(NamedTuple):
    """A part of a text that is in one language."""

    text: str
    language: str
    """As it was given for the whole text, or the code of another one."""


def stretches(text: str, language: str) -> list[LanguageStretch]:
    """A text in parts, each in one language; joined they are the text.

    language: that of all that can't be told.
    """
    if primary(language) not in CODE_OF.values():
        return [LanguageStretch(text, language)]
    whole = _other_words(set(words_of(text.lower())), primary(language))
    parts: list[LanguageStretch] = []
    for part in _by_script(text, whole.code if whole else language):
        parts += _by_titles(part) if primary(part.language) in _COMPARED else [part]
    return list(_joined(parts))


def _by_script(text: str, language: str) -> Iterator[LanguageStretch]:
    """What is no letter belongs to what stands before it, if it doesn't open what follows."""
    own = scripts_of(primary(language))
    parts: list[tuple[str, str]] = []
    for word in _WORD_OR_NOT.findall(text):
        # Chinese and Japanese share letters. In a text of either, a word tells; else all of it.
        has_kana = not _KANA.isdisjoint(map(_script, word if "CJK" in own else text))
        for char in word:
            script = _script(char)
            if not _is_script(script):
                script = parts[-1][1] if parts else ""
            elif script in _SHARED:
                script = "HIRAGANA" if has_kana else "CJK"
            parts.append((char, script))
    first = next((script for _, script in parts if script), "")
    begun = ""
    for script, run in groupby(parts, lambda part: part[1] or first):
        begun += "".join(char for char, _ in run)
        opens = _OPENS.search(begun) if len(begun) < len(text) else None
        yield LanguageStretch(
            begun[: opens.start()] if opens else begun, _language_of(begun, script, language)
        )
        begun = opens[0] if opens else ""
    if begun:
        yield LanguageStretch(begun, language)


def _language_of(part: str, script: str, language: str) -> str:
    """Of a part with letters of one script, in a text in `language`."""
    own = scripts_of(primary(language))
    if script == "LATIN" and own != LATIN:
        return _latin_language(part) or language
    if not script or script in own or script in _SINGLE and sum(map(str.isalpha, part)) == 1:
        return language
    return _written_in(script)


def _latin_language(part: str) -> str | None:
    """Of Latin letters in a text of another script; None where any voice spells them."""
    words = words_of(part)
    if not any(len(word) >= MIN_NAME_LETTERS and not word.isupper() for word in words):
        return None
    return _title_language(part, "") or "en"


def _by_titles(stretch: LanguageStretch) -> Iterator[LanguageStretch]:
    """What stands in quotes, and is in another language, is a stretch of its own."""
    text, at = stretch.text, 0
    for found in _TITLE.finditer(text):
        if code := _title_language(found[1], primary(stretch.language)):
            yield LanguageStretch(text[at : found.start()], stretch.language)
            yield LanguageStretch(found[0], code)
            at = found.end()
    yield LanguageStretch(text[at:], stretch.language)


def _title_language(title: str, code: str) -> str | None:
    """The language other than `code` that most of a title's common words are in."""
    words = set(words_of(title.lower()))
    n_common = {other: len(words & language_of(other).common_words) for other in _COMPARED}
    most = max(n_common.values())
    found = [other for other in _COMPARED if n_common[other] == most]
    is_sure = most >= max(1, MIN_SHARE * len(words)) and len(found) <= MAX_TIED
    return found[0] if is_sure and len(words) > 1 and not n_common.get(code) else None


def _joined(parts: Iterable[LanguageStretch]) -> Iterator[LanguageStretch]:
    """Neighbours in one language, and those with nothing but white space, are one."""
    last: LanguageStretch | None = None
    for part in parts:
        if (
            last is not None
            and last.language != part.language
            and last.text.strip()
            and part.text.strip()
        ):
            yield last
            last = None
        language = part.language if last is None or not last.text.strip() else last.language
        last = LanguageStretch((last.text if last else "") + part.text, language)
    if last is not None:
        yield last
