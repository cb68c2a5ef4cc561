"""What is left out as the engines' queues grow, and what comes back."""

from __future__ import annotations

import pytest

from voicecli.server.duplex import Pacer
from voicecli.server.load import Load
from voicecli.server.sessions import Limits, Sessions
from voicecli.worker import Job, Priority


def waited(load: Load, *waits_s: float, priority: Priority = Priority.FIRST) -> None:
    for wait_s in waits_s:
        load.job(Job("tts", priority, wait_s, dropped=False))
    load.settle()


@pytest.mark.parametrize(
    ("wait_s", "partials", "speculation", "reason"),
    [
        (0.05, True, True, None),
        (0.15, False, True, None),
        (0.3, False, False, None),
        (0.5, False, False, "overloaded"),
    ],
)
def test_partials_go_first_then_speculation_then_newcomers(
    wait_s: float, partials: bool, speculation: bool, reason: str | None
) -> None:
    now_s = 0.0
    load = Load(lambda: now_s)
    sessions = Sessions(Limits(), Pacer(lambda: now_s), load=load)
    waited(load, *[0.001] * 9, wait_s)
    assert (load.effort.partials, load.effort.speculation) == (partials, speculation)
    assert sessions.why_refused() == reason
    now_s = 11.0
    load.settle()
    assert (load.effort.partials, load.effort.speculation) == (True, True)
    assert sessions.why_refused() is None


def test_one_slow_job_and_jobs_that_may_wait_say_nothing() -> None:
    load = Load(lambda: 0.0)
    waited(load, 3.0)
    assert load.effort.partials
    waited(load, *[3.0] * 20, priority=Priority.PARTIAL)
    assert load.effort.partials
