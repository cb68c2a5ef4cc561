"""The conversation's rules, on the sample clock. One character of a pattern is 32 ms."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from fakes import (
    SETTINGS,
    LevelDetector,
    ScriptedModel,
    ScriptedRecognizer,
    ToneVoice,
    write_pattern,
)
from voicecli.conversation.answer import Answer
from voicecli.conversation.conversation import Conversation, Parts
from voicecli.conversation.draft import Draft
from voicecli.conversation.events import (
    Dropped,
    Ended,
    Event,
    Level,
    Notice,
    PartialTranscript,
    ReplyEnded,
    ReplyResumed,
    ReplyText,
    SpeechEnded,
    StartedOver,
    State,
    StateChanged,
    Stopped,
    TurnTimed,
    UserSaid,
)
from voicecli.conversation.history import History
from voicecli.duplex.files import FileDuplex
from voicecli.duplex.speaker import Speaker
from voicecli.errors import LanguageModelError, ModelError, VoicecliError
from voicecli.hearing.detectors import TurnDetector
from voicecli.hearing.echo import NoEcho
from voicecli.llm.messages import Message
from voicecli.settings import ListenSettings, Speculate
from voicecli.sound.reading import read_audio
from voicecli.sound.samples import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples

T = TypeVar("T")


@dataclass
class Outcome:
    events: list[Event]
    recognizer: ScriptedRecognizer
    model: ScriptedModel
    voice: ToneVoice
    history: History
    played: Samples
    """Of the assistant, 16 kHz."""
    asked: list[tuple[Event, int, int]]
    """Beside each event how often the model had been asked, and how many streams were open."""
    detector: LevelDetector

    def of(self, kind: type[T]) -> list[T]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def conversation(self) -> list[tuple[str, str]]:
        return [(message.role, message.content) for message in self.history.messages]

    @property
    def audible_frames(self) -> list[int]:
        """Numbers of the frames in which the assistant is heard."""
        n_frames = len(self.played) // FRAME_SAMPLES
        frames = self.played[: n_frames * FRAME_SAMPLES].reshape(n_frames, FRAME_SAMPLES)
        return [int(i) for i in np.flatnonzero(np.abs(frames).max(axis=1) > 0.3)]


@pytest.fixture
def talk(tmp_path: Path):
    def run(
        pattern: str,
        texts: Sequence[str | VoicecliError],
        scripts: Sequence[Sequence[str | int | VoicecliError]],
        *,
        speculate: Speculate = "full",
        stt_frames: int = 0,
        settings: ListenSettings = SETTINGS,
        partials: bool = False,
        turn_detector: TurnDetector | None = None,
        latency_s: float = 0.0,
        language: str = "en",
        unsure: Sequence[str] = (),
    ) -> Outcome:
        output = tmp_path / "output.wav"
        duplex = FileDuplex(write_pattern(tmp_path / "input.wav", pattern), output)
        duplex.speaker.latency_s = latency_s
        recognizer = ScriptedRecognizer(duplex.speaker, texts)
        recognizer.delay_frames = stt_frames
        recognizer.language = language
        recognizer.unsure = unsure
        recognizer.busy = not partials
        model, voice = ScriptedModel(duplex.speaker, scripts), ToneVoice()
        detector = LevelDetector()
        history, events, asked = History(), list[Event](), list[tuple[Event, int, int]]()

        def emit(event: Event) -> None:
            events.append(event)
            asked.append((event, len(model.requests), model.n_open))

        async def main() -> None:
            async with duplex:
                parts = Parts(
                    *(duplex, NoEcho(), detector, recognizer, model, voice), turn_detector
                )
                await Conversation(
                    parts,
                    history,
                    emit,
                    settings=settings,
                    speculate=speculate,
                    draft=partials,
                ).run()

        asyncio.run(main())
        assert model.n_open == 0
        return Outcome(
            events, recognizer, model, voice, history, read_audio(output), asked, detector
        )

    return run


def test_one_turn(talk) -> None:
    outcome = talk("....####..........", ["hello"], [["Hello ", "to you."]])
    assert outcome.conversation == [("user", "hello"), ("assistant", "Hello to you.")]
    assert outcome.of(UserSaid) == [UserSaid("hello")]
    assert outcome.of(ReplyText) == [ReplyText("Hello "), ReplyText("to you.")]
    assert outcome.of(ReplyEnded) == [ReplyEnded("Hello to you.", "", interrupted=False)]
    # Speech ends with frame 7; the hangover with frame 17; the reply is heard from the next one on.
    assert outcome.audible_frames[0] == 18
    assert outcome.audible_frames[-1] == 18 + 3 * 10 - 1
    (timed,) = outcome.of(TurnTimed)
    assert timed.first_audio_ms == pytest.approx(320)
    assert timed.hangover_ms == pytest.approx(320)
    assert outcome.of(Ended) == [Ended(1, 0, 0, timed.first_audio_ms, timed.first_audio_ms)]


def test_states_of_a_turn(talk) -> None:
    outcome = talk("....####..........", ["hello"], [[20, "Hello."]])
    states = [str(event.state) for event in outcome.of(StateChanged)]
    assert states == ["listening", "hearing you", "thinking", "speaking", "listening"]


def test_a_level_for_every_frame(talk) -> None:
    outcome = talk("." * 25, [], [])
    assert len(outcome.of(Level)) == 25
    assert outcome.conversation == []


def test_nothing_of_a_held_reply_is_heard_shown_or_remembered(talk) -> None:
    outcome = talk(
        "....####.......####..........",
        ["what is", "what is seven plus twelve"],
        [["What is what?"], ["Nineteen."]],
    )
    assert outcome.conversation == [
        ("user", "what is seven plus twelve"),
        ("assistant", "Nineteen."),
    ]
    assert outcome.voice.sentences == ["What is what?", "Nineteen."]
    assert outcome.of(ReplyText) == [ReplyText("Nineteen.")]
    assert outcome.of(ReplyEnded) == [ReplyEnded("Nineteen.", "", interrupted=False)]
    assert outcome.audible_frames[0] == 29
    assert outcome.model.requests[1] == [Message("user", "what is seven plus twelve")]


def test_a_resumed_turn_closes_the_stream_of_its_held_reply(talk) -> None:
    outcome = talk(
        "....####.......####..........",
        ["what is", "what is it"],
        [["Well. ", 1000, "late"], ["Nineteen."]],
    )
    assert outcome.model.n_closed_early == 1
    assert outcome.conversation[-1] == ("assistant", "Nineteen.")


def test_the_final_transcript_has_every_sample_of_the_turn(talk) -> None:
    outcome = talk("....####.......####..........", ["a", "b"], [["Yes."], ["No."]])
    first, second = outcome.recognizer.heard
    assert np.array_equal(second[: len(first)], first)


def test_at_most_three_held_replies_a_turn(talk) -> None:
    words = ["one", "two", "three", "four", "the whole"]
    answers = ["One.", "Two.", "Three.", "The whole."]
    outcome = talk(
        "...." + "####......." * 4 + "####..........", words, [[answer] for answer in answers]
    )
    assert len(outcome.recognizer.heard) == 5  # the words are wanted: they say how long to wait
    assert [request[-1].content for request in outcome.model.requests] == [*words[:3], "the whole"]
    assert outcome.conversation == [("user", "the whole"), ("assistant", "The whole.")]


def test_the_hangover_follows_the_words_of_the_last_pause(talk) -> None:
    """However many pauses there were before."""
    settings = replace(SETTINGS, min_silence_ms=256)
    words = ["well and", "well it is", "well it is and", "well it is late and", "Is it late?"]
    outcome = talk(
        "...." + "####......." * 4 + "####" + "." * 25,
        words,
        [["Yes."]] * 4,
        settings=settings,
    )
    assert outcome.of(TurnTimed)[0].hangover_ms == 256
    assert outcome.conversation[0] == ("user", "Is it late?")


@pytest.mark.parametrize(
    ("speculate", "first_transcribed_at", "asked_at"),
    [("off", 10, 10), ("stt", 5, 10), ("full", 5, 5)],
)
def test_speculate(talk, speculate, first_transcribed_at, asked_at) -> None:
    outcome = talk("....####..........", ["hello"], [["Hello."]], speculate=speculate)
    # Pre-roll and speech are 8 frames; what follows is silence that had been waited for.
    assert len(outcome.recognizer.heard[0]) == (8 + first_transcribed_at) * FRAME_SAMPLES
    events = [type(e).__name__ for e in outcome.events if not isinstance(e, Level)]
    assert events.index("UserSaid") < events.index("ReplyText")
    assert outcome.conversation == [("user", "hello"), ("assistant", "Hello.")]
    assert outcome.audible_frames[0] == 18


def test_a_slow_recogniser_or_model_is_waited_for(talk) -> None:
    outcome = talk("....####..........", ["hello"], [[7, "Hello."]], stt_frames=9)
    # The pause is noticed in frame 12; then 9 frames of recognition and 7 of the model.
    assert outcome.audible_frames[0] == pytest.approx(12 + 9 + 7, abs=2)
    assert outcome.conversation == [("user", "hello"), ("assistant", "Hello.")]


def frame_of(outcome: Outcome, kind: type[Event]) -> int:
    """Number of the frame in which the first of its kind was told."""
    number = next(i for i, event in enumerate(outcome.events) if isinstance(event, kind))
    return sum(isinstance(event, Level) for event in outcome.events[:number]) - 1


def test_slow_words_still_say_that_more_is_to_come(talk) -> None:
    # The pause begins in frame 8; the words come 15 frames later, the user goes on after 18.
    outcome = talk(
        "....####" + "." * 18 + "####" + "." * 30,
        ["what and", "what and now"],
        [["Hm."], ["Yes."]],
        stt_frames=10,
    )
    assert outcome.of(UserSaid) == [UserSaid("what and now")]
    assert outcome.conversation == [("user", "what and now"), ("assistant", "Yes.")]
    assert len(outcome.of(SpeechEnded)) == 1


@pytest.mark.parametrize(
    ("text", "stt_frames", "over_at"),
    [
        ("what is it", 2, 17),  # the usual hangover
        ("what is it", 9, 12 + 9 + 1),  # as soon as the words are there
        ("what is it", 50, 27),  # the longest
        (ModelError("no memory"), 9, 12 + 9 + 1),
    ],
    ids=["fast", "slow", "too slow", "fails"],
)
def test_a_pause_lasts_until_the_words_are_there(
    talk, text: str | VoicecliError, stt_frames: int, over_at: int
) -> None:
    outcome = talk("....####" + "." * 60, [text], [["Yes."]], stt_frames=stt_frames)
    assert frame_of(outcome, SpeechEnded) == pytest.approx(over_at, abs=1)


def test_barge_in_stops_the_reply_and_history_keeps_what_was_heard(talk) -> None:
    reply = "One two three four five. Six seven eight."
    # The reply starts in frame 18; the user's onset is frame 45, noticed in frame 47.
    outcome = talk(
        "....####.........." + "." * 27 + "####..........",
        ["hello", "no"],
        [[reply], ["Fine."]],
    )
    assert outcome.conversation == [
        ("user", "hello"),
        ("assistant", "One two three —"),
        ("user", "no"),
        ("assistant", "Fine."),
    ]
    (cut, fine) = outcome.of(ReplyEnded)
    assert cut == ReplyEnded("One two three", "four five. Six seven eight.", interrupted=True)
    assert not fine.interrupted
    audible = [frame for frame in outcome.audible_frames if frame < 55]
    assert audible[-1] <= 48
    assert outcome.of(Ended)[0].n_interruptions == 1


def test_barge_in_closes_the_stream_at_once(talk) -> None:
    outcome = talk(
        "....####.........." + "." * 27 + "####..........",
        ["hello", "no"],
        [["One two three four five six. ", 5000, "late"], ["Fine."]],
    )
    assert outcome.model.n_closed_early == 1


def test_interruption_in_the_first_moment_of_a_reply(talk) -> None:
    # The onset is noticed in frame 18, the first in which the reply is heard.
    outcome = talk(
        "....####..........####..........",
        ["hello", "you"],
        [["Hi there."], ["Yes."]],
        settings=replace(SETTINGS, onset_ms=32),
    )
    assert outcome.of(ReplyEnded)[0] == ReplyEnded("", "Hi there.", interrupted=True)
    assert outcome.conversation == [("user", "hello you"), ("assistant", "Yes.")]
    assert [frame for frame in outcome.audible_frames if frame < 30] == [18, 19]


RESUMED = "....####........####" + "." * 20
"""The user pauses after frame 7, goes on in frame 16, two frames before the hangover's end."""


@pytest.mark.parametrize(
    "pattern",
    [RESUMED, "....####.........####" + "." * 20],
    ids=["in the hangover", "in its last frame"],
)
def test_going_on_while_it_is_transcribed(talk, pattern: str) -> None:
    outcome = talk(pattern, ["hello you"], [["Yes."]], stt_frames=8)
    assert outcome.conversation == [("user", "hello you"), ("assistant", "Yes.")]
    assert len(outcome.recognizer.heard) == 2
    assert outcome.of(UserSaid) == [UserSaid("hello you")]


def test_going_on_while_the_first_token_is_awaited(talk) -> None:
    outcome = talk(RESUMED, ["hello", "hello you"], [[8, "Hi."], ["Yes."]])
    assert outcome.conversation == [("user", "hello you"), ("assistant", "Yes.")]
    assert outcome.model.n_closed_early == 1
    assert outcome.of(ReplyText) == [ReplyText("Yes.")]


@pytest.mark.parametrize(
    ("texts", "scripts"),
    [
        ([ModelError("no memory"), "hello you"], [["Yes."]]),
        (["hello", "hello you"], [[LanguageModelError("gone")], ["Yes."]]),
        (["hello", "hello you"], [["It will fail."], ["Yes."]]),
    ],
    ids=["recogniser", "language model", "voice"],
)
def test_a_held_reply_that_fails_leaves_no_trace_if_the_user_goes_on(talk, texts, scripts) -> None:
    outcome = talk(RESUMED, texts, scripts)
    assert outcome.of(Notice) == []
    assert outcome.conversation == [("user", "hello you"), ("assistant", "Yes.")]


def test_what_is_only_held_ends_no_reply(talk) -> None:
    """In the first pause of an interruption something is recognised, in the end nothing was."""
    outcome = talk(
        "....####.........." + "." * 27 + "####........####" + "." * 20,
        ["hello", "uh the", ""],
        [["One two three four five."], ["What?"]],
    )
    assert outcome.of(Dropped) == [Dropped("", "nothing recognised")]
    assert len(outcome.of(ReplyResumed)) == 1
    assert outcome.conversation == [("user", "hello"), ("assistant", "One two three four five.")]
    assert outcome.of(Ended)[0].n_interruptions == 0
    assert outcome.model.n_open == 0


def test_the_answer_to_an_interruption_is_prepared_in_its_hangover(talk) -> None:
    outcome = talk(
        "....####.........." + "." * 27 + "####" + "." * 20,
        ["hello", "what time is it"],
        [["One two three four five. Six."], [4, "Noon."]],
    )
    # The pause is noticed in frame 53; the turn ends with frame 58, and the answer is heard.
    assert [frame for frame in outcome.audible_frames if frame > 50][0] == 59
    assert outcome.model.requests[1] == [
        Message("user", "hello"),
        Message("assistant", "One two three —"),
        Message("user", "what time is it"),
    ]
    assert outcome.conversation[-2:] == [("user", "what time is it"), ("assistant", "Noon.")]


def test_who_speaks_before_the_last_word_is_in_the_air_interrupts_nothing(talk) -> None:
    # The reply was given to the loudspeaker up to frame 47, and is heard up to 53.
    outcome = talk(
        "....####.........." + "." * 29 + "####" + "." * 20,
        ["hello", "what time is it"],
        [["One two three."], ["Noon."]],
        latency_s=0.2,
    )
    assert outcome.model.requests[1] == [
        Message("user", "hello"),
        Message("assistant", "One two three."),
        Message("user", "what time is it"),
    ]
    assert outcome.of(ReplyEnded)[0] == ReplyEnded("One two three.", "", interrupted=False)
    assert outcome.of(Ended)[0].n_interruptions == 0


def test_a_noise_before_the_last_word_is_in_the_air_changes_nothing(talk) -> None:
    outcome = talk(
        "....####.........." + "." * 9 + "####" + "." * 40 + "####" + "." * 20,
        ["hello", "", "again"],
        [["One."], ["Noon."]],
        latency_s=0.2,
    )
    assert outcome.conversation == [
        ("user", "hello"),
        ("assistant", "One."),
        ("user", "again"),
        ("assistant", "Noon."),
    ]
    assert outcome.of(ReplyResumed) == []
    assert outcome.of(Ended)[0].n_false_interruptions == 0


def test_a_recogniser_that_fails_in_an_interruption_lets_the_reply_go_on(talk) -> None:
    outcome = talk(
        "....####.........." + "." * 27 + "####" + "." * 20,
        ["hello", ModelError("no memory")],
        [["One two three four five."]],
    )
    assert outcome.of(Notice) == [Notice("no memory", "")]
    assert outcome.conversation == [("user", "hello"), ("assistant", "One two three four five.")]


def test_an_answer_may_have_the_words_of_the_question(talk) -> None:
    # The question is heard in frames 18 to 57; the answer begins eight frames later.
    outcome = talk(
        "....####.........." + "." * 48 + "####..........",
        ["hello", "twenty minutes"],
        [["Ten or twenty minutes?"], ["Twenty."]],
    )
    assert outcome.of(Dropped) == []
    assert outcome.conversation[-2:] == [("user", "twenty minutes"), ("assistant", "Twenty.")]


def test_yes_over_the_end_of_a_question_is_an_answer(talk) -> None:
    outcome = talk(
        "....####.........." + "." * 27 + "####..........",
        ["hello", "Yes."],
        [["Shall I go on?"], ["Fine."]],
    )
    assert outcome.of(Dropped) == []
    assert outcome.conversation[-2:] == [("user", "Yes."), ("assistant", "Fine.")]


def test_two_interruptions_in_a_row(talk) -> None:
    gap = "." * 40
    outcome = talk(
        "....####" + gap + "####" + gap + "####..........",
        ["first", "second", "third"],
        [["one " * 30], ["two " * 30], ["Three."]],
    )
    roles = [role for role, _ in outcome.conversation]
    assert roles == ["user", "assistant"] * 3
    assert [text for role, text in outcome.conversation if role == "user"] == [
        "first",
        "second",
        "third",
    ]
    assert outcome.of(Ended)[0].n_interruptions == 2


def test_a_follow_up_while_thinking_joins_the_question(talk) -> None:
    outcome = talk(
        "....####............####..........",
        ["what is seven", "plus twelve"],
        [[1000, "Seven."], ["Nineteen."]],
    )
    assert outcome.conversation == [
        ("user", "what is seven plus twelve"),
        ("assistant", "Nineteen."),
    ]
    assert outcome.model.requests[1] == [Message("user", "what is seven plus twelve")]


def test_a_transcription_that_was_cancelled_is_made_again_with_the_next_utterance(talk) -> None:
    outcome = talk(
        "....####............####..........",
        ["what is seven plus twelve"],
        [["Nineteen."]],
        stt_frames=11,
    )
    # The first call was cancelled before it took a text from the script; the second heard it all.
    assert outcome.conversation[0] == ("user", "what is seven plus twelve")
    first, second = outcome.recognizer.heard
    assert np.array_equal(second[: len(first)], first)
    assert len(second) > len(first) + 4 * FRAME_SAMPLES


def test_a_noise_while_thinking_does_not_lose_the_question(talk) -> None:
    outcome = talk(
        "....####............####..........",
        ["what is seven plus twelve", ""],
        [[30, "Nineteen."]],
    )
    assert outcome.conversation == [
        ("user", "what is seven plus twelve"),
        ("assistant", "Nineteen."),
    ]
    assert outcome.of(Dropped) == [Dropped("", "nothing recognised")]
    assert outcome.of(Ended)[0].n_interruptions == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "nothing recognised"),
        ("Mhm.", "only a sign of listening"),
        ("yeah okay", "only a sign of listening"),
        ("two three", "the loudspeaker was heard"),
    ],
)
def test_a_reply_goes_on_from_the_first_unheard_word(talk, text, reason) -> None:
    # Heard from frame 18 on, suspended after frame 47: three words of 10 frames, and no more.
    outcome = talk(
        "....####.........." + "." * 27 + "####..........",
        ["hello", text],
        [["One two three four five."]],
    )
    assert outcome.of(Dropped) == [Dropped(text, reason)]
    assert len(outcome.of(ReplyResumed)) == 1
    assert outcome.conversation == [
        ("user", "hello"),
        ("assistant", "One two three four five."),
    ]
    assert outcome.of(ReplyEnded) == [ReplyEnded("One two three four five.", "", interrupted=False)]
    ended = outcome.of(Ended)[0]
    assert (ended.n_interruptions, ended.n_false_interruptions) == (0, 1)
    assert len([frame for frame in outcome.audible_frames if frame > 50]) == pytest.approx(
        20, abs=1
    )


def test_the_reply_is_ducked_on_the_first_suspicion(talk) -> None:
    outcome = talk(
        "....####.........." + "." * 20 + "#....................", ["hello"], [["a b c d"]]
    )
    levels = np.abs(outcome.played[: 60 * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)).max(axis=1)
    assert levels[37] == pytest.approx(0.5, abs=0.05)
    assert levels[41] == pytest.approx(0.5 * 10 ** (-15 / 20), abs=0.02)
    assert levels[50] == pytest.approx(0.5, abs=0.05)


def test_a_reply_is_not_soft_because_the_one_before_was_ducked(talk) -> None:
    # The reply is heard in frames 18 to 37, and the user from frame 36 on.
    outcome = talk(
        "....####.........." + "." * 18 + "####..........",
        ["hello", "and you"],
        [["One two."], ["Fine."]],
    )
    ends = np.abs(outcome.played[FRAME_SAMPLES - 1 :: FRAME_SAMPLES])
    assert ends[37] < 0.2
    first = next(frame for frame in outcome.audible_frames if frame > 45)
    assert ends[first : first + 8] == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("text", ["no", "yes but", "what time is it"])
def test_words_that_end_a_reply(talk, text) -> None:
    outcome = talk(
        "....####.........." + "." * 27 + "####..........",
        ["hello", text],
        [["One two three four five."], ["Fine."]],
    )
    assert outcome.of(ReplyEnded)[0].interrupted
    assert outcome.conversation[-2:] == [("user", text), ("assistant", "Fine.")]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Stop.", "en"),
        ("wait", "en"),
        ("Stop, please!", "en"),
        ("Shut up.", "en"),
        ("Sei still!", "de"),
        ("Tais-toi.", "fr"),
        ("Cállate.", "es"),
        ("闭嘴。", "zh"),
    ],
)
def test_stop_is_obeyed_and_not_answered(talk, text, language) -> None:
    outcome = talk(
        "....####.........." + "." * 27 + "####.........." + "." * 20,
        ["hello", text],
        [["One two three four five."]],
        language=language,
    )
    assert outcome.conversation == [("user", "hello"), ("assistant", "One two three —")]
    assert len(outcome.model.requests) == 1
    assert outcome.of(Stopped) == [Stopped(text)]
    assert outcome.of(StateChanged)[-1].state is State.LISTENING
    assert max(outcome.audible_frames) <= 48
    assert outcome.of(Ended)[0].n_interruptions == 1


def test_stop_is_obeyed_where_it_is_recognised_late(talk) -> None:
    outcome = talk(
        "....####.........." + "." * 27 + "####.........." + "." * 40,
        ["hello", "stop"],
        [["One two three four five six seven eight nine."]],
        stt_frames=15,
    )
    assert outcome.conversation[0] == ("user", "hello")
    assert len(outcome.model.requests) == 1
    assert outcome.of(Stopped) == [Stopped("stop")]


def test_stop_with_more_to_say_is_a_question(talk) -> None:
    outcome = talk(
        "....####.........." + "." * 27 + "####.......####..........",
        ["hello", "Stop.", "Stop. What is the time?"],
        [["One two three four five."], ["Noon."]],
    )
    assert outcome.conversation[-2:] == [
        ("user", "Stop. What is the time?"),
        ("assistant", "Noon."),
    ]


def test_stop_where_nothing_is_said_stays_unanswered(talk) -> None:
    outcome = talk("....####..........", ["Stop."], [])
    assert outcome.conversation == []
    assert outcome.of(Stopped) == [Stopped("Stop.")]


def test_start_over_is_obeyed_with_a_short_answer(talk) -> None:
    outcome = talk(
        ("....####.........." + "." * 60) * 3,
        ["My name is Anna.", "Start over.", "What is my name?"],
        [["Hello Anna."], ["I do not know."]],
    )
    assert [m.content for m in outcome.model.requests[-1]] == [
        *("Start over.", "All right, from the start.", "What is my name?"),
    ]
    assert len(outcome.model.requests) == 2
    assert len(outcome.of(StartedOver)) == 1
    assert [event.heard for event in outcome.of(ReplyEnded)] == [
        *("Hello Anna.", "All right, from the start.", "I do not know."),
    ]


def test_start_over_cuts_a_reply_off(talk) -> None:
    outcome = talk(
        "....####.........." + "." * 27 + "####.........." + "." * 60,
        ["hello", "start over"],
        [["One two three four five. Six seven eight."]],
    )
    assert outcome.conversation == [
        ("user", "start over"),
        ("assistant", "All right, from the start."),
    ]
    cut, _ = outcome.of(ReplyEnded)
    assert cut.interrupted


def test_start_over_that_may_not_have_been_said_is_asked_for_again(talk) -> None:
    outcome = talk(
        ("....####.........." + "." * 60) * 2,
        ["hello", "start over"],
        [["Good morning."]],
        unsure=["start over"],
    )
    assert outcome.of(StartedOver) == []
    assert outcome.conversation[0] == ("user", "hello")


def test_start_over_can_be_the_answer_to_a_question(talk) -> None:
    outcome = talk(
        "....####.........." + "." * 80 + "####.........." + "." * 20,
        ["hello", "start over"],
        [["Go on with the story or start over?"], ["Once upon a time."]],
    )
    assert outcome.of(StartedOver) == []
    assert outcome.conversation[-1] == ("assistant", "Once upon a time.")


def test_a_question_that_went_wrong_is_asked_once_more(talk) -> None:
    gone = [LanguageModelError("the server is gone")]
    outcome = talk(
        ("....####.........." + "." * 12) * 4,
        ["first", "second", "third", "fourth"],
        [["Yes."], gone, gone, ["No."]],
    )
    assert [request[-1].content for request in outcome.model.requests] == [
        *("first", "second", "second third", "third fourth"),
    ]
    assert [event.text for event in outcome.of(UserSaid)] == ["first", "second", "third", "fourth"]


def test_a_reply_that_broke_off_was_an_answer(talk) -> None:
    outcome = talk(
        ("....####.........." + "." * 30) * 2,
        ["first", "second"],
        [["One two. ", LanguageModelError("cut")], ["Yes."]],
    )
    assert [message.content for message in outcome.model.requests[-1]] == [
        *("first", "One two.", "second"),
    ]


SORRY = "Sorry, I didn't catch that."


def test_what_is_unsure_is_asked_again_and_not_answered(talk) -> None:
    outcome = talk(
        ("....####.........." + "." * 70) * 2,
        ["wheat is the rather", "what is the weather"],
        [["Fine."]],
        unsure=["wheat is the rather"],
    )
    assert outcome.conversation == [("user", "what is the weather"), ("assistant", "Fine.")]
    assert [ended.heard for ended in outcome.of(ReplyEnded)] == [SORRY, "Fine."]
    assert [dropped.text for dropped in outcome.of(Dropped)] == ["wheat is the rather"]
    assert len(outcome.model.requests) == 1
    assert outcome.of(Notice) == []
    assert outcome.of(Ended)[0].n_turns == 1


def test_after_two_that_are_unsure_there_is_a_hint(talk) -> None:
    outcome = talk(
        ("....####.........." + "." * 70) * 4,
        ["one", "two", "three", "four"],
        [["Fine."]],
        unsure=["one", "two", "three"],
    )
    [notice] = outcome.of(Notice)
    assert "models pull" in notice.hint
    assert [ended.heard for ended in outcome.of(ReplyEnded)] == [SORRY, SORRY, SORRY, "Fine."]


def test_who_cuts_in_and_is_not_understood_is_asked_again(talk) -> None:
    outcome = talk(
        "....####.........." + "." * 27 + "####.........." + "." * 70,
        ["hello", "who at"],
        [["One two three four five."]],
        unsure=["who at"],
    )
    assert outcome.conversation == [("user", "hello"), ("assistant", "One two three —")]
    assert [ended.heard for ended in outcome.of(ReplyEnded)] == ["One two three", SORRY]


def test_stop_can_be_the_answer_to_a_question(talk) -> None:
    outcome = talk(
        "....####.........." + "." * 50 + "####..........",
        ["hello", "stop"],
        [["Go on or stop?"], ["Fine."]],
    )
    assert outcome.conversation[-2:] == [("user", "stop"), ("assistant", "Fine.")]


def test_a_turn_that_was_cut_too_early_reopens(talk) -> None:
    """Speech again within 0.8 s of the reply's start: the words join the same message."""
    outcome = talk(
        "....####.........." + "." * 14 + "####..........",
        ["what is seven", "plus twelve"],
        [["Seven is a number."], ["Nineteen."]],
    )
    assert outcome.conversation == [
        ("user", "what is seven plus twelve"),
        ("assistant", "Nineteen."),
    ]
    assert outcome.of(Ended)[0].n_interruptions == 0


def test_what_follows_a_turn_that_was_cut_too_early_is_heard_with_it(talk) -> None:
    outcome = talk(
        "....####.........." + "." * 14 + "####..........",
        ["make me a single shot", "americano"],
        [["Yes."], ["Here you are."]],
    )
    first, second = outcome.recognizer.heard
    assert np.isin(first[first > 0], second).all()
    assert len(set(second[second > 0].tolist())) == 8
    assert [event.text for event in outcome.of(UserSaid)] == ["make me a single shot", "americano"]


def test_what_is_said_long_after_a_turn_is_heard_alone(talk) -> None:
    outcome = talk(
        "....####.........." + "." * 40 + "####..........",
        ["make me a single shot", "americano"],
        [["Yes."], ["Here you are."]],
    )
    assert len(set(outcome.recognizer.heard[1].tolist()) - {0.0}) == 4


@pytest.mark.parametrize(
    ("text", "hangover_frames"),
    [("What is that?", 8), ("what is that", 10), ("what is this and", 20), ("well,", 20)],
)
def test_the_hangover_follows_the_words(talk, text, hangover_frames) -> None:
    settings = replace(SETTINGS, min_silence_ms=256)
    outcome = talk("....####" + "." * 25, [text], [["Yes."]], settings=settings)
    assert outcome.of(TurnTimed)[0].hangover_ms == 32 * hangover_frames
    assert outcome.audible_frames[0] == 8 + hangover_frames


@pytest.mark.parametrize(
    ("first", "then", "hangover_frames"),
    [
        ("what is this and", "what is this and that?", 15),  # the pause is within an utterance
        ("What is this?", "And that?", 15),  # it was taken for the end of the turn
        ("what is this and", "stop it", 8),
    ],
)
def test_who_paused_in_a_turn_is_given_as_long_again(talk, first, then, hangover_frames) -> None:
    settings = replace(SETTINGS, min_silence_ms=256)
    frames = "....####" + "." * 15 + "####" + "." * 25
    outcome = talk(frames, [first, then], [["Yes."], ["That, too."]], settings=settings)
    end = outcome.of(SpeechEnded)[-1]
    assert end.end - end.speech_end == hangover_frames * FRAME_SAMPLES


def test_a_phone_number_said_in_groups_is_one_turn(talk) -> None:
    groups = ["It is 555.", "It is 555 014.", "It is 555 014 2368."]
    settings = replace(SETTINGS, max_silence_ms=ListenSettings().max_silence_ms)
    frames = "...." + ("####" + "." * 31) * 2 + "####" + "." * 25  # a second between the groups
    outcome = talk(frames, groups, [["Noted."]] * 3, settings=settings)
    assert outcome.conversation == [("user", "It is 555 014 2368."), ("assistant", "Noted.")]
    assert outcome.of(TurnTimed)[0].hangover_ms == SETTINGS.min_silence_ms


def test_a_turn_detector_that_fails_is_done_without(talk) -> None:
    class Broken:
        n_asked = 0

        async def probability(self, samples: Samples) -> float:
            self.n_asked += 1
            raise ModelError("the turn detection model failed", "words alone")

    broken = Broken()
    outcome = talk(
        "....####" + "." * 40 + "####..........",
        ["hello and", "hello"],
        [["Yes."], ["Yes."]],
        turn_detector=broken,
    )
    assert broken.n_asked == 1
    assert outcome.of(Notice) == [Notice("the turn detection model failed", "words alone")]
    assert [event.hangover_ms for event in outcome.of(TurnTimed)] == [640, 320]


def test_the_detector_is_reset_between_turns_and_never_inside_one(talk) -> None:
    settings = replace(SETTINGS, max_utterance_s=1.0)
    outcome = talk("....####..........", ["hello"], [["Yes."]], settings=settings)
    assert outcome.detector.n_resets == 1
    # After one second, the turn is taken in the middle of the speech; the speech goes on.
    outcome = talk("." * 10 + "#" * 60, ["one", "two", "three"], [["Yes."]] * 3, settings=settings)
    assert outcome.of(UserSaid)
    assert outcome.detector.n_resets == 1


def test_nothing_said_is_back_to_listening_within_a_second(talk) -> None:
    # The recogniser takes 0.6 s, in which the hangover ends.
    outcome = talk("....####" + "." * 40, [""], [], stt_frames=19)
    back = outcome.events.index(outcome.of(StateChanged)[-1])
    n_frames = sum(isinstance(event, Level) for event in outcome.events[:back])
    assert n_frames - 8 <= 1000 / FRAME_MS
    assert outcome.conversation == []
    assert outcome.model.requests == []
    assert str(outcome.of(StateChanged)[-1].state) == "listening"
    assert outcome.of(PartialTranscript)[-1] == PartialTranscript("", "")


@pytest.mark.parametrize("script", [[], ["..."], ["  \n"]])
def test_a_reply_with_nothing_to_say(talk, script) -> None:
    outcome = talk("....####..........", ["hello"], [script])
    assert [role for role, _ in outcome.conversation][:1] == ["user"]
    assert str(outcome.of(StateChanged)[-1].state) == "listening"


def test_a_failed_reply_is_told_once_and_the_conversation_goes_on(talk) -> None:
    outcome = talk(
        "....####.........." + "." * 10 + "####..........",
        ["hello", "again"],
        [[LanguageModelError("the server is gone", "start it")], ["Hello again."]],
    )
    assert outcome.of(Notice) == [Notice("the server is gone", "start it")]
    assert outcome.conversation == [("user", "hello again"), ("assistant", "Hello again.")]


def test_a_stream_cut_mid_way_is_said_as_far_as_it_came(talk) -> None:
    outcome = talk(
        "....####..........",
        ["hello"],
        [["One two three. Four ", LanguageModelError("the stream broke off")]],
    )
    assert outcome.conversation == [("user", "hello"), ("assistant", "One two three. Four")]
    assert outcome.of(Notice) == [Notice("the stream broke off", "")]


def test_a_voice_that_fails_in_the_middle_of_a_sentence_ends_the_reply_there(talk) -> None:
    outcome = talk(
        "....####.........." + "." * 10 + "####..........",
        ["hello", "again"],
        [["One two fail."], ["Hello again."]],
    )
    assert outcome.of(Notice) == [Notice("the voice broke", "")]
    # Half a word was heard, and no more.
    assert outcome.audible_frames[:6] == [18, 19, 20, 21, 22, outcome.audible_frames[5]]
    assert outcome.audible_frames[5] > 38
    assert outcome.of(ReplyEnded)[0] == ReplyEnded("", "One two fail.", interrupted=False)
    assert outcome.conversation == [("user", "hello again"), ("assistant", "Hello again.")]


def test_audio_that_could_not_be_recognised_is_tried_again_with_the_next(talk) -> None:
    outcome = talk(
        "....####.........." + "." * 10 + "####..........",
        [ModelError("out of memory"), "both"],
        [["Yes."]],
    )
    assert outcome.of(Notice) == [Notice("out of memory", "")]
    assert outcome.conversation == [("user", "both"), ("assistant", "Yes.")]
    assert len(outcome.recognizer.heard[1]) > len(outcome.recognizer.heard[0])


def test_audio_that_fails_twice_is_given_up(talk) -> None:
    gap = "." * 20
    outcome = talk(
        "....####" + gap + "####" + gap + "####" + gap,
        [ModelError("out of memory"), ModelError("out of memory"), "third"],
        [["Yes."]],
    )
    assert len(outcome.of(Notice)) == 2
    first, second, third = map(len, outcome.recognizer.heard)
    assert second > first
    assert third < second
    assert outcome.conversation == [("user", "third"), ("assistant", "Yes.")]


def test_two_runs_are_alike(talk) -> None:
    def run() -> tuple[bytes, list[Event]]:
        outcome = talk(
            "....####.........." + "." * 27 + "####..........",
            ["hello", "no"],
            [["One two three four five."], ["Fine."]],
        )
        kept = [event for event in outcome.events if not isinstance(event, TurnTimed)]
        return outcome.played.tobytes(), kept

    assert run() == run()


# ---- partial transcripts and drafts -------------------------------------------------------------

LONG = "....." + "#" * 40 + "." * 20
"""Partial transcripts are made in frames 22 and 38; speech ends with frame 44."""


def test_partial_transcripts_commit_what_two_of_more_than_a_second_agree_on(talk) -> None:
    texts = ["what is", "what is", "what is seven", "what is seven plus"]
    outcome = talk("....." + "#" * 60 + "." * 20, texts, [["Yes."]], partials=True)
    assert outcome.of(PartialTranscript)[:3] == [
        PartialTranscript("", "what is"),
        PartialTranscript("", "what is"),
        PartialTranscript("what is", "seven"),
    ]


@pytest.mark.parametrize(("stt_frames", "n_heard"), [(5, 3), (6, 2)])
def test_where_partial_transcripts_take_long_there_is_only_one(
    talk, stt_frames: int, n_heard: int
) -> None:
    outcome = talk(
        LONG, ["what"] * 3, [["Yes."]], partials=True, stt_frames=stt_frames, speculate="off"
    )
    assert len(outcome.recognizer.heard) == n_heard


def test_slow_partial_transcripts_are_not_tried_again_before_a_final_one_is_quick(talk) -> None:
    pattern = (LONG + "." * 60) * 4
    outcome = talk(
        pattern, ["what"] * 6, [["Yes."]] * 4, partials=True, stt_frames=12, speculate="off"
    )
    n_final = outcome.of(Ended)[0].n_turns
    assert n_final == 4
    assert len(outcome.recognizer.heard) == n_final + 1


def test_what_is_recognised_as_the_voice_falls_silent_is_the_turn(talk) -> None:
    outcome = talk("....########..........", ["hello"], [["Hi."]], partials=True)
    assert outcome.conversation == [("user", "hello"), ("assistant", "Hi.")]
    (heard,) = outcome.recognizer.heard
    assert len(heard) == 13 * FRAME_SAMPLES  # with the first frame of silence


def test_who_goes_on_is_recognised_again(talk) -> None:
    texts = ["tell me", "tell me a joke"]
    outcome = talk("....######..######..........", texts, [["No."]], partials=True)
    assert outcome.conversation == [("user", "tell me a joke"), ("assistant", "No.")]
    assert [len(heard) // FRAME_SAMPLES for heard in outcome.recognizer.heard] == [11, 19]


def test_what_is_still_being_recognised_in_the_pause_is_waited_for(talk) -> None:
    outcome = talk(
        "....########....................", ["hello"], [["Hi."]], partials=True, stt_frames=9
    )
    assert outcome.conversation == [("user", "hello"), ("assistant", "Hi.")]
    assert len(outcome.recognizer.heard) == 1


def test_what_failed_early_is_tried_again(talk) -> None:
    texts = [ModelError("once"), "hello"]
    outcome = talk("....########..........", texts, [["Hi."]], partials=True)
    assert outcome.conversation == [("user", "hello"), ("assistant", "Hi.")]
    assert outcome.of(Notice) == []


def test_an_answer_is_begun_from_what_already_reads_as_complete(talk) -> None:
    texts = ["What is", "What is seven plus twelve?", "what is seven plus twelve"]
    slow = [18, "Nineteen."]
    outcome = talk(LONG, texts, [slow], partials=True)
    assert outcome.conversation == [
        ("user", "what is seven plus twelve"),
        ("assistant", "Nineteen."),
    ]
    assert outcome.of(ReplyText) == [ReplyText("Nineteen.")]
    # The 18 frames that the model takes begin in frame 37, not in the pause (49).
    assert outcome.audible_frames[0] == 55
    assert outcome.model.n_closed_early == 0


def test_a_draft_for_other_words_leaves_no_trace(talk) -> None:
    texts = ["What is", "What is seven?", "what is seven plus twelve"]
    outcome = talk(LONG, texts, [["It is a number."], ["Nineteen."]], partials=True)
    assert outcome.conversation == [
        ("user", "what is seven plus twelve"),
        ("assistant", "Nineteen."),
    ]
    assert outcome.of(ReplyText) == [ReplyText("Nineteen.")]
    assert [request[-1].content for request in outcome.model.requests] == [
        "What is seven?",
        "what is seven plus twelve",
    ]


def test_a_draft_is_dropped_when_the_next_partial_says_something_else(talk) -> None:
    texts = ["Help.", "Help the team and", "help the team and go"]
    outcome = talk(LONG, texts, [[100, "late"], ["Okay."]], partials=True)
    assert outcome.model.n_closed_early == 1
    assert outcome.conversation == [("user", "help the team and go"), ("assistant", "Okay.")]


@pytest.mark.parametrize(
    "script",
    [[], [LanguageModelError("the server is gone")], ["One. ", LanguageModelError("cut")]],
    ids=["nothing", "error at once", "error later"],
)
def test_a_draft_that_fails_is_a_reply_that_fails(talk, script) -> None:
    outcome = talk(LONG, ["Hello", "Hello.", "hello"], [script], partials=True)
    n_errors = sum(isinstance(step, LanguageModelError) for step in script)
    assert len(outcome.of(Notice)) == n_errors
    assert outcome.conversation[0] == ("user", "hello")


def test_a_draft_for_what_was_nothing_ends_at_once(talk) -> None:
    outcome = talk(LONG + "." * 40, ["Hello", "Hello.", ""], [[1000, "late"]], partials=True)
    assert outcome.of(Dropped) == [Dropped("", "nothing recognised")]
    assert [n_open for event, _, n_open in outcome.asked if isinstance(event, Dropped)] == [0]


def test_a_draft_that_is_discarded_before_it_began_is_silent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> None:
        model = ScriptedModel(Speaker(SAMPLE_RATE_HZ), [["Hello."]])
        answer = Answer(model, ToneVoice(), "en", {}, lambda event: None)
        draft = Draft("hello", answer, [])
        begin = asyncio.create_task(draft.begin())
        await draft.discard()
        await begin

    asyncio.run(main())
    gc.collect()
    assert caplog.records == []


def test_a_draft_that_failed_and_is_not_wanted_is_forgotten(
    talk, caplog: pytest.LogCaptureFixture
) -> None:
    texts = ["Help", "Help.", "help the team"]
    outcome = talk(LONG, texts, [[LanguageModelError("gone")], ["Okay."]], partials=True)
    gc.collect()
    assert outcome.of(Notice) == []
    assert outcome.conversation == [("user", "help the team"), ("assistant", "Okay.")]
    assert caplog.records == []  # asyncio would tell of an exception that nobody retrieved


@pytest.mark.parametrize("speculate", ["stt", "off"])
def test_a_model_is_asked_no_sooner_than_the_user_wants(talk, speculate) -> None:
    texts = ["Hello", "Hello.", "Hello."]
    outcome = talk(LONG, texts, [["Hi."]], speculate=speculate, partials=True)
    assert [n for event, n, _ in outcome.asked if isinstance(event, UserSaid)] == [0]
    assert outcome.conversation == [("user", "Hello."), ("assistant", "Hi.")]


def test_a_thought_that_only_ends_is_taken_back_and_waited_for_the_next_time(talk) -> None:
    outcome = talk(
        "....####" + "." * 120 + "####" + "." * 60,
        ["hello", "and now"],
        [
            [
                "They greet me. ",
                "I shall answer politely. ",
                30,
                "</think>\n\n",
                "Hello ",
                "there.",
            ],
            ["They ask again. ", 10, "\n</think>", "Good ", "day."],
        ],
    )
    assert outcome.conversation == [
        ("user", "hello"),
        ("assistant", "Hello there."),
        ("user", "and now"),
        ("assistant", "Good day."),
    ]
    assert outcome.voice.sentences[-2:] == ["Hello there.", "Good day."]
    assert "They ask again." not in outcome.voice.sentences
    assert [ended.heard for ended in outcome.of(ReplyEnded)] == ["Hello there.", "Good day."]


def test_a_model_that_plays_the_user_too_is_cut_off(talk) -> None:
    outcome = talk(
        "....####" + "." * 40,
        ["hello"],
        [["The capital is Paris.", "\nUser:", " And of Spain?", "\nAssistant:", " Madrid."]],
    )
    assert outcome.conversation == [("user", "hello"), ("assistant", "The capital is Paris.")]
    assert outcome.voice.sentences == ["The capital is Paris."]
    assert outcome.model.n_closed_early == 1
    assert "Spain" not in "".join(text.delta for text in outcome.of(ReplyText))


def test_a_reply_in_another_language_than_the_voice_is_told_once(talk) -> None:
    german = "Die Hauptstadt von Frankreich ist Paris."
    outcome = talk(
        "....####" + "." * 120 + "####" + "." * 120, ["hello", "and now"], [[german], [german]]
    )
    (notice,) = outcome.of(Notice)
    assert notice.message == "the answer is German, and the voice speaks English"
