"""What a tool returned, as the model and the screen get it: data, and nothing else. Pure."""

from __future__ import annotations

import re

from voicecli.printable import printable

_MARK = re.compile(
    r"<(?=[|｜])"
    r"|<(?=/?(?:tool_(?:call|response)s?|function[=_>]|invoke|think(?:ing)?>|start_of_turn|"
    r"end_of_turn|[a-z]{2,10}:(?:function|tool)_calls?|(?:s|bos|eos|pad)>))"
    r"|\[(?=/?(?:INST|TOOL_CALLS|TOOL_RESULTS|AVAILABLE_TOOLS|ARGS|THINK)\b)",
    re.IGNORECASE,
)
"""Beginnings of what steers a model. Servers read such tokens in the text of a message as if they
had put them there themselves (llama.cpp does): a page on the web could end the tool's turn and play
the user."""


def cleaned(text: str, max_chars: int) -> str:
    """Without control characters and marks that steer a model, and cut where it is too long."""
    text = printable(text[: 4 * max_chars].replace("\r\n", "\n")).strip()
    text = _MARK.sub(lambda match: match[0] + " ", text)
    if len(text) <= max_chars:
        return text
    return f"{text[:max_chars]}\n(cut off here: it was longer than {max_chars} characters)"
