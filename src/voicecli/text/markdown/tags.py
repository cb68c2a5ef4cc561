"""HTML in running text: which `<...>` is a tag, and which is only text (`List<String>`)."""

from __future__ import annotations

import re

THOUGHT_TAGS = frozenset(
    "think thinking thought thoughts reasoning reflection scratchpad analysis inner_monologue "
    "thought_process".split()
)
"""Elements of thoughts. One that ends without having begun tells that all before it was one."""

CALL_TAGS = frozenset(
    "tool_call tool_calls function_call function_calls tool_code tool_response tool_result "
    "invoke".split()
)
"""Elements in which a model calls a tool, or plays it."""

HIDDEN_TAGS = THOUGHT_TAGS | CALL_TAGS
"""Elements whose content is never spoken, whether they end or not."""

RAW_TAGS = frozenset("script style svg".split())
"""Elements whose content is no text."""

BREAKING_TAGS = frozenset(
    "br p li ul ol div h1 h2 h3 h4 h5 h6 tr td th dt dd table hr blockquote pre section details "
    "summary".split()
)
"""What ends a sentence."""

VOID_TAGS = frozenset("area br col embed hr img input link meta source track wbr".split())
"""What has no end."""

_NAMES = (
    RAW_TAGS
    | BREAKING_TAGS
    | VOID_TAGS
    | frozenset(
        "a abbr address article aside audio b bdi bdo big body button canvas caption center cite "
        "code colgroup data datalist del dfn dialog dl em fieldset figcaption figure font "
        "footer form head header hgroup html i iframe ins kbd label legend main map mark menu "
        "meter nav noscript object optgroup option output picture progress q rp rt ruby s samp "
        "select small span strike strong sub sup tbody template textarea tfoot thead time "
        "title tt u var video break speak prosody emphasis say-as phoneme".split()
    )
)
_ATTRIBUTE = r"\s+[A-Za-z_:@][\w:.-]*(?:\s*=\s*(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'=<>`]+))?"
THOUGHT_END = re.compile(rf"</\s*(?:{'|'.join(THOUGHT_TAGS)})\s*>", re.IGNORECASE)
TAG = re.compile(rf"<(/?)([A-Za-z][\w-]*)((?:{_ATTRIBUTE})*)\s*/?>")


def is_tag(found: re.Match[str]) -> bool:
    """Is a match of TAG one wherever it stands? A placeholder (`<your-name>`) is not."""
    return bool(found[1]) or found[2].lower() in _NAMES


def is_element(found: re.Match[str], *, begins_line: bool) -> bool:
    """Is a match of TAG markup, whatever follows it?"""
    name = found[2].lower()
    if found[1] or name in VOID_TAGS:
        return True
    return name in _NAMES - RAW_TAGS and (begins_line or "=" in found[3])


def is_closed_in(line: str, found: re.Match[str]) -> bool:
    """Does it end in what follows it? Then it is markup, whatever its name."""
    return re.search(rf"</{found[2]}\s*>", line, re.IGNORECASE) is not None


def is_block(line: str, found: re.Match[str], *, begins_line: bool) -> bool:
    """Is it the line of a raw element that ends in a later one? `line` is what follows it.

    Otherwise the text only speaks of it: "the <style> tag".
    """
    return found[2].lower() in RAW_TAGS and begins_line and line.lstrip()[:1] in ("", "<")
