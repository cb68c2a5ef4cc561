"""The live screen in a real terminal (tmux) whose window changes."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from wcwidth import wcswidth

from tmux import Terminal
from voicecli.conversation import events
from voicecli.conversation.events import Event, Level, ReplyEnded, ReplyText, State, StateChanged
from voicecli.printable import printable
from voicecli.terminal.line import TypedLine
from voicecli.terminal.live import LiveScreen, typed
from voicecli.terminal.region import Region
from voicecli.terminal.spacing_marks import as_written, stood_in_for

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


WRITING = {
    "ar": "كان يا مكان في قديم الزمان تنين يعيش في جبل بعيد. ",
    "hi": "एक समय की बात है, एक अजगर पहाड़ पर रहता था। ",
    "th": "กาลครั้งหนึ่งมีมังกรตัวหนึ่งอาศัยอยู่บนภูเขา ",
    "ja": "むかしむかし、ドラゴンが遠い山に住んでいました。",
    "ko": "옛날 옛적에 용 한 마리가 먼 산에 살고 있었습니다. ",
    "emoji": "A family 👨‍👩‍👧‍👦 and a thumb 👍🏽 of 🇩🇪 and e\u0301te\u0301. ",
}


def test_every_writing_keeps_its_width(show: Show) -> None:
    """No line is broken by the terminal itself, and the status line stands below the answer."""
    for code, text in WRITING.items():
        show.tell(ReplyText(text * 4), events.PartialTranscript(f"{text * 2} {code}!", ""))
        lines = show.wait_until_visible(f"{code}!")
        assert "▶" in lines[-1]
        assert sum("▶" in line for line in lines) == 1
        show.tell(ReplyEnded(text * 4, "", interrupted=False), events.UserSaid(f"{code} is over"))
        show.wait_until_visible(f"{code} is over")
        whole = "".join(show.terminal.text.split())
        assert whole.count("".join(printable(text).split())) >= 4


@pytest.mark.parametrize("code", WRITING)
@pytest.mark.parametrize("columns", [20, 41, 80])
def test_no_line_is_wider_than_the_terminal(code: str, columns: int) -> None:
    """By another library's widths than those that it is drawn with, and by the C library's for
    vowel signs that stand beside a letter: it is what terminals go by."""
    file = io.StringIO()
    console = Console(file=file, width=columns, height=24, force_terminal=True, color_system=None)
    screen = LiveScreen(keys=("m mute",), region=Region(console))
    with screen:
        screen(StateChanged(State.SPEAKING))
        screen(ReplyText(WRITING[code] * 5))
        screen(events.PartialTranscript(WRITING[code] * 3, WRITING[code]))
        screen.type(TypedLine(WRITING[code] * 2, WRITING[code]))
        screen(ReplyEnded(WRITING[code] * 5, "", interrupted=False))
    drawn = re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", file.getvalue())
    widths = [terminal_width(line) for line in re.split(r"[\n\r]", drawn)]
    assert min(widths) >= 0
    assert max(widths) <= columns
    assert "".join(printable(WRITING[code]).split()) in "".join(drawn.split())


def terminal_width(text: str) -> int:
    marks = [c for c in text if unicodedata.category(c) == "Mc"]
    return wcswidth("".join(c for c in text if c not in marks)) + len(marks)


@pytest.mark.parametrize(
    ("text", "n_cells"), [("हिन्दी में", 7), ("मौसम अच्छा है", 11), ("தமிழ் நாடு", 9), ("नमस्ते", 4)]
)
def test_vowel_signs_have_the_width_that_terminals_give_them(text: str, n_cells: int) -> None:
    """As tmux moves its cursor."""
    measured = stood_in_for(text)
    assert cell_len(measured) == n_cells
    assert as_written(measured) == text
    rows, cursor = typed(TypedLine(text, ""), 40)
    assert cursor == len(" you > ") + n_cells
    assert as_written(rows[-1].plain).endswith(text)


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
