"""`voicecli sessions` and `talk --record`: the whole program, as a process."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from jack_person import JACK_DEVICE, Person
from programs import VOICECLI, Talk, ask, run_voicecli, save_wav, speak, understand
from session_files import record, turn
from sse_server import HANG, SseServer, reply
from tmux import Terminal
from voicecli import places
from voicecli.cli.main import app
from voicecli.cli.sessions import require_sound
from voicecli.errors import VoicecliError
from voicecli.sessions.folders import all_folders, id_of
from voicecli.sessions.reading import read
from voicecli.sessions.recording import SessionRecorder
from voicecli.sessions.sound import both_sides, end_of
from voicecli.settings import SessionsSettings, Settings
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, silence

SECRET = "sk-a-very-secret-key"


def run_here(*arguments: str | Path) -> Result:
    """A command in this process. `stderr` has the message of an error, too."""
    done = CliRunner().invoke(app, list(map(str, arguments)))
    if isinstance(done.exception, VoicecliError):
        done.stderr_bytes += f"{done.exception.message}: {done.exception.hint}".encode()
    elif isinstance(done.exception, Exception):
        raise done.exception
    return done


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> Path:
    gap = silence(4 * SAMPLE_RATE_HZ)
    sound = [gap[:8000], speak("What is seven plus twelve?"), gap]
    return save_wav(tmp_path_factory.mktemp("sound") / "question.wav", np.concatenate(sound))


@pytest.mark.slow
def test_a_talk_is_recorded_goes_on_and_holds_no_secret(tmp_path: Path, question: Path) -> None:
    files = ("--input", question, "--output", tmp_path / "reply.wav", "--force")
    with SseServer() as server:
        server.script(reply("Nineteen, I believe."), reply("Still nineteen."))
        server_options = ("--base-url", server.base_url, "--system", "Be discreet about Zorro.")
        server_options = (*server_options, "--speculate", "off")
        key = {"OPENAI_API_KEY": SECRET, "OPENAI_BASE_URL": server.base_url}
        done = run_voicecli("talk", *files, "--record", *server_options, env=key)
        assert done.returncode == 0, done.stderr
        (folder,) = all_folders()
        assert f"this conversation is recorded: session {id_of(folder)}" in done.stderr
        first_end = end_of(folder)
        done = run_voicecli("talk", *files, "--resume", "last", *server_options, env=key)
        assert done.returncode == 0, done.stderr
        assert f"session {id_of(folder)} goes on after 1 turn" in done.stderr
        sent = [message["content"] for message in server.chats[-1].messages]
    assert sent == [
        "Be discreet about Zorro.",
        *("What is seven plus twelve?", "Nineteen, I believe.", "What is seven plus twelve?"),
    ]
    session = read(folder)
    assert [one.text for one in session.said] == [
        *("What is seven plus twelve?", "Nineteen, I believe."),
        *("What is seven plus twelve?", "Still nineteen."),
    ]
    assert session.said[2].start > first_end
    for path in folder.iterdir():
        content = path.read_bytes()
        assert SECRET.encode() not in content
        assert b"Zorro" not in content
    # Its sound is what was heard and played: the reply begins at the sample that its event names.
    ai = np.concatenate(list(both_sides(folder)), axis=1)[1]
    begins = int(np.flatnonzero(np.abs(ai) > 0.003)[0])
    assert 0 <= begins - session.said[1].start < 0.15 * SAMPLE_RATE_HZ


@pytest.mark.slow
def test_a_killed_talk_leaves_what_was_heard(tmp_path: Path, question: Path) -> None:
    with SseServer() as server:
        server.script([*reply("The first sentence. And the second one ")[:-1], HANG])
        with Talk(
            *("--input", question, "--output", tmp_path / "reply.wav", "--record"),
            *("--base-url", server.base_url, "--speculate", "off"),
        ) as talk:
            assert talk.wait_for("sentence_began")["text"] == "The first sentence."
            talk.send(signal.SIGKILL)
            talk.wait()
    (folder,) = all_folders()
    done = run_voicecli("sessions", "show", "last")
    assert done.returncode == 0, done.stderr
    assert "you: What is seven plus twelve?" in done.stdout
    assert "ai: The first sentence." in done.stdout
    assert end_of(folder) > read(folder).said[0].end


def test_nothing_is_kept_unless_asked(tmp_path: Path, question: Path) -> None:
    done = run_here(
        *("talk", "--input", question, "--output", tmp_path / "reply.wav"),
        *("--base-url", "built-in", "--keep-days", "3"),
    )
    assert done.exit_code == 2
    assert "--keep-days needs --record" in done.stderr
    assert not places.sessions_folder().exists()


@pytest.mark.parametrize(
    ("setting", "option", "resumes", "is_recorded"),
    [
        (False, None, False, None),
        (True, None, False, True),
        (False, True, False, True),
        (False, None, True, True),
        (False, False, True, False),
        (True, None, True, True),
    ],
)
def test_when_it_is_recorded(
    setting: bool, option: bool | None, resumes: bool, is_recorded: bool | None
) -> None:
    """What goes on is recorded on, unless the user says no."""
    from voicecli.cli.talk import keeping

    record()
    settings = Settings(sessions=SessionsSettings(record=setting if option is None else option))
    kept = keeping(settings, "last" if resumes else None, record=option, keep_days=None)
    if is_recorded is None:
        assert kept is None
    else:
        assert kept is not None
        assert (kept.recorder is not None) == is_recorded


def test_the_table() -> None:
    done = run_here("sessions")
    assert done.exit_code == 0
    assert "no conversation was recorded yet" in done.stderr
    folder = record(*turn("What is the time?", "Noon.", at=16_000), n_frames=200)
    damaged = record()
    (damaged / "events.jsonl").unlink()
    done = run_here("sessions")
    assert done.exit_code == 0
    heading, row, broken = (line.split() for line in done.stdout.splitlines())
    assert heading == ["id", "when", "length", "turns", "first", "words"]
    assert row[0] == id_of(folder)
    assert row[3:] == ["0:06", "1", "What", "is", "the", "time?"]
    assert broken[:2] == [id_of(damaged), "damaged:"]
    listed = json.loads(run_here("sessions", "--json").stdout)
    assert listed[0]["first_words"] == "What is the time?"
    assert listed[0]["n_turns"] == 1
    assert "can't be read" in listed[1]["error"]


def test_export_to_a_file_by_its_name(tmp_path: Path) -> None:
    record(*turn("hello", "hi", at=0))
    page = tmp_path / "talk.html"
    done = run_here("sessions", "export", "last", "-o", page)
    assert done.exit_code == 0, done.stderr
    assert page.read_text().startswith("<!doctype html>")
    again = run_here("sessions", "export", "last", "-o", page)
    assert again.exit_code == 1
    assert "would be overwritten" in again.stderr
    assert run_here("sessions", "export", "last", "--format", "md").stdout.startswith("# Conv")
    assert run_here("sessions", "export", "last", "--format", "pdf").exit_code == 2


def test_rm_asks() -> None:
    folder = record(*turn("hello", "hi", at=0))
    done = run_here("sessions", "rm", "last")
    assert done.exit_code == 1
    assert "--yes" in done.stderr
    assert folder.exists()
    done = run_here("sessions", "rm", "last", id_of(folder), "--yes")
    assert done.exit_code == 0, done.stderr
    assert done.stderr.count("removed session") == 1
    assert not folder.exists()


def test_rm_is_answered_in_a_terminal(terminal: Callable[..., Terminal]) -> None:
    folder = record(*turn("hello", "hi", at=0))
    shell = terminal()
    for answer, is_there in (("n", True), ("y", False)):
        shell.type(f"clear; {' '.join(VOICECLI)} sessions rm last; echo code:$?")
        shell.wait_for("remove it? [y/N]:")
        shell.type(answer)
        shell.wait_for("code:1" if is_there else "code:0")
        assert folder.exists() == is_there


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("sessions", "show", "zzz"), "there is no session 'zzz'"),
        (("sessions", "export", ""), "there is no session ''"),
        (("sessions", "rm", "2026", "--yes"), "may be any of 2 sessions"),
        (("sessions", "play", "zzz"), "there is no session 'zzz'"),
        (("replay", "zzz"), "there is no session 'zzz'"),
        (("talk", "--resume", "zzz", "--base-url", "built-in"), "there is no session 'zzz'"),
    ],
)
def test_a_session_that_isnt_there_is_a_sentence(arguments: tuple[str, ...], told: str) -> None:
    record()
    record()
    done = run_here(*arguments)
    assert done.exit_code == 1
    assert told in done.stderr
    assert len(all_folders()) == 2


@pytest.mark.parametrize("command", [("sessions", "play"), ("replay", "--base-url", "built-in")])
@pytest.mark.parametrize("content", [None, b"", b"\0" * 3000])
def test_without_sound_nothing_is_played_or_replayed(
    command: tuple[str, ...], content: bytes | None
) -> None:
    path = record() / "sound-0.flac"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    done = run_here(*command, "last")
    assert done.exit_code == 1
    assert "has no sound" in done.stderr


def test_sound_that_is_damaged_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    folder = record(n_frames=100)
    (folder / "sound-160000.flac").write_bytes(b"nothing that sounds")
    require_sound(folder)
    assert "sound-160000.flac can't be read" in capsys.readouterr().err


def test_one_that_is_being_recorded_stays(tmp_path: Path, question: Path) -> None:
    with SessionRecorder() as recorder:
        for arguments in (
            ("sessions", "rm", "last", "--yes"),
            ("talk", "--resume", "last", "--base-url", "built-in", "--plain"),
        ):
            done = run_here(*arguments)
            assert done.exit_code == 1
            assert f"session {recorder.id} is being recorded by another voicecli" in done.stderr
        assert run_here("sessions", "show", "last").exit_code == 0
    assert all_folders() == [recorder.folder]


def test_ids_are_completed() -> None:
    from voicecli.cli.sessions import complete_session

    folder = record()
    assert complete_session("") == ["last", id_of(folder)]
    assert complete_session(id_of(folder)[:2])[-1] == id_of(folder)


def test_both_sides_of_a_room_are_kept_to_the_sample(person: Person) -> None:
    """With real devices, left in the middle of a reply."""
    devices = ("--input-device", JACK_DEVICE, "--output-device", JACK_DEVICE)
    with Talk(*devices, "--base-url", "built-in", "--record") as talk:
        talk.wait_for("started")
        person.wait_for_program()
        ask(person, "What is seven plus twelve?")
        talk.wait_for("sentence_began")
        person.wait_until(person.now_s + 1.0)
        talk.send(signal.SIGINT)
        assert talk.wait() == 130
    (folder,) = all_folders()
    session = read(folder)
    assert [(one.text, one.cut_off) for one in session.said] == [
        ("What is seven plus twelve?", False),
        (session.said[1].text, True),
    ]
    assert "Seven plus twelve is nineteen.".startswith(session.said[1].text)
    you, ai = np.concatenate(list(both_sides(folder)), axis=1)
    assert understand(you) == "what is seven plus twelve"
    begins = int(np.flatnonzero(np.abs(ai) > 0.003)[0])
    assert abs(begins - session.said[1].start) < 0.05 * SAMPLE_RATE_HZ


def test_both_sides_are_heard_again_until_ctrl_c(person: Person) -> None:
    """`sessions play`: what comes out of the loudspeaker, understood."""
    question, answer = speak("What is seven plus twelve?"), speak("Nineteen.")
    pause = silence(SAMPLE_RATE_HZ // 2)
    you = np.concatenate([question, pause, silence(len(answer)), silence(20 * SAMPLE_RATE_HZ)])
    ai = np.concatenate([silence(len(question)), pause, answer, silence(19 * SAMPLE_RATE_HZ)])
    ai = np.concatenate([ai, 0.1 + silence(SAMPLE_RATE_HZ)])
    with SessionRecorder() as recorder:
        for start in range(0, len(you) - FRAME_SAMPLES, FRAME_SAMPLES):
            end = start + FRAME_SAMPLES
            recorder.hear(Frame(you[start:end], start, ai[start:end]))
    began_s = person.now_s
    command = [*VOICECLI, "sessions", "play", "last", "--output-device", JACK_DEVICE]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as program:
        person.wait_for_sound(began_s)
        person.wait_for_silence(min_s=1.5)
        program.send_signal(signal.SIGINT)
        _, told = program.communicate(timeout=10)
    assert program.returncode == 130
    assert b"Traceback" not in told
    heard = understand(person.heard(began_s), person.sample_rate_hz)
    assert heard == "what is seven plus twelve nineteen"
