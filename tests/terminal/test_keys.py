"""Keys while talking, and the terminal as it was afterwards."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pexpect
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import LevelDetector, ScriptedModel, ScriptedRecognizer, ToneVoice, write_pattern
from jack_person import JACK_DEVICE, Person
from programs import VOICECLI, run_voicecli, save_wav, speak
from sse_server import HANG, SseServer, reply
from tmux import Terminal
from voicecli.conversation.conversation import Conversation, Parts
from voicecli.conversation.events import Event, Level, ReplyEnded, StateChanged
from voicecli.conversation.history import History
from voicecli.duplex.files import FileDuplex
from voicecli.errors import VoicecliError
from voicecli.hearing.echo import NoEcho
from voicecli.settings import ListenSettings
from voicecli.sound.reading import decode_channels
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples, silence
from voicecli.terminal.keys import (
    ASK_FOR_RELEASES,
    ESCAPE,
    SPACE_UP,
    TELL_NO_PASTES,
    TELL_NO_RELEASES,
    TELL_RELEASES,
    keys_in,
)

ARROW_UP, F5, SHIFT_F5 = b"\x1b[A", b"\x1b[15~", b"\x1b[15;2~"


@pytest.mark.parametrize(
    ("data", "keys", "rest"),
    [
        (b"", [], b""),
        (b"mq?", ["m", "q", "?"], b""),
        (b"\x1b", [], b"\x1b"),
        (b"\x1b\x1b", [ESCAPE], b"\x1b"),
        (ARROW_UP, [], b""),
        (b"m" + F5 + b"q" + SHIFT_F5, ["m", "q"], b""),
        (b"\x1bOP" + b"m", ["m"], b""),  # F1
        (b"\x1bm", [], b""),  # Alt-m
        (b"m\x1b[1", ["m"], b"\x1b[1"),
        (b"\x1b[200~pasted", [], b"\x1b[200~pasted"),
        (b"m\x1b[200~pas\r\x1b[Ated\x1b[201~q", ["m", "q"], b""),
        ("é日q".encode(), ["é", "日", "q"], b""),
        ("é".encode()[:1], [], b"\xc3"),
        (b"\xc3q\x80", ["q"], b""),
        # kitty's protocol: with a text, Shift, from the keypad, let go, held, with Ctrl, Alt
        (b"\x1b[113;;113u", ["q"], b""),
        (b"\x1b[97:65;2;65u", ["A"], b""),
        (b"\x1b[57400;129;49u", ["1"], b""),
        (b"\x1b[32;;32u\x1b[32;1:2;32u\x1b[32;1:3u", [" ", SPACE_UP], b""),
        (b"\x1b[43;1:2;43u", ["+"], b""),
        (b"\x1b[109;1:3u", [], b""),
        (b"\x1b[27u\x1b[13u", [ESCAPE, "\n"], b""),
        (b"\x1b[99;5u", ["\x03"], b""),
        (b"\x1b[113;3u", [], b""),
        (b"\x1b[57441;2u\x1b[?0u\x1b[9999999999u", [], b""),
        (b"\n", ["\n"], b""),
    ],
)
def test_keys_in(data: bytes, keys: list[str], rest: bytes) -> None:
    assert keys_in(data) == (keys, rest)


@given(
    st.lists(st.sampled_from([b"m", b"q", ARROW_UP, F5, SHIFT_F5, b"\x1bOP"])).map(b"".join),
    st.lists(st.integers(0, 60)),
)
def test_it_does_not_matter_how_the_bytes_arrive(data: bytes, cuts: list[int]) -> None:
    whole, nothing = keys_in(data)
    assert nothing == b""
    found, rest = [], b""
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(data)], strict=True):
        keys, rest = keys_in(rest + data[start:end])
        found += keys
    assert found == whole


@given(st.binary())
def test_any_bytes_are_keys_or_nothing(data: bytes) -> None:
    keys, rest = keys_in(data)
    assert data.endswith(rest)
    assert all(key in (ESCAPE, SPACE_UP) or len(key) == 1 for key in keys)


# ---- the terminal afterwards ------------------------------------------------------------------


@pytest.fixture
def question(tmp_path: Path) -> Path:
    samples = np.concatenate([silence(8000), speak("Hello."), silence(16000)])
    return save_wav(tmp_path / "question.wav", samples)


@pytest.fixture
def talk(question: Path, tmp_path: Path):
    """A conversation in a terminal that waits for its language model."""
    with talking(question, tmp_path) as child:
        yield child


@contextmanager
def talking(question: Path, tmp_path: Path, *shell: str) -> Iterator[pexpect.spawn]:
    """shell: a command that runs the one that follows it. Without, voicecli leads the session of
    its terminal, which hangs up when it dies."""
    with SseServer() as server:
        server.script((HANG,))
        files = ["--input", str(question), "--output", str(tmp_path / "reply.wav")]
        command = [*shell, *VOICECLI, "talk", *files, "--base-url", server.base_url]
        child = pexpect.spawn(command[0], command[1:], encoding="utf-8", timeout=60)
        child.before_talking = modes(child)
        child.server = server
        yield child
        child.close(force=True)


def modes(child: pexpect.spawn) -> list[object]:
    """Of the child's terminal."""
    return termios.tcgetattr(child.child_fd)


def wait_for_the_question(child: pexpect.spawn) -> None:
    child.expect("keys")
    child.server.wait_for_chat(60)
    assert modes(child) != child.before_talking


@pytest.mark.parametrize(
    ("number", "exit_code"),
    [
        (signal.SIGINT, 130),
        (signal.SIGTERM, 143),
        (signal.SIGHUP, 129),
        (signal.SIGQUIT, 131),
    ],
)
def test_the_terminal_after_a_signal(talk: pexpect.spawn, number: int, exit_code: int) -> None:
    wait_for_the_question(talk)
    os.kill(talk.pid, number)
    talk.expect(pexpect.EOF)
    talk.wait()
    assert talk.exitstatus == exit_code
    assert modes(talk) == talk.before_talking
    assert talk.before.rstrip().endswith("\x1b[?25h") or "\x1b[?25h" in talk.before


def test_the_terminal_after_an_error(question: Path, tmp_path: Path) -> None:
    command = [*VOICECLI[1:], "talk", "--input", str(question)]
    command += ["--output", str(tmp_path / "reply.wav"), "--base-url", "http://127.0.0.1:9/v1"]
    child = pexpect.spawn(VOICECLI[0], command, encoding="utf-8", timeout=60)
    before = modes(child)
    child.expect("can't reach the language model")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 1
    assert modes(child) == before


def test_q_quits(talk: pexpect.spawn) -> None:
    wait_for_the_question(talk)
    talk.send("q")
    talk.expect("0 turns")
    talk.expect(pexpect.EOF)
    talk.wait()
    assert talk.exitstatus == 0
    assert modes(talk) == talk.before_talking


def test_question_mark_shows_the_keys(talk: pexpect.spawn) -> None:
    wait_for_the_question(talk)
    talk.send("?")
    talk.expect("Esc stops the reply   m mutes   q quits")
    assert talk.isalive()


def test_kitty_tells_when_a_key_is_let_go(talk: pexpect.spawn) -> None:
    """Every key is an escape code then, but not in a line that is typed."""
    wait_for_the_question(talk)
    talk.expect_exact(ASK_FOR_RELEASES)
    talk.send("\x1b[?0u")
    talk.expect_exact(TELL_RELEASES)
    talk.send("\x1b[116;;116u")
    talk.expect_exact(TELL_NO_RELEASES)
    talk.send("/help\n")
    talk.expect_exact(TELL_RELEASES)
    talk.expect_exact("/system TEXT")
    talk.send("\x1b[99;5u")  # Ctrl-C
    talk.expect(pexpect.EOF)
    assert TELL_NO_RELEASES in talk.before
    assert TELL_NO_PASTES in talk.before
    talk.wait()
    assert talk.exitstatus == 130
    assert modes(talk) == talk.before_talking


def test_the_terminal_after_a_death_that_nobody_can_clean_up_behind(
    question: Path, tmp_path: Path
) -> None:
    started = """echo $$ >"$0"; exec "$@\""""
    shell = ("sh", "-c", f'sh -c {shlex.quote(started)} "$@"; read line', "sh")
    with talking(question, tmp_path, *shell, str(tmp_path / "pid")) as talk:
        wait_for_the_question(talk)
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
        talk.expect_exact(f"{TELL_NO_PASTES}{TELL_NO_RELEASES}\x1b[?25h")
        assert modes(talk) == talk.before_talking


def test_a_pasted_text_is_no_keys_and_opens_a_line(talk: pexpect.spawn) -> None:
    """q would quit, and a newline would send it."""
    wait_for_the_question(talk)
    talk.send("\x1b[200~q one\rtwo\x07\x1b]0;title\x07\x1b[201~")
    talk.expect_exact("q one⏎two]0;title")
    talk.send(" three")
    talk.expect("three")
    talk.send("\x1b")
    talk.expect("keys")
    talk.send("q")
    talk.expect(pexpect.EOF)
    talk.wait()
    assert talk.exitstatus == 0


def test_the_shell_gets_its_terminal_while_the_program_is_stopped(
    terminal: Callable[..., Terminal], question: Path, tmp_path: Path
) -> None:
    with SseServer() as server:
        server.script((HANG,), (HANG,))
        files = ("--input", str(question), "--output", str(tmp_path / "reply.wav"))
        shell = terminal()
        shell.type(shlex.join([*VOICECLI, "talk", *files, "--base-url", server.base_url]))
        server.wait_for_chat(60)
        shell.wait_for("● hearing you")
        for number in range(2):
            shell.press("C-z")
            shell.wait_for("Stopped")
            assert shell.cursor_is_shown
            shell.type(f"clear; stty -a | grep -o -e '-*icanon' -e ' -*echo '; echo done {number}")
            shown = shell.wait_for(f"\ndone {number}")
            assert "icanon" in shown
            assert "-icanon" not in shown.replace("'-*icanon'", "")
            assert "\n echo" in shown
            shell.type("fg")
            shell.wait_for("● hearing you")
            assert not shell.cursor_is_shown
        shell.press("?")
        shell.wait_for("m mutes")
        shell.press("q")
        shell.wait_for("0 turns")
        shell.type("echo left with $?")
        shell.wait_for("left with 0")


def test_a_program_in_the_background_leaves_the_terminal_alone(
    terminal: Callable[..., Terminal], question: Path, tmp_path: Path
) -> None:
    with SseServer() as server:
        server.script((HANG,))
        files = ("--input", str(question), "--output", str(tmp_path / "reply.wav"))
        shell = terminal()
        shell.type(
            shlex.join([*VOICECLI, "talk", *files, "--base-url", server.base_url])
            + " 2> /dev/null &"
        )
        server.wait_for_chat(60)
        shell.type("stty -a | grep -o -e '-*icanon'")
        shell.wait_for("\nicanon")
        shell.type("jobs")
        shell.wait_for("Running")
        shell.type("kill %1; wait %1; echo left with $?")
        shell.wait_for("left with 143")


def test_without_a_terminal_nothing_is_read(question: Path, tmp_path: Path) -> None:
    done = run_voicecli(
        *("talk", "--input", question, "--output", tmp_path / "reply.wav"),
        *("--base-url", "built-in"),
        input="qqqq",
    )
    assert done.returncode == 0
    assert "1 turn" in done.stderr


# ---- in a conversation ------------------------------------------------------------------------

DEVICES = ("--input-device", JACK_DEVICE, "--output-device", JACK_DEVICE)


def test_escape_stops_the_reply_and_listening_goes_on(
    terminal: Callable[..., Terminal], person: Person
) -> None:
    with SseServer() as server:
        story = "Once upon a time there was a king. He had a castle. " * 5
        server.script(reply(story), reply("Good morning."))
        screen = terminal("talk", *DEVICES, "--base-url", server.base_url)
        screen.wait_for("○ listening")
        person.wait_for_program()
        said = person.say(speak("Tell me a story."), SAMPLE_RATE_HZ, at_s=person.now_s + 0.3)
        began_s = person.wait_for_sound(after_s=said.end_s)
        person.wait_until(began_s + 1)
        pressed_s = person.now_s
        screen.press("Escape")
        screen.wait_for("(you cut in)")
        silent_s = person.wait_for_silence(min_s=0.5)
        assert silent_s - pressed_s < 1.0
        said = person.say(speak("Hello."), SAMPLE_RATE_HZ, at_s=person.now_s + 0.3)
        person.wait_for_sound(after_s=said.end_s)
        screen.wait_for("ai   Good morning.")
        screen.press("q")
        assert screen.wait_for_end() == "0"
        heard = server.chats[-1].messages[-2]["content"]
    assert heard.startswith("Once upon")
    assert len(heard) < len(story) / 2


def test_push_to_talk_and_typing_in_one_conversation(
    terminal: Callable[..., Terminal], person: Person
) -> None:
    """Space begins a turn, and ends it, whatever is heard before."""
    with SseServer() as server:
        server.script(reply("Good morning."), reply("Written."))
        options = ("--push-to-talk", "--base-url", server.base_url)
        screen = terminal("talk", *DEVICES, *options)
        screen.wait_for("‖ muted")
        person.wait_for_program()
        unheard = person.say(speak("What is six times seven?"), SAMPLE_RATE_HZ)
        person.wait_until(unheard.end_s + 0.5)
        screen.press("Space")
        screen.wait_for("● hearing you")
        said = person.say(speak("Hello."), SAMPLE_RATE_HZ, at_s=person.now_s + 0.2)
        person.wait_until(said.end_s)
        screen.press("Space")
        screen.wait_for("ai   Good morning.")
        begun_s = person.wait_for_sound(after_s=said.end_s, timeout_s=20)
        person.wait_until(begun_s + 1.0)
        screen.press("W")
        screen.wait_for("you > W")
        screen.type("hat now?")
        screen.wait_for("ai   Written.")
        screen.press("q")
        assert screen.wait_for_end() == "0"
        asked = [message["content"] for message in server.chats[-1].messages[1:]]
    assert "six" not in screen.text
    assert asked[1].startswith("Good")  # as far as it was heard
    assert asked[2] == "What now?"


def test_muted_nothing_is_heard_nor_recorded(
    terminal: Callable[..., Terminal], person: Person, tmp_path: Path
) -> None:
    recording = tmp_path / "both.wav"
    options = ("--base-url", "built-in", "--output", str(recording), "--stereo")
    screen = terminal("talk", *DEVICES, *options)
    screen.wait_for("○ listening")
    person.wait_for_program()
    screen.press("m")
    screen.wait_for("‖ muted")
    muted = person.say(speak("What is six times seven?"), SAMPLE_RATE_HZ)
    person.wait_until(muted.end_s + 1.5)
    assert "‖ muted" in screen.text
    screen.press("m")
    screen.wait_for("○ listening")
    said = person.say(speak("What is seven plus twelve?"), SAMPLE_RATE_HZ, at_s=person.now_s + 0.3)
    person.wait_for_sound(after_s=said.end_s)
    screen.wait_for("ai   Seven plus twelve is nineteen.")
    person.wait_for_silence()
    screen.press("q")
    assert screen.wait_for_end() == "0"
    assert "six" not in screen.text
    left, _ = np.concatenate(list(decode_channels(recording)), axis=1)
    loud = np.flatnonzero(np.abs(left) > 0.01)
    # One question, not two with what lies between them.
    assert loud[-1] - loud[0] < SAMPLE_RATE_HZ * (said.end_s - said.start_s + 0.5)


# ---- what the keys ask of a conversation, on the sample clock ----------------------------------


class NotingDetector(LevelDetector):
    """Remembers what it was given."""

    def __init__(self) -> None:
        self.given: list[Samples] = []

    def probability(self, frame: Samples) -> float:
        self.given.append(frame)
        return super().probability(frame)


@dataclass
class Pressed:
    """A conversation over a pattern of frames (see fakes.py) with keys pressed in it."""

    events: list[Event]
    history: list[tuple[str, str]]
    detector: NotingDetector
    recorded: tuple[Samples, Samples]
    """What was heard, and what was played, at 16 kHz."""


def press(
    folder: Path,
    pattern: str,
    texts: list[str],
    scripts: list[list[str | int | VoicecliError]],
    keys: dict[int, Callable[[Conversation], None]],
) -> Pressed:
    """keys: number of a frame -> what is asked for when it was heard."""
    duplex = FileDuplex(write_pattern(folder / "in.wav", pattern), folder / "out.wav", stereo=True)
    detector, history, events = NotingDetector(), History(), list[Event]()
    parts = Parts(
        duplex,
        NoEcho(),
        detector,
        ScriptedRecognizer(duplex.speaker, texts),
        ScriptedModel(duplex.speaker, scripts),
        ToneVoice(),
    )
    n_frames = 0

    def note(event: Event) -> None:
        nonlocal n_frames
        events.append(event)
        if isinstance(event, Level):
            n_frames += 1
            keys.get(n_frames, lambda conversation: None)(conversation)

    settings = ListenSettings(min_silence_ms=320, silence_ms=320, max_silence_ms=640)
    conversation = Conversation(parts, history, note, settings=settings)

    async def main() -> None:
        async with duplex:
            await conversation.run()

    asyncio.run(main())
    left, right = np.concatenate(list(decode_channels(folder / "out.wav")), axis=1)
    messages = [(message.role, message.content) for message in history.messages]
    return Pressed(events, messages, detector, (left, right))


def test_stopped_while_it_speaks(tmp_path: Path) -> None:
    """The reply is heard from frame 18 on, 10 frames a word."""
    words = " ".join(f"word{i}" for i in range(20)) + "."
    pattern = "....####" + "." * 90
    stopped = press(tmp_path, pattern, ["hello"], [[words]], {70: Conversation.stop_reply})
    (ended,) = (event for event in stopped.events if isinstance(event, ReplyEnded))
    assert ended.interrupted
    assert ended.heard
    assert ended.heard + " " + ended.unheard == words
    (_, (role, remembered)) = stopped.history
    assert role == "assistant"
    assert remembered.startswith(ended.heard)
    assert "word19" not in remembered
    audible = np.flatnonzero(np.abs(stopped.recorded[1]) > 0.3) // FRAME_SAMPLES
    assert 17 <= audible[0] <= 20
    assert audible[-1] <= 73


def test_stopped_before_anything_is_heard(tmp_path: Path) -> None:
    pattern = "....####" + "." * 30 + "####" + "." * 20
    stopped = press(
        tmp_path,
        pattern,
        ["hello", "good morning"],
        [[100, "Too late."], ["Good morning."]],
        {25: Conversation.stop_reply},
    )
    heard = [event.heard for event in stopped.events if isinstance(event, ReplyEnded)]
    assert heard == ["", "Good morning."]
    assert stopped.history[-1] == ("assistant", "Good morning.")


def test_stopping_nothing_does_nothing(tmp_path: Path) -> None:
    stopped = press(
        tmp_path,
        "....####" + "." * 20,
        ["hello"],
        [["Hello."]],
        {2: Conversation.stop_reply, 6: Conversation.stop_reply},
    )
    assert stopped.history == [("user", "hello"), ("assistant", "Hello.")]


def test_muted_frames_reach_neither_detector_nor_recording(tmp_path: Path) -> None:
    """Frames 11 to 20 are muted; every frame of speech has a level of its own."""
    pattern = "....####..####....########" + "." * 20
    pressed = press(
        tmp_path,
        pattern,
        ["hello"] * 4,
        [["Hello."]] * 4,
        {10: lambda c: c.mute(True), 20: lambda c: c.mute(False)},
    )
    heard = np.repeat(read_levels(pattern), FRAME_SAMPLES)
    muted = set(np.unique(heard[10 * FRAME_SAMPLES : 20 * FRAME_SAMPLES]).tolist()) - {0.0}
    assert len(muted) == 6  # four of the first word, two of the second
    given = np.unique(np.concatenate(pressed.detector.given).round(3))
    assert not {round(level, 3) for level in muted} & set(given.tolist())
    left = pressed.recorded[0]
    assert np.abs(left[11 * FRAME_SAMPLES : 19 * FRAME_SAMPLES]).max() < 0.01
    assert np.abs(left[4 * FRAME_SAMPLES : 8 * FRAME_SAMPLES]).max() > 0.1
    assert np.abs(left[22 * FRAME_SAMPLES : 24 * FRAME_SAMPLES]).max() > 0.1
    states = [str(event.state) for event in pressed.events if isinstance(event, StateChanged)]
    assert states.count("muted") == 1


def read_levels(pattern: str) -> Samples:
    return np.array(
        [0.0 if mark == "." else 0.2 + 0.001 * i for i, mark in enumerate(pattern)], np.float32
    )


def test_what_was_said_before_it_was_muted_is_answered(tmp_path: Path) -> None:
    pressed = press(
        tmp_path,
        "....################",
        ["hello"],
        [["Hello."]],
        {10: lambda c: c.mute(True)},
    )
    assert pressed.history == [("user", "hello"), ("assistant", "Hello.")]
