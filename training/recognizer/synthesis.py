"""Who says it: clips from many synthesisers, with phone times where they tell them.

    python -m training.recognizer.synthesis WORK                  # all sets; existing ones are kept
    python -m training.recognizer.synthesis WORK --only espeak-0 piper
    python -m training.recognizer.synthesis WORK --smoke

Writes WORK/clips/NAME.{pcm,jsonl}. Needs espeak-ng and flite; piper-tts for the sets called piper;
Festival with voices of other languages for those called accented, with ked and slt-hts for two of
the test sets. Nothing of a held-out voice or sentence gets into a set that is trained on.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import soundfile
import soxr

from training.common import espeak, flite
from training.common.clips import SAMPLE_RATE_HZ, Clip, ClipWriter, Samples
from training.common.spoken import Spoken
from training.recognizer import accents, text

Rng = random.Random

MODELS = Path(__file__).parents[2] / "models"
MAX_CLIP_S = 12.0
PEAK = 0.7

# Voices -------------------------------------------------------------------------------------------

ESPEAK_ACCENTS = (
    *["en-us"] * 10,
    *["gmw/en"] * 3,
    *["en-us-nyc"] * 2,
    *["en-gb-x-rp"] * 2,
    "en-gb-scotland",
    "en-gb-x-gbclan",
    "en-gb-x-gbcwmd",
)
"""As often as they are drawn."""

ESPEAK_VARIANTS = (
    "Alex Alicia Andrea Andy Annie Diogo Gene Gene2 Henrique Hugo Jacky Lee Marco Mario Michael "
    "Mike Nguyen RicishayMax RicishayMax2 RicishayMax3 Storm Tweaky adam anika antonio aunty "
    "belinda benjamin boris caleb david ed edward edward2 f1 f2 f3 f4 f5 grandma grandpa gustave "
    "iven iven2 iven3 iven4 john kaukovalta klatt klatt2 klatt3 klatt4 klatt5 klatt6 linda m1 m2 "
    "m3 m4 m5 m6 m7 m8 marcelo max michel miguel norbert pablo paul pedro quincy rob robert "
    "sandro shelby steph steph2 steph3 travis victor zac"
).split()
"""Those that sound like a person, roughly: no whispers, robots, demons."""

HELD_OUT_VARIANTS = frozenset(
    "Annie Gene Mike adam boris f2 iven3 klatt3 linda m3 pablo steph2".split()
)
TRAINED_VARIANTS = tuple(v for v in ESPEAK_VARIANTS if v not in HELD_OUT_VARIANTS)

FLITE_SPEAKERS = ("slt", "slt", "slt", "awb", "awb", "rms", "rms", "kal16")
"""As often as they are drawn. Clustergen voices of real people, and one diphone voice."""

FESTIVAL_VOICES = {"ked": "voice_ked_diphone", "slt-hts": "voice_cmu_us_slt_arctic_hts"}
"""Never trained on. ked's speaker is in no other set; slt's is, by another synthesiser."""


def _tract(rng: Rng) -> float:
    """How much shorter than the voice's own the vocal tract becomes: children, and deep voices."""
    return rng.uniform(0.84, 1.26) if rng.random() < 0.6 else 1.0


def say_espeak(rng: Rng, variants: tuple[str, ...], words: str) -> tuple[Spoken, str, float]:
    voice = f"{rng.choice(ESPEAK_ACCENTS)}+{rng.choice(variants)}"
    tract = _tract(rng)
    spoken = espeak.say(
        voice,
        words,
        rate_wpm=max(80, int(rng.randint(105, 225) / tract)),
        pitch=rng.randint(10, 90),
        word_gap=rng.choice((0, 0, 0, 1, 2)),
    )
    return spoken, f"espeak:{voice}", tract


def say_flite(rng: Rng, speakers: tuple[str, ...], words: str) -> tuple[Spoken, str, float]:
    speaker, tract = rng.choice(speakers), _tract(rng)
    stretch = rng.uniform(0.75, 1.4) if rng.random() < 0.8 else 1.0
    pitch = rng.uniform(0.7, 1.45) if rng.random() < 0.75 else 1.0
    return (
        flite.say(speaker, words, stretch=stretch * tract, pitch=pitch),
        f"flite:{speaker}",
        tract,
    )


def say_accented(rng: Rng, speakers: tuple[str, ...], words: str) -> tuple[Spoken, str, float]:
    speaker, tract = rng.choice(speakers), _tract(rng)
    stretch = rng.uniform(0.8, 1.4) if rng.random() < 0.8 else 1.0
    spoken = accents.say(rng, speaker, words, stretch=stretch * tract)
    return spoken, f"accented:{speaker}", tract


def say_flite_as_is(rng: Rng, speaker: str, words: str) -> tuple[Spoken, str, float]:
    return flite.say(speaker, words), f"flite:{speaker}", 1.0


@cache
def _piper_voice(path: Path):  # type: ignore[no-untyped-def]
    from piper import PiperVoice

    return PiperVoice.load(path)


def own_voice() -> Path:
    """What voicecli speaks with when nothing else was fetched."""
    return min((MODELS / "voice-en").glob("*.onnx"))


def say_piper(
    rng: Rng, path: Path, words: str, *, as_is: bool = False
) -> tuple[Spoken, str, float]:
    """With a voice of voicecli's own; every speaker it has."""
    from piper import SynthesisConfig

    voice = _piper_voice(path)
    tract = 1.0 if as_is else _tract(rng)
    n_speakers = voice.config.num_speakers
    speaker = rng.randrange(n_speakers) if n_speakers > 1 else None
    length_scale = None if as_is else tract * (rng.uniform(0.75, 1.35) if rng.random() < 0.7 else 1)
    config = SynthesisConfig(speaker_id=speaker, length_scale=length_scale)
    chunks = [c.audio_float_array for c in voice.synthesize(words, config)]
    samples = np.concatenate([np.zeros(0, np.float32), *chunks])
    return Spoken(samples, voice.config.sample_rate, []), f"piper:{path.stem}", tract


def festival_clips(voice: str, sentences: list[str]) -> list[Spoken]:
    """All in one process: Festival takes longer to start than to speak."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"({FESTIVAL_VOICES[voice]})"]
        for i, sentence in enumerate(sentences):
            lines.append(
                f'(utt.save.wave (utt.synth (Utterance Text "{sentence}")) "{folder}/{i}.wav")'
            )
        script = Path(folder, "say.scm")
        script.write_text("\n".join(lines), "ascii")
        subprocess.run(["festival", "--batch", str(script)], check=True)
        read = [soundfile.read(f"{folder}/{i}.wav", dtype="float32") for i in range(len(sentences))]
    return [Spoken(samples, rate, []) for samples, rate in read]


# Clips --------------------------------------------------------------------------------------------


def as_said(rng: Rng, written: str) -> str:
    """The same words with other pauses and melody."""
    said = written
    if rng.random() < 0.3:
        said = said.replace(",", "").replace(":", "").rstrip(".?!")
    if rng.random() < 0.12:
        said = said.replace(" ", ", ", 1)
    if rng.random() < 0.2:
        said = said.rstrip(".?!") + rng.choice(".?!")
    return said


def to_clip(spoken: Spoken, written: str, voice: str, tract: float) -> tuple[Samples, Clip] | None:
    """16 kHz, trimmed to what is heard, at PEAK; None where there is next to nothing, or too much.

    A `tract` above 1 plays it faster, pitch and formants raised: a smaller speaker.
    """
    samples = soxr.resample(spoken.samples, spoken.sample_rate_hz * tract, SAMPLE_RATE_HZ)
    found = _heard(samples)
    if found is None or found[1] - found[0] > MAX_CLIP_S * SAMPLE_RATE_HZ:
        return None
    start, stop = found
    samples = samples[start:stop]
    offset_ms = start * 1000 / SAMPLE_RATE_HZ
    phones = [(name, round(end_s / tract * 1000 - offset_ms)) for name, end_s in spoken.phones]
    clip = Clip(written, voice, [(name, end_ms) for name, end_ms in phones if end_ms > 0])
    return (samples * (PEAK / np.abs(samples).max())).astype(np.float32), clip


def _heard(samples: Samples) -> tuple[int, int] | None:
    """From the first to the last 10 ms above -36 dB of the loudest, and a little around it."""
    block = SAMPLE_RATE_HZ // 100
    blocks = samples[: len(samples) // block * block].reshape(-1, block)
    if len(blocks) < 8:
        return None
    level = np.sqrt((blocks**2).mean(1))
    loud = np.flatnonzero(level > max(level.max() * 0.015, 1e-4))
    if len(loud) < 3:
        return None
    return max(0, loud[0] - 3) * block, min(len(blocks), loud[-1] + 5) * block


Draw = Callable[[Rng], tuple[str, list[bool]]]
Say = Callable[[Rng, str], tuple[Spoken, str, float]]


def in_domain(rng: Rng) -> tuple[str, list[bool]]:
    while True:
        written = text.draw(rng)
        if not text.is_held_out(written):
            return written, []


def one_word(rng: Rng) -> tuple[str, list[bool]]:
    """Mostly digits: what people say to a machine, with nothing around that helps."""
    kind = rng.random()
    if kind < 0.6:
        word = rng.choice(text.DIGITS)
    elif kind < 0.7:
        word = f"{rng.choice(text.DIGITS)} {rng.choice(text.DIGITS)}"
    else:
        word = rng.choice(text.known_words())
    return word[0].upper() + word[1:] + ".", []


def out_of_domain(rng: Rng, *, held_out: bool = False) -> tuple[str, list[bool]]:
    return text.draw_open(rng, held_out=held_out)


def half_held_out(rng: Rng) -> tuple[str, list[bool]]:
    """For a test of a voice: sentences, no salad; those of four words and more all held out."""
    while True:
        written = text.draw(rng, salad=False)
        if text.is_held_out(written) or (len(text.words_of(written)) < 4 and rng.random() < 0.1):
            return written, []


@dataclass(frozen=True)
class Set:
    name: str
    n_clips: int
    draw: Draw
    say: Say
    vary: bool = True
    """Whether to say it with other pauses than written."""


def training_sets() -> list[Set]:
    sets = []
    spoken_by_espeak = partial(_swap, say_espeak, TRAINED_VARIANTS)
    spoken_by_flite = partial(_swap, say_flite, FLITE_SPEAKERS)
    spoken_by_piper = partial(_swap, say_piper, own_voice())
    for name, say, n_words, n_single, n_open in (
        ("espeak", spoken_by_espeak, 36000, 7000, 5000),
        ("piper", spoken_by_piper, 7000, 1500, 500),
        ("flite", spoken_by_flite, 24000, 6000, 2000),
    ):
        sets.append(Set(f"{name}", n_words, in_domain, say))
        sets.append(Set(f"{name}-single", n_single, one_word, say))
        sets.append(Set(f"{name}-open", n_open, out_of_domain, say))
    if speakers := accents.installed():
        spoken_by_accented = partial(_swap, say_accented, speakers)
        sets.append(Set("accented", 8000, in_domain, spoken_by_accented))
        sets.append(Set("accented-single", 4000, one_word, spoken_by_accented))
    return sets


def test_sets() -> list[Set]:
    """Festival's sets are made apart, see main."""
    held_out_variants = tuple(sorted(HELD_OUT_VARIANTS))
    open_test = partial(out_of_domain, held_out=True)
    return [
        Set("test-espeak-held", 200, half_held_out, partial(_swap, say_espeak, held_out_variants)),
        Set("test-espeak-seen", 150, half_held_out, partial(_swap, say_espeak, TRAINED_VARIANTS)),
        Set("test-flite-seen", 200, half_held_out, partial(_swap, say_flite, FLITE_SPEAKERS)),
        Set("test-open", 100, open_test, partial(_swap, say_espeak, held_out_variants)),
        Set("test-open-slt", 60, open_test, partial(_swap, say_flite_as_is, "slt"), vary=False),
        Set("test-slt", 150, half_held_out, partial(_swap, say_flite_as_is, "slt"), vary=False),
    ]


def _swap(say: Callable[..., tuple[Spoken, str, float]], who: object, rng: Rng, words: str):  # type: ignore[no-untyped-def]
    return say(rng, who, words)


def make(work: Path, wanted: Set, seed: int) -> None:
    """Write one set; nothing where it is there already."""
    path = work / "clips" / wanted.name
    if path.with_suffix(".jsonl").exists():
        return
    rng, started = random.Random(f"{seed} {wanted.name}"), time.monotonic()
    with ClipWriter(path) as writer:
        while len(writer) < wanted.n_clips:
            written, outside = wanted.draw(rng)
            said = as_said(rng, written) if wanted.vary else written
            spoken, voice, tract = wanted.say(rng, said)
            if made := to_clip(spoken, written, voice, tract):
                samples, clip = made
                writer.add(samples, Clip(clip.text, clip.voice, clip.phones, outside))
        hours = writer.hours
    took_s = time.monotonic() - started
    print(f"{wanted.name}: {wanted.n_clips} clips, {hours:.2f} h, {took_s:.0f} s", flush=True)


def make_festival(work: Path, voice: str, n_clips: int, seed: int) -> None:
    path = work / "clips" / f"test-festival-{voice}"
    if path.with_suffix(".jsonl").exists():
        return
    rng = random.Random(f"{seed} {voice}")
    sentences = [half_held_out(rng)[0] for _ in range(n_clips)]
    with ClipWriter(path) as writer:
        for written, spoken in zip(sentences, festival_clips(voice, sentences), strict=True):
            if made := to_clip(spoken, written, f"festival:{voice}", 1.0):
                writer.add(*made)
        print(f"{path.name}: {len(writer)} clips, {writer.hours:.2f} h", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="make these sets alone")
    parser.add_argument("--tests", action="store_true", help="make the test sets alone")
    parser.add_argument("--scale", type=float, default=1.0, help="times as many training clips")
    parser.add_argument("--seed", type=int, default=1, help="of another draw of the same sizes")
    parser.add_argument(
        "--smoke", action="store_true", help="a toy size, without Piper and the test voices"
    )
    arguments = parser.parse_args()
    scale = 0.004 if arguments.smoke else arguments.scale
    for wanted in (*test_sets(), *training_sets()):
        if arguments.only and wanted.name not in arguments.only:
            continue
        if arguments.smoke and wanted.name.startswith("piper"):
            continue
        is_test = wanted.name.startswith("test")
        if arguments.tests and not is_test:
            continue
        n_clips = wanted.n_clips if is_test and not arguments.smoke else int(wanted.n_clips * scale)
        n_clips = max(8, n_clips)
        make(
            arguments.work,
            Set(wanted.name, n_clips, wanted.draw, wanted.say, wanted.vary),
            arguments.seed,
        )
    if not arguments.tests and not accents.installed():
        print("no Festival with voices of other languages: the accented sets are left out")
    if arguments.only or arguments.smoke:
        return
    if shutil.which("festival"):
        for voice in FESTIVAL_VOICES:
            make_festival(arguments.work, voice, 150, arguments.seed)
    else:
        print("no festival on this machine: its two test sets are left out")


if __name__ == "__main__":
    main()
