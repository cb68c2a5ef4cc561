"""Recordings by the workers of a Ray cluster: the text of one machine, whoever dies."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from serving import SMALL, spoken_pcm
from voicecli.errors import ModelError, NetworkError
from voicecli.sound.wav import WavWriter
from voicecli.stt.whisper import Decoding
from voicecli.transcription import cluster as clusters
from voicecli.transcription.cluster import LOCAL, ClusterJob, ClusterWorker, cluster
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


@pytest.fixture(scope="module", autouse=True)
def patient() -> Iterator[None]:
    """A machine that does much else at the same time starts Ray slowly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_raylet_start_wait_time_s", "180")
        yield


def hear_all(recordings: list[Recording], hears: Any, n_workers: int) -> list[TranscriptionEvent]:
    hear = partial(transcribe, options=ReadOptions(), language="en", batch_size=1)
    return list(hear(recordings, hears, n_workers=n_workers))


def one_machine(recordings: list[Recording]) -> list[TranscriptionEvent]:
    here = recognizer(
        *(SETTINGS, Decoding(), Workers(1, 1)),
        notices=lambda message, hint: None,
        word_times=False,
        tells_languages=False,
    )
    return hear_all(recordings, here, 1)


def test_a_worker_that_dies_costs_nothing_but_time(recordings: list[Recording]) -> None:
    notices: list[str] = []
    killed = threading.Event()

    def tell(message: str, hint: str) -> None:
        notices.append(message)

    def kill_one() -> None:
        """As soon as there is one at work."""
        while not killed.is_set():
            for folder in Path("/proc").glob("[0-9]*"):
                with suppress(OSError):
                    if (
                        (folder / "cmdline")
                        .read_bytes()
                        .startswith(b"ray::ClusterWorker.recognize")
                    ):
                        os.kill(int(folder.name), signal.SIGKILL)
                        killed.set()
                        return
            time.sleep(0.005)

    with cluster(
        *(LOCAL, SETTINGS, Decoding()),
        jobs=2,
        n_threads=1,
        notices=tell,
        word_times=False,
        tells_languages=False,
    ) as (hears, n_workers):
        assert n_workers == 2
        undisturbed = hear_all(recordings, hears, n_workers)
        killer = threading.Thread(target=kill_one)
        killer.start()
        disturbed = hear_all(recordings * 3, hears, n_workers)
        killed.set()
        killer.join()
    here = one_machine(recordings)
    assert undisturbed == here
    texts = ["".join(s.text for s in e.segments) for e in here if isinstance(e, Transcribed)]
    assert "seven plus twelve" in texts[0].lower()
    heard = [replace(event, source=event.source % len(TEXTS)) for event in disturbed]
    assert heard == here * 3
    assert len(notices) == 1


def test_a_node_must_have_the_same_model_and_the_same_version() -> None:
    """Asked of a worker as Ray makes it, without a cluster."""
    job = ClusterJob(
        replace(SETTINGS.stt, model="stt-en"),
        *(Decoding(), 1),
        word_times=False,
        tells_languages=False,
        digest="another",
    )
    with pytest.raises(ModelError, match="is another than the one here"):
        ClusterWorker(job).recognize([], [], [])
    with pytest.raises(ModelError, match="has voicecli") as caught:
        ClusterWorker(replace(job, voicecli="0.0.1")).recognize([], [], [])
    assert "this is 0.0.1" in caught.value.message
    assert "same version" in caught.value.hint
    with pytest.raises(ModelError, match="nowhere"):
        ClusterWorker(replace(job, stt=replace(job.stt, model="nowhere"))).recognize([], [], [])


@pytest.mark.parametrize(
    ("address", "offline", "said"),
    [
        ("ray://127.0.0.1:9", False, "can't be had"),
        ("ray://cluster.example:10001", True, "--offline forbids"),
        ("cluster.example:6379", True, "--offline forbids"),
    ],
)
def test_a_cluster_that_is_not_there(address: str, offline: bool, said: str) -> None:
    with (
        pytest.raises(NetworkError, match=said),
        cluster(
            *(address, replace(SETTINGS, offline=offline), Decoding()),
            jobs=None,
            n_threads=1,
            notices=lambda message, hint: None,
            word_times=False,
            tells_languages=False,
        ),
    ):
        pass


def test_what_a_worker_raises_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of Ray's pool, with a double of Ray: a real one dies too seldom, and not thrice in a row."""

    class RayError(Exception):
        pass

    class RayTaskError(RayError):
        cause: Exception = ModelError("no memory", "smaller")

    class Ray:
        class exceptions:  # noqa: N801
            pass

        exceptions.RayError = RayError
        exceptions.RayTaskError = RayTaskError
        raised: Exception = RayTaskError()

        def available_resources(self) -> dict[str, float]:
            return {"CPU": 2.0}

        def get(self, _: object) -> object:
            raise self.raised

    class Handle:
        class recognize:  # noqa: N801
            @staticmethod
            def remote(*_: object) -> None:
                return None

    monkeypatch.setattr(clusters, "LOOK_S", 0.0)
    job = ClusterJob(
        SETTINGS.stt, Decoding(), 1, word_times=False, tells_languages=False, digest=""
    )
    notices: list[str] = []
    fake = Ray()
    pool = clusters.Pool(fake, job, 4, lambda message, hint: notices.append(message), 0.0)
    pool._new = Handle
    with pytest.raises(ModelError, match="no memory"):
        pool.run([], [], [])
    fake.raised = RayError()
    with pytest.raises(ModelError, match="3 workers died"):
        pool.run([], [], [])
    assert len(notices) == 3
