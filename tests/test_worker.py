from __future__ import annotations

import asyncio
import threading

import pytest

from voicecli.worker import Worker


def test_jobs_run_one_after_the_other_on_one_thread() -> None:
    async def scenario() -> list[tuple[int, str]]:
        worker = Worker("test")
        seen: list[tuple[int, str]] = []
        await asyncio.gather(
            *(
                worker.run(lambda n=n: seen.append((n, threading.current_thread().name)))
                for n in range(20)
            )
        )
        return seen

    assert asyncio.run(scenario()) == [(n, "test") for n in range(20)]


def test_an_error_reaches_the_caller_and_the_worker_lives_on() -> None:
    async def scenario() -> int:
        worker = Worker("test")
        with pytest.raises(ZeroDivisionError):
            await worker.run(lambda: 1 // 0)
        return await worker.run(lambda: 7)

    assert asyncio.run(scenario()) == 7


def test_a_cancelled_job_that_still_waits_is_not_begun() -> None:
    async def scenario() -> list[str]:
        worker, gate, ran = Worker("test"), threading.Event(), list[str]()
        running = asyncio.ensure_future(worker.run(lambda: (gate.wait(), ran.append("first"))))
        waiting = asyncio.ensure_future(worker.run(lambda: ran.append("second")))
        await asyncio.sleep(0)
        assert worker.busy
        waiting.cancel()
        await asyncio.sleep(0)
        gate.set()
        await running
        await worker.run(lambda: ran.append("third"))
        return ran

    assert asyncio.run(scenario()) == ["first", "third"]


def test_a_caller_that_is_gone_is_not_told() -> None:
    async def scenario() -> str:
        worker, gate = Worker("test"), threading.Event()
        running = asyncio.ensure_future(worker.run(gate.wait))
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        gate.set()
        return await worker.run(lambda: "next")

    assert asyncio.run(scenario()) == "next"


def test_leaving_does_not_wait_for_a_job() -> None:
    worker, gate = Worker("test"), threading.Event()

    async def scenario() -> None:
        running = asyncio.ensure_future(worker.run(gate.wait))
        await asyncio.sleep(0.01)
        running.cancel()

    asyncio.run(scenario())
    gate.set()  # the event loop is closed now; the thread must not die of it
    assert asyncio.run(worker.run(lambda: 5)) == 5
