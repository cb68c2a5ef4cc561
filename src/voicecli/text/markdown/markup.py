"""Markup in running text, and whole tables: what markdown-it finds in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from voicecli.text.aloud.notations import with_powers
from voicecli.text.markdown.addresses import host_of
from voicecli.text.markdown.formulas import math_rule, say_formula
from voicecli.text.markdown.tags import BREAKING_TAGS, TAG, is_tag

_CODE_OR_TEXT = re.compile(r"(`+)[^`](?:.*?[^`])?\1(?!`)|[^`]+|`+", re.DOTALL)
_SOURCE = "(?:citation|doc|web|source|ref|cite)"
_NUMBERED = rf"\[(?:{_SOURCE}:? ?)?[1-9]\d{{0,2}}(?:[,–-] ?\d{{1,3}})*\](?!\(|\[(?!{_SOURCE})\D)"
_NUMBERED = rf"{_NUMBERED}(?:,? ?{_NUMBERED})*"
_CITATION = re.compile(
    r"\s?\^?\[\^[^\]\s]+\]\^?|\s?\[{1,2}\d{1,3}\]{1,2}\([^()\s]*\)|\s?\^\[\d{1,3}\]\^"
    rf"|(?<=[\w.,;:!?)*_”\"'%])\s?(?:{_NUMBERED}|\({_NUMBERED}\))|\s?【[^【】\n]{{1,80}}】(?=\W|\Z)"
    r"|(?<=[^\W\d_][.,;:!?])[¹²³⁰⁴-⁹]{1,3}(?=\s|\Z)",
    re.IGNORECASE,
)
"""What stands for a source."""
_REFERENCE = re.compile(r"!?(?<![\[\]])\[([^\[\]]+)\]\[[^\[\]]*\]")
"""A link whose target stands elsewhere, perhaps in text that is still to come."""
_DECLARATION = re.compile(r"<(?:!doctype|\?)[^<>]*>", re.IGNORECASE)
_SUPERSCRIPT = re.compile(r"(\b[^\W\d_]{1,2}|[\d)])?<sup>([+−-]?\d+)</sup>", re.IGNORECASE)
_BOXED = re.compile(r"\\boxed\{([^{}]*)\}")
_DIGIT_STAR = re.compile(r"(?<=\d)\*(?=\d)")


def without_markup(source: str, link_to: str) -> str:
    """What a piece of running text says, addresses and pictures in it as they are."""
    source = _CODE_OR_TEXT.sub(lambda found: found[0] if found[1] else _simpler(found[0]), source)
    tokens: list[Token] = []
    markdown().inline.parse(source, markdown(), {}, tokens)
    return render(tokens, link_to)


def _simpler(source: str) -> str:
    """Text, and in it no markup that only parts of the world have."""
    source = _REFERENCE.sub(r"\1", _CITATION.sub("", source))
    source = _SUPERSCRIPT.sub(_say_superscript, _BOXED.sub(r"\1", source))
    return _DIGIT_STAR.sub("×", with_powers(source))


def _say_superscript(found: re.Match[str]) -> str:
    """A power, as formulas have it; nothing for the number of a footnote."""
    return found[1] + say_formula(f"^{found[2]}") if found[1] else ""


@cache
def markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    # Left apart, a `**` that closes in a later piece can be told from an asterisk.
    parser.inline.ruler2.disable("fragments_join")
    parser.inline.ruler.before("escape", "formula", math_rule)
    parser.inline.ruler.before("link", "phonemes", _phonemes_rule)
    parser.inline.ruler.at("html_inline", _tag_rule)
    return parser


def _phonemes_rule(state: StateInline, silent: bool) -> bool:
    """`[[ phonemes ]]` is Piper's and stays as it is."""
    if not state.src.startswith("[[", state.pos):
        return False
    close = state.src.find("]]", state.pos + 2, state.posMax)
    if close < 0:
        return False
    if not silent:
        state.push("phonemes", "", 0).content = state.src[state.pos : close + 2]
    state.pos = close + 2
    return True


def _tag_rule(state: StateInline, silent: bool) -> bool:
    """Tags say nothing."""
    found = TAG.match(state.src, state.pos) or _DECLARATION.match(state.src, state.pos)
    if not found or (found.re is TAG and not is_tag(found)):
        return False
    if not silent and found.re is TAG and found[2].lower() in BREAKING_TAGS:
        state.push("softbreak", "", 0)
    state.pos = found.end()
    return True


def render(children: Sequence[Token], link_to: str) -> str:
    """The words of inline tokens, one string."""
    said: list[str] = []
    link: tuple[str, int] | None = None
    was_markup = False
    for index, token in enumerate(children):
        was_markup |= token.nesting != 0
        if token.type == "text":
            text = _without_delimiters(children, index)
            if was_markup and text[:1].isdecimal() and _ends_in_digit(said):
                text = " " + text  # "~~5~~6" is no 56
            was_markup = text != token.content or (was_markup and not text)
            said.append(text)
        elif token.type == "link_open":
            link = (str(token.attrGet("href") or ""), len(said))
        elif token.type == "link_close" and link is not None:
            said[link[1] :] = [_say_link(link[0], "".join(said[link[1] :]), link_to)]
            link = None
        else:
            said.append(_say_token(token, link_to))
    return "".join(said)


def _say_token(token: Token, link_to: str) -> str:
    match token.type:
        case "text_special" | "code_inline" | "phonemes":
            return token.content
        case "softbreak" | "hardbreak":
            return " "
        case "formula":
            return say_formula(token.content)
        case "image":
            return render(token.children or [], link_to) or token.content
    return ""


def _say_link(target: str, text: str, link_to: str) -> str:
    """A link's text; where that is an address, its host."""
    stripped = text.strip()
    if target.startswith("mailto:") and "@" in text:
        return stripped
    if re.match(r"[a-z]+://|www\.", stripped, re.I):
        return link_to.format(host_of(stripped))
    return text


def _ends_in_digit(said: Sequence[str]) -> bool:
    return next((text[-1].isdecimal() for text in reversed(said) if text), False)


def _without_delimiters(children: Sequence[Token], index: int) -> str:
    """A text token; nothing if it is half a pair of `**` whose other half is in another piece."""
    content = children[index].content
    if not content or content.strip("*_~"):
        return content
    before = children[index - 1].content[-1:] if index else ""
    after = children[index + 1].content[:1] if index + 1 < len(children) else ""
    if (not before or before.isspace()) and (not after or after.isspace()):
        return content if before or after else ""
    is_inside = all(char.isalnum() or char == "_" for char in (before or " ", after or " "))
    return content if content[0] == "_" and is_inside else ""
