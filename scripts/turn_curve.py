"""The trade of turn-taking: how many who pause are cut off, how long those who are done wait.

    .venv/bin/python scripts/turn_curve.py RECORDINGS --signs SIGNS.json [--stt-model tiny.en]

As turns.py, but nothing is waited for: each recording, and each beginning of it up to a word, is
heard up to 160 ms behind its last sound, and what the recogniser and Smart Turn tell there is kept
in SIGNS.json. From that the table is computed, for many settings of conversation/patience.py, on a
modelled clock: a pause lasts 0.5 to 1.5 s, each length as likely; a cut-off is audible where more
than 200 ms of a reply are heard in it. Of the recordings' two halves, drawn at random, both are
shown: what is best in one should be good in the other.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from faster_whisper import WhisperModel
from turns import AUDIBLE_S, LEAD_S, PAUSES_S, clips, filled

from voicecli.conversation import patience
from voicecli.hearing.ears import Ears
from voicecli.hearing.echo import NoEcho
from voicecli.hearing.endpointing import SpeechPaused
from voicecli.hearing.turn_detector import SmartTurnDetector
from voicecli.hearing.vad import SileroVad
from voicecli.models import find_stt, find_turn_detector
from voicecli.settings import ListenSettings, SttSettings
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Samples, silence
from voicecli.stt.languages import NOTHING_EARLIER
from voicecli.stt.recognizer import WhisperRecognizer
from voicecli.stt.transcript import Ending, Transcript

READY_MS = 470.0
"""From the last sound to a reply that could be heard: recognition 110 (tiny.en), a model's first
token 150 and first clause 100, the voice's first sound 95, two frames."""

NOTICED_MS = 40.0
"""A hangover is over at the end of a frame."""

MAX_LATE_MS = 200.0
"""What ends later was not the end that was cut."""

OVER, MAYBE, MIDDLE_MS = (1.0, 1.3, 1.6, 2.0, 2.5), (-1.0, 0.0, 0.5, 0.9), (600, 700, 800, 900)

Sign = dict[str, Any]


def last_pause(sound: Samples) -> SpeechPaused | None:
    """The last one that begins in it."""
    ears, pause = Ears(NoEcho(), SileroVad(), ListenSettings()), None
    for start in range(0, len(sound) - FRAME_SAMPLES, FRAME_SAMPLES):
        samples = sound[start : start + FRAME_SAMPLES]
        for event in ears.hear(Frame(samples, start, silence(FRAME_SAMPLES))).events:
            pause = event if isinstance(event, SpeechPaused) else pause
        ears.endpointer.hangover_ms = 1e6
    return pause


def signs(options: argparse.Namespace) -> Iterator[Sign]:
    """Of each recording, whole and cut."""
    words_by = WhisperModel(str(find_stt(options.words_by)), compute_type="int8", cpu_threads=1)
    stt = SttSettings(language="en")
    recognizer = WhisperRecognizer(find_stt(options.stt_model), stt)
    model = find_turn_detector(None)
    detector = None if model is None else SmartTurnDetector(model)
    for clip in clips(options.recordings, options.cuts, options.seed, options.limit, words_by):
        sound = np.concatenate([filled(clip.noise, LEAD_S), clip.pieces[0]])
        pause = last_pause(np.concatenate([sound, filled(clip.noise, 1.0)]))
        if pause is None:
            continue
        transcript = recognizer._transcribe(pause.samples, "en", NOTHING_EARLIER)
        ending = transcript.ending
        yield {
            "name": clip.name,
            "whole": len(clip.pieces) == 1,
            "late_ms": 1000 * (pause.speech_end - len(sound)) / SAMPLE_RATE_HZ,
            "text": transcript.text,
            "ending": None if ending is None else [ending.broken_off, ending.another_word],
            "probability": None if detector is None else detector._probability(pause.samples),
        }


def first_audio_ms(sign: Sign, settings: ListenSettings) -> float:
    """After the last sound, with patience.py as it is set at the moment."""
    ending = None if sign["ending"] is None else Ending(*sign["ending"])
    transcript = Transcript(sign["text"], "en", 0.0, 0.0, ending=ending)
    hangover_ms = patience.hangover_ms(transcript, settings, sign["probability"])
    late_ms = min(max(0.0, sign["late_ms"]), MAX_LATE_MS)
    return max(READY_MS + late_ms / 2, hangover_ms + late_ms + NOTICED_MS)


def figures(some: Sequence[Sign], settings: ListenSettings) -> str:
    ends = np.array([first_audio_ms(sign, settings) for sign in some if sign["whole"]])
    within = np.array([first_audio_ms(sign, settings) for sign in some if not sign["whole"]])
    shortest_ms, longest_ms = (1000 * pause_s for pause_s in PAUSES_S)
    room_ms = longest_ms - within - 1000 * AUDIBLE_S
    cut = 100 * np.clip(room_ms / (longest_ms - shortest_ms), 0, 1).mean()
    p50, p95 = np.percentile(ends, [50, 95])
    return f"{cut:4.1f} % {p50:4.0f} {p95:5.0f} {ends.mean():5.0f}"


def table(some: Sequence[Sign], seed: int) -> Iterator[str]:
    """First with the product's own settings, then with others."""
    names = sorted({sign["name"] for sign in some})
    first = set(random.Random(seed).sample(names, len(names) // 2))
    halves = [
        list(some),
        [sign for sign in some if sign["name"] in first],
        [sign for sign in some if sign["name"] not in first],
    ]
    n_ends = sum(sign["whole"] for sign in some)
    yield f"{n_ends} ends, {len(some) - n_ends} pauses within; ms are first audio's p50, p95, mean"
    yield f"{'over maybe middle':<18} | {'all':<23} | {'one half':<23} | the other"
    own = patience.OVER_LOG_ODDS, patience.MAYBE_LOG_ODDS, ListenSettings().silence_ms
    for over, maybe, middle_ms in (own, *product(OVER, MAYBE, MIDDLE_MS)):
        patience.OVER_LOG_ODDS, patience.MAYBE_LOG_ODDS = over, maybe
        settings = replace(ListenSettings(), silence_ms=middle_ms)
        columns = " | ".join(figures(half, settings) for half in halves)
        yield f"{over:4.1f} {maybe:5.1f} {middle_ms:6} | {columns}"


def main(options: argparse.Namespace) -> None:
    if not options.signs.exists():
        options.signs.write_text(json.dumps(list(signs(options))), "utf-8")
    for line in table(json.loads(options.signs.read_text("utf-8")), options.seed):
        print(line)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recordings", type=Path)
    parser.add_argument("--signs", type=Path, required=True, help="kept here, and used again")
    parser.add_argument("--stt-model", default="tiny.en")
    parser.add_argument("--words-by", default="base", help="model that tells where words end")
    parser.add_argument("--cuts", type=int, default=4, help="places a clip")
    parser.add_argument("--limit", type=int, help="so many clips, drawn at random")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main(arguments())
