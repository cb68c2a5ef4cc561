"""What damaged sessions still hold, and which session is meant."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from session_files import BEGAN, record, turn
from voicecli import places
from voicecli.errors import SessionError
from voicecli.sessions.folders import all_folders, find, id_of, remove
from voicecli.sessions.keeping import keep
from voicecli.sessions.reading import lines, read
from voicecli.sessions.sound import both_sides, end_of


def test_who_said_what_and_when() -> None:
    folder = record(*turn("hello", "One.", "Two.", at=1000), n_frames=200)
    you, ai = read(folder).said
    assert (you.speaker, you.text, you.start, you.end) == ("you", "hello", 1000, 17_000)
    assert (ai.speaker, ai.text, ai.start) == ("ai", "One. Two.", 21_000)
    assert list(lines([you, ai])) == [
        ("hello", 1000, 17_000, "you"),
        ("One.", 21_000, 37_000, "ai"),
        ("Two.", 37_000, 200 * 512, "ai"),
    ]


def test_a_reply_that_was_cut_off_has_the_lines_that_were_heard() -> None:
    folder = record(*turn("hello", "One two.", "Three four.", at=0, heard="One two. Three"))
    (_, ai) = read(folder).said
    assert ai.cut_off
    assert [text for text, *_ in lines([ai])] == ["One two.", "Three"]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"null",
        b"[1, 2]",
        b'{"event": "user_said"}',
        b'{"event": "user_said", "at": -1, "text": "x"}',
        b'{"event": "user_said", "at": true, "text": "x"}',
        b'{"event": "user_said", "at": 1e99, "text": "x"}',
        b'{"event": "user_said", "at": 5, "text": 7}',
        b'{"event": 5, "at": 5}',
        b'{"event": "speech_began", "at": 5, "onset": "now"}',
        b'{"event": "reply_ended", "at": 5, "heard": null}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
)
def test_a_damaged_line_takes_nothing_with_it(line: bytes) -> None:
    folder = record(*turn("one", "two", at=0))
    events = folder / "events.jsonl"
    events.write_bytes(events.read_bytes() + line + b"\n")
    record(*turn("three", "four", at=0), folder=folder, at=9000)
    session = read(folder)
    assert session.n_damaged == bool(line)
    assert [one.text for one in session.said] == ["one", "two", "three", "four"]


EVENTS = st.fixed_dictionaries(
    {
        "at": st.integers(0, 100),
        "event": st.sampled_from(
            "session_began speech_began speech_ended user_said stopped dropped sentence_began"
            " reply_ended started_over notice".split()
        ),
    },
    optional={
        name: st.one_of(st.integers(-1, 100), st.text(max_size=5), st.none(), st.booleans())
        for name in ("text", "heard", "onset", "speech_end", "first_sample", "number", "began")
    },
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(events=st.lists(EVENTS, min_size=1, max_size=20))
def test_no_events_are_too_strange_to_be_read(tmp_path: Path, events: list[dict]) -> None:
    folder = tmp_path / "2026-01-01_00-00-00_aaaaa"
    folder.mkdir(exist_ok=True)
    (folder / "events.jsonl").write_text("".join(json.dumps(one) + "\n" for one in events))
    try:
        session = read(folder)
    except SessionError:
        return
    for _, start, end, _ in lines(session.said):
        assert 0 <= start <= end
    session.history()


@pytest.mark.parametrize("content", [None, b"", b"\x00" * 50])
def test_nothing_to_read_is_a_sentence(content: bytes | None) -> None:
    folder = record()
    (folder / "events.jsonl").unlink()
    if content is not None:
        (folder / "events.jsonl").write_bytes(content)
    with pytest.raises(SessionError, match=f"session {id_of(folder)} can't be read: events.jsonl"):
        read(folder)


def test_damaged_sound_is_as_long_as_can_be_read() -> None:
    folder = record(n_frames=200)
    path = folder / "sound-0.flac"
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert 80 * 512 < end_of(folder) < 110 * 512
    path.write_bytes(b"")
    (folder / "sound-100.flac").write_bytes(b"nothing that sounds")
    assert end_of(folder) == 100
    assert sum(piece.shape[1] for piece in both_sides(folder)) == 100


# ---- which session ------------------------------------------------------------------------------


def test_a_session_is_named_by_the_beginning_of_its_id_or_folder() -> None:
    one, two = record(began=BEGAN), record(began=BEGAN + timedelta(days=1))
    os.utime(one / "events.jsonl", (0, 0))
    assert all_folders() == [one, two]
    for folder in (one, two):
        assert find(id_of(folder)) == find(folder.name) == folder
    assert find("2026-03-15") == two
    assert find("last") == two
    os.utime(one / "events.jsonl")  # it went on
    os.utime(two / "events.jsonl", (0, 0))
    assert find("last") == one
    with pytest.raises(SessionError, match="may be any of 2 sessions") as refused:
        find("2026-03")
    assert id_of(one) in refused.value.hint
    assert id_of(two) in refused.value.hint
    for missing in ("zzzzz", "", "../..", "/"):
        with pytest.raises(SessionError, match="there is no session"):
            find(missing)


def test_without_any_session_it_is_told_how_to_make_one() -> None:
    with pytest.raises(SessionError, match="no conversation was recorded yet") as refused:
        find("last")
    assert "--record" in refused.value.hint


def test_a_folder_that_cant_be_listed_is_not_taken_for_an_empty_one() -> None:
    places.sessions_folder().parent.mkdir(parents=True, exist_ok=True)
    places.sessions_folder().write_text("a file")
    with pytest.raises(SessionError, match="the folder of sessions can't be read"):
        all_folders()


def test_what_else_lies_there_is_no_session() -> None:
    folder = record()
    (places.sessions_folder() / "notes").mkdir()
    (places.sessions_folder() / "2026-01-01_00-00-00_aaaaa").symlink_to("/")
    assert all_folders() == [folder]


def test_removed_it_is_gone_whole() -> None:
    one, two = record(n_frames=9), record(began=BEGAN + timedelta(days=1))
    (one / "note.txt").write_text("mine")
    remove(one)
    assert all_folders() == [two]


# ---- what a conversation begins with ------------------------------------------------------------


def test_older_ones_go_when_another_is_recorded() -> None:
    record(*turn("old", "old", at=0), began=BEGAN - timedelta(days=900))
    young = record(*turn("young", "young", at=0), began=BEGAN.now().astimezone())
    damaged = record(began=BEGAN - timedelta(days=901))
    (damaged / "events.jsonl").write_text("nothing\n")
    assert keep(record=False, keep_days=30).n_removed == 0
    kept = keep(record=True, keep_days=30)
    assert kept.n_removed == 1
    assert "removed 1 session for their age" in str(kept.remarks())
    assert all_folders() == sorted([young, damaged])


def test_the_one_that_goes_on_stays_however_old_it_is() -> None:
    old = record(*turn("old", "answer", at=0), began=BEGAN - timedelta(days=900))
    kept = keep(record=True, resume="last", keep_days=30)
    assert all_folders() == [old]
    assert [m.content for m in kept.history.messages] == ["old", "answer"]
    assert kept.n_removed == 0


def test_one_that_went_on_lately_is_young() -> None:
    old = record(*turn("old", "answer", at=0), began=BEGAN - timedelta(days=900))
    record(folder=old, at=9000, began=BEGAN.now().astimezone())
    keep(record=True, keep_days=30)
    assert all_folders() == [old]
