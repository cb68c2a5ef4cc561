"""Fetch models, so that at every moment the old state is there or the whole new one.

Files arrive in a `.partial` folder, are checked, and the folder is renamed; then the receipt is
replaced, and only from then on the model counts. What a kill leaves behind is either resumed or
swept by the next pull. A lock per model keeps two processes apart; the system drops it with
its process.
"""

from __future__ import annotations

import errno
import glob
import hashlib
import json
import os
import queue
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from voicecli import places
from voicecli.errors import ModelError, ModelMissingError, NetworkError
from voicecli.files import flush, write_atomically
from voicecli.models import formats, store
from voicecli.models.catalogue import size_text
from voicecli.models.hub import Hub, RemoteFile
from voicecli.models.offers import Offer
from voicecli.models.store import Receipt

PARALLEL = 4
SPARE_BYTES = 50_000_000
"""Left free on the disk after a download."""

Report = Callable[[str, str, int, int], None]
"""Hears a model's name, a file's, the bytes there are, and those there will be. From any thread."""
Say = Callable[[str], None]
"""Tells the user a sentence."""


# -- pull -------------------------------------------------------------------------------------


def pull(
    offers: Sequence[Offer],
    hub: Hub,
    report: Report = lambda model, file, done_bytes, total_bytes: None,
    say: Say = lambda sentence: None,
) -> list[Path]:
    """Fetch models, several files at a time, and return what to load of each.

    Files that are here already, and are what they should be, are not fetched again.

    :raises NetworkError: when bytes don't come, or aren't those that the hub announced.
    :raises ModelError: when the disk has no room.
    """
    with _all_locked([offer.name for offer in offers], say):
        here = {offer.name: verified(offer) for offer in offers}
        missing = {offer.name: offer for offer in offers if here[offer.name] is None}
        for name in here.keys() - missing.keys():
            _sweep(name)
        jobs = [_Job(offer, file) for offer in missing.values() for file in offer.files]
        for job in jobs:
            job.part.parent.mkdir(parents=True, exist_ok=True)
        for offer in missing.values():
            _reuse_files(offer)
        _check_room(jobs)
        _in_parallel(jobs, hub, report)
        pulled = {name: _commit(offer) for name, offer in missing.items()}
        return [here[offer.name] or pulled[offer.name] for offer in offers]


@dataclass(frozen=True)
class _Job:
    """One file to fetch."""

    offer: Offer
    file: RemoteFile

    @property
    def done(self) -> Path:
        """Whole and checked, where it is then renamed with its folder."""
        return _partial_folder(self.offer) / "files" / self.file.path

    @property
    def part(self) -> Path:
        return _partial_folder(self.offer) / "parts" / self.file.path


def _partial_folder(offer: Offer) -> Path:
    """By revision, so that bytes of two revisions never meet."""
    return places.pulled_folder() / ".partial" / _slug(offer.name) / offer.revision[:12]


def _slug(name: str) -> str:
    return name.replace("/", "--")


def _run(job: _Job, hub: Hub, report: Report, stop: threading.Event) -> None:
    file, offer = job.file, job.offer

    def progress(done_bytes: int) -> None:
        report(offer.name, file.path, done_bytes, file.size_bytes)

    if job.done.exists():
        progress(file.size_bytes)
        return
    # What is wrong with a part may have been there before; then one more try from the start helps.
    for last in (False, True) if job.part.exists() else (True,):
        hub.fetch(file, job.part, progress, stop)
        if is_intact(job.part, file.checksum):
            break
        job.part.unlink()
        if last:
            raise NetworkError(
                f"what arrived as {file.path} of {offer.name} is not what the hub announced "
                "(checksum)",
                "pull again; if it stays so, a proxy or a mirror changes files",
            )
    flush(job.part)
    job.done.parent.mkdir(exist_ok=True)
    job.part.replace(job.done)


def _in_parallel(jobs: Sequence[_Job], hub: Hub, report: Report) -> None:
    """Run jobs in a few threads; the first error stops them all.

    The threads are daemons, because Ctrl-C must not wait for a server that hangs.
    """
    stop = threading.Event()
    waiting: queue.SimpleQueue[_Job] = queue.SimpleQueue()
    results: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
    for job in sorted(jobs, key=lambda job: -job.file.size_bytes):
        waiting.put(job)

    def work() -> None:
        while not waiting.empty() and not stop.is_set():
            try:
                _run(waiting.get_nowait(), hub, report, stop)
                results.put(None)
            except queue.Empty:
                return
            except BaseException as error:
                results.put(error)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(PARALLEL)]
    for thread in threads:
        thread.start()
    try:
        for _ in jobs:
            if error := results.get():
                raise error
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=0.25)


def _commit(offer: Offer) -> Path:
    """Put a fetched model in its place; the receipt is what makes it count."""
    root = places.pulled_folder()
    arrived = _partial_folder(offer) / "files"
    main = arrived / offer.main
    if offer.kind == "stt":
        formats.check_stt(main)
        languages = formats.stt_languages(main)
    else:
        formats.check_voice(main)
        languages = formats.voice_languages(main)
    # A name of its own, so that the old folder is untouched until the receipt names the new one.
    folder = f"{_slug(offer.name)}@{offer.revision[:8]}-{secrets.token_hex(3)}"
    arrived.replace(root / folder)
    receipt = Receipt(
        name=offer.name,
        kind=offer.kind,
        folder=folder,
        main=offer.main,
        repo=offer.repo,
        revision=offer.revision,
        licence=offer.licence,
        pulled_at=time.time(),
        files={file.path: file.checksum for file in offer.files},
        languages=languages or offer.languages,
        size_bytes=offer.size_bytes,
    )
    write_atomically(store.receipt_path(offer.name), json.dumps(asdict(receipt), indent=1))
    _sweep(offer.name)
    return root / folder / offer.main


def _sweep(name: str) -> None:
    """Remove what its receipt does not name: a model's old folders, the remains of a kill."""
    root, slug = places.pulled_folder(), _slug(name)
    receipt = store.read_receipt(store.receipt_path(name))
    for folder in root.glob(f"{glob.escape(slug)}@*"):
        if receipt is None or folder.name != receipt.folder:
            shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(root / ".partial" / slug, ignore_errors=True)
    for unfinished in root.glob(f".{glob.escape(slug)}.receipt.json.*"):
        unfinished.unlink(missing_ok=True)


# -- what is here already ---------------------------------------------------------------------


def verified(offer: Offer) -> Path | None:
    """What to load, where exactly this is here and every checksum is right; reads every file."""
    receipt = store.read_receipt(store.receipt_path(offer.name))
    if receipt is None or receipt.files != {file.path: file.checksum for file in offer.files}:
        return None
    folder = places.pulled_folder() / receipt.folder
    if not all(is_intact(folder / path, checksum) for path, checksum in receipt.files.items()):
        return None
    return folder / receipt.main


def _reuse_files(offer: Offer) -> None:
    """Take over the intact files of an older revision, or of one that was damaged."""
    receipt = store.read_receipt(store.receipt_path(offer.name))
    if receipt is None:
        return
    for file in offer.files:
        old = places.pulled_folder() / receipt.folder / file.path
        done = _Job(offer, file).done
        if receipt.files.get(file.path) == file.checksum and is_intact(old, file.checksum):
            done.parent.mkdir(exist_ok=True)
            # A file system without links fetches again instead.
            with suppress(OSError):
                os.link(old, done)


def is_intact(path: Path, checksum: str) -> bool:
    """Whether a file is there and has this checksum; see `RemoteFile.checksum`."""
    algorithm, _, wanted = checksum.partition(":")
    try:
        with path.open("rb") as file:
            if algorithm == "git":
                header = b"blob %d\0" % os.fstat(file.fileno()).st_size
                digest = hashlib.sha1(header, usedforsecurity=False)
            else:
                digest = hashlib.new(algorithm, usedforsecurity=False)
            return hashlib.file_digest(file, lambda: digest).hexdigest() == wanted
    except FileNotFoundError:
        return False


def remove(name: str, say: Say = lambda sentence: None) -> int:
    """Remove a pulled model, and return how many bytes that frees.

    :raises ModelMissingError: when it was not pulled.
    :raises ModelError: when it came with voicecli.
    """
    name = store.canonical(name)
    here = {model.name: model for model in store.installed()}
    with _all_locked([name], say):
        receipt = store.read_receipt(store.receipt_path(name))
        if receipt is None and name in here:
            if here[name].package:
                raise ModelError(
                    f"{name} lies in a package beside voicecli",
                    "pip uninstall removes it, or VOICECLI_SMALL=1 hides it",
                )
            raise ModelError(f"{name} came with voicecli and stays")
        if receipt is None and not (places.pulled_folder() / ".partial" / _slug(name)).exists():
            raise ModelMissingError(
                f"{name!r} is not on this machine",
                store.near(name, here) or "what is: voicecli models",
            )
        store.receipt_path(name).unlink(missing_ok=True)
        _sweep(name)
        return receipt.size_bytes if receipt else 0


# -- the disk ---------------------------------------------------------------------------------


@contextmanager
def _all_locked(names: Sequence[str], say: Say) -> Iterator[None]:
    """Hold the locks of several models, taken in one order, so that nobody waits in a ring."""
    from filelock import FileLock, Timeout

    folder = places.pulled_folder() / ".locks"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as held:
            for name in sorted(set(names)):
                lock = FileLock(folder / f"{_slug(name)}.lock")
                try:
                    lock.acquire(timeout=0)
                except Timeout:
                    say(f"another voicecli is busy with {name}: waiting for it")
                    lock.acquire()
                held.callback(lock.release)
            yield
    except OSError as error:
        raise _disk_error(error) from error


def _check_room(jobs: Sequence[_Job]) -> None:
    there = sum(
        path.stat().st_size for job in jobs for path in (job.part, job.done) if path.exists()
    )
    needed = sum(job.file.size_bytes for job in jobs) - there
    root = places.pulled_folder()
    free = shutil.disk_usage(root).free
    if needed > 0 and needed + SPARE_BYTES > free:
        raise ModelError(
            f"{size_text(needed)} are to be fetched, and {root} has room for {size_text(free)}",
            "make room: voicecli models rm NAME; or set VOICECLI_HOME to a folder on another disk",
        )


def _disk_error(error: OSError) -> ModelError:
    if error.errno == errno.ENOSPC:
        return ModelError("the disk is full", "make room, then pull again: it goes on from here")
    return ModelError(
        f"{error.filename or places.pulled_folder()} can't be written: {error.strerror or error}",
        "VOICECLI_HOME names another folder for models and settings",
    )
