"""The wake phrase: in transcripts, and in conversations on the sample clock (a frame is 32 ms)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fakes import (
    SETTINGS,
    LevelDetector,
    ScriptedModel,
    ScriptedRecognizer,
    ToneVoice,
    write_pattern,
)
from voicecli.conversation.conversation import Conversation
from voicecli.conversation.events import (
    Dropped,
    Event,
    Level,
    PartialTranscript,
    ReplyEnded,
    SpeechBegan,
    SpeechEnded,
    State,
    StateChanged,
    Stopped,
    UserSaid,
)
from voicecli.conversation.history import History
from voicecli.conversation.parts import Parts
from voicecli.conversation.spotting import is_likely
from voicecli.conversation.wake import Called, called_in, is_phrase, places, spellings
from voicecli.duplex.files import FileDuplex
from voicecli.hearing.echo import NoEcho
from voicecli.settings import WakeSettings
from voicecli.sound.samples import Samples

PHRASE = "hey computer"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Hey computer, what time is it?", "what time is it?"),
        ("Hey, computer. What time is it?", "What time is it?"),
        ("Hey Computer", ""),
        ("Okay then. Hey computer, stop.", "stop."),
        ("I said hey computer tell me a joke", "tell me a joke"),
        # as recognisers write it
        ("Hey computer's what time is it?", "what time is it?"),
        ("Hay Komputer, what time is it?", "what time is it?"),
    ],
)
def test_called(text: str, rest: str) -> None:
    assert called_in(text, PHRASE) == Called(rest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hey.",
        "Hey there, how are you?",
        "My computer is slow today.",
        "He bought a computer.",
        "Hey Peter, did you see it?",
        "Hey, can you put her on the phone?",
        "I told her, hey, it's a computer.",
        "Hey, my computer crashed.",
        "They compute her salary.",
        "He commuted for two hours.",
        "Hey, commuter trains are late.",
    ],
)
def test_not_called(text: str) -> None:
    assert called_in(text, PHRASE) is None


def test_phrases_of_other_languages() -> None:
    assert called_in("你好电脑，现在几点？", "你好电脑") == Called("现在几点？")
    assert called_in("你好电脑现在几点", "你好电脑") == Called("现在几点")
    assert called_in("电脑坏了", "你好电脑") is None
    assert called_in("Hallo Rechner, wie spät ist es?", "Hallo Rechner") == Called(
        "wie spät ist es?"
    )


def test_how_a_recogniser_may_write_it() -> None:
    assert spellings(PHRASE) == [
        (" Hey", " computer"),
        (" Hey", " Computer"),
        (" Hey,", " computer"),
    ]
    assert spellings("Computer") == [(" Computer",)]
    assert spellings("你好电脑") == [("你好电脑",)]
    assert spellings("ok robot") == [
        *((" Okay", " robot"), (" Okay", " Robot"), (" Okay,", " robot")),
        *((" OK", " robot"), (" OK", " Robot"), (" OK,", " robot")),
    ]


@pytest.mark.parametrize("phrase", ["okay robot", "ok robot", "OK robot"])
@pytest.mark.parametrize("text", ["Okay robot, stop.", "OK, Robot, stop.", "ok robot stop."])
def test_okay_has_two_spellings(phrase: str, text: str) -> None:
    assert called_in(text, phrase) == Called("stop.")
    (place,) = places(text, phrase)
    assert place.behind.endswith("stop.")


def test_word_for_word() -> None:
    (place,) = places("Okay. Hey, computer! Stop. Now.", PHRASE)
    assert (place.before, place.phrase, place.behind) == (
        *("Okay. ", "Hey, computer"),
        "! Stop. Now.",
    )
    assert list(places("Hey, computers are slow.", PHRASE)) == []
    assert [one.behind for one in places("你好电脑，现在几点？", "你好电脑")] == ["，现在几点？"]


@pytest.mark.parametrize(
    ("text", "is_set_off", "sentence"),
    [
        ("Hey computer, what time is it? Now.", True, ", what time is it?"),
        ("Hey computer.", True, "."),
        ("Hey computer", True, ""),
        ("Hey computer bills on time. Hey, what?", False, " bills on time."),
        ("I said hey computer tell me a joke", False, " tell me a joke"),
    ],
)
def test_whoever_is_spoken_to_is_set_off(text: str, is_set_off: bool, sentence: str) -> None:
    (place,) = places(text, PHRASE)
    assert place.is_set_off is is_set_off
    assert place.sentence == sentence


def test_where_no_blanks_are_written_words_do_not_tell() -> None:
    (place,) = places("你好电脑现在几点", "你好电脑")
    assert place.is_set_off


def test_the_first_word_may_be_lost_in_noise_and_the_rest_may_not() -> None:
    assert is_likely([-4.5, -0.3])
    assert not is_likely([-6.5, -0.3])
    assert not is_likely([-0.1, -3.0])
    assert is_likely([-1.0])
    assert not is_likely([-4.5])


def test_a_stop_phrase() -> None:
    assert is_phrase("That's all.", "that's all")
    assert is_phrase("That's all, thanks.", "that's all")
    assert not is_phrase("That's all I know about it.", "that's all")


# ---- in a conversation --------------------------------------------------------------------------

TOLD = (UserSaid, ReplyEnded, SpeechBegan, SpeechEnded, PartialTranscript, Dropped, Stopped)


class OneCall:
    """Hears the phrase in the frames it is told."""

    def __init__(self, *frames: int) -> None:
        self._frames, self._n = frames, 0

    def is_heard(self, frame: Samples) -> bool:
        self._n += 1
        return self._n in self._frames


@dataclass
class Talk:
    folder: Path
    events: list[Event] = field(default_factory=list)

    def __call__(
        self,
        pattern: str,
        texts: Sequence[str],
        scripts: Sequence[Sequence[Any]],
        *,
        wishes: dict[int, Callable[[Conversation], None]] | None = None,
        wake_word: OneCall | None = None,
        spotted: Sequence[str] | None = None,
        **wake: Any,
    ) -> list[Event]:
        """What it told. spotted: what is recognised here; `texts` are another's then."""
        n_frames = 0

        def take(event: Event) -> None:
            nonlocal n_frames
            self.events.append(event)
            if isinstance(event, Level):
                n_frames += 1
                (wishes or {}).get(n_frames, lambda _: None)(conversation)

        async def run() -> None:
            nonlocal conversation
            path = write_pattern(self.folder / "input.wav", pattern)
            async with FileDuplex(path) as duplex:
                self.model = ScriptedModel(duplex.speaker, scripts)
                self.recognizer = ScriptedRecognizer(duplex.speaker, texts)
                self.history = History()
                spotter = None
                if spotted is not None:
                    spotter = ScriptedRecognizer(duplex.speaker, spotted)
                parts = Parts(
                    *(duplex, NoEcho(), LevelDetector(), self.recognizer, self.model, ToneVoice()),
                    spotter=spotter,
                    recognizes_elsewhere=spotter is not None,
                    wake_word=wake_word,
                )
                conversation = Conversation(
                    *(parts, self.history, take),
                    settings=SETTINGS,
                    wake=WakeSettings(**{"phrase": PHRASE, "follow_up_s": 1.6, **wake}),
                    speculate="full",
                )
                await conversation.run()

        conversation: Conversation = None  # pyrefly: ignore[bad-assignment]
        asyncio.run(run())
        return [event for event in self.events if isinstance(event, TOLD)]

    @property
    def said(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, UserSaid)]

    @property
    def states(self) -> list[State]:
        return [event.state for event in self.events if isinstance(event, StateChanged)]


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(tmp_path)


SPOKEN = "....######" + "." * 30


def test_without_the_phrase_nothing_is_told_asked_or_remembered(talk: Talk) -> None:
    told = talk(SPOKEN + SPOKEN, ["My bank code is 4711.", "What time is it?"] * 2, [])
    assert told == []
    assert talk.model.requests == []
    assert talk.history.entries == []
    assert talk.states == [State.ASLEEP]


def test_the_rest_of_the_sentence_is_the_question(talk: Talk) -> None:
    talk(SPOKEN + "." * 40, ["Hey computer, what time is it?"] * 2, [["Noon."]] * 2)
    assert talk.said == ["what time is it?"]
    assert [message.content for message in talk.history.messages] == ["what time is it?", "Noon."]
    assert (
        talk.states
        == [
            *(State.ASLEEP, State.THINKING, State.SPEAKING, State.LISTENING),
        ]
        or talk.states[0] is State.ASLEEP
    )


def test_the_call_is_told_as_speech_once_it_was_understood(talk: Talk) -> None:
    told = talk(SPOKEN + SPOKEN + "." * 40, ["No.", "Hey computer, hello?"], [["Hi."]])
    (began,) = [event for event in told if isinstance(event, SpeechBegan)]
    assert told.index(began) < told.index(UserSaid("hello?"))
    assert 40 * 512 < began.onset < 46 * 512


def test_the_phrase_alone_is_acknowledged_and_the_next_words_count(talk: Talk) -> None:
    pattern = "....######" + "." * 60 + "######" + "." * 60
    told = talk(pattern, ["Hey computer.", "What time is it?"], [["Noon."]])
    assert [event.heard for event in told if isinstance(event, ReplyEnded)] == ["Yes?", "Noon."]
    assert talk.said == ["What time is it?"]
    assert len(talk.history.messages) == 2


def test_a_question_that_follows_slowly_is_the_same_turn(talk: Talk) -> None:
    """Behind the phrase alone the hangover is as long as it may be."""
    pattern = "....######" + "." * 15 + "######" + "." * 60
    talk(pattern, ["Hey computer.", "Hey computer, what time is it?"], [["Noon."]])
    assert talk.said == ["what time is it?"]


def test_after_a_reply_the_phrase_is_not_needed_for_a_while(talk: Talk) -> None:
    """The reply is over at about frame 34; the window of 1.6 s lasts 50 frames."""
    pattern = "....######" + "." * 45 + "######" + "." * 110 + "######" + "." * 40
    talk(
        pattern,
        ["Hey computer, one?", "Two?", "Three?", "Three?"],
        [["One."], ["Two."]],
    )
    assert talk.said == ["one?", "Two?"]


def test_a_reply_can_be_interrupted_without_it(talk: Talk) -> None:
    pattern = "....######" + "." * 20 + "######" + "." * 60
    talk(pattern, ["Hey computer, count.", "Two."], [["One two three four five."], ["Yes."]])
    assert talk.said == ["count.", "Two."]


def test_the_stop_phrase_sends_it_to_sleep(talk: Talk) -> None:
    pattern = "....######" + "." * 20 + "######" + "." * 20 + "######" + "." * 40
    told = talk(
        pattern,
        ["Hey computer, count.", "That's all.", "And you?"],
        [["One two three four five."]],
        stop_phrase="that's all",
    )
    assert talk.said == ["count."]
    assert [event.text for event in told if isinstance(event, Stopped)] == ["That's all."]
    assert talk.states[-1] is State.ASLEEP


def test_what_is_recognised_elsewhere_is_sent_there_after_the_phrase_alone(talk: Talk) -> None:
    talk(
        SPOKEN + SPOKEN + "." * 40,
        ["Hey, computer. What time is it?"],
        [["Noon."]],
        spotted=["A secret.", "A secret.", "Hey computer what time", "Hey computer what time"][1:3],
    )
    assert talk.said == ["What time is it?"]
    assert len(talk.recognizer.heard) == 1


def test_heard_by_its_sound_nothing_else_is_recognised(talk: Talk) -> None:
    """In the second utterance, from frame 44 on, it is heard at its third frame."""
    talk(
        SPOKEN + SPOKEN + "." * 40,
        ["Hay Jarvis, what time is it?"],
        [["Noon."]],
        wake_word=OneCall(50),
        phrase="hey jarvis",
    )
    assert talk.said == ["what time is it?"]
    assert len(talk.recognizer.heard) == 1


def test_typed_words_need_no_phrase(talk: Talk) -> None:
    talk("." * 60, [], [["Noon."]], wishes={3: lambda it: it.say("what time is it")})
    assert talk.said == ["what time is it"]
