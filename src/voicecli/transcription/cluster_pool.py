"""The workers of a cluster: asked for, given work, replaced when they die."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from voicecli.errors import ModelError, VoicecliError
from voicecli.transcription.recognition import Recognized

MAX_DEATHS = 3
"""A task that so many workers did not survive is given up."""

NOBODY_S = 300.0
"""Without any worker for so long, it is given up."""

LOOK_S = 0.5
"""Who waits for a worker looks so often whether one has come."""

MOST_SAID = 300
"""Characters of what Ray says about an error."""


class Pool:
    """Workers wherever the cluster has room for them, now or later.

    Only one that has loaded its model is given work, and whoever dies is replaced.
    """

    def __init__(
        self,
        ray: Any,
        new_worker: Callable[[], Any],
        n_workers: int,
        notices: Callable[[str, str], None],
    ) -> None:
        """new_worker: asks the cluster for one, which comes when there is room."""
        self._ray = ray
        self._new_worker = new_worker
        self._notices = notices
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._starting: dict[Any, Any] = {}
        """By what tells that a worker is ready."""
        self._n_ready = 0
        self._n_stillborn = 0
        """In a row."""
        self._lacks_since_s = time.monotonic()
        self._closed = False
        for _ in range(n_workers):
            self._start_one()

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
                self._gone(error, "its stretch is done again")
            else:
                self._idle.put(worker)
                return done
        raise ModelError(
            f"{MAX_DEATHS} workers died over the same stretch",
            "do they have too little memory? --skip-existing does what is missing",
        )

    def close(self) -> None:
        """Whoever dies from now on was meant to."""
        self._closed = True

    def _take(self) -> Any:
        """One that lives; raises ModelError where there is none for long."""
        while True:
            worker = self._idle_one()
            if worker is None:
                continue
            try:
                self._ray.get(worker.prepare.remote())
            except (self._ray.exceptions.RayError, ConnectionError) as error:
                self._gone(error, "it was idle, and nothing is lost")
            else:
                return worker

    def _idle_one(self) -> Any | None:
        """Waits for it a little, and looks meanwhile whether others have come."""
        looks = self._looking.acquire(blocking=False)  # one does for all that wait
        try:
            return self._idle.get(timeout=0.0 if looks else LOOK_S)
        except queue.Empty:
            if looks:
                self._look()
            return None
        finally:
            if looks:
                self._looking.release()

    def _look(self) -> None:
        """Whether one that was asked for has come."""
        with self._lock:
            starting = list(self._starting)
        if not starting:
            time.sleep(LOOK_S / 10)
            return
        ready, _ = self._ray.wait(starting, timeout=LOOK_S)
        for known in ready:
            with self._lock:
                worker = self._starting.pop(known, None)
            if worker is not None:
                self._greet(worker, known)
        if not self._n_ready and time.monotonic() - self._lacks_since_s > NOBODY_S:
            raise ModelError(
                f"no core of the cluster became free in {NOBODY_S / 60:.0f} minutes",
                "see what it does with: ray status",
            )

    def _greet(self, worker: Any, known: Any) -> None:
        try:
            self._ray.get(known)
        except self._ray.exceptions.RayTaskError as error:
            raise _reason(error) from error
        except (self._ray.exceptions.RayError, ConnectionError) as error:
            self._n_stillborn += 1
            if self._n_stillborn >= MAX_DEATHS:
                raise ModelError(
                    f"the cluster's workers can't start ({in_one_line(error)})",
                    f"each node needs voicecli[cluster] {version('voicecli')}, and memory for the"
                    " model",
                ) from error
            self._start_one()
        else:
            self._n_stillborn = 0
            with self._lock:
                self._n_ready += 1
            self._idle.put(worker)

    def _start_one(self) -> None:
        worker = self._new_worker()
        known = worker.prepare.remote()
        with self._lock:
            self._starting[known] = worker

    def _gone(self, error: Exception, then: str) -> None:
        if self._closed:
            raise ModelError("the cluster was left") from error
        with self._lock:
            self._n_ready -= 1
            self._lacks_since_s = time.monotonic()
        self._notices(f"a worker of the cluster died ({type(error).__name__})", then)
        self._start_one()


def _reason(error: Any) -> VoicecliError:
    """What a worker raised."""
    cause = error.cause
    if isinstance(cause, VoicecliError):
        return cause
    return ModelError(
        f"a worker of the cluster failed: {in_one_line(cause)}",
        f"does each node have voicecli[cluster] {version('voicecli')}?",
    )


def in_one_line(error: BaseException) -> str:
    """Ray explains at length, and a traceback's end is what happened."""
    said = " ".join(str(error).split()) or type(error).__name__
    if "Traceback" in said:
        said = said.rpartition("Error: ")[2]
    return said if len(said) <= MOST_SAID else f"{said[:MOST_SAID]}..."
