"""Print the tables of the model card from the shipped weights, by stock faster-whisper at int8.

    python -m training.recognizer.synthesis WORK --tests
    python -m training.recognizer.evaluate WORK models/stt-en --digits FOLDER
    python -m training.recognizer.evaluate WORK models/stt-en --only words silence
    python -m training.recognizer.evaluate WORK models/stt-en --pocketsphinx 60

FOLDER holds recordings of single digits by real people, named `7_SPEAKER_0.wav` as those of the
Free Spoken Digit Dataset; nothing was trained on them. Casing and punctuation are left aside,
except where a table says that they count.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import faster_whisper
import faster_whisper.transcribe
import numpy as np
import soundfile
import soxr

from training.common.clips import SAMPLE_RATE_HZ, Clips, Samples
from training.recognizer import augmentation, synthesis, text
from training.recognizer.train import word_errors

GREEDY: dict[str, Any] = {
    "language": "en",
    "beam_size": 1,
    "temperature": 0.0,
    "condition_on_previous_text": False,
    "without_timestamps": True,
}
"""As voicecli asks for a transcript."""

PAD_S = 0.3
SPEECH_LEVEL = 0.6


@dataclass(frozen=True)
class Utterance:
    samples: Samples
    written: str
    speaker: str = ""


@dataclass
class Heard:
    """What became of a set."""

    said: list[str]
    written: list[str]
    """By the recogniser."""
    avg_logprob: list[float] = field(default_factory=list)
    no_speech_prob: list[float] = field(default_factory=list)

    @property
    def word_error_rate(self) -> float:
        errors = words = 0
        for said, written in zip(self.said, self.written, strict=True):
            errors += word_errors(text.words_of(said), text.words_of(written))
            words += len(text.words_of(said))
        return 100 * errors / max(1, words)

    @property
    def exact(self) -> float:
        pairs = zip(self.said, self.written, strict=True)
        return 100 * float(np.mean([text.words_of(a) == text.words_of(b) for a, b in pairs]))

    @property
    def as_written(self) -> float:
        """Casing and punctuation count."""
        pairs = zip(self.said, self.written, strict=True)
        return 100 * float(np.mean([a == b for a, b in pairs]))

    @property
    def not_empty(self) -> float:
        return 100 * float(np.mean([bool(w) for w in self.written]))

    def misses(self, n: int = 5) -> list[tuple[str, str]]:
        pairs = zip(self.said, self.written, strict=True)
        return [(a, b) for a, b in pairs if text.words_of(a) != text.words_of(b)][:n]


Recognize = Callable[[Samples], tuple[str, float, float]]
"""Samples -> text, avg_logprob, no_speech_prob."""


def recognizer(folder: Path, **settings: object) -> Recognize:
    model = faster_whisper.WhisperModel(
        str(folder), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True
    )

    def recognize(samples: Samples) -> tuple[str, float, float]:
        segments = list(model.transcribe(samples, **(GREEDY | settings))[0])
        written = " ".join(s.text.strip() for s in segments)
        if not segments:
            return "", 0.0, 1.0
        logprob = float(np.mean([s.avg_logprob for s in segments]))
        return written, logprob, max(s.no_speech_prob for s in segments)

    return recognize


@contextlib.contextmanager
def trimmed_windows() -> Iterator[None]:
    """Makes faster-whisper pad as voicecli does (its stt.encoder_frames), not to 30 s."""
    module = faster_whisper.transcribe
    pad = module.pad_or_trim

    def pad_a_little(array: np.ndarray, length: int = 3000, axis: int = -1) -> np.ndarray:
        n_frames = max(800, -(-(array.shape[axis] + 250) // 200) * 200)
        return pad(array, min(length, n_frames), axis=axis)

    module.pad_or_trim = pad_a_little
    try:
        yield
    finally:
        module.pad_or_trim = pad


def hear(recognize: Recognize, utterances: list[Utterance]) -> Heard:
    heard = Heard([u.written for u in utterances], [])
    for utterance in utterances:
        written, logprob, no_speech = recognize(utterance.samples)
        heard.written.append(written)
        heard.avg_logprob.append(logprob)
        heard.no_speech_prob.append(no_speech)
    return heard


# Sets ---------------------------------------------------------------------------------------------


def padded(samples: Samples) -> Samples:
    """With digital silence around it."""
    return np.pad(samples * SPEECH_LEVEL, int(PAD_S * SAMPLE_RATE_HZ)).astype(np.float32)


def load(work: Path, name: str, limit: int | None = None) -> list[Utterance]:
    clips = Clips(work / "clips" / name)
    n = len(clips) if limit is None else min(limit, len(clips))
    return [Utterance(padded(clips.samples(i)), clips[i].text, clips[i].voice) for i in range(n)]


def with_noise(utterances: list[Utterance], snr_db: float, seed: int) -> list[Utterance]:
    """White noise, against the power over the whole clip."""
    rng = np.random.default_rng(seed)
    noisy = []
    for u in utterances:
        level = np.sqrt((u.samples**2).mean()) * augmentation.decibels(-snr_db)
        noise = rng.standard_normal(len(u.samples)).astype(np.float32)
        noisy.append(Utterance(u.samples + noise * level, u.written, u.speaker))
    return noisy


def through_telephone(utterances: list[Utterance]) -> list[Utterance]:
    down = [soxr.resample(u.samples, SAMPLE_RATE_HZ, 8000) for u in utterances]
    up = [soxr.resample(x, 8000, SAMPLE_RATE_HZ) for x in down]
    return [Utterance(x, u.written, u.speaker) for x, u in zip(up, utterances, strict=True)]


def our_own_voice(sentences: list[str]) -> list[Utterance]:
    rng, path = random.Random(0), synthesis.own_voice()
    utterances = []
    for sentence in sentences:
        spoken, voice, _ = synthesis.say_piper(rng, path, sentence, as_is=True)
        samples = soxr.resample(spoken.samples, spoken.sample_rate_hz, SAMPLE_RATE_HZ)
        utterances.append(Utterance(padded(samples), sentence, voice))
    return utterances


def held_out_sentences(n: int) -> list[str]:
    rng = random.Random(77)
    return [synthesis.half_held_out(rng)[0] for _ in range(n)]


def real_digits(folder: Path) -> list[Utterance]:
    utterances = []
    for path in sorted(folder.glob("*.wav")):
        digit, speaker, _ = path.stem.split("_")
        samples, rate_hz = soundfile.read(path, dtype="float32")
        samples = soxr.resample(samples, rate_hz, SAMPLE_RATE_HZ)
        utterances.append(Utterance(samples, text.DIGITS[int(digit)], speaker))
    return utterances


def nothing_said(work: Path, n: int = 200) -> list[Utterance]:
    """Silence, noises, tones, breath, keyboards, many voices at once; not those of training."""
    rng = np.random.default_rng(424242)
    clips = Clips(work / "clips" / "test-espeak-seen")
    bank = augmentation.NoiseBank(lambda: clips.samples(int(rng.integers(len(clips)))), rng)
    silence = [np.zeros(int(s * SAMPLE_RATE_HZ), np.float32) for s in (0.5, 1, 2, 5)]
    rest = [augmentation.nothing_said(bank, rng) for _ in range(n - len(silence))]
    return [Utterance(np.clip(x, -1, 1), "") for x in (*silence, *rest)]


# Tables -------------------------------------------------------------------------------------------


def word_sets(work: Path) -> dict[str, list[Utterance]]:
    names = {
        "flite slt, awb, rms, kal16: held-out sentences": "test-flite-seen",
        "espeak-ng, trained voices: held-out sentences": "test-espeak-seen",
        "espeak-ng, 12 held-out variants": "test-espeak-held",
        "Festival ked, held-out voice and synthesiser": "test-festival-ked",
        "Festival slt-hts, held-out synthesiser": "test-festival-slt-hts",
        "flite slt, default settings": "test-slt",
    }
    there = {title: n for title, n in names.items() if (work / "clips" / f"{n}.jsonl").exists()}
    sets = {title: load(work, name) for title, name in there.items()}
    sets["our own voice, all its speakers"] = our_own_voice(held_out_sentences(150))
    return sets


def print_words(work: Path, folder: Path) -> None:
    recognize = recognizer(folder)
    print("| set | n | WER | exact | as written | WER, trimmed window |\n|---|---|---|---|---|---|")

    def row(title: str, utterances: list[Utterance]) -> None:
        full = hear(recognize, utterances)
        with trimmed_windows():
            short = hear(recognize, utterances)
        print(
            f"| {title} | {len(utterances)} | {full.word_error_rate:.1f} | {full.exact:.1f} "
            f"| {full.as_written:.1f} | {short.word_error_rate:.1f} |",
            flush=True,
        )
        misses.extend(full.misses(3))

    misses: list[tuple[str, str]] = []
    sets = word_sets(work)
    for title, utterances in sets.items():
        row(title, utterances)
    held_out = [u for title, us in sets.items() if "held-out v" in title for u in us]
    row("the two sets of held-out voices, 15 dB noise", with_noise(held_out, 15, seed=5))
    row("the two sets of held-out voices, 8 kHz", through_telephone(held_out))
    print("\nSome misses:", *(f"- {said} -> {heard}" for said, heard in misses), sep="\n")


def print_digits(folder: Path, digits: Path) -> None:
    recognize, utterances = recognizer(folder), real_digits(digits)
    print("| real digits | n | correct | by speaker |\n|---|---|---|---|")
    for title, pad_s in (("as recorded", 0.0), ("0.4 s of zeros around", 0.4)):
        pad = int(pad_s * SAMPLE_RATE_HZ)
        heard = hear(
            recognize, [Utterance(np.pad(u.samples, pad), u.written, u.speaker) for u in utterances]
        )
        right = [text.words_of(a) == [b] for a, b in zip(heard.written, heard.said, strict=True)]
        by_speaker = {
            who: 100
            * np.mean([r for r, u in zip(right, utterances, strict=True) if u.speaker == who])
            for who in sorted({u.speaker for u in utterances})
        }
        speakers = ", ".join(f"{who} {rate:.0f}" for who, rate in by_speaker.items())
        print(f"| {title} | {len(right)} | {100 * np.mean(right):.1f} | {speakers} |", flush=True)
    wrong = Counter((a, b) for a, b in heard.misses(1000))
    print("\nMost often:", ", ".join(f"{a} as {b!r}" for (a, b), _ in wrong.most_common(12)))


def print_silence(work: Path, folder: Path) -> None:
    utterances, invented = nothing_said(work), Counter[str]()
    print("| setting | clips of noise and silence | with any word |\n|---|---|---|")
    for title, settings in (
        ("greedy", {}),
        ("greedy, timestamps", {"without_timestamps": False}),
        ("greedy, vad_filter", {"vad_filter": True}),
    ):
        heard = hear(recognizer(folder, **settings), utterances)
        print(f"| {title} | {len(utterances)} | {heard.not_empty:.1f} % |", flush=True)
        invented.update(w for w in heard.written if w)
    print(
        "\nInvented:", ", ".join(f"{w!r} {n} times" for w, n in invented.most_common(10)) or "none"
    )


def print_confidence(work: Path, folder: Path) -> None:
    """How well avg_logprob tells what was misheard from what was understood."""
    recognize = recognizer(folder)
    inside = hear(recognize, load(work, "test-espeak-held") + load(work, "test-slt"))
    outside = hear(recognize, load(work, "test-open") + load(work, "test-open-slt"))
    known, unknown = np.array(inside.avg_logprob), np.array(outside.avg_logprob)
    above = (known[:, None] > unknown[None]).mean() + (known[:, None] == unknown[None]).mean() / 2
    print(f"avg_logprob in the domain: median {np.median(known):.2f}, ", end="")
    print(f"5th percentile {np.percentile(known, 5):.2f}")
    print(f"with words from outside it: median {np.median(unknown):.2f}, ", end="")
    print(f"95th percentile {np.percentile(unknown, 95):.2f}; area under the curve {above:.3f}")
    for threshold in (-0.3, -0.5, -0.7, -1.0):
        lost, kept = (known < threshold).mean(), (unknown >= threshold).mean()
        found = 100 - 100 * kept
        print(f"below {threshold}: {100 * lost:.1f} % of the domain, {found:.1f} % of the rest")


def print_settings(work: Path, folder: Path) -> None:
    utterances = load(work, "test-slt", 60)
    print("| setting | WER | exact | ms an utterance |\n|---|---|---|---|")
    settings: dict[str, dict[str, object]] = {
        "greedy": {},
        "beam 5": {"beam_size": 5},
        "timestamps": {"without_timestamps": False},
        "word timestamps": {"word_timestamps": True, "without_timestamps": False},
        "vad_filter": {"vad_filter": True},
        "a prompt from the domain": {"initial_prompt": "What time is it?"},
        "a foreign prompt": {"initial_prompt": "A conversation with Jarvis, the assistant."},
        "faster-whisper's defaults": {
            "beam_size": 5,
            "without_timestamps": False,
            "temperature": [0.0, 0.2, 0.4, 0.6, 0.8, 1.0],
            "condition_on_previous_text": True,
            "language": None,
        },
    }
    for title, chosen in settings.items():
        recognize = recognizer(folder, **chosen)
        started = time.perf_counter()
        heard = hear(recognize, utterances)
        ms = 1000 * (time.perf_counter() - started) / len(utterances)
        print(
            f"| {title} | {heard.word_error_rate:.1f} | {heard.exact:.1f} | {ms:.0f} |", flush=True
        )


def print_times(work: Path, folder: Path) -> None:
    """Segment and word times against the synthesiser's own."""
    clips = Clips(work / "clips" / "test-slt")
    model = faster_whisper.WhisperModel(
        str(folder), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True
    )
    starts, ends, ordered = [], [], []
    for i in range(min(60, len(clips))):
        samples = padded(clips.samples(i))
        options = GREEDY | {"without_timestamps": False, "word_timestamps": False}
        segments = list(model.transcribe(samples, **options)[0])
        if segments:
            starts.append(abs(segments[0].start - PAD_S))
            ends.append(abs(segments[-1].end - (len(samples) / SAMPLE_RATE_HZ - PAD_S)))
        options = GREEDY | {"without_timestamps": False, "word_timestamps": True}
        words = [w for s in model.transcribe(samples, **options)[0] for w in s.words or []]
        times = [t for w in words for t in (w.start, w.end)]
        ordered.append(times == sorted(times))
    for title, errors in (("start", starts), ("end", ends)):
        p90 = np.percentile(errors, 90)
        print(
            f"segment {title}: median error {np.median(errors):.2f} s, 90th percentile {p90:.2f} s"
        )
    print(f"word times in order: {sum(ordered)} of {len(ordered)} clips")


def print_latency(work: Path, folder: Path) -> None:
    """A whole transcribe() of a 2 s utterance; median of the wall times, on a machine at rest."""
    clips = Clips(work / "clips" / "test-slt")
    chosen = [i for i in range(len(clips)) if 1.2 < clips[i].n_samples / SAMPLE_RATE_HZ < 1.8][:10]
    n = 2 * SAMPLE_RATE_HZ
    utterances = [np.pad(clips.samples(i), (0, n - clips[i].n_samples)) for i in chosen]
    recognize = recognizer(folder)
    print("| window | ms |\n|---|---|")
    for title, window in (("30 s", contextlib.nullcontext()), ("trimmed", trimmed_windows())):
        with window:
            took_ms = []
            for samples in utterances * 4:
                started = time.perf_counter()
                recognize(samples)
                took_ms.append(1000 * (time.perf_counter() - started))
        print(f"| {title} | {np.median(took_ms):.0f} |", flush=True)


def print_beside_pocketsphinx(work: Path, folder: Path, digits: Path | None, limit: int) -> None:
    from training.recognizer import pocketsphinx

    recognizers: dict[str, Recognize] = {
        "this model": recognizer(folder),
        "pocketsphinx, general": pocketsphinx.general(),
        "pocketsphinx, the domain": pocketsphinx.of_the_domain(work),
    }
    sets = {title: utterances[:limit] for title, utterances in word_sets(work).items()}
    if digits:
        pad = int(0.4 * SAMPLE_RATE_HZ)
        sets["real digits"] = [
            Utterance(np.pad(u.samples, pad), u.written) for u in real_digits(digits)
        ]
    print(f"Word error rate, at most {limit} clips of each set:\n")
    print("| set |", " | ".join(recognizers), "|\n|---" + "|---" * len(recognizers) + "|")
    for title, utterances in sets.items():
        rates = [hear(recognize, utterances).word_error_rate for recognize in recognizers.values()]
        print(f"| {title} |", " | ".join(f"{rate:.1f}" for rate in rates), "|", flush=True)


TABLES = ("words", "digits", "silence", "confidence", "settings", "times", "latency")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--digits", type=Path, metavar="FOLDER")
    parser.add_argument("--only", nargs="+", choices=TABLES, default=TABLES)
    parser.add_argument(
        "--pocketsphinx", type=int, metavar="CLIPS", help="beside it, this table alone"
    )
    arguments = parser.parse_args()
    work, folder = arguments.work, arguments.folder
    if arguments.pocketsphinx:
        print_beside_pocketsphinx(work, folder, arguments.digits, arguments.pocketsphinx)
        return
    for table in arguments.only:
        if table == "digits" and arguments.digits is None:
            continue
        print(f"\n### {table.capitalize()}\n")
        if table == "digits":
            print_digits(folder, arguments.digits)
        else:
            tables[table](work, folder)


tables: dict[str, Callable[[Path, Path], None]] = {
    "words": print_words,
    "silence": print_silence,
    "confidence": print_confidence,
    "settings": print_settings,
    "times": print_times,
    "latency": print_latency,
}

if __name__ == "__main__":
    main()
