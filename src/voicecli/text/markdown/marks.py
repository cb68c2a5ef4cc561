"""Stage 1b: the marks that models and their servers leave in a reply.

Thoughts and tool calls come in a dozen notations; here they become the two that the later stages
know, `<think>...</think>` and `<tool_call>...</tool_call>`. Tokens that only steer a model say
nothing.
"""

from __future__ import annotations

import json
import re

MAX_CALL_CHARS = 8000
"""A line that begins with "{" and is no tool call's JSON within this is text."""

_TOKEN = re.compile(
    r"<\|?(?P<start>im_start|start|start_header_id|start_of_turn)\|?>"
    r"|<\|(?P<channel>channel)\|>"
    r"|<\|(?P<message>message|end_header_id)\|>"
    r"|<\|(?P<end>end|call|return|im_end|eot_id|eom_id)\|>"
    r"|(?P<think><details\s[^<>]*\btype=[\"']?reasoning\b[^<>]*>|\[THINK\]|◁think▷"
    r"|<\|(?:start_thinking|begin_of_thought|think)\|>|<unused94>|<[a-z]{2,10}:think(?:ing)?>)"
    r"|(?P<thought></details\s*>|\[/THINK\]|◁/think▷"
    r"|<\|(?:end_thinking|end_of_thought|/think)\|>|<unused95>|</[a-z]{2,10}:think(?:ing)?>)"
    r"|(?P<call><\|python_tag\|>|\[TOOL_CALLS\]|<function=[^<>\s]+>|<\|start_action\|>"
    r"|<[a-z]{2,10}:(?:function|tool)_calls?>"
    r"|<[|｜]tool[▁_]calls?(?:[▁_](?:begin|start|section_begin))?[|｜]>)"
    r"|(?P<called></function>|<\|end_action\|>|</[a-z]{2,10}:(?:function|tool)_calls?>|<[|｜](?:/tool_call|tool[▁_]calls?[▁_](?:end|section_end))[|｜]>)"
    r"|(?P<silent><end_of_turn>|<(?:eos|bos|pad|unk)>|\[/?INST\]|<</?SYS>>|<unused\d+>"
    r"|<[|｜][^<>|｜\n]{0,40}[|｜]>)"
    r"|(?P<tex>\\(?:begin|end)\{[a-z]{1,12}\*?\}(?:\{[lcr|]*\})?)",
    re.IGNORECASE,
)
_FORMULAS = re.compile(r"\{(?:equation|align|gather|multline|eqnarray|displaymath|math)\*?\}")
"""Environments of LaTeX that are formulas; others stand within one, or are text."""
_MAYBE = re.compile(
    r"\\[a-z]{0,5}(?:\{[a-z]{0,12}\*?(?:\}(?:\{[lcr|]*)?)?)?\Z"
    r"|<(?:[|｜/]?[\w▁:=. -]*[|｜]?|d(?:e(?:t(?:a(?:i(?:ls?\b[^<>\n]{0,80})?)?)?)?)?|</?\w*>?)\Z"
    r"|\[/?[A-Z_]{0,12}\Z|◁/?\w{0,6}\Z",
    re.IGNORECASE,
)
"""The end of the text may be the beginning of a mark."""
_ROLE = re.compile(r"[ \t]*(\w*)[ \t]*\n?")
_CALL = re.compile(r"\[?\s*\{\s*\"")
_NAMES = frozenset("name tool tool_name function function_call tool_calls action".split())
_INNER_CALL = re.compile(rf"(?<=[ \t])\[?\{{\s*\"(?:type|{'|'.join(sorted(_NAMES))})\"")
"""Behind words in their line only what begins like this may be a call."""
_INNER_MAYBE = re.compile(r"(?<=[ \t])(?:\[|\[?\{\s*(?:\"[a-z_]{0,13}\"?)?)\Z")
_ARGUMENTS = frozenset("arguments parameters args input action_input function tool_calls".split())


class Marks:
    """Rewrites the marks in text that arrives in pieces."""

    def __init__(self, *, keep_calls: bool = False) -> None:
        """keep_calls: of tool calls everything stays that says what is called, each between
        `<tool_call>` and, where the model tells its end, `</tool_call>`."""
        self._keep_calls = keep_calls
        self._text = ""
        self._begins_line = True
        self._is_after_blank = False
        self._header = False
        """Inside a message's header, whose text says who speaks and on which channel."""
        self._channel = ""
        self._opened: list[str] = []
        """What ends the thoughts and calls that are open, the last one last."""
        self._is_over = False
        """The model went on to play another part."""

    def feed(self, text: str, *, is_all: bool = False) -> str:
        if self._is_over:
            return ""
        self._text += text
        said: list[str] = []
        while self._text and not self._is_over and self._step(said, is_all=is_all):
            pass
        if self._is_over:
            self._text = ""
        return "".join(said)

    def _step(self, said: list[str], *, is_all: bool) -> bool:
        """Handle the text up to the next mark. False: more has to arrive."""
        text = self._text
        if self._begins_line and not self._header and _CALL.match(text):
            return self._maybe_call(said, is_all=is_all)
        newline = text.find("\n")
        found = _TOKEN.search(text)
        call = self._inner(_INNER_CALL, text)
        ends = [at for at in (newline, found.start() if found else -1, len(text)) if at >= 0]
        if 0 <= call < min(ends):
            self._pass_on(text[:call], said)
            self._begins_line = True
            return True
        if found and (newline < 0 or found.start() <= newline):
            return self._token(found, said, is_all=is_all)
        if newline >= 0:
            self._pass_on(text[: newline + 1], said)
            return True
        maybe = None if is_all else _MAYBE.search(text)
        held = self._begins_line and not is_all and re.fullmatch(r"\[?\s*\{?\s*", text)
        end = 0 if held else maybe.start() if maybe else len(text)
        call = -1 if is_all else self._inner(_INNER_MAYBE, text)
        self._pass_on(text[: min(end, call) if call >= 0 else end], said)
        return False

    def _inner(self, pattern: re.Pattern[str], text: str) -> int:
        """Where a call behind a blank begins; -1 for nowhere."""
        if self._header or self._opened:
            return -1
        found = pattern.search(f"{' ' if self._is_after_blank else '.'}{text}")
        return found.start() - 1 if found else -1

    def _pass_on(self, text: str, said: list[str]) -> None:
        self._text = self._text[len(text) :]
        if not text:
            return
        if self._header:
            self._channel += text
            if len(self._channel) > 200 or "\n" in text:
                self._header = False
        else:
            said.append(text)
            self._begins_line = text.endswith("\n")
            self._is_after_blank = text.endswith((" ", "\t"))

    def _token(self, found: re.Match[str], said: list[str], *, is_all: bool) -> bool:
        kind, mark = found.lastgroup, found[0]
        if kind == "start" or kind == "channel":
            role = _ROLE.match(self._text, found.end())
            if role is None or role.end() == len(self._text) and not is_all:
                self._pass_on(self._text[: found.start()], said)
                return False
        self._pass_on(self._text[: found.start()], said)
        self._text = self._text[len(mark) :]
        match kind:
            case "start":
                self._start(mark)
            case "channel":
                self._close(said)
                addressed = [word for word in self._channel.split() if word.startswith("to=")]
                self._header, self._channel = True, " ".join([*addressed, ""])
            case "message":
                self._message(said)
            case "end":
                self._close(said)
            case _:
                said.append(self._tag(kind, mark))
        return True

    def _tag(self, kind: str | None, mark: str) -> str:
        """The tag that stands for a mark; nothing for a token that only steers."""
        match kind:
            case "think":
                return self._open("think")
            case "call":
                named = self._keep_calls and mark.lower().startswith("<function=")
                return self._open("tool_call") + (mark if named else "")
            case "thought" if mark.startswith("</") and "think" not in self._opened:
                return mark  # <details> that the reader opens
            case "thought":
                return self._shut("think")
            case "called":
                return self._shut("tool_call")
            case "tex" if self._keep_calls and "tool_call" in self._opened:
                return mark
            case "tex" if _FORMULAS.search(mark):
                return "\\[" if mark.startswith("\\b") else "\\]"
        return " " if self._keep_calls and "tool_call" in self._opened else ""

    def _start(self, mark: str) -> None:
        """A message's beginning: its role, and perhaps a channel, stand before the message."""
        role = _ROLE.match(self._text)
        name = role[1].lower() if role else ""
        self._is_over = name in ("user", "human", "system", "tool")
        self._text = self._text[role.end() if role else 0 :]
        self._header = mark in ("<|start|>", "<|start_header_id|>")
        self._channel = ""

    def _message(self, said: list[str]) -> None:
        channel = self._channel.split()
        self._header, self._channel = False, ""
        name = next((word[3:] for word in channel if word.startswith("to=")), "")
        if name and self._keep_calls:
            said.append(f"{self._open('tool_call')}{name} ")
        elif channel and channel[0].lower() != "final":
            said.append(self._open("think"))

    def _open(self, name: str) -> str:
        self._opened.append(name)
        return f"<{name}>"

    def _shut(self, name: str) -> str:
        """The end of a thought says that what came before was one, whether it was opened or not."""
        if name in self._opened:
            self._opened.remove(name)
        return f"</{name}>"

    def _close(self, said: list[str]) -> None:
        self._header = False
        while self._opened:
            said.append(f"</{self._opened.pop()}>")

    def _maybe_call(self, said: list[str], *, is_all: bool) -> bool:
        """JSON that begins a line, or as a call does: said, unless it calls a tool."""
        text = self._text.lstrip()
        try:
            value, end = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            if not is_all and len(text) < MAX_CALL_CHARS:
                return False
            value, end = None, 0
        if is_call(value):
            if self._keep_calls:
                said.append(f"<tool_call>{text[:end]}</tool_call>")
            self._text = text[end:]
            return True
        self._begins_line = self._is_after_blank = False
        return True


def is_call(value: object) -> bool:
    """Is it what models write to call a tool?"""
    if isinstance(value, list):
        return bool(value) and all(is_call(item) for item in value)
    return isinstance(value, dict) and bool(_NAMES & set(value)) and bool(_ARGUMENTS & set(value))
