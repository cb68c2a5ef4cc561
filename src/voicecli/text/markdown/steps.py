"""Stage 1a: replies in steps, as agents are made to write them (ReAct, Yao et al. 2022).

`Thought:`, `Action:`, `Action Input:` and `Observation:` become a thought; `Final Answer:` ends it.
Only a reply that begins so is one in steps. What comes behind its answer is another turn.
"""

from __future__ import annotations

import re
from typing import Literal

_DRESS = r"[ \t]*(?:#{1,4}[ \t]+)?(?:\*\*|__)?"
_LABEL = re.compile(
    rf"{_DRESS}(?P<label>thought|action input|action|observation|final answer|answer|question)"
    r"(?:[ \t]\d{1,2})?(?:\*\*|__)?[ \t]*[:：](?:\*\*|__)?[ \t]*",
    re.IGNORECASE,
)
MAX_LABEL_CHARS = 30

_Mode = Literal["begins", "plain", "thought", "answer", "over"]


class Steps:
    """Rewrites the steps in text that arrives in pieces."""

    def __init__(self) -> None:
        self._text = ""
        """The beginning of a line, which may become a label."""
        self._mode: _Mode = "begins"
        self._begins_line = True
        self._has_acted = False
        self._after_blank = False

    def feed(self, text: str, *, is_all: bool = False) -> str:
        if self._mode == "plain":
            return text
        lines = re.split(r"(?<=\n)", self._text + text)
        self._text = ""
        return "".join(self._part(line, is_all=is_all) for line in lines)

    def _part(self, line: str, *, is_all: bool) -> str:
        if self._mode in ("plain", "over") or not self._begins_line:
            self._begins_line = line.endswith("\n")
            return "" if self._mode == "over" else line
        if not line.strip():
            if line.endswith("\n"):
                self._after_blank = True
                return line
            self._text = line
            return ""
        label = _LABEL.match(line)
        if (label is None or label.end() == len(line)) and not is_all and _may_be_label(line):
            self._text = line
            return ""
        self._begins_line = line.endswith("\n")
        after_blank, self._after_blank = self._after_blank, False
        said = label and self._labelled(label["label"].lower(), line[label.end() :])
        return self._unlabelled(line, after_blank) if said is None else said

    def _labelled(self, label: str, rest: str) -> str | None:
        """What becomes of the line; None where the label means nothing."""
        match self._mode, label:
            case "begins", "thought":
                self._mode = "thought"
                return f"<think>{rest}"
            case ("begins", "final answer") | ("thought", "final answer" | "answer"):
                ends = "" if self._mode == "begins" else "</think>"
                self._mode = "answer"
                return f"{ends}{rest}"
            case "answer", "thought" | "action" | "observation" | "question":
                self._mode = "over"
                return ""
            case "thought", _:
                self._has_acted = self._has_acted or label != "thought"
                return rest
        return None

    def _unlabelled(self, line: str, after_blank: bool) -> str:
        if self._mode == "begins":
            self._mode = "plain"
        if self._mode == "thought" and after_blank and not self._has_acted:
            self._mode = "answer"  # nobody says that it is one
            return f"</think>{line}"
        return line


def _may_be_label(line: str) -> bool:
    """May more of the line make a label of it?"""
    if "\n" in line or len(line) > MAX_LABEL_CHARS:
        return False
    begun = line.lower().strip(" \t#*_")
    labels = ("thought", "action input", "observation", "final answer", "answer", "question")
    return any(
        label.startswith(begun) or re.fullmatch(rf"{label}(?: input)?[ \d*_:：]*", begun)
        for label in (*labels, "action")
    )
