"""The live screen in a real terminal (tmux) whose window changes."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tmux import Terminal
from voicecli.conversation import events
from voicecli.conversation.events import Event, Level, ReplyEnded, ReplyText, State, StateChanged

STORY = "".join(
    f"Sentence number {i} is about a dragon and a very long day. " for i in range(1, 31)
)


class Show:
    """A live screen that is told events."""

    def __init__(self, folder: Path) -> None:
        pipe = folder / "events"
        os.mkfifo(pipe)
        self.terminal = Terminal(
            sys.executable, str(Path(__file__).with_name("show.py")), str(pipe)
        )
        self._pipe = pipe.open("w", buffering=1)

    def tell(self, *told: Event) -> None:
        for event in told:
            # An enumeration's repr is no expression: <State.SPEAKING: 'speaking'>
            line = re.sub(r"<(State\.\w+)[^>]*>", r"\1", repr(event))
            self._pipe.write(f"{line}\n")

    def resize(self, columns: int, rows: int) -> None:
        """Until the program can know of it: tmux waits a little with that."""
        self.terminal._call("resize-window", "-x", str(columns), "-y", str(rows))
        terminal = os.open(self.terminal._call("display", "-p", "#{pane_tty}").strip(), os.O_RDWR)
        try:
            while os.get_terminal_size(terminal) != (columns, rows):
                time.sleep(0.02)
        finally:
            os.close(terminal)

    @property
    def visible(self) -> list[str]:
        """What the window shows now."""
        return self.terminal._call("capture-pane", "-p").rstrip("\n").split("\n")

    def wait_until_visible(self, *texts: str) -> list[str]:
        self.terminal._wait(
            lambda: all(text in "\n".join(self.visible) for text in texts), str(texts), 60
        )
        return self.visible

    def close(self) -> None:
        self._pipe.close()
        self.terminal.close()


@pytest.fixture
def show(tmp_path: Path) -> Iterator[Show]:
    show = Show(tmp_path)
    show.tell(events.UserSaid("tell me a story"), StateChanged(State.SPEAKING))
    yield show
    show.close()


def spoken(text: str) -> list[Event]:
    return [ReplyText(f"{word} ") for word in text.split()]


@pytest.mark.parametrize("size", [(80, 24), (80, 12), (120, 40)])
def test_the_newest_words_and_the_state_are_always_there(show: Show, size: tuple[int, int]) -> None:
    show.resize(*size)
    show.tell(*spoken(STORY), StateChanged(State.HEARING))
    lines = show.wait_until_visible("30 is about", "hearing you")
    state = next(i for i, line in enumerate(lines) if "hearing you" in line)
    assert "and a very long day." in lines[state - 1]
    # What has no room scrolls up, once.
    whole = " ".join(show.terminal.text.split())
    for i in range(1, 31):
        assert whole.count(f"Sentence number {i} is") == 1
    assert len(re.findall(r"\bai\b", whole)) == 1


def test_no_copies_are_left_after_resizes(show: Show) -> None:
    show.tell(*spoken(STORY), StateChanged(State.HEARING))
    show.wait_until_visible("30 is about", "hearing you")
    for number, size in enumerate([(80, 12), (120, 40), (60, 20), (100, 15), (80, 24)]):
        show.resize(*size)
        show.tell(StateChanged([State.SPEAKING, State.HEARING][number % 2]), Level(-20.0))
        show.wait_until_visible(["speaking", "hearing you"][number % 2])
    show.tell(ReplyEnded(STORY, "", interrupted=False), StateChanged(State.LISTENING))
    show.wait_until_visible("listening")
    whole = " ".join(show.terminal.text.split())
    for i in range(1, 31):
        assert whole.count(f"number {i} is") == 1
    assert not any(sign in whole for sign in "▶●")
    assert whole.count("○") == 1


def test_chinese_is_wrapped(show: Show) -> None:
    text = "很长的中文句子" * 15
    show.tell(ReplyText(text), StateChanged(State.HEARING))
    assert "…" not in "".join(show.wait_until_visible("hearing you"))
    assert "".join("".join(show.visible).split()).count("很长的中文句子") == 15
    show.tell(ReplyEnded(text, "", interrupted=False), StateChanged(State.LISTENING))
    show.wait_until_visible("listening")
    assert "".join("".join(show.visible).split()).count("很长的中文句子") == 15


def test_your_words_stand_below_the_answer_that_they_interrupt(show: Show) -> None:
    show.tell(ReplyText("Once upon a time."), events.PartialTranscript("wait", "a minute"))
    show.tell(StateChanged(State.HEARING))
    lines = show.wait_until_visible("wait a minute", "hearing you")
    answer, words, state = (
        next(i for i, line in enumerate(lines) if text in line)
        for text in ("Once upon", "wait a minute", "hearing you")
    )
    assert answer < words < state


def test_of_an_answer_that_was_cut_off_the_last_words_are_told(show: Show) -> None:
    show.tell(*spoken(STORY), StateChanged(State.HEARING))
    show.wait_until_visible("30 is about")
    show.tell(ReplyEnded("Sentence number 1 is about a dragon", "and so on", interrupted=True))
    show.wait_until_visible("(you cut in after “… number 1 is about a dragon”)")


def test_what_was_not_understood_leaves_a_trace(show: Show) -> None:
    show.tell(events.Dropped("umble grumble", "the recogniser only guesses (log probability -2.0)"))
    show.wait_until_visible("you  (not understood)")
    show.tell(events.Dropped("thank you", "hardly speech (probability at most 0.10)"))
    show.tell(StateChanged(State.LISTENING))
    show.wait_until_visible("listening")
    assert "\n".join(show.visible).count("not understood") == 1


def test_a_terminal_that_can_not_move_its_cursor_gets_lines(tmp_path: Path) -> None:
    pipe = tmp_path / "events"
    pipe.write_text(
        "UserSaid('hello')\nStateChanged(State.SPEAKING)\nReplyText('Good day.')\n"
        "ReplyEnded('Good day.', '', False)\n"
    )
    show = shlex.join([sys.executable, str(Path(__file__).with_name("show.py")), str(pipe)])
    done = subprocess.run(
        ["script", "-qec", show, "/dev/null"],
        env={**os.environ, "TERM": "dumb"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.replace("\r\n", "\n") == " you  hello\n ai   Good day.\n"
