"""What the hub has to offer: what a name stands for, its files, sizes, checksums and licence."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from voicecli import places
from voicecli.errors import ModelError, ModelMissingError
from voicecli.files import write_atomically
from voicecli.models import catalogue, formats, store
from voicecli.models.catalogue import Kind
from voicecli.models.hub import Hub, RemoteFile, not_the_hub
from voicecli.printable import in_one_line

INDEX_AGE_S = 7 * 24 * 3600
"""A list of voices that is older is asked for again."""


@dataclass(frozen=True)
class Offer:
    """A model that the hub has, before anything of it is fetched."""

    name: str
    kind: Kind
    repo: str
    revision: str
    licence: str
    languages: tuple[str, ...]
    """Empty where the hub doesn't say."""
    main: str
    """What to load: a file below the model's folder, "." for the folder."""
    files: tuple[RemoteFile, ...]

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)


def look_up(name: str, hub: Hub) -> Offer:
    """What a name stands for on the hub.

    :raises ModelMissingError: when nothing there has that name.
    :raises NetworkError: when the hub can't be asked.
    """
    try:
        if name in catalogue.WHISPER or catalogue.is_repo_name(name):
            return _offer_of_repo(store.canonical(name), hub)
        # No network is needed to know that a word is no name of anything.
        index = voices_index(hub) if catalogue.is_voice_name(name) else _kept_index()
        if name in index.voices and catalogue.is_voice_name(name):
            return _offer_of_voice(name, index, hub)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise not_the_hub(hub.endpoint) from error
    raise ModelMissingError(
        f"there is no model {name!r} to pull",
        catalogue.package_hint(name)
        or store.near(name, [*catalogue.WHISPER, *index.voices])
        or "the names: voicecli models",
    )


def _offer_of_repo(name: str, hub: Hub) -> Offer:
    """A recogniser, or a repository with one voice in it."""
    whisper = catalogue.WHISPER.get(name)
    repo = whisper.repo if whisper else name
    info = hub.repo(repo)
    if not re.fullmatch("[0-9a-f]{40}", info["sha"]):
        raise KeyError("sha")
    siblings = {entry["rfilename"]: entry for entry in info["siblings"]}
    kind, main, wanted = _layout(repo, list(siblings))
    files = tuple(
        _file(hub.url(repo, path, info["sha"]), path, *_size_and_checksum(entry))
        for path, entry in siblings.items()
        if wanted.fullmatch(path)
    )
    card = info.get("cardData") or {}
    tagged = [tag[8:] for tag in info.get("tags", []) if tag.startswith("license:")]
    languages = card.get("language") or []
    return Offer(
        name,
        kind,
        repo,
        info["sha"],
        in_one_line(str(card.get("license") or next(iter(tagged), "")))[:100],
        (languages,) if isinstance(languages, str) else tuple(languages),
        main,
        files,
    )


def _layout(repo: str, paths: Sequence[str]) -> tuple[Kind, str, re.Pattern[str]]:
    """What is in a repository, what of it is loaded, and which files are needed."""
    voices = [path for path in paths if f"{path}.json" in paths and path.endswith(".onnx")]
    if "model.bin" in paths:
        if missing := formats.missing_files(paths):
            raise ModelError(f"{repo} is no faster-whisper model: no {', no '.join(missing)} in it")
        needed = f"{catalogue.STT_FILES.pattern}|{catalogue.VOCABULARY_FILES.pattern}"
        return "stt", ".", re.compile(f"{needed}|README\\.md")
    if len(voices) == 1:
        voice = re.escape(voices[0])
        return "voice", Path(voices[0]).name, re.compile(rf"{voice}(\.json)?|README\.md|MODEL_CARD")
    raise ModelError(
        f"{repo} is neither a faster-whisper model (no model.bin) nor one Piper voice "
        f"({len(voices)} of them)",
        "a Transformers model can be converted with ct2-transformers-converter",
    )


def _file(url: str, path: str, size_bytes: int, checksum: str) -> RemoteFile:
    """Raises TypeError for what no hub says of a file: its name reaches the disk and the screen."""
    name = Path(path).name
    if not (name.isprintable() and type(size_bytes) is int and size_bytes >= 0):
        raise TypeError(f"{name!r:.40} of {size_bytes!r:.40} bytes")
    return RemoteFile(name, url, size_bytes, checksum)


def _size_and_checksum(entry: dict[str, Any]) -> tuple[int, str]:
    """Large files are known by their SHA-256, the others by their git blob."""
    if lfs := entry.get("lfs"):
        return lfs["size"], f"sha256:{lfs['sha256']}"
    return entry["size"], f"git:{entry['blobId']}"


@dataclass(frozen=True)
class VoicesIndex:
    """Piper's list of its voices."""

    revision: str
    voices: dict[str, dict[str, Any]]
    """Name -> language, quality and files, with sizes and MD5 sums."""


def voices_index(hub: Hub | None) -> VoicesIndex:
    """From the hub, and kept for a week; without a hub, what is kept.

    :raises NetworkError: when the hub can't be asked.
    :raises ModelMissingError: without a hub, when nothing is kept.
    """
    kept = _kept_path()
    is_young = kept.exists() and time.time() - kept.stat().st_mtime < INDEX_AGE_S
    if (hub is None or is_young) and (index := _kept_index()).voices:
        return index
    if hub is None:
        raise ModelMissingError(
            "the list of voices is not on this machine",
            "fetch it: voicecli models --language en",
        )
    url = hub.url(catalogue.VOICES_REPO, catalogue.VOICES_INDEX, "main")
    voices, revision = hub.json(url, "the list of voices")
    index = VoicesIndex(revision if re.fullmatch("[0-9a-f]{40}", revision) else "main", voices)
    kept.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(kept, json.dumps(asdict(index)))
    return index


def _kept_path() -> Path:
    return places.pulled_folder() / "voices.json"


def _kept_index() -> VoicesIndex:
    """As the hub's was when it was asked last; without voices where it never was."""
    try:
        return VoicesIndex(**json.loads(_kept_path().read_text("utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return VoicesIndex("", {})


def _offer_of_voice(name: str, index: VoicesIndex, hub: Hub) -> Offer:
    entry = index.voices[name]
    files = tuple(
        _file(
            hub.url(catalogue.VOICES_REPO, path, index.revision),
            path,
            stated["size_bytes"],
            f"md5:{stated['md5_digest']}",
        )
        for path, stated in entry["files"].items()
    )
    cards = [file for file in files if file.path == "MODEL_CARD"]
    licence = formats.licence_of(hub.text(cards[0].url, f"the card of {name}")) if cards else ""
    return Offer(
        name,
        "voice",
        catalogue.VOICES_REPO,
        index.revision,
        licence,
        (entry["language"]["family"],),
        f"{name}.onnx",
        files,
    )
