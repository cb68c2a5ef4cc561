"""docs/events.md and its schema are what the program does."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import jsonschema
import numpy as np
import pytest

from programs import run_voicecli, save_wav, speak
from voicecli.conversation import events
from voicecli.conversation.events import as_json
from voicecli.sound.samples import silence

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = ROOT / "scripts/make_events_reference.py"
    spec = importlib.util.spec_from_file_location("make_events_reference", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads((ROOT / "docs/events.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_they_are_as_the_script_makes_them(script: ModuleType) -> None:
    assert script.REFERENCE.read_text("utf-8") == script.reference()
    assert script.SCHEMA.read_text("utf-8") == script.schema_text()


def test_every_event_says_what_it_and_its_fields_are(script: ModuleType) -> None:
    for one in script.schema()["oneOf"]:
        assert one["description"]
        for name, field in list(one["properties"].items())[1:]:
            assert field.get("description") or "enum" in field, (one["properties"]["event"], name)


def test_a_conversation_is_as_the_schema_says(
    validator: jsonschema.Draft202012Validator, tmp_path: Path
) -> None:
    sentences = [speak("What is seven plus twelve?"), speak("Tell me a story."), speak("Stop.")]
    parts = [part for one in sentences for part in (silence(8000), one, silence(40_000))]
    save_wav(tmp_path / "in.wav", np.concatenate(parts))
    files = ("--input", tmp_path / "in.wav", "--output", tmp_path / "out.wav")
    done = run_voicecli("talk", "--json", "--base-url", "built-in", *files)
    assert done.returncode == 0
    told = [json.loads(line) for line in done.stdout.splitlines()]
    for event in told:
        validator.validate(event)
    names = {event["event"] for event in told}
    assert {"started", "user_said", "reply_ended", "turn_timed", "ended"} <= names
    assert [one["version"] for one in told if one["event"] == "started"] == [events.VERSION]


@pytest.mark.parametrize(
    "wrong",
    [
        {"event": "user_heard", "text": "hello"},
        {"event": "user_said"},
        {"event": "user_said", "text": 7},
        {"event": "state_changed", "state": "asleep"},
        as_json(events.Level(-20.0)),
    ],
)
def test_what_is_no_event_is_refused(
    validator: jsonschema.Draft202012Validator, wrong: dict[str, object]
) -> None:
    assert not validator.is_valid(wrong)
