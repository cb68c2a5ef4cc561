"""Markup in running text, and whole tables: what markdown-it finds in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from voicecli.speakable.formulas import math_rule, say_formula
from voicecli.speakable.inline import host_of

_CITATION = re.compile(
    r"\s?\[\^[^\]\s]+\]|(?<=[\w.,;:!?)])\s?\[\d{1,3}(?:[,–-] ?\d{1,3})*\]|【[^】]*†[^】]*】"
)
_REFERENCE = re.compile(r"(?<![\[\]])\[([^\[\]]+)\]\[[^\[\]]*\]")
"""A link whose target stands elsewhere, perhaps in text that is still to come."""
_DIGIT_STAR = re.compile(r"(?<=\d)\*(?=\d)")


def without_markup(source: str, link_to: str) -> str:
    """What a piece of running text says, addresses and pictures in it as they are."""
    source = _CITATION.sub("", _REFERENCE.sub(r"\1", source))
    source = _DIGIT_STAR.sub("×", source)
    tokens: list[Token] = []
    markdown().inline.parse(source, markdown(), {}, tokens)
    return render(tokens, link_to)


@cache
def markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    # Left apart, a `**` that closes in a later piece can be told from an asterisk.
    parser.inline.ruler2.disable("fragments_join")
    parser.inline.ruler.before("escape", "formula", math_rule)
    parser.inline.ruler.before("link", "phonemes", _phonemes_rule)
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


def render(children: Sequence[Token], link_to: str) -> str:
    """The words of inline tokens, one string."""
    said: list[str] = []
    link: tuple[str, int] | None = None
    for index, token in enumerate(children):
        if token.type == "text":
            said.append(_without_delimiters(children, index))
        elif token.type in ("text_special", "code_inline", "phonemes"):
            said.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            said.append(" ")
        elif token.type == "formula":
            said.append(say_formula(token.content))
        elif token.type == "image":
            said.append(render(token.children or [], link_to) or token.content)
        elif token.type == "link_open":
            link = (str(token.attrGet("href") or ""), len(said))
        elif token.type == "link_close" and link is not None:
            text = "".join(said[link[1] :]).strip()
            if link[0].startswith("mailto:") and "@" in text:
                said[link[1] :] = [text]
            elif re.match(r"[a-z]+://|www\.", text, re.I):
                said[link[1] :] = [link_to.format(host_of(text))]
            link = None
    return "".join(said)


def _without_delimiters(children: Sequence[Token], index: int) -> str:
    """A text token; nothing if it is half a pair of `**` whose other half is in another piece."""
    content = children[index].content
    if not content or content.strip("*_~"):
        return content
    before = children[index - 1].content[-1:] if index else ""
    after = children[index + 1].content[:1] if index + 1 < len(children) else ""
    if (not before or before.isspace()) and (not after or after.isspace()):
        return content if before or after else ""
    return content if content[0] == "_" and before.isalnum() and after.isalnum() else ""
