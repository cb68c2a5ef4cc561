"""A person and `voicecli talk` in one room: a JACK server with a real clock, and no hardware."""

from __future__ import annotations

import signal
from pathlib import Path

import numpy as np
import pytest

from jack_person import JACK_DEVICE, Person
from programs import Talk, ask, speak, understand
from voicecli.sound.reading import decode_channels

TALK = (
    *("--input-device", JACK_DEVICE, "--output-device", JACK_DEVICE),
    *("--base-url", "built-in"),
)


def answer(person: Person, after_s: float) -> str:
    """What the loudspeaker said, in words."""
    spans = person.heard_spans(after_s)
    start_s, end_s = spans[0].start_s - 0.2, spans[-1].end_s + 0.2
    return understand(person.heard(start_s, end_s), person.sample_rate_hz)


def leave(talk: Talk) -> None:
    talk.send(signal.SIGINT)
    assert talk.wait() == 130


def test_three_turns(person: Person) -> None:
    conversation = {
        "What is seven plus twelve?": "seven plus twelve is nineteen",
        "What is six times seven?": "six times seven is forty two",
        "Repeat after me, good morning.": "good morning",
    }
    measured_ms = []
    with Talk(*TALK) as talk:
        talk.wait_for("started")
        person.wait_for_program()
        for number, (question, expected) in enumerate(conversation.items(), 1):
            said = ask(person, question)
            answered_s = person.wait_for_sound(after_s=said.end_s)
            measured_ms.append(1000 * (answered_s - said.end_s))
            talk.wait_for("reply_ended", number)
            person.wait_for_silence()
            assert answer(person, said.end_s) == expected
        leave(talk)
    assert talk.of("ended")[0]["n_turns"] == 3
    assert talk.of("ended")[0]["n_interruptions"] == 0
    # What the program says of its latency is what the person measured, give or take a few blocks.
    told_ms = [event["first_audio_ms"] for event in talk.of("turn_timed")]
    assert told_ms == pytest.approx(measured_ms, abs=150)


def test_barge_in_silences_the_loudspeaker_within_300_ms(person: Person) -> None:
    with Talk(*TALK) as talk:
        talk.wait_for("started")
        person.wait_for_program()
        said = ask(person, "Tell me a story.")
        began_s = person.wait_for_sound(after_s=said.end_s)
        person.wait_until(began_s + 1.5)
        cut = ask(person, "No, wait.")
        talk.wait_for("reply_ended")
        person.wait_until(cut.end_s + 0.3)
        [reply] = person.heard_spans(began_s, cut.end_s + 0.3)
        leave(talk)
    ended = talk.of("reply_ended")[0]
    assert ended["interrupted"]
    assert ended["heard"]
    assert ended["unheard"]
    assert cut.start_s < reply.end_s < cut.start_s + 0.3


def test_what_is_said_while_the_models_load_is_not_lost(person: Person) -> None:
    with Talk(*TALK) as talk:
        person.wait_for_program()
        said = person.say(speak("What is seven plus twelve?"))
        talk.wait_for("reply_ended")
        person.wait_for_silence()
        assert answer(person, said.start_s) == "seven plus twelve is nineteen"
        leave(talk)


def test_both_sides_are_recorded_and_the_file_is_whole_after_ctrl_c(
    person: Person, tmp_path: Path
) -> None:
    recording = tmp_path / "both.wav"
    with Talk(*TALK, "--output", recording, "--stereo") as talk:
        talk.wait_for("started")
        person.wait_for_program()
        said = ask(person, "What is seven plus twelve?")
        person.wait_for_sound(after_s=said.end_s)
        talk.wait_for("state_changed", 4)  # listening, hearing you, (thinking,) speaking
        person.wait_for_silence()
        leave(talk)
    left, right = np.concatenate(list(decode_channels(recording)), axis=1)
    said, heard = (
        channel[np.flatnonzero(np.abs(channel) > 0.01)[0] :] for channel in (left, right)
    )
    assert understand(said) == "what is seven plus twelve"
    assert understand(heard) == "seven plus twelve is nineteen"
