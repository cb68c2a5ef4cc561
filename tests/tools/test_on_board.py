"""The tools on board: time, sums, timers, a folder."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecli.conversation.events import Event, Level, SpeechBegan, TimerRang
from voicecli.duplex.speaker import Speaker
from voicecli.errors import SettingsError
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, silence
from voicecli.tools.bell import RINGS, Bell, ring_sound
from voicecli.tools.calculator import calculate
from voicecli.tools.clock import clock_tool
from voicecli.tools.folder import folder_tools
from voicecli.tools.timers import MAX_TIMERS, Timers, spoken_span
from voicecli.tools.tool import Tool, ToolError
from voicecli.tts.clip import Clip


def call(tool: Tool, **arguments: object) -> str:
    async def main() -> str:
        return await tool.run(arguments)

    return asyncio.run(main())


# Sums ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("2 * (3 + 4) ** 2", "98"),
        ("0.1 + 0.2", "0.3"),
        ("1/3", "0.333333333333"),
        ("15% of 80", "12"),
        ("100 * 20%", "20"),
        ("17 % 5", "2"),
        ("5 × 3 ÷ 2 =", "7.5"),
        ("2^10", "1024"),
        ("√(16)", "4"),
        ("sqrt(2)", "1.41421356237"),
        ("sin(pi)", "0"),
        ("factorial(20)", "2432902008176640000"),
        ("1**99999", "1"),
        ("round(2/3, 2)", "0.67"),
        ("max(1, 2, 3)", "3"),
        ("-3 // 2", "-2"),
        ("12345678901234567890 + 1", "12345678901234567891"),
    ],
)
def test_sums(expression: str, value: str) -> None:
    assert calculate(expression) == value


@pytest.mark.parametrize(
    "expression",
    [
        *("1/0", "0**-1", "9**9**9", "10**-99999", "factorial(1000)", "round(1, 10**9)", "log(0)"),
        *(
            "__import__('os').system('true')",
            "(1).real",
            "[1]*9",
            "'a'*9",
            "lambda: 1",
            "x",
            "True",
        ),
        *("2 +", "", "(" * 300, "9" * 500, "sqrt(-1)", "max()", "pow(2, 3, mod=5)", "exp(1000)"),
    ],
)
def test_no_sum(expression: str) -> None:
    with pytest.raises(ToolError):
        calculate(expression)


@given(st.text("0123456789+-*/%^().,eE sqrtfactorial√×÷", max_size=40))
def test_a_sum_has_a_value_or_an_error(expression: str) -> None:
    with suppress(ToolError):
        assert calculate(expression)


# Time ---------------------------------------------------------------------------------------------


def test_the_time_here_and_elsewhere() -> None:
    tool = clock_tool(lambda: datetime(2026, 11, 27, 23, 5, 6, tzinfo=UTC))
    assert call(tool) == "Friday, 2026-11-27, 23:05:06 UTC"
    assert call(tool, timezone="Asia/Tokyo") == "Saturday, 2026-11-28, 08:05:06 Asia/Tokyo"
    for zone in ("Nowhere", "../../etc/passwd", "/etc/passwd", "\0", "Asia"):
        with pytest.raises(ToolError, match="no time zone"):
            call(tool, timezone=zone)


# Timers -------------------------------------------------------------------------------------------


class Clock:
    def __init__(self, *at: int) -> None:
        self.s = datetime(*at).timestamp()  # type: ignore[arg-type]

    def __call__(self) -> float:
        return self.s


def by_name(timers: Timers) -> Mapping[str, Tool]:
    return {tool.name: tool for tool in timers.tools()}


def test_timers_and_alarms() -> None:
    clock = Clock(2026, 11, 27, 22, 0, 0)
    timers = Timers(clock)
    tools = by_name(timers)
    assert call(tools["list_timers"]) == "none"
    pasta = call(tools["set_timer"], minutes=1, seconds=30, name="pasta")
    assert pasta == "Set: 1 (pasta): 1 minute 30 seconds, rings in 1 minute 30 seconds, at 22:01:30"
    assert call(tools["set_alarm"], time="7:15") == (
        "Set: 2: 2026-11-28 07:15, rings in 9 hours 15 minutes, at 07:15:00"
    )
    call(tools["set_alarm"], time="22:00:10", name="Tea")
    clock.s += 10
    assert [timer.name for timer in timers.due()] == ["Tea"]
    assert timers.due() == []
    assert call(tools["cancel_timer"], which="PASTA").startswith("Cancelled: 1 (pasta)")
    assert call(tools["cancel_timer"]).startswith("Cancelled: 2")  # there is but one
    assert call(tools["list_timers"]) == "none"


def test_which_timer_is_meant() -> None:
    timers = Timers(Clock(2026, 1, 1))
    tools = by_name(timers)
    for name in ("tea", "pasta", "bread"):
        call(tools["set_timer"], minutes=5, name=name)
    with pytest.raises(ToolError, match="no such timer; running are: 1 "):
        call(tools["cancel_timer"])
    call(tools["cancel_timer"], which="2")
    call(tools["cancel_timer"], which="#1")
    assert [timer.name for timer in timers.running] == ["bread"]
    call(tools["cancel_timer"], which="all")
    assert timers.running == []


def test_the_alarm_beside_timers_is_that() -> None:
    timers = Timers(Clock(2026, 1, 1))
    tools = by_name(timers)
    call(tools["set_alarm"], time="07:30")
    call(tools["set_timer"], minutes=5)
    call(tools["set_timer"], minutes=6)
    with pytest.raises(ToolError):
        call(tools["cancel_timer"], which="timer")
    assert call(tools["cancel_timer"], which="alarm").startswith("Cancelled: 1: ")
    call(tools["cancel_timer"], which="5 minutes")
    assert call(tools["cancel_timer"], which="alarm").startswith("Cancelled: 3: ")  # all there is


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("set_timer", {}),
        ("set_timer", {"minutes": -1}),
        ("set_timer", {"minutes": "soon"}),
        ("set_timer", {"minutes": True}),
        ("set_timer", {"hours": 1e12}),
        ("set_alarm", {"time": "25:00"}),
        ("set_alarm", {"time": "soon"}),
        ("set_alarm", {"time": "10:00", "date": "2020-01-01"}),
        ("set_alarm", {"time": "10:00", "date": "someday"}),
        ("cancel_timer", {"which": "tea"}),
    ],
)
def test_no_timer(name: str, arguments: dict[str, object]) -> None:
    with pytest.raises(ToolError):
        call(by_name(Timers(Clock(2026, 1, 1)))[name], **arguments)


def test_there_is_an_end_of_timers() -> None:
    tools = by_name(Timers(Clock(2026, 1, 1)))
    for _ in range(MAX_TIMERS):
        call(tools["set_timer"], seconds=1)
    with pytest.raises(ToolError, match="cancel some"):
        call(tools["set_timer"], seconds=1)


def test_spans() -> None:
    spans = {0: "0 seconds", 1: "1 second", 61: "1 minute 1 second", 7200: "2 hours"}
    assert {s: spoken_span(s) for s in spans} == spans
    assert spoken_span(90061) == "1 day 1 hour"


# The bell -----------------------------------------------------------------------------------------


def loudness(speaker: Speaker, n_frames: int = 1) -> float:
    out = silence(n_frames * FRAME_SAMPLES)
    speaker.fill(out)
    return float(abs(out).max())


def ringing(bell: Bell, speaker: Speaker, n_frames: int) -> list[bool]:
    heard = []
    for _ in range(n_frames):
        bell.hear(Level(-60.0))
        heard.append(loudness(speaker) > 0.01)
    return heard


def test_a_timer_rings_over_whatever_is_said() -> None:
    speaker = Speaker(SAMPLE_RATE_HZ)
    told: list[Event] = []
    bell = Bell(speaker, told.append, stands_still=True)
    bell.timers.start(0.32, "tea", "now")
    speaker.queue(Clip(silence(10 * SAMPLE_RATE_HZ), SAMPLE_RATE_HZ))
    speaker.hold()  # nothing of a reply may be heard, and it rings all the same
    assert ringing(bell, speaker, 9) == [False] * 9
    assert any(ringing(bell, speaker, 20))
    assert TimerRang("tea", "now") in told
    rest = ringing(bell, speaker, 2000)
    begins = [i for i in range(1, len(rest)) if rest[i] and not any(rest[max(0, i - 20) : i])]
    assert len(begins) == RINGS - 1
    assert speaker.queued_s == 10  # the reply waits where it was


def test_who_speaks_ends_the_ringing() -> None:
    speaker = Speaker(SAMPLE_RATE_HZ)
    bell = Bell(speaker, lambda event: None, stands_still=True)
    bell.timers.start(0.03, "", "")
    assert any(ringing(bell, speaker, 5))
    bell.hear(SpeechBegan(0))
    ringing(bell, speaker, 40)
    assert not any(ringing(bell, speaker, 500))


def test_a_key_silences_it_at_once() -> None:
    speaker = Speaker(SAMPLE_RATE_HZ)
    bell = Bell(speaker, lambda event: None, stands_still=True)
    bell.timers.start(0.03, "", "")
    assert any(ringing(bell, speaker, 3))
    bell.hush()
    loudness(speaker)  # 10 ms of fading
    assert not any(ringing(bell, speaker, 500))


def test_what_is_mixed_is_never_louder_than_full() -> None:
    speaker = Speaker(48_000)
    speaker.queue(Clip(silence(48_000) + 1, 48_000))
    speaker.mix(ring_sound())
    assert loudness(speaker, 40) == 1.0
    speaker.retune(44_100)
    assert loudness(speaker) > 0.5


# A folder -----------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    (root / "deep" / "er").mkdir(parents=True)
    (root / "a.txt").write_text("Hello, Anna.\nThe code is 7.\n")
    (root / "deep" / "er" / "b.md").write_text("# Bread\nflour\n")
    (root / ".env").write_text("KEY=secret")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("secret")
    (root / "picture.png").write_bytes(b"\x89PNG\0\0\0")
    (root / "windows.txt").write_text("Grüße", "cp1252")
    (tmp_path / "outside.txt").write_text("secret")
    (root / "out.txt").symlink_to(tmp_path / "outside.txt")
    (root / "out").symlink_to(tmp_path)
    (root / "loop").symlink_to(root)
    (root / "in.txt").symlink_to(root / "a.txt")
    (root / "hidden.txt").symlink_to(root / ".env")
    os.mkfifo(root / "pipe")
    return root


def test_reading_a_folder(folder: Path) -> None:
    listing, reading, searching = folder_tools(folder)
    listed = "a.txt\ndeep/\nin.txt\nloop/\npicture.png\npipe\nwindows.txt"
    assert call(listing) == listed
    assert call(listing, path="deep/er") == "b.md"
    assert call(reading, path="a.txt") == "Hello, Anna.\nThe code is 7.\n"
    assert call(reading, path="in.txt").startswith("Hello")
    assert call(reading, path="windows.txt") == "Grüße"
    assert call(searching, text="ANNA") == "a.txt: Hello, Anna.\nin.txt: Hello, Anna."
    assert call(searching, text="bread").splitlines() == ["deep/er/b.md: # Bread"]
    assert call(searching, text="secret") == "nothing in the folder has 'secret'"


@pytest.mark.parametrize(
    "path",
    [
        *("../outside.txt", "/etc/passwd", "out.txt", "out/outside.txt", "out", "..", "deep/../.."),
        *(
            ".env",
            ".git/config",
            "hidden.txt",
            "loop/.env",
            "~/.ssh/id_rsa",
            "nothing",
            "a\0b",
            "x" * 5000,
        ),
    ],
)
def test_nothing_outside_of_it(folder: Path, path: str) -> None:
    listing, reading, _ = folder_tools(folder)
    for tool in (listing, reading):
        with pytest.raises(ToolError, match="there is no"):
            call(tool, path=path)


@pytest.mark.parametrize(
    ("path", "said"), [("picture.png", "no text"), ("pipe", "no file"), ("deep", "is a folder")]
)
def test_what_is_no_text(folder: Path, path: str, said: str) -> None:
    with pytest.raises(ToolError, match=said):
        call(folder_tools(folder)[1], path=path)


def test_a_long_file_is_read_in_pieces(folder: Path) -> None:
    (folder / "long.txt").write_text("x" * 64_000 + "the end")
    reading = folder_tools(folder)[1]
    assert call(reading, path="long.txt").endswith("(there is more: read_file with offset 64000)")
    assert call(reading, path="long.txt", offset=64000) == "the end"


@pytest.mark.parametrize("name", ["nothing", "file"])
def test_no_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"can't be read|no folder"):
        folder_tools(tmp_path / name)
