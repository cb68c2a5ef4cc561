from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from voicecli.worker import Job, Priority, Worker, at, observed


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


async def held(worker: Worker, gate: threading.Event) -> asyncio.Task[object]:
    """Its thread is at work until the gate opens."""
    begun = threading.Event()
    running = asyncio.ensure_future(worker.run(lambda: (begun.set(), gate.wait())))
    await asyncio.to_thread(begun.wait)
    return running


def test_the_most_urgent_job_is_next_as_things_stand_when_the_thread_is_free() -> None:
    async def scenario() -> list[str]:
        worker, gate, ran = Worker("test"), threading.Event(), list[str]()
        urgency = {"draft": Priority.SPECULATION}

        async def job(name: str, priority: Callable[[], Priority]) -> None:
            with at(priority):
                await worker.run(ran.append, name)

        running = await held(worker, gate)
        jobs = [
            asyncio.ensure_future(job(name, priority))
            for name, priority in (
                ("partial", lambda: Priority.PARTIAL),
                ("draft", lambda: urgency["draft"]),
                ("rest", lambda: Priority.REST),
                ("other rest", lambda: Priority.REST),
                ("first", lambda: Priority.FIRST),
            )
        ]
        await asyncio.sleep(0)  # all are in the queue
        urgency["draft"] = Priority.FINAL  # it came true while it waited
        gate.set()
        await asyncio.gather(running, *jobs)
        return ran

    assert asyncio.run(scenario()) == ["draft", "first", "rest", "other rest", "partial"]


def test_what_became_of_each_job_is_seen() -> None:
    async def scenario() -> list[Job]:
        worker, gate, seen = Worker("test"), threading.Event(), list[Job]()
        with observed(seen.append):
            running = await held(worker, gate)
            with at(lambda: Priority.PARTIAL):
                waiting = asyncio.ensure_future(worker.run(gate.wait))
                await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.sleep(0)
            gate.set()
            await running
            await worker.run(int)
        await worker.run(int)
        return seen

    seen = asyncio.run(scenario())
    assert {job.engine for job in seen} == {"test"}
    assert sorted((job.priority, job.dropped) for job in seen) == [
        (Priority.REST, False),
        (Priority.REST, False),
        (Priority.PARTIAL, True),
    ]
    assert all(job.wait_s > 0 for job in seen)
