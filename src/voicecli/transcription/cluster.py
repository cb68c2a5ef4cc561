"""Windows -> segments, by the workers of a Ray cluster.

Recordings are read, and cut at pauses, where they lie: here. A batch of windows is a task; a worker
loads the model once. Which windows are heard together does not depend on who hears them, so the
text is that of one machine, to the byte. A worker that dies costs the tasks it had: they are done
again by another.
"""

from __future__ import annotations

import hashlib
import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from voicecli.errors import ModelError, NetworkError, VoicecliError
from voicecli.models import find_stt, name_of
from voicecli.network import is_loopback
from voicecli.settings import Settings, SttSettings
from voicecli.stt.whisper import Decoding, card_says
from voicecli.transcription.loading import Workers, recognizer
from voicecli.transcription.recognition import HearsWindows, Recognized, SpokenLanguage
from voicecli.transcription.windows import Window

LOCAL = "local"
"""As the address: a cluster on this machine, for as long as it is needed."""

MAX_DEATHS = 3
"""A task that so many workers did not survive is given up."""

NOBODY_S = 120.0
"""Without any worker for so long, it is given up."""

CONNECT_S = 5.0

LOOK_S = 2.0
"""Who waits for a worker looks so often whether the cluster has grown."""

INSTALL_HINT = "install it with: uv tool install 'voicecli[cluster]'"


@dataclass(frozen=True)
class ClusterJob:
    """What every worker has to do the same."""

    stt: SttSettings
    decoding: Decoding
    n_threads: int
    word_times: bool
    tells_languages: bool
    digest: str
    """SHA-256 of the model's weights: a node may have others of the same name."""
    voicecli: str = field(default_factory=lambda: version("voicecli"))


@dataclass(frozen=True)
class Spoken:
    """A SpokenLanguage on its way."""

    code: str | None
    before: str | None
    is_heard_here: bool


class ClusterWorker:
    """Of one process somewhere in the cluster."""

    def __init__(self, job: ClusterJob) -> None:
        self._job = job
        self._made: HearsWindows | None = None

    def recognize(
        self, windows: Sequence[Window], spoken: Sequence[Spoken], of_window: Sequence[int]
    ) -> tuple[list[Recognized], list[str]]:
        """And the languages that were heard. of_window: the index of each window's language.

        Raises ModelError.
        """
        if self._made is None:
            self._made = self._make()
        languages = [_as_language(one) for one in spoken]
        found = self._made.recognize(
            windows,
            [languages[i] for i in of_window],
            to_hear=[
                language
                for one, language in zip(spoken, languages, strict=True)
                if one.is_heard_here
            ],
        )
        return found, [language.code() for language in languages]

    def _make(self) -> HearsWindows:
        job, host = self._job, socket.gethostname()
        if (here := version("voicecli")) != job.voicecli:
            raise ModelError(
                f"{host} has voicecli {here}, and this is {job.voicecli}",
                "all nodes need the same version",
            )
        try:
            digest = digest_of(find_stt(job.stt.model, job.stt.only_language))
        except ModelError as error:
            raise ModelError(f"{host}: {error.message}", error.hint) from error
        if digest != job.digest:
            raise ModelError(
                f"the model {job.stt.model} of {host} is another than the one here",
                "pull it anew on both: voicecli models pull",
            )
        return recognizer(
            Settings(stt=job.stt),
            job.decoding,
            Workers(1, job.n_threads),
            notices=lambda message, hint: None,
            word_times=job.word_times,
            tells_languages=job.tells_languages,
        )


def _as_language(spoken: Spoken) -> SpokenLanguage:
    before = None if spoken.before is None else SpokenLanguage(spoken.before)
    return SpokenLanguage(spoken.code, before)


def digest_of(folder: Path) -> str:
    """Of a recogniser's weights."""
    with (folder / "model.bin").open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class WindowsInCluster(HearsWindows):
    """Each call waits for one worker. Several threads may call it."""

    def __init__(self, pool: Pool, *, by_utterance: bool) -> None:
        self.by_utterance = by_utterance
        self._pool = pool

    def recognize(
        self,
        windows: Sequence[Window],
        languages: Sequence[SpokenLanguage],
        *,
        to_hear: Collection[SpokenLanguage],
    ) -> list[Recognized]:
        unique = list(dict.fromkeys(languages))
        try:
            spoken = [_on_its_way(one, to_hear) for one in unique]
            of_window = [unique.index(language) for language in languages]
            found, codes = self._pool.run(windows, spoken, of_window)
        except VoicecliError as error:
            for language in languages:
                language.fail(error)
            raise
        for language, code in zip(unique, codes, strict=True):
            if not language.is_known:
                language.settle(code)
        return found


def _on_its_way(language: SpokenLanguage, to_hear: Collection[SpokenLanguage]) -> Spoken:
    """Waits for one that is found out elsewhere."""
    if language in to_hear and not language.is_known:
        before = None if language.before is None else language.before.code()
        return Spoken(None, before, is_heard_here=True)
    return Spoken(language.code(), None, is_heard_here=False)


class Pool:
    """The workers that are there; as many as the cluster has room for."""

    def __init__(
        self,
        ray: Any,
        job: ClusterJob,
        n_max: int,
        notices: Callable[[str, str], None],
        n_gpus: float,
    ) -> None:
        self._ray = ray
        self._new = lambda: (
            ray.remote(ClusterWorker).options(num_cpus=job.n_threads, num_gpus=n_gpus).remote(job)
        )
        self._n_cpus = job.n_threads
        self._n_max = n_max
        self._notices = notices
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._n_workers = 0
        self._looked_at_s = -LOOK_S

    def run(self, *task: Any) -> tuple[list[Recognized], list[str]]:
        """By whoever is free. Raises ModelError."""
        for _ in range(MAX_DEATHS):
            worker = self._take()
            try:
                done = self._ray.get(worker.recognize.remote(*task))
            except self._ray.exceptions.RayTaskError as error:
                self._idle.put(worker)
                raise _reason(error) from error
            except (self._ray.exceptions.RayError, ConnectionError) as error:
                self._gone(error)
            else:
                self._idle.put(worker)
                return done
        raise ModelError(
            f"{MAX_DEATHS} workers died over the same stretch",
            "do they have too little memory? --skip-existing does what is missing",
        )

    def _take(self) -> Any:
        """Waits for a worker; raises ModelError where there is none for long."""
        since_s = time.monotonic()
        while True:
            try:
                return self._idle.get_nowait() if self._n_workers else self._idle.get(timeout=0.1)
            except queue.Empty:
                self._grow()
            try:
                return self._idle.get(timeout=LOOK_S / 2)
            except queue.Empty:
                if not self._n_workers and time.monotonic() - since_s > NOBODY_S:
                    raise ModelError(
                        "the cluster has no free core", "look at it: ray status"
                    ) from None

    def _grow(self) -> None:
        """A worker for each that there is room for now."""
        with self._lock:
            if self._n_workers >= self._n_max or time.monotonic() - self._looked_at_s < LOOK_S:
                return
            self._looked_at_s = time.monotonic()
            n_free = int(self._ray.available_resources().get("CPU", 0) // self._n_cpus)
            for _ in range(min(n_free, self._n_max - self._n_workers)):
                self._n_workers += 1
                self._idle.put(self._new())

    def _gone(self, error: Exception) -> None:
        with self._lock:
            self._n_workers -= 1
        self._notices(
            f"a worker of the cluster died ({type(error).__name__})", "its stretch is done again"
        )


def _reason(error: Any) -> VoicecliError:
    """What a worker raised."""
    cause = error.cause
    if isinstance(cause, VoicecliError):
        return cause
    return ModelError(f"a worker of the cluster failed: {cause}", "look at the node's log")


@contextmanager
def cluster(
    address: str,
    settings: Settings,
    decoding: Decoding,
    *,
    jobs: int | None,
    n_threads: int,
    notices: Callable[[str, str], None],
    word_times: bool,
    tells_languages: bool,
) -> Generator[tuple[HearsWindows, int]]:
    """What hears windows there, and how many at once. Raises NetworkError, ModelError.

    address: `local`, `ray://host:10001`, or a node's `host:6379`. jobs: workers at most.
    """
    # No statistics for those who make Ray.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray  # pyrefly: ignore[missing-import]
        import ray.exceptions  # pyrefly: ignore[missing-import]
    except ImportError as error:
        raise ModelError("--cluster needs the package ray", INSTALL_HINT) from error
    folder = find_stt(settings.stt.model, settings.stt.only_language)
    model = str(folder) if settings.stt.model and os.sep in settings.stt.model else name_of(folder)
    job = ClusterJob(
        replace(settings.stt, model=model, api_key=None),
        decoding,
        n_threads,
        word_times,
        tells_languages,
        digest_of(folder),
    )
    if settings.offline and address != LOCAL and not is_loopback(_parts(address).hostname or ""):
        raise NetworkError(f"--offline forbids the cluster at {address}", "leave one of them out")
    _connect(ray, address, jobs)
    try:
        n_cpus = int(ray.cluster_resources().get("CPU", 0))
        n_workers = min(jobs or n_cpus, max(1, n_cpus // n_threads))
        n_gpus = 1.0 if settings.stt.device == "cuda" else 0.0
        pool = Pool(ray, job, jobs or 10_000, notices, n_gpus)
        yield WindowsInCluster(pool, by_utterance=card_says(folder, "utterances")), n_workers
    finally:
        ray.shutdown()


def _parts(address: str) -> SplitResult:
    return urlsplit(address if "://" in address else f"ray://{address}")


def _connect(ray: Any, address: str, jobs: int | None) -> None:
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    try:
        if address != LOCAL:  # Ray itself would try for half a minute
            parts = _parts(address)
            socket.create_connection((parts.hostname or "", parts.port or 10001), CONNECT_S).close()
        if address == LOCAL:
            ray.init(address=LOCAL, num_cpus=jobs, include_dashboard=False, **quiet)
        else:
            ray.init(address=address, **quiet)
    except Exception as error:  # Ray raises whatever its parts do
        why = (str(error) or type(error).__name__).splitlines()[0]
        raise NetworkError(
            f"the cluster at {address} can't be had: {why}",
            "write --cluster ray://HOST:10001, or --cluster local for this machine",
        ) from error
