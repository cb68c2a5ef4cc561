"""How many conversations a machine can hold, by what it was measured to do."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from serving import served
from voicecli.server.app import ServeOptions
from voicecli.server.capacity import MOST, Costs, measured, n_sessions
from voicecli.server.sessions import Limits

LAPTOP = Costs(recognition_s=0.02, speech_s=0.02, frame_s=0.000_14)
"""The models on board."""


def test_more_cores_hold_more_until_the_event_loop_is_full() -> None:
    held = [n_sessions(replace(LAPTOP, recognition_s=0.4), cores) for cores in (0.5, 1, 2, 4, 64)]
    assert held == sorted(held)
    assert held[0] == 1
    assert held[3] == pytest.approx(2 * held[2], abs=1)
    assert held[4] == n_sessions(Costs(frame_s=LAPTOP.frame_s), 64) < MOST


def test_slower_models_hold_fewer_and_one_is_always_held() -> None:
    held = [n_sessions(replace(LAPTOP, recognition_s=by), 2) for by in (0.02, 0.1, 0.4, 2, 60)]
    assert held == sorted(held, reverse=True)
    assert held[0] >= 8
    assert held[-1] == 1


def test_what_servers_do_costs_nothing_here() -> None:
    assert n_sessions(Costs(), 2) == MOST


@pytest.mark.slow
def test_a_server_measures_itself() -> None:
    async def scenario() -> None:
        options = ServeOptions(limits=Limits(max_sessions=1, grace_s=3.0), measures_sessions=True)
        async with served(options) as where:
            costs = await measured(where.server.engines)
            assert 0 < costs.frame_s < costs.recognition_s
            assert costs.speech_s > costs.frame_s
            assert where.server.sessions.limits is where.server.limits
            assert where.server.limits.grace_s == 3.0
            assert 1 <= where.server.limits.max_sessions <= MOST

    asyncio.run(scenario())
