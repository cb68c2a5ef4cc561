"""What is written while a conversation goes on, and what is left of it whatever happens."""

from __future__ import annotations

import errno
import json
import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from session_files import BEGAN, frame, record, tone, turn
from voicecli import places
from voicecli.conversation.events import (
    Level,
    Notice,
    ReplyEnded,
    SentenceBegan,
    SpeechBegan,
    StartedOver,
    State,
    StateChanged,
    UserSaid,
)
from voicecli.errors import SessionError
from voicecli.sessions.asleep import BEFORE_SAMPLES
from voicecli.sessions.folders import all_folders, find, held
from voicecli.sessions.reading import read
from voicecli.sessions.recording import FRAMES_AT_ONCE, SessionRecorder
from voicecli.sessions.sound import both_sides, end_of, parts
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ


def sound(folder: Path) -> np.ndarray:
    return np.concatenate([np.zeros((2, 0), np.float32), *both_sides(folder)], axis=1)


def test_both_sides_are_there_sample_by_sample() -> None:
    folder = record(n_frames=100)
    you, ai = sound(folder)
    assert len(you) == len(ai) == 100 * FRAME_SAMPLES
    for side, hz in ((you, 400), (ai, 1000)):
        expected = np.concatenate([tone(number, hz) for number in range(100)])
        assert np.abs(side - expected).max() < 1e-4


def test_events_have_the_sample_at_which_they_happened() -> None:
    with SessionRecorder() as recorder:
        recorder.hear(frame(0))
        recorder.tell(Level(-20.0))
        recorder.tell(UserSaid("hello", 1))
        recorder.hear(frame(1))
        recorder.tell(ReplyEnded("hi", "", False, number=2))
        assert recorder.folder is not None
        lines = (recorder.folder / "events.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines[1:]] == [
        {"at": 512, "event": "user_said", "text": "hello", "number": 1},
        {
            "at": 1024,
            "event": "reply_ended",
            "heard": "hi",
            "unheard": "",
            "interrupted": False,
            "number": 2,
        },
    ]


def test_everything_is_for_its_owner_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = os.umask(0)
    try:
        folder = record(*turn("hello", "hi", at=0))
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {"events.jsonl": 0o600, "transcript.txt": 0o600, "sound-0.flac": 0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(places.sessions_folder().stat().st_mode) == 0o700


def test_the_transcript_grows_with_the_conversation() -> None:
    with SessionRecorder(now=lambda: BEGAN) as recorder:
        for event in turn("hello", "One.", "Two.", at=0)[:-1]:
            recorder.tell(event)
        assert recorder.folder is not None
        text = (recorder.folder / "transcript.txt").read_text()
        assert "\nyou: hello\nai: One. Two." in text
        recorder.tell(ReplyEnded("One.", "Two.", True, number=2))
    text = (recorder.folder / "transcript.txt").read_text()
    assert "ai: One. (cut off)" in text
    assert "Two" not in text


def test_lost_sound_is_silence_and_moves_nothing() -> None:
    folder = record(n_frames=60, gaps=range(10, 20))
    _, ai = sound(folder)
    assert len(ai) == 60 * FRAME_SAMPLES
    assert not ai[10 * FRAME_SAMPLES : 20 * FRAME_SAMPLES].any()
    assert np.abs(ai[20 * FRAME_SAMPLES : 21 * FRAME_SAMPLES] - tone(20, 1000)).max() < 1e-4


def test_a_long_gap_begins_another_file() -> None:
    folder = record(n_frames=200, gaps=range(10, 150))
    assert [start for start, _ in parts(folder)] == [0, 150 * FRAME_SAMPLES]
    assert sound(folder).shape[1] == 200 * FRAME_SAMPLES == end_of(folder)


def test_what_is_heard_while_muted_is_not_kept() -> None:
    with SessionRecorder() as recorder:
        recorder.hear(frame(0, tone(0, 400), tone(0, 1000)), muted=True)
        folder = recorder.folder
    assert folder is not None
    you, ai = sound(folder)
    assert not you.any()
    assert ai.any()


@pytest.mark.parametrize("is_called", [True, False])
def test_what_is_heard_before_the_wake_phrase_is_not_kept(is_called: bool) -> None:
    """Silence in its place, so that no sample moves; the utterance with the phrase is kept."""
    n_frames, onset = 1000, 900 * FRAME_SAMPLES
    with SessionRecorder() as recorder:
        recorder.is_asleep = True
        for number in range(n_frames):
            recorder.hear(frame(number, tone(number, 400), tone(number, 1000)))
        if is_called:
            recorder.tell(SpeechBegan(onset))
            recorder.tell(UserSaid("what time is it", 1))
        recorder.tell(StateChanged(State.THINKING))
        recorder.hear(frame(n_frames, tone(n_frames, 400), tone(n_frames, 1000)))
        recorder.tell(StateChanged(State.ASLEEP))
        recorder.hear(frame(n_frames + 1, tone(n_frames, 400)))
        folder = recorder.folder
    assert folder is not None
    you, ai = sound(folder)
    assert len(you) == (n_frames + 2) * FRAME_SAMPLES
    kept = onset - BEFORE_SAMPLES if is_called else n_frames * FRAME_SAMPLES
    assert not you[: kept - FRAME_SAMPLES].any()
    assert np.abs(you[kept:-FRAME_SAMPLES]).max() > 0.3
    assert not you[-FRAME_SAMPLES:].any()
    assert np.abs(ai[: -2 * FRAME_SAMPLES]).max() > 0.3


def test_a_session_goes_on_in_its_folder() -> None:
    folder = record(*turn("one", "two", at=0), n_frames=10)
    at = max(end_of(folder), read(folder).end)
    record(*turn("three", "four", at=1000), folder=folder, at=at, n_frames=10)
    session = read(folder)
    assert [one.text for one in session.said] == ["one", "two", "three", "four"]
    assert session.said[2].start == at + 1000
    assert sound(folder).shape[1] == at + 10 * FRAME_SAMPLES
    assert [message.content for message in session.history().messages] == [
        *("one", "two", "three", "four"),
    ]


def test_what_was_begun_before_a_kill_is_no_part_of_what_comes_after() -> None:
    """The half line of a process that was killed stays a line of its own."""
    folder = record(*turn("one", "two", at=0))
    with (folder / "events.jsonl").open("ab") as events:
        events.write(b'{"at": 99, "event": "user_sa')
    record(*turn("three", "four", at=0), folder=folder, at=5000)
    session = read(folder)
    assert session.n_damaged == 1
    assert [one.text for one in session.said] == ["one", "two", "three", "four"]


def test_a_reply_that_never_ended_is_what_was_heard_of_it() -> None:
    folder = record(*turn("count", "One.", "Two.", at=0)[:-1])
    session = read(folder)
    assert [(one.text, one.cut_off) for one in session.said] == [
        ("count", False),
        ("One. Two.", True),
    ]
    assert session.history().messages[-1].content == "One. Two. —"


def test_a_reply_that_was_taken_back_is_not_remembered() -> None:
    folder = record(
        UserSaid("what is seven", 1),
        SentenceBegan("Seven", 10),
        ReplyEnded("Seven", "is a number.", False, number=0),
        UserSaid("plus twelve", 2),
        ReplyEnded("Nineteen.", "", False, number=3),
    )
    messages = [(m.role, m.content) for m in read(folder).history().messages]
    assert messages == [("user", "what is seven plus twelve"), ("assistant", "Nineteen.")]


@pytest.mark.parametrize(
    ("over", "remembered"),
    [
        ([UserSaid("start over", 3), StartedOver()], ["start over", "three", "four"]),
        ([StartedOver()], ["three", "four"]),
    ],
)
def test_what_was_forgotten_is_kept_and_not_remembered(over, remembered) -> None:
    folder = record(*turn("one", "two", at=0), *over, *turn("three", "four", at=0, number=4))
    session = read(folder)
    texts = [message.content for message in session.history().messages]
    assert " ".join(texts) == " ".join(remembered)
    assert session.first_words == "one"


def test_two_processes_on_one_session() -> None:
    with SessionRecorder() as recorder:
        folder = recorder.folder
        assert folder is not None
        code = (
            "import sys; from pathlib import Path\n"
            "from voicecli.sessions.recording import SessionRecorder\n"
            "SessionRecorder(Path(sys.argv[1]), at=9).__enter__()"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, folder], capture_output=True, text=True, check=False
        )
        assert "is being recorded by another voicecli" in done.stderr
        with pytest.raises(SessionError, match="another voicecli"), held(folder):
            pass
        assert len(read(folder).events) == 1
    with held(folder):
        pass


def test_a_full_disk_is_told_once_and_loses_no_word() -> None:
    """Words wait until there is room; the sound goes on in another file."""
    told: list[str] = []
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    recorder = SessionRecorder(notices=lambda message, hint: told.append(message))
    number = 0

    def hear(seconds: float) -> None:
        nonlocal number
        rng = np.random.default_rng(number)
        for _ in range(round(seconds * SAMPLE_RATE_HZ / FRAME_SAMPLES)):
            noise = rng.uniform(-0.5, 0.5, FRAME_SAMPLES).astype(np.float32)
            recorder.hear(frame(number, noise, noise))
            number += 1

    with recorder:
        hear(1)
        recorder.tell(UserSaid("before", 1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limit[1]))
        try:
            hear(3)
            recorder.tell(UserSaid("meanwhile " * 300, 2))
            recorder.tell(Notice("something"))
            hear(10)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        hear(11)
        recorder.tell(UserSaid("after", 3))
        folder = recorder.folder
    assert folder is not None
    assert len(told) == 1
    assert "can't be recorded at the moment (File too large)" in told[0]
    session = read(folder)
    assert session.n_damaged == 0
    assert [one.text.split()[0] for one in session.said] == ["before", "meanwhile", "after"]
    assert end_of(folder) == number * FRAME_SAMPLES
    heard = sound(folder)[0]
    assert heard[: SAMPLE_RATE_HZ // 2].any()
    assert np.abs(heard[-5 * SAMPLE_RATE_HZ :]).mean() > 0.1


def test_a_folder_that_cant_be_written_is_told_before_a_word_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VOICECLI_HOME", str(tmp_path / "file"))
    with pytest.raises(SessionError, match="can't be written"), SessionRecorder():
        pass


def test_what_cant_even_be_begun_leaves_no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(SessionError, match="can't be recorded"), SessionRecorder():
        pass
    assert all_folders() == []


KILLED = Path(__file__).with_name("killed_writers.py")
N_KILLS = 100


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_what_was_heard() -> None:
    """A hundred writers, each killed at a moment of its own while it writes as fast as it can."""
    done = subprocess.run(
        [sys.executable, KILLED, str(N_KILLS)], capture_output=True, text=True, check=True
    )
    folders = {}
    for line in done.stdout.splitlines():
        session_id, n_sentences, n_frames = line.split()
        folders[session_id] = int(n_sentences), int(n_frames)
    assert len(folders) == N_KILLS
    for session_id, (n_sentences, n_frames) in folders.items():
        folder = find(session_id)
        session = read(folder)
        heard = " ".join(one.text for one in session.said)
        for number in range(n_sentences):
            assert f"Sentence {number}." in heard, (session_id, number)
        assert session.n_damaged <= 1
        assert "Sentence" in (folder / "transcript.txt").read_text() or not n_sentences
        n_whole = end_of(folder) // FRAME_SAMPLES
        # What waits to be written, and what the encoder waits for to fill a frame of its own.
        assert n_whole >= n_frames - 2 * FRAMES_AT_ONCE, session_id
        ai = sound(folder)[1]
        expected = np.concatenate([tone(number, 1000) for number in range(n_whole + 1)])
        n = min(len(ai), n_whole * FRAME_SAMPLES)
        assert np.abs(ai[:n] - expected[:n]).max(initial=0) < 1e-4, session_id
    assert len({n for n, _ in folders.values()}) > 10, "the kills came at different moments"
