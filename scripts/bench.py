"""Measure voicecli beside whisper-ctranslate2, plain faster-whisper and the piper program.

    python scripts/bench.py transcribe --venv /tmp/others --model base=/tmp/base90 --rounds 3
    uv run --with jiwer --with whisper-normalizer scripts/bench.py transcribe --venv /tmp/others \
        --model base=/tmp/base --people FOLDER --voice en_US-joe-medium.onnx
    python scripts/bench.py say --venv /tmp/others
    python scripts/bench.py memory

`--venv` is a virtual environment with whisper-ctranslate2 and piper-tts. All programs take turns,
with the same model, the same threads and the same recordings; what is printed is the median of the
rounds, and how many times as long as voicecli each of the others takes. Models: the bundled one,
and those that scripts/random_whisper.py makes. Recordings are made with the bundled voice, or, with
`--people`, of real people and of the voice: FOLDER/manifest.jsonl has a clip a line, `file`, `text`
and `language`. Then word errors are counted too, by Whisper's own English normaliser.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from recordings import Recordings, long_and_short, of_people, of_voice, word_errors

from voicecli.models import find_stt, find_voice

SENTENCES = (
    *("What is seven plus twelve?", "Hello, how are you?", "Tell me a joke.", "Good morning."),
    *("See you on Sunday.", "Nice to meet you, Sam.", "What time is it?", "Today is Monday."),
    *("Can you hear me?", "Thank you very much.", "Set a timer for ten minutes.", "Stop talking."),
    *("The answer is nineteen.", "I have a black cat.", "Speak louder please.", "One more time."),
)
PLAIN_FASTER_WHISPER = """
import sys
from pathlib import Path
from faster_whisper import WhisperModel
model = WhisperModel(sys.argv[1], device="cpu", compute_type="int8", cpu_threads=int(sys.argv[2]))
folder = Path(sys.argv[3])
folder.mkdir(parents=True, exist_ok=True)
for name in sys.argv[4:]:
    segments, _ = model.transcribe(name, language="en", condition_on_previous_text=False)
    (folder / f"{Path(name).stem}.txt").write_text("".join(segment.text for segment in segments))
"""


@dataclass(frozen=True)
class Measured:
    wall_s: float
    cpu_s: float
    peak_mb: float
    first_s: float = 0.0
    """Until the first bytes on standard output."""


def run(command: Sequence[str | Path], text: Callable[[int], None] | None = None) -> Measured:
    """Run a program; its output is thrown away. `text` writes into its standard input."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.PIPE if text else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    errors = io.BytesIO()
    pump(process.stderr, errors)
    if text:
        assert process.stdin is not None
        in_background(partial(feed, process.stdin, text))
    process.stdout.read(44 + 200)
    first_s = time.perf_counter() - begun
    while process.stdout.read(1 << 16):
        pass
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        errors.seek(0)
        sys.exit(f"{command[0]} failed:\n{errors.read().decode(errors='replace')[-2000:]}")
    kb = 1 if sys.platform == "linux" else 1024
    peak_mb = usage.ru_maxrss / 1000 / kb
    return Measured(wall_s, usage.ru_utime + usage.ru_stime, peak_mb, first_s)


def feed(pipe, text: Callable[[int], None]) -> None:
    text(pipe.fileno())
    pipe.close()


def pump(pipe, into) -> None:
    in_background(partial(shutil.copyfileobj, pipe, into))


def in_background(function: Callable[[], object]) -> None:
    import threading

    threading.Thread(target=function, daemon=True).start()


def compare(
    title: str,
    programs: dict[str, Callable[[], Measured]],
    rounds: int,
    words: Callable[[str], str] = lambda program: "",
) -> None:
    """All programs once a round, in turn; the first is the one the others are held against.

    words: how well the words were understood by a program, to print.
    """
    found: dict[str, list[Measured]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, measure in programs.items():
            found[name].append(measure())
    print(f"\n{title} (median of {rounds})")
    ours = median(next(iter(found.values())))
    for name, all_of_it in found.items():
        one = median(all_of_it)
        first = f"   first {one.first_s:6.2f} s {one.first_s / ours.first_s:5.2f}x"
        print(
            f"  {name:<28} wall {one.wall_s:7.2f} s {one.wall_s / ours.wall_s:5.2f}x"
            f"   cpu {one.cpu_s:7.2f} s   peak {one.peak_mb:5.0f} MB"
            + (first if title.startswith("say") else words(name)),
            flush=True,
        )


def median(found: Sequence[Measured]) -> Measured:
    return Measured(
        *(
            statistics.median(getattr(one, name) for one in found)
            for name in ("wall_s", "cpu_s", "peak_mb", "first_s")
        )
    )


# -- transcribe -------------------------------------------------------------------------------


def transcribers(
    model: Path, files: Sequence[Path], venv: Path, threads: int, out: Path
) -> dict[str, Callable[[], Measured]]:
    ours = [
        *(sys.executable, "-m", "voicecli", "transcribe", "--stt-model", model, "--language", "en"),
        *("--threads", str(threads), "--output-dir", out / "ours", "--force", *files),
    ]
    theirs = [
        *(venv / "bin" / "whisper-ctranslate2", "--model_directory", model, "--language", "en"),
        *("--threads", str(threads), "--compute_type", "int8", "--verbose", "False"),
        *("--condition_on_previous_text", "False", "--output_format", "txt", *files),
    ]
    plain = [
        *(venv / "bin" / "python", "-c", PLAIN_FASTER_WHISPER),
        *(model, str(threads), out / "faster-whisper", *files),
    ]
    return {
        "ours": partial(run, ours),
        "whisper-ctranslate2": partial(run, [*theirs, "--output_dir", out / "whisper-ctranslate2"]),
        "batched": partial(run, [*theirs, "--batched", "True", "--output_dir", out / "batched"]),
        "faster-whisper": partial(run, plain),
    }


def bench_transcribe(options: argparse.Namespace) -> None:
    models = {"bundled": find_stt(None)} if not options.people else {}
    models |= {name: Path(path) for name, path in (one.split("=") for one in options.model)}
    with tempfile.TemporaryDirectory() as folder:
        cases = recordings(Path(folder), options)
        for name, model in models.items():
            for case in cases:
                if options.only and options.only not in case.title:
                    continue
                out = Path(folder) / "out"
                files = list(case.texts)
                programs = transcribers(model, files, options.venv, options.threads, out)
                programs = {
                    name: program
                    for name, program in programs.items()
                    if not options.program or name in options.program
                }
                compare(
                    f"{name}: {case.title}",
                    programs,
                    options.rounds,
                    lambda program, case=case, out=out: word_errors(case.texts, out / program),
                )


def recordings(folder: Path, options: argparse.Namespace) -> list[Recordings]:
    people = of_people(options.people) if options.people else []
    sentences = [one.text for one in people if len(one.text.split()) > 3] or SENTENCES
    voice = of_voice(find_voice(options.voice), sentences)
    return long_and_short(folder, options.minutes, people, voice)


# -- say --------------------------------------------------------------------------------------

STORY = (
    "Once upon a time, in a small village by the sea, there lived an old fisherman with his cat. "
    "Every morning they went out in a little blue boat, and every evening they came home again. "
    "One day the wind was strong, the waves were high, and the boat did not come back. "
)


def all_at_once(descriptor: int) -> None:
    os.write(descriptor, (STORY * 3).encode() + b"\n")


def one_sentence(descriptor: int) -> None:
    os.write(descriptor, b"What is seven plus twelve?\n")


def one_long_sentence(descriptor: int) -> None:
    os.write(descriptor, (STORY.replace(".", ",").strip(", ") + ".\n").encode())


def as_a_model_writes(descriptor: int) -> None:
    """50 tokens a second."""
    for word in (STORY + "\n").split(" "):
        os.write(descriptor, f"{word} ".encode())
        time.sleep(0.02)


def bench_say(options: argparse.Namespace) -> None:
    voice = find_voice(options.voice)
    ours = [sys.executable, "-m", "voicecli", "say", "--voice", voice, "-o", "-", "--raw"]
    piper = [options.venv / "bin" / "piper", "-m", voice, "--output-raw"]
    piper_wav = [options.venv / "bin" / "piper", "-m", voice, "-f", "-"]
    for title, text in {
        "one sentence": one_sentence,
        "one long sentence": one_long_sentence,
        "nine sentences at once": all_at_once,
        "three sentences as a model writes them": as_a_model_writes,
    }.items():
        programs = {
            "voicecli": partial(run, ours, text),
            "piper --output-raw": partial(run, piper, text),
            "piper -f -": partial(run, piper_wav, text),
        }
        compare(f"say: {title}", programs, options.rounds)


# -- memory -----------------------------------------------------------------------------------


def bench_memory(options: argparse.Namespace) -> None:
    """Peak memory on recordings of growing length, and on a pipe of as much raw sound."""
    with tempfile.TemporaryDirectory() as folder:
        for minutes in (options.minutes, 6 * options.minutes, 12 * options.minutes):
            voice = of_voice(find_voice(None), SENTENCES)
            (path,) = long_and_short(Path(folder), minutes, [], voice)[0].texts
            command = [sys.executable, "-m", "voicecli", "transcribe", path]
            one = run([*command, "--stt-model", find_stt(None)])
            print(f"{minutes:6.0f} minutes: {one.wall_s:6.1f} s, peak {one.peak_mb:4.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["transcribe", "say", "memory"])
    parser.add_argument("--venv", type=Path, help="with whisper-ctranslate2 and piper-tts")
    parser.add_argument("--model", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--people", type=Path, help="folder of a manifest.jsonl")
    parser.add_argument("--program", action="append", help="only this one, with `transcribe`")
    parser.add_argument("--voice", help="default: the bundled one")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", help="recordings whose title has this in it")
    options = parser.parse_args()
    if options.what != "memory" and options.venv is None:
        parser.error("--venv is needed for the other programs")
    {"transcribe": bench_transcribe, "say": bench_say, "memory": bench_memory}[options.what](
        options
    )


if __name__ == "__main__":
    main()
