"""What the user sees: lines, JSON, and a real terminal (tmux)."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from jack_person import JACK_DEVICE, Person
from programs import save_wav, speak
from sse_server import SseServer, reply
from tmux import Terminal
from voicecli.conversation.events import (
    Dropped,
    Ended,
    Event,
    Level,
    Notice,
    PartialTranscript,
    ReplyEnded,
    ReplyText,
    Started,
    State,
    StateChanged,
    TurnTimed,
    UserSaid,
)
from voicecli.sound.samples import SAMPLE_RATE_HZ
from voicecli.terminal.screen import JsonEvents, PlainLines, summary_line, timing_line

TURN: list[Event] = [
    Started("USB Audio 48 kHz", "echo cancelled", "stt-en", "lessac", "llama3.2 @ localhost:11434"),
    StateChanged(State.LISTENING),
    Level(-30.0),
    PartialTranscript("what is", "seven"),
    UserSaid("what is seven plus twelve"),
    ReplyText("Seven plus twelve "),
    TurnTimed(520.0, 350.0, 60.0, 150.0, 20.0, 130.0),
    ReplyText("is nineteen."),
    ReplyEnded("Seven plus", "twelve is nineteen.", interrupted=True),
    Dropped("thank you", "hardly speech"),
    Notice("the server is gone", "start it"),
    Ended(1, 1, 0, 520.0, 520.0),
]


def test_plain_lines() -> None:
    out = io.StringIO()
    with PlainLines(out, latency=True) as show:
        for event in TURN:
            show(event)
    assert out.getvalue().splitlines() == [
        "listening: USB Audio 48 kHz, echo cancelled",
        "stt stt-en, voice lessac, llm llama3.2 @ localhost:11434",
        "you: what is seven plus twelve",
        "first audio after 0.52 s  [pause 0.35 | stt 0.06* | llm 0.15* | voice 0.02*]",
        "ai: Seven plus (you cut in)",
        "! the server is gone: start it",
        "1 turn, first audio p50 0.52 s p95 0.52 s, 1 interruption, 0 false",
    ]


def test_json_lines_are_one_object_for_every_event_but_the_level() -> None:
    out = io.StringIO()
    with JsonEvents(out) as show:
        for event in TURN:
            show(event)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(lines) == len(TURN) - 1
    assert lines[3] == {"event": "user_said", "text": "what is seven plus twelve"}
    assert lines[8] == {"event": "dropped", "text": "thank you", "reason": "hardly speech"}


def test_what_does_not_fit_into_the_pause_has_no_star() -> None:
    line = timing_line(TurnTimed(900.0, 350.0, 200.0, 400.0, 30.0, 130.0))
    assert line == "0.90 s  [pause 0.35 | stt 0.20* | llm 0.40 | voice 0.03]"


def test_a_summary_without_turns() -> None:
    assert summary_line(Ended(0, 0, 0, None, None)) == "0 turns"


# ---- a real terminal --------------------------------------------------------------------------


def test_every_state_of_a_conversation(terminal: Callable[..., Terminal], person: Person) -> None:
    devices = ("--input-device", JACK_DEVICE, "--output-device", JACK_DEVICE)
    with SseServer() as server:
        # A draft for "What is seven?" may be asked for, too.
        answer = reply("Seven plus twelve is **nineteen**.", first_token_s=2.0)
        server.script(*[answer] * 4)
        screen = terminal("talk", "--latency", *devices, "--base-url", server.base_url)
        screen.wait_for("○ listening")
        person.wait_for_program()
        question = speak("What is seven plus twelve?")
        person.say(question, SAMPLE_RATE_HZ, at_s=person.now_s + 0.3)
        screen.wait_for("● hearing you")
        screen.wait_for("◌ thinking")
        assert "you  what is seven plus twelve" in screen.text.lower()
        screen.wait_for("▶ speaking")
        screen.wait_for("ai   Seven plus twelve is nineteen.")
        screen.wait_for("○ listening")
        assert "pause 0." in screen.text
        screen.press("C-c")
        assert screen.wait_for_end() == "130"
    left = screen.text
    assert "1 turn, first audio p50" in left
    assert "○" not in left  # the status line is gone, the transcript stays
    assert screen.cursor_is_shown


def test_no_color_is_honoured(
    terminal: Callable[..., Terminal], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    output = str(tmp_path / "reply.wav")
    screen = terminal("talk", "--demo", "--output", output, "--base-url", "built-in")
    assert screen.wait_for_end() == "0"
    with_escapes = screen._call("capture-pane", "-p", "-e", "-S", "-")
    assert "nineteen" in with_escapes
    assert "\x1b[3" not in with_escapes.replace("\x1b[39m", "")


def test_no_entity_turns_the_screen_around(
    terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    """What Markdown decodes is cleaned, too; an address is shown and nothing is linked."""
    answer = (
        "One&#x202e;two&#x200b;&#27;[31m [three](http://a.example/x) ![four](http://b.example/y)"
    )
    with SseServer() as server:
        server.script(*[reply(answer)] * 4)
        recording = tmp_path / "question.wav"
        save_wav(recording, speak("What is seven plus twelve?"))
        screen = terminal(
            *("talk", "--input", str(recording), "--output", str(tmp_path / "reply.wav")),
            *("--base-url", server.base_url),
        )
        assert screen.wait_for_end() == "0"
    shown = screen._call("capture-pane", "-p", "-e", "-S", "-")
    assert "Onetwo" in shown
    assert "http://a.example/x" in shown
    assert not {"\u202e", "\u200b", "\x1b]8"} & set(re.findall("\u202e|\u200b|\x1b]8", shown))
