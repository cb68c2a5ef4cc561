"""A wake phrase heard by its sound: microWakeWord, whose models are a tenth of a megabyte.

https://github.com/kahrendt/microWakeWord; the package pymicro-wakeword (`voicecli[wake]`) has four
of them, and runs others. It is imported when a phrase is listened for.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from voicecli.errors import ModelCorruptError, ModelMissingError
from voicecli.sound.samples import Samples
from voicecli.sound.wav import to_pcm16
from voicecli.text.words import words_of

PACKAGE = "pymicro_wakeword"


class MicroWakeWordModel:
    """One model, for one microphone."""

    def __init__(self, card: Path) -> None:
        """card: its .json file, beside its .tflite file. Raises ModelMissingError,
        ModelCorruptError."""
        try:
            from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures
        except (ImportError, OSError) as error:
            raise ModelMissingError(
                "a wake word's model is run by the package pymicro-wakeword, which is not here",
                "install it: uv tool install --with pymicro-wakeword voicecli",
            ) from error
        _check(card)
        try:
            self._model: Any = MicroWakeWord.from_config(card)
        except Exception as error:  # ctypes, JSON, files: whatever is wrong with them
            raise _corrupt(card, error) from error
        self._features = MicroWakeWordFeatures()
        self._was_likely = False

    def is_heard(self, frame: Samples) -> bool:
        likely = [
            self._model.process_streaming(features)
            for features in self._features.process_streaming(to_pcm16(frame))
        ]
        heard = any(likely) and not self._was_likely  # once, however long it stays likely
        self._was_likely = any(likely)
        return heard


def card_for(phrase: str) -> Path | None:
    """The card of the package's model for a phrase; None where there is none."""
    package = find_spec(PACKAGE)
    if package is None or not package.submodule_search_locations:
        return None
    folder = Path(package.submodule_search_locations[0]) / "models"
    for card in sorted(folder.glob("*.json")):
        if words_of(card.stem.replace("_", " ")) == words_of(phrase.lower()):
            return card
    return None


def _check(card: Path) -> None:
    """The library itself would crash over a model that is not there."""
    try:
        model = card.parent / json.loads(card.read_text("utf-8"))["model"]
        if model.read_bytes()[4:8] != b"TFL3":
            raise ValueError(f"{model.name} is no TensorFlow Lite model")
    except FileNotFoundError as error:
        raise ModelMissingError(
            f"there is no wake word model {error.filename}", "wake.model is the path of its .json"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _corrupt(card, error) from error


def _corrupt(card: Path, error: Exception) -> ModelCorruptError:
    return ModelCorruptError(
        f"the wake word model {card} can't be loaded ({error})",
        "it is microWakeWord's .json, beside its .tflite",
    )
