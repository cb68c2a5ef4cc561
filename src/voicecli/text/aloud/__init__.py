"""Write a sentence out as it is said: numbers, money, units, times, dates, abbreviations.

For the synthesiser only, one complete sentence at a time (so that "3.14", "$5.50" and "Dr." are
whole): screen, captions and history keep what was written. English, German, French, Spanish and
Chinese are written out fully; other languages only their plain whole numbers, and the synthesiser's
own reading for the rest. Babel would bring unit and currency names of all languages, but 33 MB, and
no cases.

- `reader`: how a sentence is read by rules, and numbers in words, for every language
- `written`: the order of all rules, for a language that has tables; they stand in
  - `addresses`: e-mail, the web, paths, file names
  - `words`: abbreviations, initials, letters with digits, list items, symbols
  - `dates`: days of the week, dates, years, times, durations
  - `amounts`: money, measures, numbers with a scale ("5M")
  - `numbers`: phones, versions, sizes, scores, ratios, ranges, plain and Roman numbers
  - `sums`: equations, fractions, powers, signs, operators
  - `subject`: the tables and helpers that several of these share
- `de`, `en`, `es`, `fr`, `zh`: grammars, where a language differs; its tables stand in `languages`
- `pronunciations`: the file with the user's own words
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import import_module

from voicecli.languages import Language, language_of
from voicecli.text.aloud.notations import joined_lines
from voicecli.text.aloud.reader import Reader
from voicecli.text.foreign import readable

_PHONEMES = re.compile(r"(\[\[.*?\]\])", re.DOTALL)
_GRAMMARS = {
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "zh": "Chinese",
    "pl": "Polish",
    "ru": "Russian",
    "ar": "Arabic",
    "ja": "Japanese",
    "ko": "Korean",
    "hi": "Hindi",
}
_END = re.compile(r"[.!?…:;,。！？：；，、؟।॥](?:[\"'”’»)\]}」』）]*)\Z")
_LINE_END = re.compile(r"([^\s.!?…:;,。！？：；，、])[ \t]*\n\s*(?=\S)")


def spoken(
    sentence: str,
    language: str = "en",
    pronunciations: Mapping[str, str] | None = None,
    *,
    goes_on: bool = False,
) -> str:
    """One sentence as it is to be read by the synthesiser; ends with punctuation, may be empty.

    goes_on: it is only a part of one, and more follows.

    `language` is a code like "en", "en-GB" (day before month) or "de". `pronunciations` are the
    user's words and how they are said: a respelling or `[[ phonemes ]]`. What stands between `[[`
    and `]]` is left as it is.
    """
    reader = _reader(language.lower().replace("_", "-"))
    wide = not reader.language.is_spaced
    text = pronounce(sentence, pronunciations) if pronunciations else sentence
    text = readable(text, language)
    joiners = re.compile(reader.tables.joiners)
    text = _LINE_END.sub("\\1，\n" if wide else "\\1,\n", joined_lines(text.strip(), joiners))
    parts = _PHONEMES.split(text)
    said = "".join(part if i % 2 else reader.say(part) for i, part in enumerate(parts))
    said = re.sub(r"\s+", " ", said).strip()
    if not any(char.isalnum() for char in said):
        return ""
    if not _END.search(said):
        said += ("，" if wide else ",") if goes_on else "。" if wide else "."
    return said


def pronounce(text: str, pronunciations: Mapping[str, str]) -> str:
    """Replace the user's words; one written in small letters only also matches capitals."""
    replace = _replacer(tuple(sorted(pronunciations.items())))
    parts = _PHONEMES.split(text)
    return "".join(part if i % 2 else replace(part) for i, part in enumerate(parts))


@lru_cache(maxsize=8)
def _replacer(pairs: tuple[tuple[str, str], ...]) -> Callable[[str], str]:
    exact = {written: said for written, said in pairs if written.strip()}
    if not exact:
        return lambda text: text
    folded = {written: said for written, said in exact.items() if written == written.lower()}
    words = "|".join(re.escape(word) for word in sorted(exact, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)

    def say(found: re.Match[str]) -> str:
        written = found[0]
        return exact.get(written) or folded.get(written.lower()) or written

    return lambda text: pattern.sub(say, text)


@lru_cache(maxsize=16)
def _reader(code: str) -> Reader:
    language = language_of(code)
    _, _, region = code.partition("-")
    return reader_of(language, region)


def reader_of(language: Language, region: str = "") -> Reader:
    """With its own grammar, if it has one; without tables, for whole numbers only."""
    if name := _GRAMMARS.get(language.code):
        grammar = import_module(f"voicecli.text.aloud.{language.code}")
        return getattr(grammar, name)(language, region)
    if language.aloud is None:
        return Reader(language, region)
    from voicecli.text.aloud.written import WrittenReader

    return WrittenReader(language, region)
