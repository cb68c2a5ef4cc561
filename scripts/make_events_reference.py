"""Write docs/events.md and docs/events.schema.json from conversation/events.py:
.venv/bin/python scripts/make_events_reference.py
"""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_type_hints

from voicecli.conversation.events import VERSION, Event, Level, name_of, shown_fields
from voicecli.settings.keys import docstrings

DOCS = Path(__file__).parents[1] / "docs"
REFERENCE, SCHEMA = DOCS / "events.md", DOCS / "events.schema.json"

TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}

EVENTS = [event for event in get_args(Event) if event is not Level]

INTRODUCTION = f"""\
# Events of `voicecli talk --json`

Made by `scripts/make_events_reference.py` from `conversation/events.py`; a test compares the two.
As a JSON schema of one line: [events.schema.json](events.schema.json).

One JSON object a line on standard output, in the order in which things happen. `event` says which;
the other fields are those below. `started` is the first that a conversation has (a `notice` may
come before it) and carries `version`, now {VERSION}: it changes where a field goes or changes its
meaning. New events and new fields may come at any time, so skip what you don't know.

Names end in their unit: `_ms` milliseconds, `n_` a count. Indices of samples count 16 kHz from the
opening of the microphone: 16000 is one second.
"""


def schema() -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"An event of voicecli talk --json, version {VERSION}",
        "oneOf": [_object(event) for event in EVENTS],
    }


def _object(event: type) -> dict[str, Any]:
    hints, texts = get_type_hints(event), dict(docstrings(event))
    properties: dict[str, Any] = {"event": {"const": name_of(event)}}
    for name in shown_fields(event):
        about = {"description": texts[name]} if name in texts else {}
        properties[name] = _type(hints[name]) | about
    return {
        "type": "object",
        "description": " ".join((event.__doc__ or "").split()),
        "properties": properties,
        "required": list(properties),
    }


def _type(hint: Any) -> dict[str, Any]:
    if isinstance(hint, UnionType):
        return {"type": [TYPES[part] for part in get_args(hint)]}
    if issubclass(hint, StrEnum):
        return {"enum": [str(member) for member in hint]}
    return {"type": TYPES[hint]}


def reference() -> str:
    parts = [INTRODUCTION]
    for one in schema()["oneOf"]:
        name = one["properties"]["event"]["const"]
        lines = [f"## {name}", "", one["description"], ""]
        for field, what in list(one["properties"].items())[1:]:
            kinds = what.get("type") or [f"`{word}`" for word in what["enum"]]
            kind = kinds if isinstance(kinds, str) else " or ".join(kinds)
            text = what.get("description", "")
            lines.append(f"- `{field}` ({kind})" + (f": {text}" if text else ""))
        parts.append("\n".join(lines).rstrip() + "\n")
    return "\n".join(parts)


def schema_text() -> str:
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    REFERENCE.write_text(reference(), encoding="utf-8")
    SCHEMA.write_text(schema_text(), encoding="utf-8")
