"""Calls that a model writes as text, because its server does not know how the model writes them.

Known are the ways of Hermes and Qwen (`<tool_call>{...}</tool_call>`, `<function=name>`), Mistral
(`[TOOL_CALLS]`), Llama (`{"name": ..., "parameters": ...}`, `<|python_tag|>`), DeepSeek, Kimi, GLM,
Phi, Granite, Command R, LFM2, MiniMax and gpt-oss. `text.markdown.marks` makes one notation of
their marks; what stands between these is read here. Pure.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from voicecli.llm.messages import ToolCall
from voicecli.text.markdown.marks import Marks
from voicecli.text.markdown.tags import CALL_TAGS, THOUGHT_TAGS

_TAG = re.compile(
    rf"<(?P<end>/?)(?P<name>{'|'.join(sorted(THOUGHT_TAGS | CALL_TAGS, reverse=True))})\b[^<>\n]*>",
    re.IGNORECASE,
)
_MAYBE_TAG = re.compile(r"</?(?P<name>[a-z_]*)(?P<rest>[ =][^<>\n]{0,80})?\Z", re.IGNORECASE)
_NOTHING = re.compile(r"</?(?:tool_calls?|function_calls?|tool_code)\b[^<>\n]*>", re.IGNORECASE)
_FUNCTION = re.compile(r"<function=([^<>\s]+)>(.*?)(?=<function=|\Z)", re.DOTALL)
_INVOKE = re.compile(r"<invoke\s+name=[\"']?([^\"'<>]+)[\"']?\s*>(.*?)(?:</invoke>|\Z)", re.DOTALL)
_PARAMETER = re.compile(
    r"<parameter(?:=|\s+name=)[\"']?([^\"'<>]+?)[\"']?\s*>(.*?)(?:</parameter>|(?=<parameter)|\Z)",
    re.DOTALL,
)
_KEY = re.compile(
    r"<arg_key>(.*?)</arg_key>\s*<arg_value>(.*?)(?:</arg_value>|(?=<arg_key>)|\Z)", re.DOTALL
)
_NAME = re.compile(r"[A-Za-z_][\w.:/-]*")
_NAME_KEYS = ("name", "tool_name", "function", "tool", "action")
_ARGUMENT_KEYS = ("arguments", "parameters", "args", "action_input", "input")


class WrittenCalls:
    """Tells a model's text from the calls in it, while it arrives."""

    def __init__(self, results: Sequence[str] = ()) -> None:
        """results: of the tools. What stands in one and is repeated is no call of the model's."""
        self._results = [_letters(result) for result in results]
        self._marks = Marks(keep_calls=True)
        self._text = ""
        self._thinks = False
        self._open: list[str] = []
        """Names of the call's elements that are open."""
        self._body = ""

    def feed(self, text: str, *, is_all: bool = False) -> Iterator[str | ToolCall]:
        self._text += self._marks.feed(text, is_all=is_all)
        while found := _TAG.search(self._text):
            before, tag = self._text[: found.start()], found[0]
            self._text = self._text[found.end() :]
            yield from self._tag(before, tag, found["name"].lower(), is_end=bool(found["end"]))
        held = 0 if is_all else _begun_tag(self._text)
        ready = self._text[: len(self._text) - held]
        self._text = self._text[len(ready) :]
        if self._open:
            self._body += ready
            if is_all:
                yield from self._ended()
        elif ready:
            yield ready

    def _tag(self, before: str, tag: str, name: str, *, is_end: bool) -> Iterator[str | ToolCall]:
        if self._open:
            self._body += before + tag
            if not is_end:
                self._open.append(name)
            elif self._open:
                self._open.pop()
                if not self._open:
                    yield from self._ended()
        elif name in THOUGHT_TAGS or self._thinks or is_end:
            self._thinks = not is_end if name in THOUGHT_TAGS else self._thinks
            yield before + tag
        else:
            if before:
                yield before
            self._open, self._body = [name], tag

    def _ended(self) -> Iterator[str | ToolCall]:
        body, self._body, self._open = self._body, "", []
        plain = _letters(_NOTHING.sub("", body))
        if not any(plain in result for result in self._results):
            yield from (call for call in calls_in(body) if not self._is_repeated(call))

    def _is_repeated(self, call: ToolCall) -> bool:
        """All of it stands in what a tool returned."""
        try:
            given = json.loads(call.arguments)
        except ValueError:
            given = call.arguments
        words = [*given, *given.values()] if isinstance(given, dict) else [given]
        said = [_letters(str(word)) for word in (call.name, *words)]
        return bool(words) and any(all(s in result for s in said) for result in self._results)


def calls_in(body: str) -> Iterator[ToolCall]:
    """The calls between the marks."""
    text = _NOTHING.sub(" ", body)
    for pattern in (_FUNCTION, _INVOKE):
        if found := pattern.findall(text):
            for name, inner in found:
                given = dict(_parameters(inner)) or next(_objects(inner), {})
                yield _written(_bare(name), json.dumps(given, ensure_ascii=False))
            return
    if keys := _KEY.findall(text):
        if name := _NAME.search(text):
            given = {key.strip(): value.strip() for key, value in keys}
            yield _written(_bare(name[0]), json.dumps(given, ensure_ascii=False))
        return
    calls = list(_json_calls(text)) or list(_python_calls(text))
    yield from calls


def _written(name: str, arguments: str) -> ToolCall:
    """A call without a number."""
    return ToolCall("", name, arguments)


def _parameters(inner: str) -> Iterator[tuple[str, str]]:
    for name, value in _PARAMETER.findall(inner):
        yield name.strip(), value.strip("\n")


def _objects(text: str) -> Iterator[dict[str, Any]]:
    for value, _ in _json_values(text):
        if isinstance(value, dict):
            yield value


def _json_values(text: str) -> Iterator[tuple[object, str]]:
    """Each object or list of a text, and what stands before it."""
    at = last = 0
    while (opening := re.compile(r"[{\[]").search(text, at)) is not None:
        try:
            value, end = json.JSONDecoder(strict=False).raw_decode(text, opening.start())
        except (ValueError, RecursionError):
            at = opening.end()
            continue
        yield value, text[last : opening.start()]
        at = last = end


def _json_calls(text: str) -> Iterator[ToolCall]:
    for value, before in _json_values(text):
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                call = _call(item) or _call_named(before.partition("[CALL_ID]")[0], item)
                if call:
                    yield call


def _call(item: dict[str, Any]) -> ToolCall | None:
    if isinstance(item.get("function"), dict):
        return _call(item["function"])
    name = next((item[key] for key in _NAME_KEYS if isinstance(item.get(key), str)), None)
    given = next((item[key] for key in _ARGUMENT_KEYS if key in item), None)
    if name is None or (given is None and len(item) > 2):
        return None
    if not isinstance(given, str):
        given = json.dumps({} if given is None else given, ensure_ascii=False)
    return _written(_bare(name), given)


def _call_named(before: str, arguments: dict[str, Any]) -> ToolCall | None:
    """`name[ARGS]{...}`, `functions.name:0 {...}`, "function name ```json {...}"."""
    names = _NAME.findall(re.sub(r"```\w*|\[\w+\]", " ", before))
    return _written(_bare(names[-1]), json.dumps(arguments, ensure_ascii=False)) if names else None


def _python_calls(text: str) -> Iterator[ToolCall]:
    """`[name(a=1), other()]`, never run: only its constants are read."""
    try:
        tree = ast.parse(re.sub(r"```\w*", "", text).strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in tree.elts if isinstance(tree, ast.List | ast.Tuple) else [tree]:
        match node:
            case ast.Call(func=ast.Name() | ast.Attribute() as func, args=[], keywords=keywords):
                try:
                    given = {k.arg: ast.literal_eval(k.value) for k in keywords if k.arg}
                    yield _written(_bare(ast.unparse(func)), json.dumps(given, ensure_ascii=False))
                except (ValueError, TypeError):
                    continue


def _bare(name: str) -> str:
    """`functions.get_time:0` -> `get_time`."""
    return re.sub(r"\A(?:functions?\.)|:\d+\Z", "", name.strip())


def _begun_tag(text: str) -> int:
    """How many characters at the end may yet become a tag."""
    found = _MAYBE_TAG.search(text)
    if found is None:
        return 0
    name, names = found["name"].lower(), THOUGHT_TAGS | CALL_TAGS
    may_be = name in names if found["rest"] else any(known.startswith(name) for known in names)
    return len(found[0]) if may_be else 0


def _letters(text: str) -> str:
    """What is left of a text however it is quoted."""
    return "".join(filter(str.isalnum, text)).lower()
