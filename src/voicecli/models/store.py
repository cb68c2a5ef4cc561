"""The models on this machine: bundled with voicecli, in packages beside it, or pulled.

A recogniser is a folder with a CTranslate2 Whisper model, a voice an `.onnx` file with its
`.onnx.json` beside it, a turn detector an `.onnx` file. Bundled ones are found by looking; a pulled
one counts once its receipt, the last thing that `download` writes, is there.
"""

from __future__ import annotations

import difflib
import functools
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from voicecli import places
from voicecli.errors import ModelMissingError
from voicecli.models import catalogue, formats, packages
from voicecli.models.catalogue import Kind, Packaged


@dataclass(frozen=True)
class Model:
    """A model on this machine."""

    name: str
    kind: Kind
    path: Path
    """A recogniser's folder, a voice's `.onnx` file."""
    languages: tuple[str, ...]
    """ISO 639 codes; empty where the model's files don't say."""
    size_bytes: int
    licence: str
    """As the model's card states it; empty where there is no card."""
    source: Literal["bundled", "package", "pulled"]
    package: Packaged | None = None
    """Where it comes from one."""

    def ready(self) -> Path:
        """Its path; what a package brought is verified, and joined where it lies in parts.

        :raises ModelError: when that fails.
        """
        return packages.ready(self.package) if self.package else self.path


@dataclass(frozen=True)
class Receipt:
    """What was pulled. It is written when everything else is in place."""

    name: str
    kind: Kind
    folder: str
    """Below the folder of pulled models."""
    main: str
    """The file or folder to load, below `folder`; "." is the folder itself."""
    repo: str
    revision: str
    licence: str
    pulled_at: float
    """Seconds since 1970; the one pulled last is the default."""
    files: dict[str, str]
    """Path below `folder` -> its checksum as `algorithm:hex`."""
    languages: tuple[str, ...]
    size_bytes: int


def find_stt(name: str | None, language: str | None = "en") -> Path:
    """The folder of a recogniser; `None` is the default: pulled last, else the best there is.

    :param name: an existing folder, or a name: bundled, a Whisper size, or `owner/repo`.
    :param language: what the default has to understand; None where that may be anything.
    :raises ModelMissingError: when it is not on this machine.
    :raises ModelCorruptError: when what is there is no recogniser.
    """
    folder = _as_path(name, "stt") or _find(name, "stt", language).ready()
    formats.check_stt(folder)
    return folder


def find_voice(name: str | None) -> Path:
    """The `.onnx` file of a voice, its `.onnx.json` beside it; `None` is the default.

    :param name: an existing `.onnx` file, a folder that holds exactly one, or a voice's name.
    :raises ModelMissingError: when it is not on this machine.
    :raises ModelCorruptError: when what is there is no voice.
    """
    path = _as_path(name, "voice") or _find(name, "voice").ready()
    onnx = formats.only_voice_in(path) if path.is_dir() else path
    formats.check_voice(onnx)
    return onnx


def find_turn_detector(name: str | None = None) -> Path | None:
    """The `.onnx` file of a turn detector; `None` is the one that is installed, if one is.

    :param name: an existing `.onnx` file, or a name.
    :raises ModelMissingError: when what is named is not on this machine.
    :raises ModelCorruptError: when its package holds something else.
    """
    if name is None and not any(model.kind == "turn" for model in installed()):
        return None
    return _as_path(name, "turn") or _find(name, "turn").ready()


def installed_voices() -> list[Model]:
    """Every voice on this machine, the default first."""
    return installed("voice")


def installed_stt() -> list[Model]:
    """Every recogniser on this machine, the default first."""
    return installed("stt")


def installed(kind: Kind | None = None) -> list[Model]:
    """What is on this machine, of one kind or all: pulled (the last first), in packages, bundled by
    name.

    What was pulled hides the package of the same name; VOICECLI_SMALL hides all packages.
    """
    pulled = sorted(receipts(), key=lambda receipt: receipt.pulled_at, reverse=True)
    names = {receipt.name for receipt in pulled}
    present = () if os.environ.get("VOICECLI_SMALL") else packages.present()
    # What isn't asked for is not looked at: a recogniser's vocabulary is 50,000 lines.
    packaged = [
        _from_package(it) for it in present if it.name not in names and kind in (None, it.kind)
    ]
    found = [_from_receipt(it) for it in pulled if kind in (None, it.kind)]
    return [*found, *packaged, *bundled(kind)]


def name_of(path: Path) -> str:
    """The name of a model that is loaded from `path`, as `voicecli models` has it."""
    for packaged in catalogue.PACKAGED:
        if path in (here := packages.folder_of(packaged), here / packaged.main):
            return packaged.name
    if path.suffix == ".onnx":
        return path.stem
    if path.parent == places.pulled_folder():  # its name has the revision in it
        return path.name.partition("@")[0].replace("--", "/")
    return path.name


def canonical(name: str) -> str:
    """One name for one model: Whisper's several names for the same repository become the first."""
    by_repo = {whisper.repo: short for short, whisper in reversed(catalogue.WHISPER.items())}
    repo = catalogue.WHISPER[name].repo if name in catalogue.WHISPER else name
    return by_repo.get(repo, name)


# -- what is bundled --------------------------------------------------------------------------


def bundled(kind: Kind | None = None) -> list[Model]:
    """What came with voicecli, in any sub-folder, by name."""
    root = places.bundled_folder()
    found: list[Model] = []
    if kind in (None, "stt"):
        found += [_bundled_stt(binary.parent) for binary in root.rglob("model.bin")]
    if kind in (None, "voice"):
        voices = (onnx for onnx in root.rglob("*.onnx") if formats.config_of(onnx).is_file())
        found += map(_bundled_voice, voices)
    return sorted(found, key=lambda model: (model.kind, model.name))


def _bundled_stt(folder: Path) -> Model:
    return Model(
        name=folder.name,
        kind="stt",
        path=folder,
        languages=formats.stt_languages(folder),
        size_bytes=sum(file.stat().st_size for file in folder.iterdir() if file.is_file()),
        licence=formats.licence_in(folder),
        source="bundled",
    )


def _bundled_voice(onnx: Path) -> Model:
    return Model(
        name=onnx.stem,
        kind="voice",
        path=onnx,
        languages=formats.voice_languages(onnx),
        size_bytes=onnx.stat().st_size + formats.config_of(onnx).stat().st_size,
        licence=formats.licence_in(onnx.parent),
        source="bundled",
    )


# -- what was pulled --------------------------------------------------------------------------


def receipts() -> Iterator[Receipt]:
    """Of every pulled model. A receipt that can't be read counts as none."""
    for path in sorted(places.pulled_folder().glob("*.receipt.json")):
        receipt = read_receipt(path)
        if receipt is not None:
            yield receipt


def receipt_path(name: str) -> Path:
    """Where the receipt of a model lies; `--` stands for the slash, as in the hub's own cache."""
    return places.pulled_folder() / f"{name.replace('/', '--')}.receipt.json"


def read_receipt(path: Path) -> Receipt | None:
    """None where there is none, or it is damaged."""
    try:
        raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return replace(Receipt(**raw), languages=tuple(raw["languages"]))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _from_receipt(receipt: Receipt) -> Model:
    path = places.pulled_folder() / receipt.folder / receipt.main
    return Model(
        receipt.name,
        receipt.kind,
        path,
        receipt.languages,
        receipt.size_bytes,
        receipt.licence,
        "pulled",
    )


# -- what lies in packages --------------------------------------------------------------------


@functools.cache
def _languages_in(package: Path) -> tuple[str, ...]:
    """What lies in a package stays what it is; its vocabulary takes 15 ms to read."""
    return formats.stt_languages(package)


def _from_package(packaged: Packaged) -> Model:
    folder = packages.folder_of(packaged)
    return Model(
        packaged.name,
        packaged.kind,
        folder / packaged.main,
        packaged.languages or _languages_in(packages.package_folder_of(packaged)),
        packages.size_of(packaged),
        packaged.licence,
        "package",
        packaged,
    )


# -- finding ----------------------------------------------------------------------------------


def _as_path(name: str | None, kind: Kind) -> Path | None:
    """The existing path that a name is, if it is one.

    A folder that happens to be called `base` is no reason to refuse the model of that name, so a
    bare word that names a model is a path only when a model lies there.
    """
    if not name:
        return None
    path = Path(name).expanduser()
    is_bare = path.name == name and catalogue.can_be(name, kind)
    is_model = (path / "model.bin").exists() if kind == "stt" else path.suffix == ".onnx"
    return path if path.exists() and (is_model or not is_bare) else None


def _find(name: str | None, kind: Kind, language: str | None = "en") -> Model:
    models = installed(kind)
    if name is None:
        if not models:
            raise ModelMissingError(
                f"there is no {_WORD[kind]} on this machine",
                f"fetch one: voicecli models pull {_EXAMPLE[kind]}",
            )
        return next((model for model in models if _serves(model, language)), models[0])
    # Bundled before pulled: what came with voicecli keeps its name.
    for model in sorted(models, key=lambda model: model.source):
        if model.name == name or (model.source == "pulled" and model.name == canonical(name)):
            return model
    raise _missing(name, kind, [model.name for model in models])


def _serves(model: Model, language: str | None) -> bool:
    """Whether it is a fit default; one that was pulled is, for whatever language there may be."""
    if language is None:
        return model.source == "pulled" or len(model.languages) != 1
    return not model.languages or language in model.languages


_WORD = {"stt": "speech recognition model", "voice": "voice", "turn": "turn detection model"}
_EXAMPLE = {"stt": "base", "voice": "en_US-lessac-medium", "turn": "smart-turn-v3.2"}


def _missing(name: str, kind: Kind, here: Iterable[str]) -> ModelMissingError:
    """Says what to type: the command that fetches it, or the names that were nearly meant."""
    word = _WORD[kind]
    if catalogue.can_be(name, kind):
        fetch = f"fetch it: voicecli models pull {name}{catalogue.size_known(name)}"
        packaged = catalogue.package_hint(canonical(name))
        return ModelMissingError(
            f"the {word} {name!r} is not on this machine",
            f"{fetch}; or {packaged}" if packaged else fetch,
        )
    known = [*here, *(catalogue.WHISPER if kind == "stt" else ())]
    return ModelMissingError(
        f"there is no {word} {name!r}, neither a name nor a path",
        near(name, known) or "the names: voicecli models",
    )


def near(name: str, known: Iterable[str]) -> str:
    """ "did you mean base?", or nothing where no known name resembles it."""
    found = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"did you mean {' or '.join(found)}?" if found else ""
