"""What the voice is worth, measured by machine from the shipped weights.

    python -m training.voice.evaluate models/voice-en/en_US-voicecli-low.onnx

prints the tables of its model card. `--only` prints some of them:

- `intelligibility`: words that a recogniser from outside (pocketsphinx, its general language model)
  gets wrong in `evaluation.txt`: our speakers, their teachers, espeak-ng. Minutes.
- `recogniser`: sentences that `models/stt-en` hears exactly.
- `sound`: level, peaks, silence at the edges, pauses at punctuation, tempo.
- `speed`: on one thread.
- `promises`: the same samples in any order of calls, the length scale, the alignments, the cut.

It needs no torch.
"""

from __future__ import annotations

import argparse
import re
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
from piper import PiperVoice, SynthesisConfig

from training.voice.features import SAMPLE_RATE_HZ
from training.voice.teacher import SPEAKERS
from training.voice.text import evaluation_sentences

RECOGNISER = Path("models/stt-en")
SIX_WORDS = "What time is it right now?"
SILENCE_DB = -50.0
"""Quieter than this, in windows of 10 ms, is silence."""

Speak = Callable[[str], np.ndarray]
"""Text -> float32 samples at 16 kHz."""


def load(path: Path) -> PiperVoice:
    """As Piper itself, on one thread."""
    voice = PiperVoice.load(path)
    voice.session = session(path)
    return voice


def session(model: Path | bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    source = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def speak(voice: PiperVoice, text: str, speaker: int = 0, length_scale: float = 1.0) -> np.ndarray:
    """As the network says it, not normalised."""
    config = SynthesisConfig(speaker_id=speaker, length_scale=length_scale, normalize_audio=False)
    return np.concatenate([c.audio_float_array for c in voice.synthesize(text, config)])


def speak_by_teacher(text: str, speaker: str) -> np.ndarray:
    from training.common import flite

    return flite.say(speaker, text).samples


def speak_by_espeak(text: str) -> np.ndarray:
    import soxr

    from training.common.espeak import say

    spoken = say("en-us", text)
    return soxr.resample(spoken.samples, spoken.sample_rate_hz, SAMPLE_RATE_HZ)


# --- intelligibility ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Score:
    """Words wrong (substituted, left out, made up) of the words of one sentence."""

    wrong: int
    words: int


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower().replace("-", " "))


def edit_distance(wanted: Sequence[str], heard: Sequence[str]) -> int:
    row = list(range(len(heard) + 1))
    for i, word in enumerate(wanted, start=1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(heard, start=1):
            cheapest = min(row[j] + 1, row[j - 1] + 1, diagonal + (word != other))
            diagonal, row[j] = row[j], cheapest
    return row[-1]


@cache
def _pocketsphinx():
    import pocketsphinx

    return pocketsphinx.Decoder(logfn="/dev/null", samprate=float(SAMPLE_RATE_HZ))


def hear(samples: np.ndarray) -> list[str]:
    """What pocketsphinx understands: its own US English model, dictionary and language model."""
    decoder = _pocketsphinx()
    quiet = np.zeros(SAMPLE_RATE_HZ // 5, np.float32)
    samples = np.concatenate([quiet, samples / max(1e-6, np.abs(samples).max()) / 2, quiet])
    # Its features don't like digital silence.
    samples = samples + np.random.default_rng(0).normal(0, 2e-4, len(samples))
    decoder.start_utt()
    decoder.process_raw((samples * 32767).astype(np.int16).tobytes(), full_utt=True)
    decoder.end_utt()
    hypothesis = decoder.hyp()
    return words_of(re.sub(r"\(\d\)", "", hypothesis.hypstr)) if hypothesis else []


def score(say: Speak, sentences: Iterable[str]) -> list[Score]:
    return [
        Score(edit_distance(words_of(text), hear(say(text))), len(words_of(text)))
        for text in sentences
    ]


def error_rate(scores: Sequence[Score]) -> float:
    """Percent."""
    return 100 * sum(s.wrong for s in scores) / sum(s.words for s in scores)


def difference_interval(ours: Sequence[Score], theirs: Sequence[Score]) -> tuple[float, float]:
    """Where the difference of two error rates is with 95 %: sentences drawn anew, 2000 times."""
    draw = np.random.default_rng(0)
    wrong = np.array([[a.wrong, b.wrong] for a, b in zip(ours, theirs, strict=True)])
    words = np.array([a.words for a in ours])
    picks = draw.integers(0, len(words), (2000, len(words)))
    rates = 100 * wrong[picks].sum(1) / words[picks].sum(1)[:, None]
    low, high = np.percentile(rates[:, 0] - rates[:, 1], [2.5, 97.5])
    return float(low), float(high)


def print_intelligibility(voice: PiperVoice, _: Path) -> None:
    groups = {k: v for k, v in evaluation_sentences().items() if k != "assistant"}
    count = sum(len(texts) for texts in groups.values())
    total = sum(len(words_of(text)) for texts in groups.values() for text in texts)
    print(f"\nWord error rate by pocketsphinx, {count} sentences, {total} words, in percent\n")
    print(f"| | {' | '.join(groups)} | all |")
    print("|---" * (len(groups) + 2) + "|")
    scores: dict[str, list[Score]] = {}

    def row(name: str, say: Speak) -> None:
        found = [score(say, texts) for texts in groups.values()]
        scores[name] = [s for part in found for s in part]
        rates = [f"{error_rate(part):.1f}" for part in [*found, scores[name]]]
        print(f"| {name} | {' | '.join(rates)} |", flush=True)

    for index, speaker in enumerate(SPEAKERS):
        row(f"our {speaker}", lambda text, index=index: speak(voice, text, index))
        row(
            f"its teacher, flite {speaker}", lambda text, name=speaker: speak_by_teacher(text, name)
        )
    row("espeak-ng", speak_by_espeak)
    print()
    for speaker in SPEAKERS:
        ours, theirs = scores[f"our {speaker}"], scores[f"its teacher, flite {speaker}"]
        low, high = difference_interval(ours, theirs)
        print(
            f"our {speaker} minus its teacher: {error_rate(ours) - error_rate(theirs):+.1f} points "
            f"({low:+.1f} to {high:+.1f} with 95 %)"
        )


def print_recogniser(voice: PiperVoice, _: Path) -> None:
    from faster_whisper import WhisperModel

    model = WhisperModel(str(RECOGNISER), device="cpu", compute_type="int8", cpu_threads=1)
    sentences = evaluation_sentences()["assistant"]
    print(f"\nHeard exactly by {RECOGNISER}, of {len(sentences)} sentences\n")
    print("| speaker | exactly | word error rate, % | misheard |")
    print("|---|---|---|---|")
    for index, speaker in enumerate(SPEAKERS):
        scores, misheard = [], []
        for text in sentences:
            quiet = np.zeros(SAMPLE_RATE_HZ // 4, np.float32)
            samples = np.concatenate([quiet, speak(voice, text, index), quiet])
            segments, _ = model.transcribe(
                samples, language="en", beam_size=1, temperature=0, without_timestamps=True
            )
            heard = " ".join(segment.text for segment in segments)
            wrong = edit_distance(words_of(text), words_of(_in_words(heard)))
            scores.append(Score(wrong, len(words_of(text))))
            if wrong:
                misheard.append(f"{text} -> {heard.strip()}")
        exactly = sum(s.wrong == 0 for s in scores)
        print(f"| {speaker} | {exactly} | {error_rate(scores):.1f} | {'; '.join(misheard[:4])} |")


def _in_words(text: str) -> str:
    from training.common.text import cardinal, clock_time

    text = re.sub(
        r"\b(\d{1,2}):(\d\d)\b", lambda m: clock_time(int(m.group(1)), int(m.group(2))), text
    )
    return re.sub(r"\d+", lambda m: f" {cardinal(int(m.group()))} ", text)


# --- sound ---------------------------------------------------------------------------------------


def decibels(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-12))


def loud_windows(samples: np.ndarray) -> np.ndarray:
    """Of each 10 ms: whether it is louder than SILENCE_DB."""
    step = SAMPLE_RATE_HZ // 100
    parts = samples[: len(samples) // step * step].reshape(-1, step)
    power = np.mean(np.square(parts, dtype=np.float64), 1)
    return 10 * np.log10(power + 1e-12) > SILENCE_DB


def longest_pause_ms(samples: np.ndarray) -> int:
    """The longest silence between speech."""
    loud = np.flatnonzero(loud_windows(samples))
    return int((np.diff(loud).max(initial=1) - 1) * 10)


def print_sound(voice: PiperVoice, _: Path) -> None:
    sentences = [text for texts in evaluation_sentences().values() for text in texts]
    print(f"\nSound of {len(sentences)} sentences: median (lowest to highest)\n")
    print("| | " + " | ".join(SPEAKERS) + " |")
    print("|---|" + "---|" * len(SPEAKERS))
    rows: dict[str, list[str]] = {}

    def note(name: str, values: Sequence[float], digits: int = 0) -> None:
        low, middle, high = np.percentile(values, [0, 50, 100])
        cell = f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
        rows.setdefault(name, []).append(cell)

    for index in range(len(SPEAKERS)):
        clips = [speak(voice, text, index) for text in sentences]
        loud = [np.flatnonzero(loud_windows(clip)) for clip in clips]
        total = [len(clip) * 1000 / SAMPLE_RATE_HZ for clip in clips]
        note("level, dB of full scale", [decibels(clip) for clip in clips], 1)
        note("peak, of 1", [float(np.abs(clip).max()) for clip in clips], 2)
        clipped = sum(int((np.abs(clip) >= 1).sum()) for clip in clips)
        rows.setdefault("clipped samples", []).append(str(clipped))
        note("silence before speech, ms", [x[0] * 10 for x in loud])
        note(
            "silence after speech, ms",
            [t - (x[-1] + 1) * 10 for t, x in zip(total, loud, strict=True)],
        )
        edges = [c[: 20 * 16] for c in clips] + [c[-20 * 16 :] for c in clips]
        note("level of the first and last 20 ms, dB", [decibels(edge) for edge in edges], 1)
        note(
            "words a second",
            [
                len(words_of(s)) * 1000 / t
                for s, t in zip(sentences, total, strict=True)
                if t > 1500
            ],
            1,
        )
        for mark in (",", ";", ":", " and", ""):
            pauses = [
                longest_pause_ms(speak(voice, f"{left}{mark} {right}.", index))
                for left in ("We saw the river", "He knew my name", "They never arrive early")
                for right in ("my brother was there", "nobody was ready", "you will be alone")
            ]
            note(f"pause at `{mark}`, ms" if mark else "pause between words, ms", pauses)
    for name, cells in rows.items():
        print(f"| {name} | {' | '.join(cells)} |")


# --- speed ---------------------------------------------------------------------------------------


def timed_ms(call: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Median milliseconds of a call by the clock, and of processor time."""
    wall, processor = [], []
    for _ in range(repeats):
        began, began_cpu = time.perf_counter(), time.process_time()
        call()
        wall.append(time.perf_counter() - began)
        processor.append(time.process_time() - began_cpu)
    return float(np.median(wall) * 1000), float(np.median(processor) * 1000)


def print_speed(voice: PiperVoice, path: Path) -> None:
    load_wall, load_cpu = timed_ms(lambda: session(path), 5)
    speak(voice, SIX_WORDS)
    first_wall, first_cpu = timed_ms(lambda: speak(voice, SIX_WORDS), 50)
    sentences = evaluation_sentences()["open"]
    seconds = sum(len(speak(voice, text)) for text in sentences) / SAMPLE_RATE_HZ
    all_wall, all_cpu = timed_ms(lambda: [speak(voice, text) for text in sentences], 3)
    halves = Halves.load(path)
    long = evaluation_sentences()["sixty words"][0]
    chunk_wall, chunk_cpu = timed_ms(
        lambda: next(halves.chunks(halves.decoder_input(voice, long), 8, 160)), 20
    )
    long_wall, long_cpu = timed_ms(lambda: speak(voice, long), 20)
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("\nSpeed on one thread, phonemizer included: by the clock, and of processor time\n")
    print("| | clock | processor |\n|---|---|---|")
    print(f"| load, ms | {load_wall:.0f} | {load_cpu:.0f} |")
    print(f"| six words, all of the audio, ms | {first_wall:.1f} | {first_cpu:.1f} |")
    print(
        f"| real-time factor, {seconds:.0f} s of audio | {all_wall / seconds / 1000:.4f} "
        f"| {all_cpu / seconds / 1000:.4f} |"
    )
    print(f"| sixty words, all of the audio, ms | {long_wall:.1f} | {long_cpu:.1f} |")
    print(
        f"| sixty words, cut in two: first 100 ms of audio, ms | {chunk_wall:.1f} "
        f"| {chunk_cpu:.1f} |"
    )
    print(f"\nfile {path.stat().st_size / 1e6:.2f} MB, memory of this process {memory_mb:.0f} MB")


@dataclass(frozen=True)
class Halves:
    """The graph cut in two where its own metadata says that it can be."""

    text: onnxruntime.InferenceSession
    """What Piper feeds -> the decoder's input, (1, channels, frames)."""

    sound: onnxruntime.InferenceSession
    """That, or some frames of it -> samples."""

    tensor: str
    margin_frames: int
    hop_samples: int

    @classmethod
    def load(cls, path: Path) -> Halves:
        import onnx.utils

        about = session(path).get_modelmeta().custom_metadata_map
        tensor = about["decoder_input"]
        with tempfile.TemporaryDirectory() as folder:
            text, sound = Path(folder, "text.onnx"), Path(folder, "sound.onnx")
            fed = ["input", "input_lengths", "scales", "sid"]
            onnx.utils.extract_model(path, text, fed, [tensor, "durations"])
            onnx.utils.extract_model(path, sound, [tensor], ["output"])
            margin, hop = int(about["decoder_margin_frames"]), int(about["hop_samples"])
            return cls(session(text), session(sound), tensor, margin, hop)

    def decoder_input(self, voice: PiperVoice, sentence: str, speaker: int = 0) -> np.ndarray:
        ids = voice.phonemes_to_ids(voice.phonemize(sentence)[0])
        fed = {
            "input": np.array([ids]),
            "input_lengths": np.array([len(ids)]),
            "scales": np.array([0.667, 1.0, 0.8], np.float32),
            "sid": np.array([speaker]),
        }
        return self.text.run([self.tensor], fed)[0]

    def chunks(self, decoder_input: np.ndarray, first: int, others: int) -> Iterator[np.ndarray]:
        """The samples, made in stretches of `first` and then `others` frames."""
        frames = decoder_input.shape[2]
        begin, size = 0, first
        while begin < frames:
            end = min(frames, begin + size)
            left = max(0, begin - self.margin_frames)
            right = min(frames, end + self.margin_frames)
            (part,) = self.sound.run(None, {self.tensor: decoder_input[:, :, left:right]})
            yield part[0, 0, (begin - left) * self.hop_samples : (end - left) * self.hop_samples]
            begin, size = end, others


# --- promises ------------------------------------------------------------------------------------


def print_promises(voice: PiperVoice, path: Path) -> None:
    halves = Halves.load(path)
    sentences = [texts[0] for texts in evaluation_sentences().values()]
    before = [speak(voice, sentence) for sentence in sentences]
    again = [speak(load(path), sentence) for sentence in reversed(sentences)][::-1]
    same = all(np.array_equal(a, b) for a, b in zip(before, again, strict=True))
    aligned = cut = True
    for sentence, whole in zip(sentences, before, strict=True):
        chunks = list(
            voice.synthesize(
                sentence, SynthesisConfig(normalize_audio=False), include_alignments=True
            )
        )
        parts = [a.num_samples for c in chunks for a in c.phoneme_alignments or []]
        aligned &= sum(parts) == len(whole)
        parts = halves.chunks(halves.decoder_input(voice, sentence), 8, 160)
        cut &= np.array_equal(np.concatenate(list(parts)), whole)
    scaled = {
        scale: np.mean(
            [
                len(speak(voice, s, length_scale=scale)) / len(w)
                for s, w in zip(sentences, before, strict=True)
            ]
        )
        for scale in (0.5, 0.8, 1.25, 2.0)
    }
    print("\nPromises\n")
    print(f"- the same samples in another order and after loading again: {same}")
    print(f"- alignments add up to the audio: {aligned}")
    print(f"- cut at `{halves.tensor}`, 8 then 160 frames: the same samples: {cut}")
    lengths = ", ".join(f"{scale} -> {ratio:.3f}" for scale, ratio in scaled.items())
    print(f"- length scale -> length: {lengths}")
    odd = ["Hi.", "A", "7", "$1,234.56 is 3.5%!", "no full stop", "Grüße, café, naïve.", "日本語"]
    finite = all(np.isfinite(speak(voice, text, index)).all() for text in odd for index in (0, 1))
    print(f"- odd texts give finite samples: {finite}")


TABLES: dict[str, Callable[[PiperVoice, Path], None]] = {
    "promises": print_promises,
    "sound": print_sound,
    "speed": print_speed,
    "recogniser": print_recogniser,
    "intelligibility": print_intelligibility,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("voice", type=Path)
    parser.add_argument("--only", nargs="+", choices=TABLES, default=TABLES)
    arguments = parser.parse_args()
    voice = load(arguments.voice)
    for table in arguments.only:
        TABLES[table](voice, arguments.voice)


if __name__ == "__main__":
    main()
