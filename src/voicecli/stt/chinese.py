"""Mandarin as it is written down: in simplified or traditional characters, with punctuation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

from voicecli.languages import primary
from voicecli.settings import Script

PROMPTS = {"hans": "以下是普通话的句子。", "hant": "以下是普通話的句子。"}
""" "The following are sentences in Mandarin": with a text before it that has punctuation Whisper
writes some, too, and in its characters. Of 16 recordings 2 had any without it, 11 with it; the
characters that are wrong go from 22.8 to 24.3 in 100 (base)."""


def is_mandarin(language: str) -> bool:
    return primary(language) in ("zh", "cmn")


def prompt_for(language: str, script: Script | None) -> str | None:
    """What could have been written before, for Whisper to go on as it was."""
    return PROMPTS[script or "hans"] if is_mandarin(language) else None


def without_prompt(text: str) -> str:
    """Where nothing was said, Whisper now and then writes the prompt itself."""
    is_prompt = any(text.strip("。，.") == prompt.strip("。") for prompt in PROMPTS.values())
    return "" if is_prompt else text


def in_script(parts: Sequence[str], language: str, script: Script | None) -> list[str]:
    """Parts of a text, such as its words, in one script; which character stands for another
    depends on its neighbours, in other parts, too."""
    if script is None or not is_mandarin(language):
        return list(parts)
    convert = _converter(script)
    whole = "".join(parts)
    converted = convert(whole)
    if len(converted) != len(whole):
        return [convert(part) for part in parts]
    ends = [0]
    for part in parts:
        ends.append(ends[-1] + len(part))
    return [converted[start:end] for start, end in pairwise(ends)]


@cache
def _converter(script: Script) -> Callable[[str], str]:
    """OpenCC's tables take 0.1 to 0.6 s to load."""
    from opencc import OpenCC

    return OpenCC("t2s" if script == "hans" else "s2t").convert
