"""A wake phrase by its sound: the models of pymicro-wakeword."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voicecli.errors import ModelCorruptError, ModelMissingError
from voicecli.hearing.wake_word import MicroWakeWordModel, card_for
from voicecli.sound.samples import silence

pytest.importorskip("pymicro_wakeword", reason="the extra wake is not installed")


def test_the_packages_models_are_found_by_their_phrase() -> None:
    card = card_for("Hey, Jarvis!")
    assert card is not None
    assert card.name == "hey_jarvis.json"
    assert card_for("hey computer") is None


def test_silence_is_no_phrase() -> None:
    card = card_for("hey jarvis")
    assert card is not None
    model = MicroWakeWordModel(card)
    assert not any(model.is_heard(silence(512)) for _ in range(100))


def test_models_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="there is no wake word model"):
        MicroWakeWordModel(tmp_path / "none.json")
    card = tmp_path / "card.json"
    for text in ("", "[]", "{}", '{"model": 1}'):
        card.write_text(text)
        with pytest.raises(ModelCorruptError):
            MicroWakeWordModel(card)
    card.write_text(json.dumps({"model": "a.tflite"}))
    (tmp_path / "a.tflite").write_bytes(b"no model at all")
    with pytest.raises(ModelCorruptError, match="no TensorFlow Lite model"):
        MicroWakeWordModel(card)
