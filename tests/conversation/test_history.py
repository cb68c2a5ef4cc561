from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecli.conversation.heard import (
    first_unheard_sample,
    heard_words,
    times_of_words,
    words_before_end,
)
from voicecli.conversation.history import History, WordEnd
from voicecli.duplex.speaker import Speaker
from voicecli.llm.messages import Message, ToolCall
from voicecli.sound.samples import SAMPLE_RATE_HZ, silence
from voicecli.tts.clip import Clip


def test_consecutive_user_messages_are_one() -> None:
    history = History()
    history.add_user("what is seven")
    history.add_user("plus twelve")
    assert history.messages == [Message("user", "what is seven plus twelve")]


def test_a_reply_nobody_heard_is_not_remembered() -> None:
    history = History()
    history.add_user("hello")
    history.add_assistant("")
    assert history.messages == [Message("user", "hello")]
    history.add_assistant("Hello to you.")
    assert history.messages == [Message("user", "hello"), Message("assistant", "Hello to you.")]


def test_a_reply_that_was_cut_off_is_marked() -> None:
    history = History()
    history.add_assistant("Once upon", interrupted=True)
    history.add_assistant("", interrupted=True)
    assert history.messages == [Message("assistant", "Once upon —")]


def test_with_user_remembers_nothing() -> None:
    history = History()
    history.add_user("hello")
    assert history.with_user("there") == [Message("user", "hello there")]
    assert history.with_user("") == [Message("user", "hello")]
    assert history.messages == [Message("user", "hello")]


def test_entries_keep_their_numbers_when_others_come_and_go() -> None:
    history = History()
    first = history.add_user("hello")
    reply = history.add_assistant("Hello to you.")
    before = history.insert(Message("system", "Be brief."), after=0)
    between = history.insert(Message("user", "there"), after=first)
    assert [entry.number for entry in history.entries] == [before, first, between, reply]
    history.delete(first)
    with pytest.raises(KeyError):
        history.delete(first)
    assert history.add_user("again") not in (before, first, between, reply)
    assert [message.content for message in history.messages] == [
        *("Be brief.", "there", "Hello to you.", "again")
    ]


ENDS = (WordEnd(4, 300.0), WordEnd(9, 700.0), WordEnd(13, 900.0))


@pytest.mark.parametrize(
    ("end_ms", "left", "content"),
    [
        (0, "", None),
        (299, "", None),
        (300, "Once", "Once —"),
        (899, "Once upon", "Once upon —"),
        (900, "Once upon time", "Once upon time"),
        (9e9, "Once upon time", "Once upon time"),
    ],
)
def test_a_reply_is_cut_after_the_last_word_that_was_over(
    end_ms: float, left: str, content: str | None
) -> None:
    history = History()
    number = history.add_assistant("Once upon time", word_ends=ENDS)
    assert history.truncate(number, end_ms) == left
    expected = [] if content is None else [Message("assistant", content)]
    assert history.messages == expected


def test_a_reply_without_word_times_is_not_cut() -> None:
    history = History()
    number = history.add_assistant("Once upon", interrupted=True)
    assert history.truncate(number, 10) == "Once upon"
    assert history.messages == [Message("assistant", "Once upon —")]


def test_the_result_of_a_tool_stands_behind_its_call() -> None:
    one, two = ToolCall("1", "time", "{}"), ToolCall("2", "date", "{}")
    history = History()
    history.add_user("when")
    history.insert(Message("assistant", "", (one,)))
    history.insert(Message("assistant", "", (two,)))
    history.insert(Message("tool", "lost", tool_call_id="3"))
    assert history.messages == [Message("user", "when")]
    history.add_user("hello?")
    history.insert(Message("tool", "monday", tool_call_id="2"))
    assert history.messages == [
        Message("user", "when"),
        Message("assistant", "", (two,)),
        Message("tool", "monday", tool_call_id="2"),
        Message("user", "hello?"),
    ]
    history.insert(Message("tool", "noon", tool_call_id="1"))
    assert history.messages[1].tool_calls == (one, two)
    assert [message.content for message in history.messages[2:4]] == ["noon", "monday"]


def played(text: str, n_heard: int, word_ends: tuple[int, ...] = (), n_samples: int = 100):
    """A clip of 100 samples of which the loudspeaker played so many."""
    speaker = Speaker(SAMPLE_RATE_HZ)
    clip = Clip(np.full(n_samples, 0.1, np.float32), SAMPLE_RATE_HZ, text, word_ends)
    playback = speaker.queue(clip)
    speaker.fill(silence(n_heard))
    return playback


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (0, ""),
        (100, "Seven plus twelve"),
        (99, "Seven plus"),
        (60, "Seven plus"),
        (58, "Seven"),
        (31, "Seven"),
        (20, ""),
    ],
)
def test_without_word_times_proportion_decides(heard: int, expected: str) -> None:
    assert heard_words("Seven plus twelve", played("Seven plus twelve", heard)) == expected


@pytest.mark.parametrize(
    ("heard", "expected"),
    [(0, ""), (9, ""), (10, "Seven"), (89, "Seven"), (90, "Seven plus"), (99, "Seven plus")],
)
def test_word_times_are_exact(heard: int, expected: str) -> None:
    playback = played("Seven plus twelve", heard, (10, 90, 100))
    assert heard_words("Seven plus twelve", playback) == expected


def test_other_words_than_were_written_fall_back_to_proportion() -> None:
    playback = played("five dollars please", 50, (20, 70, 100))
    assert heard_words("$5, please", playback) == "$5,"


def test_the_times_of_words() -> None:
    aligned = played("Seven plus twelve", 0, (1600, 8000, 16000), 16000)
    assert times_of_words(" Seven plus twelve", aligned) == [(6, 0.1), (11, 0.5), (18, 1.0)]
    unaligned = played("five dollars", 0, (), 16000)
    assert times_of_words("$5, please", unaligned) == [(3, 0.3), (10, 1.0)]
    assert times_of_words(" ", played("", 0, n_samples=0)) == []


def test_a_clip_without_samples_was_heard() -> None:
    assert heard_words("...", played("", 0, n_samples=0)) == "..."


def test_the_first_unheard_sample() -> None:
    assert first_unheard_sample(played("Seven plus twelve", 50, (30, 60, 100))) == 30
    assert first_unheard_sample(played("Seven plus twelve", 20, (30, 60, 100))) == 0
    assert first_unheard_sample(played("Seven plus twelve", 70)) == 100 * len("Seven plus") // 17


@given(st.text(max_size=60), st.integers(0, 100))
def test_heard_words_are_a_beginning(text: str, heard: int) -> None:
    words = heard_words(text, played(text, heard))
    assert text.startswith(words)
    rest = text[len(words) :]
    assert not words or not rest or rest[0].isspace()


def test_a_clip_that_is_still_being_made_was_not_heard_whole() -> None:
    speaker = Speaker(SAMPLE_RATE_HZ)
    clip = Clip(silence(60), SAMPLE_RATE_HZ, "Seven plus twelve", (40, 70, 100), to_come=40)
    playback = speaker.queue(clip)
    speaker.fill(silence(80))
    assert heard_words("Seven plus twelve", playback) == "Seven"
    assert first_unheard_sample(playback) == 40
    speaker.extend(playback, silence(40))
    speaker.fill(silence(80))
    assert heard_words("Seven plus twelve", playback) == "Seven plus twelve"


@pytest.mark.parametrize(
    ("heard_s", "span_s", "words"),
    [
        (0.0, 1.0, []),
        (0.1, 1.0, ["one"]),
        (0.35, 1.0, ["one", "two"]),
        (1.5, 0.5, ["four", "five"]),
        (1.5, 0.31, ["four", "five"]),
        (1.5, 0.29, ["five"]),
        (0.95, 0.2, ["three", "four"]),
        (9.0, 9.0, ["one", "two", "three", "four", "five"]),
    ],
)
@pytest.mark.parametrize("aligned", [True, False])
def test_the_words_that_were_played_last(
    heard_s: float, span_s: float, words: list[str], aligned: bool
) -> None:
    """Five words of 0.3 s each."""
    text = "one two three four five"
    ends = tuple(4800 * i for i in range(1, 6)) if aligned else ()
    speaker = Speaker(SAMPLE_RATE_HZ)
    playback = speaker.queue(Clip(silence(5 * 4800), SAMPLE_RATE_HZ, text, ends))
    speaker.fill(silence(int(heard_s * SAMPLE_RATE_HZ)))
    assert words_before_end(playback, span_s) == words


def talked(n_turns: int, max_turns: int) -> History:
    history = History(max_turns=max_turns)
    for number in range(n_turns):
        history.add_user(f"question {number}")
        history.add_assistant(f"answer {number}")
    return history


def test_the_model_is_told_of_the_newest_turns_and_all_are_kept() -> None:
    history = talked(20, max_turns=8)
    history.insert(Message("system", "Be brief."), after=0)
    system, first, *_, last = history.messages
    assert system.content == "Be brief."
    assert first.role == "user"
    assert last.content == "answer 19"
    assert len(history.entries) == 41


def test_what_the_model_is_told_begins_the_same_for_some_turns() -> None:
    history = talked(0, max_turns=8)
    begins = []
    for number in range(40):
        told = history.with_user(f"question {number}")
        n_turns = sum(message.role == "user" for message in told)
        assert min(number + 1, 7) <= n_turns <= 8
        begins.append(told[0].content)
        history.add_user(f"question {number}")
        history.add_assistant(f"answer {number}")
    assert len(set(begins)) == 1 + (40 - 8) // 2


def test_one_turn_is_the_question_alone() -> None:
    assert [m.content for m in talked(5, max_turns=1).with_user("now")] == ["now"]


def test_what_was_said_twice_in_vain_is_kept_and_not_sent() -> None:
    history = talked(1, max_turns=8)
    history.add_user("in")
    history.add_user("vain")
    history.fail()
    assert history.with_user("again")[-1].content == "in vain again"
    history.fail()
    assert history.messages[-1].content == "vain"
    assert [m.content for m in history.with_user("again")] == ["question 0", "answer 0", "again"]
    history.add_user("again")
    assert history.messages == history.with_user("")
    assert [entry.message.content for entry in history.entries][-3:] == ["in", "vain", "again"]


def test_what_was_said_before_the_start_is_forgotten_and_kept() -> None:
    history = History()
    history.add_user("one")
    number = history.add_assistant("two")
    history.start_over()
    assert history.messages == []
    assert [message.content for message in history.with_user("three")] == ["three"]
    history.add_user("four")
    assert [message.content for message in history.copy().messages] == ["four"]
    history.start_over()
    history.delete(number)  # by a client that keeps a copy
    assert history.messages == []
    assert [entry.message.content for entry in history.entries] == ["one", "four"]


def test_a_call_that_was_carried_out_here() -> None:
    history = History()
    first = history.add_user("what is there")
    history.add_user("and now what")
    history.add_call(ToolCall("a", "look", "{}"), "a cat", after=first)
    roles = [(message.role, message.content) for message in history.messages]
    assert roles == [
        *(("user", "what is there"), ("assistant", ""), ("tool", "a cat")),
        ("user", "and now what"),
    ]
    history.start_over()
    history.add_call(ToolCall("b", "look", "{}"), "a dog", after=first)
    assert history.messages == []
    history.add_call(ToolCall("b", "look", "{}"), "a dog")
    assert [message.role for message in history.messages] == ["assistant", "tool"]
