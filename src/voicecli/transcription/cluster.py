"""Windows -> segments, by the workers of a Ray cluster.

Recordings are read, and cut at pauses, where they lie: here. A batch of windows is a task; a worker
loads the model once. Which windows are heard together does not depend on who hears them, so the
text is that of one machine, to the byte. A worker that dies costs the tasks it had: they are done
again by another.
"""

from __future__ import annotations

import logging
import os
import socket
import warnings
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import SplitResult, urlsplit

from voicecli.errors import ModelError, NetworkError, SettingsError, VoicecliError
from voicecli.models import name_of
from voicecli.network import is_loopback
from voicecli.settings import Settings, SttSettings
from voicecli.settings.servers import servers_in
from voicecli.speech_engines import WHISPER, checked_order, is_stt_model
from voicecli.stt.whisper import Decoding, card_says
from voicecli.transcription.cluster_pool import Pool, in_one_line
from voicecli.transcription.cluster_worker import ClusterJob, ClusterWorker, Spoken, digest_of
from voicecli.transcription.loading import model_folder
from voicecli.transcription.recognition import HearsWindows, Recognized, SpokenLanguage
from voicecli.transcription.windows import Window

LOCAL = "local"
"""As the address: a cluster on this machine, for as long as it is needed."""

AUTO = "auto"
"""As the address: the cluster that this machine is a node of."""

CLIENT_PORT = 10001
"""Of `ray start --head`, for those outside the cluster."""

CONNECT_S = 5.0

INSTALL_HINT = "install it with: uv tool install 'voicecli[cluster]'"
ADDRESS_HINT = (
    "write --cluster ray://HOST:10001 (with RAY_AUTH_MODE=token where it wants one), or"
    " --cluster local for this machine"
)
SAME_HINT = (
    "install the same here as there: uv tool install --python X 'voicecli[cluster]' --with ray==Y"
)


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
    """What hears windows there, and how many at once. Raises NetworkError, ModelError,
    SettingsError.

    address: `local`, `auto`, `ray://host:10001`, or a node's `host:6379`. jobs: so many workers,
    also where there is no room for all of them yet; without it, as many as there are cores.
    """
    stt = _in_cluster(settings.stt)
    folder = model_folder(stt)
    if settings.offline and address != LOCAL and not is_loopback(_parts(address).hostname or ""):
        raise NetworkError(f"--offline forbids the cluster at {address}", "leave one of them out")
    is_folder = stt.model is not None and os.sep in stt.model
    job = ClusterJob(
        replace(stt, model=str(folder.absolute()) if is_folder else name_of(folder)),
        decoding,
        n_threads,
        word_times,
        tells_languages,
        digest_of(folder),
    )
    ray = _connected(address, jobs)
    try:
        n_gpus = 1.0 if stt.device == "cuda" else 0.0
        n_workers = jobs or max(1, _room(ray.cluster_resources(), n_threads, n_gpus))
        if not _room(ray.available_resources(), n_threads, n_gpus):
            notices("the cluster has no free core now", "waiting for one")
        new = ray.remote(ClusterWorker).options(num_cpus=n_threads, num_gpus=n_gpus)
        pool = Pool(ray, partial(new.remote, job), n_workers, notices)
        try:
            yield WindowsInCluster(pool, by_utterance=card_says(folder, "utterances")), n_workers
        finally:
            pool.close()
    finally:
        ray.shutdown()


def _in_cluster(stt: SttSettings) -> SttSettings:
    """Of a model that each node has, and no key. Raises SettingsError."""
    (first, *_) = checked_order(stt.engine, "stt.engine")
    if servers_in(stt.engine):
        raise SettingsError(
            f"the workers of a cluster hear with a model, and stt.engine is {stt.engine}",
            "name the model instead: voicecli config set stt.engine whisper",
        )
    model = first if is_stt_model(first) else stt.model
    device = "cuda" if stt.device == "cuda" else "cpu"  # the same everywhere, for the same text
    return replace(stt, engine=WHISPER, model=model, device=device, api_key=None)


def _room(resources: Mapping[str, float], n_threads: int, n_gpus: float) -> int:
    """For so many workers."""
    n_workers = resources.get("CPU", 0) // n_threads
    return int(min(n_workers, resources.get("GPU", 0) // n_gpus) if n_gpus else n_workers)


def _parts(address: str) -> SplitResult:
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        _ = parts.port
    except ValueError as error:
        raise NetworkError(
            f"{address} is no address of a cluster ({error})", ADDRESS_HINT
        ) from error
    if parts.scheme not in ("", "ray") or not parts.hostname:
        raise NetworkError(f"{address} is no address of a cluster", ADDRESS_HINT)
    return parts


def _connected(address: str, jobs: int | None) -> Any:
    """The module `ray`, as a driver of that cluster. Raises NetworkError, ModelError."""
    # No statistics for those who make Ray.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    # Whoever still waits for a worker when all is over would start a cluster of its own.
    os.environ["RAY_ENABLE_AUTO_CONNECT"] = "0"
    try:
        import ray  # pyrefly: ignore[missing-import]
        import ray.exceptions  # pyrefly: ignore[missing-import]
    except ImportError as error:
        raise ModelError("--cluster needs the package ray", INSTALL_HINT) from error
    _silence(ray)
    try:
        with warnings.catch_warnings(action="ignore"):
            _connect(ray, address, jobs)
    except NetworkError:
        raise
    except Exception as error:  # Ray raises whatever its parts do
        why = in_one_line(error)
        hint = SAME_HINT if "ersion" in why else ADDRESS_HINT
        raise NetworkError(f"the cluster at {address} can't be had: {why}", hint) from error
    return ray


def _connect(ray: Any, address: str, jobs: int | None) -> None:
    quiet = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    if address == LOCAL:
        ray.init(address=LOCAL, num_cpus=jobs, include_dashboard=False, **quiet)
    elif address == AUTO:
        ray.init(address=AUTO, **quiet)
    else:
        parts = _parts(address)
        port = parts.port or CLIENT_PORT
        # Ray itself would try for half a minute.
        socket.create_connection((parts.hostname or "", port), CONNECT_S).close()
        ray.init(address=address if parts.port else f"ray://{parts.netloc}:{port}", **quiet)


def _silence(ray: Any) -> None:
    """What befalls a node is told in our words, and Ray prints it on standard output, as if it were
    the product: for that it has no switch."""
    logging.getLogger("ray").setLevel(logging.CRITICAL)
    if hasattr(ray._private.worker, "print_to_stdstream"):
        ray._private.worker.print_to_stdstream = lambda *_args, **_kwargs: None
