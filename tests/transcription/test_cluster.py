"""Recordings by the workers of a Ray cluster: the text of one machine, whoever dies."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from serving import SMALL, spoken_pcm
from voicecli.errors import ModelError, NetworkError, SettingsError
from voicecli.settings import Settings
from voicecli.sound.wav import WavWriter
from voicecli.stt.whisper import Decoding
from voicecli.transcription import cluster_pool
from voicecli.transcription.cluster import AUTO, LOCAL, cluster
from voicecli.transcription.cluster_pool import Pool
from voicecli.transcription.cluster_worker import ClusterJob, ClusterWorker
from voicecli.transcription.loading import Workers, recognizer
from voicecli.transcription.pipeline import (
    ReadOptions,
    Recording,
    Transcribed,
    TranscriptionEvent,
    transcribe,
)

ray = pytest.importorskip("ray")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("default"),  # Ray's own
    pytest.mark.xdist_group("ray"),
]

SETTINGS = replace(SMALL, stt=replace(SMALL.stt, language="en"))
TEXTS = (
    *("What is seven plus twelve?", "What time is it?", "Tell me a joke."),
    *("What is two times three?", "Set a timer for five minutes.", "What is nine plus nine?"),
)
PLAINLY = {"word_times": False, "tells_languages": False}


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[Recording]:
    folder = tmp_path_factory.mktemp("recordings")
    found = []
    for i, text in enumerate(TEXTS):
        sound = np.frombuffer(spoken_pcm(text, 16_000), "<i2").astype(np.float32) / 32768
        quiet = np.zeros(16_000, np.float32)
        path = folder / f"{i}.wav"
        wav = WavWriter(path, 16_000)
        wav.write(np.concatenate([quiet, sound, quiet]))
        wav.close()
        found.append(Recording(path, path.name))
    return found


def hear_all(recordings: list[Recording], hears: Any, n_workers: int) -> list[TranscriptionEvent]:
    hear = partial(transcribe, options=ReadOptions(), language="en", batch_size=1)
    return list(hear(recordings, hears, n_workers=n_workers))


@pytest.fixture
def killed() -> Iterator[threading.Event]:
    """A worker is killed, as soon as there is one at work; set when that is done."""
    done = threading.Event()

    def find() -> int | None:
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (folder / "cmdline").read_bytes().startswith(b"ray::ClusterWorker.recognize"):
                    return int(folder.name)
        return None

    def kill() -> None:
        while not done.is_set():
            if (number := find()) is not None:
                os.kill(number, signal.SIGKILL)
                done.set()
            time.sleep(0.002)

    killer = threading.Thread(target=kill)
    killer.start()
    yield done
    done.set()
    killer.join()


def test_a_worker_that_dies_costs_nothing_but_time(
    recordings: list[Recording],
    killed: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The one test with a real Ray: what it costs is its start."""
    # A machine that does much else at the same time starts it slowly.
    monkeypatch.setenv("RAY_raylet_start_wait_time_s", "180")
    notices: list[str] = []
    with cluster(
        *(LOCAL, SETTINGS, Decoding()),
        jobs=2,
        n_threads=1,
        notices=lambda message, hint: notices.append(f"{message} - {hint}"),
        **PLAINLY,
    ) as (hears, n_workers):
        assert n_workers == 2
        there = hear_all(recordings, hears, n_workers)
    assert killed.is_set()
    assert capfd.readouterr() == ("", "")  # Ray would tell it all, on standard output
    alone = recognizer(
        *(SETTINGS, Decoding(), Workers(1, 1)), notices=lambda message, hint: None, **PLAINLY
    )
    assert there == hear_all(recordings, alone, 1)
    texts = ["".join(s.text for s in e.segments) for e in there if isinstance(e, Transcribed)]
    assert "seven plus twelve" in texts[0].lower()
    assert [n for n in notices if "died" in n] == [
        "a worker of the cluster died (ActorDiedError) - its stretch is done again"
    ]


def test_a_node_must_have_the_same_model_and_the_same_version() -> None:
    """Asked of a worker as Ray makes it, without a cluster."""
    job = ClusterJob(
        *(replace(SETTINGS.stt, model="stt-en"), Decoding(), 1), digest="another", **PLAINLY
    )
    with pytest.raises(ModelError, match="is another than the one here"):
        ClusterWorker(job).prepare()
    with pytest.raises(ModelError, match="has voicecli") as caught:
        ClusterWorker(replace(job, voicecli="0.0.1")).prepare()
    assert "this is 0.0.1" in caught.value.message
    assert "same version" in caught.value.hint
    with pytest.raises(ModelError, match="nowhere"):
        ClusterWorker(replace(job, stt=replace(job.stt, model="nowhere"))).prepare()


def refused(address: str, settings: Settings = SETTINGS) -> str:
    """What is said, on one line, and what to do."""
    with (
        pytest.raises((NetworkError, ModelError, SettingsError)) as caught,
        cluster(
            *(address, settings, Decoding()),
            jobs=None,
            n_threads=1,
            notices=lambda message, hint: None,
            **PLAINLY,
        ),
    ):
        pass
    assert "\n" not in caught.value.message
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ray://127.0.0.1:9", "can't be had: [Errno 111]"),
        ("127.0.0.1:9", "can't be had: [Errno 111]"),
        ("ray://127.0.0.1:nine", "no address of a cluster"),
        ("ray://[::1", "no address of a cluster"),
        ("http://127.0.0.1:9", "no address of a cluster"),
        ("", "no address of a cluster"),
    ],
)
def test_a_cluster_that_is_not_there(address: str, said: str) -> None:
    assert said in refused(address)


@pytest.mark.parametrize("address", ["ray://a.example:10001", "a.example:6379", AUTO])
def test_offline_is_no_cluster_on_the_network(address: str) -> None:
    assert "--offline forbids" in refused(address, replace(SETTINGS, offline=True))


def test_a_cluster_hears_with_a_model_and_needs_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = replace(SETTINGS, stt=replace(SETTINGS.stt, engine="http://127.0.0.1:9/v1, base"))
    assert "stt.engine is http://127.0.0.1:9/v1" in refused(LOCAL, elsewhere)
    nowhere = replace(SETTINGS, stt=replace(SETTINGS.stt, model="nowhere"))
    assert "nowhere" in refused(LOCAL, nowhere)
    monkeypatch.setitem(sys.modules, "ray", None)
    assert "needs the package ray" in refused(LOCAL)


# -- the pool, with a double of Ray: a real one dies too seldom, and not thrice in a row ----------


class RayError(Exception):
    pass


class RayTaskError(RayError):
    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Call:
    def __init__(self, outcome: Callable[[], object]) -> None:
        self.remote = lambda *_: outcome


class Handle:
    """A worker that answers its calls as it is told; the last answer stays."""

    def __init__(self, prepared: list[object], recognized: list[object]) -> None:
        self.prepare = Call(partial(self._next, prepared))
        self.recognize = Call(partial(self._next, recognized))

    @staticmethod
    def _next(answers: list[object]) -> object:
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Ray:
    """Calls are functions, called by `get`."""

    class exceptions:  # noqa: N801
        RayError = RayError
        RayTaskError = RayTaskError

    def wait(self, calls: list[Any], timeout: float) -> tuple[list[Any], list[Any]]:
        return (calls[:1], calls[1:]) if self.has_room else ([], calls)

    def get(self, call: Callable[[], object]) -> object:
        return call()

    has_room = True


DONE: tuple[list[Any], list[str]] = ([], [])
BROKEN = RayError("it has\n  died")


def pool_of(*workers: Handle, has_room: bool = True) -> tuple[Pool, list[str]]:
    """One worker; the others take its place when it dies."""
    fake = Ray()
    fake.has_room = has_room
    notices: list[str] = []
    left = list(workers)
    new = lambda: left.pop(0) if len(left) > 1 else left[0]  # noqa: E731
    return Pool(fake, new, 1, lambda message, hint: notices.append(hint)), notices


def test_who_died_idle_costs_no_stretch_a_try() -> None:
    dead = [Handle([None, BROKEN], [DONE]) for _ in range(cluster_pool.MAX_DEATHS)]
    pool, notices = pool_of(*dead, Handle([None], [BROKEN]), Handle([None], [DONE]))
    assert pool.run() == DONE
    idle, busy = "it was idle, and nothing is lost", "its stretch is done again"
    assert notices == [*[idle] * cluster_pool.MAX_DEATHS, busy]


def test_what_goes_wrong_in_a_cluster_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pool, notices = pool_of(Handle([None], [RayTaskError(ModelError("no memory", "smaller"))]))
    with pytest.raises(ModelError, match="no memory"):
        pool.run()
    assert not notices
    pool, notices = pool_of(Handle([None], [BROKEN]))
    with pytest.raises(ModelError, match="3 workers died over the same stretch"):
        pool.run()
    assert notices == ["its stretch is done again"] * 3
    pool, notices = pool_of(Handle([BROKEN], [DONE]))
    with pytest.raises(ModelError, match=r"workers can't start \(it has died\)") as caught:
        pool.run()
    assert "each node needs voicecli" in caught.value.hint
    pool, notices = pool_of(Handle([RayTaskError(ImportError("no numpy"))], [DONE]))
    with pytest.raises(ModelError, match="a worker of the cluster failed: no numpy"):
        pool.run()
    monkeypatch.setattr(cluster_pool, "NOBODY_S", 0.0)
    pool, notices = pool_of(Handle([None], [DONE]), has_room=False)
    with pytest.raises(ModelError, match="no core of the cluster became free"):
        pool.run()
