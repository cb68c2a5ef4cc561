"""Measure how fast a conversation is, by a recording: a person on JACK's dummy backend.

    python scripts/latency.py                                            # the bundled models
    python scripts/latency.py --stt-model /tmp/base12 --voice medium.onnx --trim-encoder
    python scripts/latency.py --questions recordings/*.wav               # asked by other people
    python scripts/latency.py --only barge-in --questions q.wav --interruptions recordings/*.wav

Needs jackd (see tests/jack_person.py). First audio counts
from the last sample of a question that is sound to the first of the answer, a stop from the first
sample of the interruption to the last of the reply. The language model is the bench's, on loopback.
Prints a line for each figure: 50th and 95th percentile, and the goal.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from jack_person import JACK_DEVICE, JackServer, Person, Span
from programs import Talk, speak
from voicecli.bench.server import ANSWER, MODEL, serve
from voicecli.hearing.vad import SileroVad
from voicecli.sound.reading import read_audio
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples
from voicecli.timing import percentile

QUESTIONS = (
    *("What is seven plus twelve?", "What time is it?", "Hello, how are you?", "Tell me a joke."),
    *("What day is today?", "What is six times seven?", "Good morning.", "Can you hear me?"),
)
INTERRUPTION = "No, wait."
SHORT_ANSWER = "Here is the answer to it, and that is all."
IDLE_S = 20
ROOMS = (
    ("headphones", "180 / 300", None),
    ("loudspeaker, 60 ms, -6 dB", "260 / 500", (-6, 60)),
    ("loudspeaker, 200 ms, -20 dB", "260 / 500", (-20, 200)),
)
"""With its goal, and its echo: dB and ms."""


@contextmanager
def language_model(
    first_token_s: float, tokens_per_s: float, answer: str = ANSWER
) -> Iterator[str]:
    """The bench's server on a thread of its own; its base URL."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    def call(coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result()

    server = serve(first_token_s, tokens_per_s, answer)
    url = call(server.__aenter__())
    try:
        yield url
    finally:
        call(server.__aexit__(None, None, None))
        loop.call_soon_threadsafe(loop.stop)


@contextmanager
def talking(
    options: list[str], base_url: str, echo: tuple[float, float] | None
) -> Iterator[tuple[Talk, Person]]:
    devices = ["--input-device", JACK_DEVICE, "--output-device", JACK_DEVICE]
    with JackServer() as server, Person(server) as person:
        os.environ |= server.environment
        if echo is not None:
            person.set_echo(echo[0], echo[1])
        url = ["--base-url", base_url] + ["--model", MODEL] * (base_url != "built-in")
        with Talk(*devices, *url, *options) as talk:
            talk.wait_for("started")
            person.wait_for_program()
            # Models load while it already listens; an hour's conversation begins warm.
            person.wait_until(person.now_s + 3)
            yield talk, person


def report(title: str, values: list[float], goal: str, unit: str = "ms") -> None:
    p50, p95 = percentile(values, 50), percentile(values, 95)
    both = f"{p50:6.0f} / {p95:6.0f}" if len(values) > 1 else f"{values[0]:6.1f}"
    print(f"  {title:<50} {both} {unit:<3} n {len(values):<3} goal {goal}", flush=True)


def voiced(samples: Samples) -> list[int]:
    """Where the frames begin that Silero takes for speech."""
    detector = SileroVad()
    starts = range(0, len(samples) - FRAME_SAMPLES, FRAME_SAMPLES)
    return [at for at in starts if detector.probability(samples[at : at + FRAME_SAMPLES]) > 0.5]


def recorded(path: Path) -> Samples:
    """A question until its last word: rooms go on sounding behind it."""
    question = read_audio(path)
    return question[: voiced(question)[-1] + FRAME_SAMPLES]


def interruption(path: Path) -> Samples:
    """Likewise, from the first word on, which is noticed up to two frames late."""
    samples = recorded(path)
    return samples[max(0, voiced(samples)[0] - 2 * FRAME_SAMPLES) :]


def asked(person: Person, question: Samples, after_s: float = 0.2) -> Span:
    return person.say(question, SAMPLE_RATE_HZ, at_s=person.now_s + after_s)


def first_audio(
    title: str,
    goal: str,
    options: list[str],
    model: tuple[float, float],
    questions: list[Samples],
    n: int,
) -> None:
    """model: its seconds to the first token, and tokens a second."""
    heard_ms = []
    with (
        language_model(*model, SHORT_ANSWER) as url,
        talking(["--echo", "headphones", *options], url, None) as (talk, person),
    ):
        for number in range(n):
            said = asked(person, questions[number % len(questions)])
            heard_ms.append(1000 * (person.wait_for_sound(after_s=said.end_s) - said.end_s))
            talk.wait_for("reply_ended", number + 1)
            person.wait_for_silence(0.5)
        hangovers_ms = [event["hangover_ms"] for event in talk.of("turn_timed")]
    report(title, heard_ms, goal)
    if len(hangovers_ms) == len(heard_ms):  # else a question was more than one turn
        over_ms = [heard - waited for heard, waited in zip(heard_ms, hangovers_ms, strict=True)]
        report("    of which above the hangover", over_ms, "60 / 120")
    else:
        print(f"      {n} questions were {len(hangovers_ms)} turns")


def barge_in(
    title: str,
    goal: str,
    options: list[str],
    echo: tuple[float, float] | None,
    questions: list[Samples],
    interruptions: list[Samples],
    n: int,
) -> None:
    stops_ms, missed = [], 0
    with (
        language_model(0.0, 100.0) as url,
        talking(["--echo", "aec" if echo else "headphones", *options], url, echo) as (
            talk,
            person,
        ),
    ):
        for number in range(n):
            said = asked(person, questions[number % len(questions)])
            heard_s = person.wait_for_sound(after_s=said.end_s)
            person.wait_until(heard_s + 0.8 + 0.13 * (number % 7))
            cut = asked(person, interruptions[number % len(interruptions)], 0.1)
            person.wait_until(cut.end_s + 0.25)
            audible = person.heard_spans(cut.start_s, min_gap_s=0.05)
            stop_ms = 1000 * (audible[0].end_s - cut.start_s) if audible else 0.0
            missed += stop_ms > 1000
            stops_ms.append(stop_ms)
            person.wait_for_silence(2.5)
        false = sum(event["event"] == "reply_resumed" for event in talk.events)
    report(title, stops_ms, goal)
    print(f"      {missed} of {n} missed, {false} taken for nothing")


def idle(title: str, goal: str, options: list[str]) -> None:
    with talking(options, "built-in", None) as (talk, person):
        person.wait_until(person.now_s + 3)
        before_s = _cpu_s(talk._process.pid)
        began_s = person.now_s
        person.wait_until(began_s + IDLE_S)
        share = 100 * (_cpu_s(talk._process.pid) - before_s) / (person.now_s - began_s)
    report(title, [share], goal, "%")


def _cpu_s(pid: int) -> float:
    """Of all threads. The times in /proc/PID/stat are counted in ticks, which callbacks every 10 ms
    fall between."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=16)
    parser.add_argument("--only", nargs="+", default=["first-audio", "barge-in", "idle"])
    parser.add_argument("--stt-model")
    parser.add_argument("--voice")
    parser.add_argument("--questions", nargs="+", type=Path, help="recordings to ask")
    parser.add_argument("--interruptions", nargs="+", type=Path, help="recordings to cut in with")
    parser.add_argument("--trim-encoder", action=argparse.BooleanOptionalAction)
    arguments = parser.parse_args()
    options = []
    for name in ("stt-model", "voice"):
        if value := getattr(arguments, name.replace("-", "_")):
            options += [f"--{name}", value]
    if arguments.trim_encoder is not None:
        options.append("--trim-encoder" if arguments.trim_encoder else "--no-trim-encoder")
    n = arguments.turns
    questions = [recorded(path) for path in arguments.questions or []]
    questions = questions or [speak(question) for question in QUESTIONS]
    cuts = [interruption(path) for path in arguments.interruptions or []]
    cuts = cuts or [speak(INTERRUPTION)]
    print(" ".join(["voicecli talk", *options]))
    if "first-audio" in arguments.only:
        first_audio(
            "first audio, the model's time excluded", "-", options, (0.0, 1000.0), questions, n
        )
        first_audio(
            "first audio, 150 ms and 50 tokens/s", "650 / 800", options, (0.15, 50.0), questions, n
        )
    if "barge-in" in arguments.only:
        for where, goal, echo in ROOMS:
            barge_in(f"stop, {where}", goal, options, echo, questions, cuts, n)
    if "idle" in arguments.only:
        idle("idle, headphones", "2", ["--echo", "headphones", *options])
        idle("idle, echo cancellation", "4", ["--echo", "aec", *options])


if __name__ == "__main__":
    main()
