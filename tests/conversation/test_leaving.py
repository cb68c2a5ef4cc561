"""Ctrl-C, or the stop key, after each event of a conversation: nothing is half remembered."""

from __future__ import annotations

import asyncio
import gc
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from fakes import (
    SETTINGS,
    LevelDetector,
    ScriptedModel,
    ScriptedRecognizer,
    ToneVoice,
    write_pattern,
)
from voicecli.conversation.conversation import Conversation, Parts
from voicecli.conversation.events import Ended, Event, Level, ReplyEnded, UserSaid
from voicecli.conversation.history import INTERRUPTED, History
from voicecli.duplex.files import FileDuplex
from voicecli.hearing.echo import NoEcho

PATTERN = "....####............######......................####.............######..........."
"""A question; a "mhm" over the answer; a question over it; another over the next answer."""

HEARD = ["hello there", "Mhm.", "what is it", "tell me more"]


@dataclass
class Outcome:
    events: list[Event]
    history: History
    n_open: int


def converse(folder: Path, act: str, after: int, loop_errors: list[object]) -> Outcome:
    """after: so many events."""
    events: list[Event] = []
    history = History()
    duplex = FileDuplex(write_pattern(folder / "in.wav", PATTERN), folder / "out.wav")
    recognizer = ScriptedRecognizer(duplex.speaker, [*HEARD, *"abcdef"])
    model = ScriptedModel(duplex.speaker, [["One two three. ", "Four five six."]] * 9)

    async def main() -> None:
        def emit(event: Event) -> None:
            if isinstance(event, Level):
                return
            events.append(event)
            if len(events) == after:
                talking.cancel() if act == "leave" else conversation.stop_reply()

        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: loop_errors.append(context))
        async with duplex:
            parts = Parts(duplex, NoEcho(), LevelDetector(), recognizer, model, ToneVoice())
            conversation = Conversation(parts, history, emit, settings=SETTINGS, draft=True)
            talking = asyncio.ensure_future(conversation.run())
            with suppress(asyncio.CancelledError):
                await talking

    asyncio.run(main())
    return Outcome(events, history, model.n_open)


@pytest.mark.parametrize("act", ["leave", "stop"])
def test_after_every_event(tmp_path: Path, act: str) -> None:
    after, n_events, n_cut = 0, 1, 0
    loop_errors: list[object] = []
    while after < n_events:
        after += 1
        outcome = converse(tmp_path, act, after, loop_errors)
        events = outcome.events
        n_events = len(events)
        if act == "leave" and after < n_events:
            told = [event for event in events if isinstance(event, UserSaid | ReplyEnded)]
            # What cut a reply off is remembered with it.
            for event, following in pairwise([*told, None]):
                if isinstance(event, ReplyEnded) and event.interrupted:
                    n_cut += 1
                    assert isinstance(following, UserSaid), (after, events)
        check_memory(outcome)
        assert isinstance(events[-1], Ended)
        assert sum(isinstance(event, Ended) for event in events) == 1
        assert outcome.n_open == 0, after
    gc.collect()
    assert loop_errors == []
    assert n_events > 20
    assert act == "stop" or n_cut > 5


def check_memory(outcome: Outcome) -> None:
    """The history holds what the events told, and each thing once."""
    told = [
        (event.number, event.text if isinstance(event, UserSaid) else event.heard, event)
        for event in outcome.events
        if isinstance(event, UserSaid | ReplyEnded)
    ]
    remembered = [
        (entry.number, entry.message.content.removesuffix(INTERRUPTED))
        for entry in outcome.history.entries
    ]
    assert remembered == [(number, text) for number, text, _ in told if number]
    for _, text, event in told:
        if isinstance(event, UserSaid):
            assert event.number
            assert text
