"""`voicecli talk` before an open loudspeaker: a JACK server, a person, and an echo between them.

`ECHO_MINUTES=10 pytest tests/hearing/test_echo_jack.py -s` lets the replies go on that long,
half of it in each room, and shows what was measured.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jack_person import JACK_DEVICE, Person, Span
from sse_server import Answer, Request, SseServer, reply
from voicecli.models import find_voice
from voicecli.settings import TtsSettings
from voicecli.sound.wav import WavWriter
from voicecli.tts.clip import Clip
from voicecli.tts.piper import PiperSynthesizer

pytestmark = pytest.mark.timeout(1200)

MINUTES = float(os.environ.get("ECHO_MINUTES", "0.2"))

SENTENCES = (
    "Here is a story about a black cat and a white horse.",
    "They meet in the night, and the cat needs help.",
    "In the morning they are home, and it begins to rain.",
)
"""A reply of about nine seconds."""

STOP_DB = -50.0
"""Below it the loudspeaker is silent: a reply ducked by 15 dB is not."""


@dataclass(frozen=True)
class Told:
    """An event of `--json`, and the person's time at which it arrived."""

    at_s: float
    event: dict[str, Any]

    @property
    def name(self) -> str:
        return self.event["event"]


class Talk:
    """The running program."""

    def __init__(self, person: Person, *options: str) -> None:
        self._person = person
        self.told: list[Told] = []
        command = [sys.executable, "-m", "voicecli", "talk", "--json", *options]
        command += ["--input-device", JACK_DEVICE, "--output-device", JACK_DEVICE]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read, name="events")
        self._reader.start()

    def all(self, name: str) -> list[dict[str, Any]]:
        return [told.event for told in self.told if told.name == name]

    def wait_for(self, name: str, n: int = 1, timeout_s: float = 60.0) -> None:
        """Until it was told n times."""
        self._person._wait(lambda: len(self.all(name)) >= n, timeout_s, f"{n} of {name}: {self}")

    def end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        finally:
            self._process.kill()
            self._process.wait()
            self._reader.join()

    def __repr__(self) -> str:
        quiet = ("level", "reply_text", "state_changed")
        return "\n".join(f"{t.at_s:.2f} {t.event}" for t in self.told if t.name not in quiet)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self.told.append(Told(self._person.now_s, json.loads(line)))


@contextmanager
def talking(person: Person, server: SseServer, *options: str) -> Iterator[Talk]:
    where = ("--base-url", server.base_url, "--model", "test-model")
    talk = Talk(person, *where, *options)
    try:
        person.wait_for_program()
        talk.wait_for("started")
        yield talk
    finally:
        talk.end()


@contextmanager
def recorded(person: Person, recording: Path) -> Iterator[None]:
    """Keep what was said and heard, for whoever wants to know why the test failed."""
    try:
        yield
    finally:
        end_s = person.now_s
        wav = WavWriter(recording, person.sample_rate_hz, 2)
        wav.write(person.said(0, end_s), person.heard(0, end_s))
        wav.close()


@pytest.fixture(scope="module")
def question() -> Clip:
    return speak("Please tell me a story.")


@pytest.fixture(scope="module")
def interruptions() -> list[Clip]:
    return [speak("What day is today?"), speak("Wait, what is the time?"), speak("No, not today.")]


@pytest.fixture(scope="module")
def stop_word() -> Clip:
    return speak("Stop, please.")


def speak(text: str) -> Clip:
    return asyncio.run(
        PiperSynthesizer(find_voice("en_US-voicecli-low"), TtsSettings()).synthesize(text)
    )


def story(request: Request) -> Answer:
    return reply(" ".join(SENTENCES), first_token_s=0.05, tokens_per_s=50)


def say(person: Person, clip: Clip) -> Span:
    return person.say(0.6 * clip.samples, clip.sample_rate_hz)


def stop_ms(person: Person, cut_in: Span) -> float:
    """From the user's first sample to the last that was heard of the reply cut off."""
    heard = np.abs(person.heard(cut_in.start_s))
    loud = np.flatnonzero(heard > 10 ** (STOP_DB / 20))
    gaps = np.flatnonzero(np.diff(loud) > 0.5 * person.sample_rate_hz)
    last = loud[gaps[0] if len(gaps) else -1] if len(loud) else 0
    return 1000 * float(last) / person.sample_rate_hz


@pytest.mark.usefixtures("official_models")
@pytest.mark.parametrize(("delay_ms", "gain_db"), [(60, -6), (200, -20)])
def test_only_the_user_ends_a_reply(
    person: Person,
    question: Clip,
    interruptions: list[Clip],
    stop_word: Clip,
    tmp_path: Path,
    delay_ms: float,
    gain_db: float,
) -> None:
    person.set_echo(gain_db, delay_ms)
    with (
        recorded(person, tmp_path / "talk.wav"),
        SseServer(story) as server,
        talking(person, server, "--echo", "auto") as talk,
    ):
        # The user listens: nothing may end a reply, or make it falter.
        spoken_s, n_replies = 0.0, 0
        while spoken_s < 30 * MINUTES:
            n_replies += 1
            began_s = person.wait_for_sound(say(person, question).end_s)
            talk.wait_for("reply_ended", n_replies)
            spoken_s += person.wait_for_silence(1.0) - began_s
        assert len(talk.all("user_said")) == n_replies, talk
        assert not talk.all("reply_resumed") + talk.all("dropped"), talk
        assert not any(ended["interrupted"] for ended in talk.all("reply_ended")), talk

        # The user cuts in, at moments all over the reply, and is answered.
        n_cuts = max(3, round(2 * MINUTES))
        said_s = say(person, question).end_s
        stops_ms: list[float] = []
        for i in range(n_cuts):
            person.wait_until(person.wait_for_sound(said_s) + 0.3 + 5 * i / n_cuts)
            cut_in = say(person, interruptions[i % len(interruptions)])
            talk.wait_for("reply_ended", n_replies + i + 1)
            said_s = max(cut_in.end_s, person.now_s)
            stops_ms.append(stop_ms(person, cut_in))
        ended = talk.all("reply_ended")[n_replies : n_replies + n_cuts]
        assert all(reply["interrupted"] for reply in ended), talk
        sys.stdout.write(
            f"\n{delay_ms} ms, {gain_db} dB: no false interruption in {spoken_s:.0f} s; "
            f"{n_cuts} cut-ins stopped it after {[round(ms) for ms in stops_ms]} ms\n"
        )
        assert max(stops_ms) < 1000, talk

        # A spoken stop is obeyed, and not answered.
        began_s = person.wait_for_sound(said_s)
        person.wait_until(began_s + 1)
        stop = say(person, stop_word)
        talk.wait_for("stopped")
        assert person.wait_for_silence(2.0) < stop.end_s + 0.5, talk
