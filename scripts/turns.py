"""Measure turn-taking with people who hesitate: how often they are cut off, and how long they wait.

    .venv/bin/python scripts/turns.py RECORDINGS [--stt-model tiny.en] [--turn-model FILE | none]

RECORDINGS is a folder with a manifest.jsonl: one clip a line, with `file`, `text`, `language`.
Every English clip with a text is heard (a) whole, and (b) cut at a boundary between two words
(--cuts places, seeded; by Whisper's word times), with 0.5 to 1.5 s of the room's own noise in
between: its quietest moments, over and over. All of it in real time, in bench's room.
The language model takes 150 ms and writes 50 words a second, on loopback.

A cut-off is audible where more than 200 ms of a reply are heard before the speaker goes on, and
inaudible where a turn was taken to be over and taken back in time. First audio counts from the last
sample that is speech. Prints the figures; with --verbose, a line for each trial before
(hangover | pause + stt + llm + tts, in ms).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel

from voicecli.bench.room import Room
from voicecli.bench.server import MODEL, serve
from voicecli.conversation.conversation import Conversation
from voicecli.conversation.events import Event, TurnTimed, UserSaid
from voicecli.duplex.devices import DeviceDuplex
from voicecli.engines import Engines
from voicecli.models import find_stt
from voicecli.settings import Settings
from voicecli.sound.reading import read_audio
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples
from voicecli.timing import percentile

PAUSES_S = 0.5, 1.5
LEAD_S = 0.6
"""Of the room's noise before the first word."""

AUDIBLE_S = 0.2
"""Of a reply, before the speaker goes on: less is over before it is noticed."""

PATIENCE_S = 6.0
"""For an answer after the last word."""

QUIET_S = 1.2
"""Between two trials: the next one is a turn of its own."""

ANSWER = "Here is the answer to it, and that is all."


@dataclass(frozen=True)
class Clip:
    """What somebody says: one or two pieces."""

    name: str
    pieces: tuple[Samples, ...]
    pause_s: float
    noise: Samples


@dataclass
class Outcome:
    """What came of it."""

    clip: Clip
    heard_early_s: float = 0.0
    """Of a reply, before the second piece began."""
    began_early: bool = False
    """A turn was taken to be over in the pause, audibly or not."""
    first_audio_ms: float | None = None
    said: tuple[str, ...] = ()
    timed: TurnTimed | None = None

    @property
    def is_cut_off(self) -> bool:
        return self.heard_early_s > AUDIBLE_S


def speech_span(samples: Samples) -> tuple[int, int]:
    """First and after the last sample that stand out of the room by 10 dB, and are not far below
    the loudest (35 dB): 10 ms at a time."""
    step = SAMPLE_RATE_HZ // 100
    level = np.sqrt((samples[: len(samples) // step * step].reshape(-1, step) ** 2).mean(axis=1))
    threshold = max(level.max() * 10 ** (-35 / 20), np.percentile(level, 10) * 10 ** (10 / 20))
    loud = np.flatnonzero(level >= min(threshold, level.max()))
    return int(loud[0]) * step, int(loud[-1] + 1) * step


def room_noise(samples: Samples) -> Samples:
    """The quietest fifth of a second of a recording, joined to a loop without a click."""
    size, step = SAMPLE_RATE_HZ // 5, SAMPLE_RATE_HZ // 50
    starts = range(0, max(1, len(samples) - size), step)
    quietest = min(starts, key=lambda start: float((samples[start : start + size] ** 2).sum()))
    piece = samples[quietest : quietest + size]
    fade = np.linspace(0, 1, len(piece) // 4, dtype=np.float32)
    looped = piece[: len(piece) - len(fade)].copy()
    looped[: len(fade)] = looped[: len(fade)] * fade + piece[len(piece) - len(fade) :] * (1 - fade)
    return looped


def filled(noise: Samples, duration_s: float) -> Samples:
    return np.resize(noise, int(duration_s * SAMPLE_RATE_HZ))


def boundaries(samples: Samples, whisper: WhisperModel) -> list[int]:
    """Sample indices between two words: the quietest 10 ms around each."""
    segments, _ = whisper.transcribe(samples, language="en", word_timestamps=True, beam_size=5)
    words = [word for segment in segments for word in segment.words or []]
    found = []
    for before, after in zip(words[:-1], words[1:], strict=True):
        low = int((before.end - 0.06) * SAMPLE_RATE_HZ)
        high = int((after.start + 0.06) * SAMPLE_RATE_HZ)
        step = SAMPLE_RATE_HZ // 100
        starts = range(max(0, low), min(len(samples) - step, max(high, low + step)), step)
        if starts:
            cut = min(starts, key=lambda at: float((samples[at : at + step] ** 2).sum()))
            found.append(cut + step // 2)
    return found


def clips(
    folder: Path, n_cuts: int, seed: int, limit: int | None, whisper: WhisperModel
) -> Iterator[Clip]:
    rng = random.Random(seed)
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").open(encoding="utf-8")]
    rows = [row for row in rows if row["language"] == "en" and row["text"]]
    if limit:
        rows = rng.sample(rows, min(limit, len(rows)))
    for row in rows:
        samples = read_audio(folder / row["file"])
        start, end = speech_span(samples)
        samples, noise = samples[start:end], room_noise(samples)
        yield Clip(row["file"], (samples,), 0.0, noise)
        places = boundaries(samples, whisper) if n_cuts else []
        # Somebody who says one word and then thinks is no test of a sentence's end.
        places = [at for at in places if min(at, len(samples) - at) > 0.4 * SAMPLE_RATE_HZ]
        for at in sorted(rng.sample(places, min(n_cuts, len(places)))):
            pause_s = rng.uniform(*PAUSES_S)
            yield Clip(row["file"], (samples[:at], samples[at:]), pause_s, noise)


class Watch:
    """What was understood since the last trial, and where the time of the last turn went."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.timed: TurnTimed | None = None

    def __call__(self, event: Event) -> None:
        match event:
            case UserSaid(text):
                self.said.append(text)
            case TurnTimed():
                self.timed = event


async def hear(clip: Clip, room: Room, watch: Watch, conversation: Conversation) -> Outcome:
    """One trial, in real time."""
    watch.said.clear()
    watch.timed = None
    outcome = Outcome(clip)
    first, *rest = clip.pieces
    sound = [filled(clip.noise, LEAD_S), first]
    if rest:
        sound += [filled(clip.noise, clip.pause_s), *rest]
    start = room.speak(np.concatenate([*sound, filled(clip.noise, PATIENCE_S)]))
    end = start + sum(len(part) for part in sound)
    if rest:
        goes_on = end - len(rest[0])
        await until(room, goes_on)
        outcome.heard_early_s = np.count_nonzero(room.heard(start, goes_on)) / SAMPLE_RATE_HZ
        outcome.began_early = bool(watch.said) or outcome.heard_early_s > 0
    await until(room, end)
    give_up = end + int(PATIENCE_S * SAMPLE_RATE_HZ)
    await until(room, give_up, lambda: room.first_heard(end) is not None)
    at = room.first_heard(end)
    if at is not None:
        outcome.first_audio_ms = 1000 * (at - end) / SAMPLE_RATE_HZ
    conversation.stop_reply()
    room.hush()
    outcome.said, outcome.timed = tuple(watch.said), watch.timed
    await asyncio.sleep(QUIET_S)
    return outcome


async def until(room: Room, index: int, is_over: Callable[[], bool] = lambda: False) -> None:
    while room.position < index and not is_over():  # noqa: ASYNC110  the room keeps the time
        await asyncio.sleep(0.01)


def line(outcome: Outcome) -> str:
    clip = outcome.clip
    kind = f"{clip.pause_s:.2f} s in it" if len(clip.pieces) > 1 else "whole"
    early = f"CUT OFF {outcome.heard_early_s:.2f} s" if outcome.is_cut_off else ""
    early = early or ("taken back" if outcome.began_early else "")
    first = "no answer" if outcome.first_audio_ms is None else f"{outcome.first_audio_ms:.0f} ms"
    spent = ""
    if (timed := outcome.timed) is not None:
        stages = timed.begun_ms, timed.stt_ms, timed.llm_ms, timed.tts_ms
        spent = f"{timed.hangover_ms:4.0f} | " + " + ".join(f"{ms:.0f}" for ms in stages)
    words = " | ".join(outcome.said)
    return f"{clip.name[-28:]:<28} {kind:<12} {first:<9} {spent:<26} {early:<15} {words}"


def figures(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """The table: what the field measures turn-taking by."""
    whole = [outcome for outcome in outcomes if len(outcome.clip.pieces) == 1]
    cut = [outcome for outcome in outcomes if len(outcome.clip.pieces) > 1]
    for title, some in (("whole turns", whole), ("turns with a pause", cut)):
        ms = [outcome.first_audio_ms for outcome in some if outcome.first_audio_ms is not None]
        p50, p95 = percentile(ms, 50), percentile(ms, 95)
        if p50 is None or p95 is None:
            continue
        count = f"n {len(some)}, {len(some) - len(ms)} unanswered"
        yield f"{title:<20} first audio p50 {p50:5.0f} p95 {p95:5.0f} ms  {count}"
    if cut:
        audible = sum(outcome.is_cut_off for outcome in cut)
        back = sum(outcome.began_early and not outcome.is_cut_off for outcome in cut)
        share = f"{audible} of {len(cut)} ({100 * audible / len(cut):.1f} %)"
        yield f"{'audible cut-offs':<20} {share}; taken back in time {back}"


def settings_of(options: argparse.Namespace, base_url: str) -> Settings:
    """The user's defaults, with what the command line says."""
    settings = Settings()
    listen = settings.listen
    if options.turn_model is not None:
        listen = replace(listen, turn_model=options.turn_model)
    return replace(
        settings,
        llm=replace(settings.llm, base_url=base_url, model=MODEL),
        stt=replace(settings.stt, model=options.stt_model, language="en"),
        tts=replace(settings.tts, voice=options.voice),
        sound=replace(settings.sound, echo="headphones"),
        listen=replace(listen, speculate="full"),
    )


async def main(options: argparse.Namespace) -> None:
    whisper = WhisperModel(str(find_stt(options.words_by)), compute_type="int8", cpu_threads=2)
    trials = list(clips(options.recordings, options.cuts, options.seed, options.limit, whisper))
    watch, outcomes = Watch(), []
    async with (
        serve(options.model_ms / 1000, 50.0, ANSWER) as base_url,
        Engines(settings_of(options, base_url)) as engines,
    ):
        await engines.warm_up()
        room = Room(sum(seconds(clip) for clip in trials) + 60)
        async with DeviceDuplex(sound_system=lambda: room) as duplex:
            conversation = await engines.conversation(duplex, watch)
            running = asyncio.create_task(conversation.run())
            await asyncio.sleep(1)
            for clip in trials:
                outcomes.append(await hear(clip, room, watch, conversation))
                if options.verbose:
                    print(line(outcomes[-1]), flush=True)
            running.cancel()
            await asyncio.wait([running])
            if not running.cancelled():
                running.result()
    for text in figures(outcomes):
        print(text)


def seconds(clip: Clip) -> float:
    spoken_s = sum(len(piece) for piece in clip.pieces) / SAMPLE_RATE_HZ
    return spoken_s + LEAD_S + clip.pause_s + PATIENCE_S + QUIET_S + 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recordings", type=Path)
    parser.add_argument("--stt-model")
    parser.add_argument("--voice")
    parser.add_argument("--turn-model")
    parser.add_argument("--words-by", default="base", help="model that tells where words end")
    parser.add_argument("--model-ms", type=float, default=150.0, help="to the first token")
    parser.add_argument("--cuts", type=int, default=2, help="places a clip")
    parser.add_argument("--limit", type=int, help="so many clips, drawn at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main(arguments()))
