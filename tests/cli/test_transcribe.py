"""`voicecli transcribe`, as a user types it."""

from __future__ import annotations

import json
import os
import pty
import resource
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from jack_person import JACK_DEVICE, Person
from programs import VOICECLI, run_voicecli, save_wav, speak
from voicecli.cli.main import app
from voicecli.cli.options import parse_clip
from voicecli.errors import AudioFileError, SettingsError, VoicecliError
from voicecli.sound.samples import SAMPLE_RATE_HZ, silence
from voicecli.sound.wav import WavWriter, to_pcm16

pytestmark = pytest.mark.slow

SUM = "What is seven plus twelve?"
JOKE = "Tell me a joke."


@pytest.fixture(autouse=True)
def _named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small recogniser has to be named to transcribe; what it reads here is in its domain."""
    monkeypatch.setenv("VOICECLI_STT_MODEL", "stt-en")


def record(path: Path, *sentences: str) -> Path:
    """Sentences with pauses between them, as a WAV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    parts = [part for text in sentences for part in (silence(8000), speak(text))]
    return save_wav(path, np.concatenate([*parts, silence(8000)]))


@contextmanager
def ended(process: subprocess.Popen) -> Iterator[None]:
    """Whatever fails in the block, the process does not outlive it."""
    with process:
        try:
            yield
        finally:
            process.kill()


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    return record(tmp_path / "a.wav", SUM, JOKE)


def here(*arguments: str | Path) -> str:
    """Run it in this process; what it writes on stdout. Raises what main() would catch."""
    result = CliRunner().invoke(app, ["transcribe", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def refused(*arguments: str | Path) -> str:
    """Wrong usage: what it says."""
    result = CliRunner().invoke(app, ["transcribe", *map(str, arguments)])
    assert result.exit_code == 2
    return " ".join(result.stderr.replace("│", " ").split())


# -- one recording ----------------------------------------------------------------------------


def test_the_product_is_on_stdout_and_nothing_else(wav: Path) -> None:
    done = run_voicecli("transcribe", wav)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{SUM}\n{JOKE}\n", "")


def test_every_format(wav: Path) -> None:
    assert here(wav, "-f", "txt") == f"{SUM}\n{JOKE}\n"
    assert [line.split("\t")[2] for line in here(wav, "--format", "tsv").splitlines()[1:]] == [
        SUM,
        JOKE,
    ]
    srt = here(wav, "--output-format", "srt")
    assert [block.splitlines()[2] for block in srt.strip().split("\n\n")] == [SUM, JOKE]
    assert here(wav, "-f", "vtt").startswith("WEBVTT\n\n00:00:")
    assert json.loads(here(wav, "-f", "json"))["text"] == f"{SUM} {JOKE}"
    lines = [json.loads(line) for line in here(wav, "-f", "jsonl").splitlines()]
    assert [line["text"] for line in lines] == [SUM, JOKE]


def test_subtitles_take_the_width_that_was_asked_for(wav: Path) -> None:
    srt = here(wav, "-f", "srt", "--max-line-width", "12", "--max-line-count", "1")
    lines = [line for line in srt.splitlines() if line and "-->" not in line and not line.isdigit()]
    assert " ".join(lines) == f"{SUM} {JOKE}"
    assert max(map(len, lines)) <= 12


def test_the_output_s_name_is_the_format(wav: Path, tmp_path: Path) -> None:
    assert here(wav, "--output", tmp_path / "x.srt") == ""
    assert (tmp_path / "x.srt").read_text().startswith("1\n00:00:00,")
    assert here(wav, "--output", "-") == f"{SUM}\n{JOKE}\n"


def test_a_language_by_its_name_and_what_is_said_where_nobody_speaks(
    wav: Path, tmp_path: Path
) -> None:
    assert here(wav, "--language", "English") == f"{SUM}\n{JOKE}\n"
    save_wav(tmp_path / "still.wav", silence(32_000))
    found = json.loads(here(tmp_path / "still.wav", "-f", "json", "--language", "EN"))
    assert (found["text"], found["language"]) == ("", "en")


@pytest.mark.parametrize(
    ("gain", "options", "told"),
    [
        (0.5, (), "tune.wav: sound up to -6 dB, but no speech that the detector finds; --no-vad"),
        (0.5, ("--clip", "5-"), "nobody speaks in"),
        (0.001, (), "nobody speaks in"),
    ],
)
def test_sound_without_speech_is_told_from_silence(
    tmp_path: Path, gain: float, options: tuple[str, ...], told: str
) -> None:
    tune = gain * np.sin(2 * np.pi * 440 * np.arange(80_000) / SAMPLE_RATE_HZ)
    path = save_wav(tmp_path / "tune.wav", np.append(tune, silence(32_000)).astype(np.float32))
    done = run_voicecli("transcribe", path, *options, env={"VOICECLI_STT_MODEL": "stt-en"})
    assert (done.returncode, done.stdout) == (0, "")
    assert told in done.stderr


def test_two_speakers_come_in_order(tmp_path: Path) -> None:
    one, other = speak(SUM), speak(JOKE)
    turns = [silence(8000), one, silence(16_000), other, silence(16_000), one, silence(8000)]
    left = [part if part is not other else silence(len(part)) for part in turns]
    right = [part if part is other else silence(len(part)) for part in turns]
    path = save_wav(tmp_path / "call.wav", np.concatenate(left), np.concatenate(right))
    assert here(path, "--channels").splitlines() == [
        f"[channel 1]: {SUM}",
        f"[channel 2]: {JOKE}",
        f"[channel 1]: {SUM}",
    ]


def test_options_of_the_recogniser(wav: Path) -> None:
    words = json.loads(
        here(wav, "-f", "json", "--word-timestamps", "--beam-size", "1", "--language", "en")
    )
    assert [word["word"].strip() for word in words["segments"][1]["words"]] == JOKE.split()
    text = here(wav, "--batch-size", "1", "--jobs", "1", "--threads", "1", "--compute-type", "int8")
    assert text == f"{SUM}\n{JOKE}\n"
    assert here(wav, "--device", "cpu", "--clip", "0-2.5") == f"{SUM}\n"


def test_a_video_is_a_recording(tmp_path: Path) -> None:
    import av

    path = tmp_path / "film.mkv"
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=5)
        video.width, video.height = 32, 32
        audio = container.add_stream("aac", rate=SAMPLE_RATE_HZ, layout="mono")
        for i in range(10):
            frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
            frame.pts = i
            container.mux(video.encode(frame))
        pcm = np.frombuffer(to_pcm16(speak(SUM)), "<i2").reshape(1, -1)
        sound = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
        sound.sample_rate = SAMPLE_RATE_HZ
        container.mux(audio.encode(sound))
        for stream in (video, audio):
            container.mux(stream.encode(None))
    assert here(path) == f"{SUM}\n"


# -- standard input ---------------------------------------------------------------------------


def test_standard_input(wav: Path) -> None:
    with wav.open("rb") as file:
        done = run_voicecli("transcribe", "-", stdin=file)
    assert (done.returncode, done.stdout) == (0, f"{SUM}\n{JOKE}\n")


def test_raw_sound_is_written_down_while_it_is_made() -> None:
    process = subprocess.Popen(
        [*VOICECLI, "transcribe", "-", "--raw", "16000", "--format", "jsonl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with ended(process):
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(to_pcm16(np.concatenate([speak(SUM), silence(48_000)])))
        process.stdin.flush()
        # The pipe is still open.
        assert json.loads(process.stdout.readline())["text"] == SUM
        process.stdin.write(to_pcm16(np.concatenate([speak(JOKE), silence(16_000)])))
        process.stdin.close()
        assert json.loads(process.stdout.readline())["text"] == JOKE
        assert process.wait() == 0


def test_standard_input_that_is_closed() -> None:
    done = run_voicecli("transcribe", "-", preexec_fn=lambda: os.close(0))
    assert done.returncode == 1
    assert "standard input is closed" in done.stderr
    assert "Traceback" not in done.stderr


def test_empty_standard_input() -> None:
    for options in ((), ("--raw", "16000")):
        done = run_voicecli("transcribe", "-", *options, stdin=subprocess.DEVNULL)
        assert done.returncode == 1
        assert "standard input" in done.stderr
        assert "Traceback" not in done.stderr


# -- many -------------------------------------------------------------------------------------


def test_many_recordings_each_beside_its_text(tmp_path: Path) -> None:
    record(tmp_path / "a.wav", SUM)
    record(tmp_path / "b c.wav", JOKE)
    assert here(tmp_path, "-f", "txt") == ""
    assert (tmp_path / "a.txt").read_text() == f"{SUM}\n"
    assert (tmp_path / "b c.txt").read_text() == f"{JOKE}\n"
    assert sorted(path.name for path in tmp_path.glob(".*.part*")) == []


def test_a_bad_one_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    record(tmp_path / "a.wav", SUM)
    (tmp_path / "b.wav").write_text("no sound at all")
    (tmp_path / "c.wav").touch()
    record(tmp_path / "d.wav", JOKE)
    done = run_voicecli("transcribe", ".", "--output-dir", "out", cwd=tmp_path)
    assert done.returncode == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.txt", "d.txt"]
    assert "b.wav is not audio" in done.stderr
    assert "c.wav is empty" in done.stderr
    assert "2 of 4 recordings failed" in done.stderr
    assert "Traceback" not in done.stderr

    (tmp_path / "c.wav").unlink()
    record(tmp_path / "b.wav", SUM)
    before = (tmp_path / "out" / "a.txt").stat().st_mtime_ns
    done = run_voicecli("transcribe", ".", "-o", "out", "--skip-existing", cwd=tmp_path)
    assert done.returncode == 0
    assert "2 of 3 are there already" in done.stderr
    assert (tmp_path / "out" / "b.txt").read_text() == f"{SUM}\n"
    assert (tmp_path / "out" / "a.txt").stat().st_mtime_ns == before


def test_nothing_is_overwritten_unless_it_is_said(wav: Path, tmp_path: Path) -> None:
    there = tmp_path / "a.txt"
    there.write_text("mine")
    with pytest.raises(AudioFileError, match="would be overwritten"):
        here(wav, "--output-dir", tmp_path)
    assert there.read_text() == "mine"
    here(wav, "--output-dir", tmp_path, "--force")
    assert there.read_text() == f"{SUM}\n{JOKE}\n"
    there.write_text("mine")
    assert here(wav, "--force") == ""
    assert there.read_text() == f"{SUM}\n{JOKE}\n"


def test_the_recording_is_never_the_output(wav: Path, tmp_path: Path) -> None:
    link = tmp_path / "text.txt"
    link.symlink_to(wav)
    before = wav.read_bytes()
    for output in (wav, link):
        done = run_voicecli("transcribe", wav, "--output", output, "--force")
        assert (done.returncode, "is what is read" in done.stderr) == (2, True)
    assert wav.read_bytes() == before


def test_one_that_can_not_be_written_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    record(tmp_path / "a.wav", SUM)
    record(tmp_path / f"{'b' * 251}.wav", SUM)  # its text would need one character too many
    record(tmp_path / "c.wav", JOKE)
    done = run_voicecli("transcribe", ".", "-f", "jsonl", "--json-progress", cwd=tmp_path)
    assert done.returncode == 1
    assert sorted(path.name for path in tmp_path.glob("*.jsonl")) == ["a.jsonl", "c.jsonl"]
    assert "File name too long" in done.stderr
    assert "1 of 3 recordings failed" in done.stderr
    assert done.stderr.count('"failed"') == 1
    assert "Traceback" not in done.stderr


def test_where_all_fail_none_is_done(tmp_path: Path) -> None:
    done = run_voicecli("transcribe", "gone/a.wav", "b.wav", cwd=tmp_path)
    assert "2 of 2 recordings failed" in done.stderr
    assert "the others" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_equal_names_from_different_places(tmp_path: Path) -> None:
    one = record(tmp_path / "x" / "a.wav", SUM)
    other = record(tmp_path / "y" / "a.wav", JOKE)
    with pytest.raises(AudioFileError, match="into one file"):
        here(one, other, "--output-dir", tmp_path / "out")
    here(tmp_path, "--recursive", "--output-dir", tmp_path / "out")
    assert (tmp_path / "out" / "x" / "a.txt").read_text() == f"{SUM}\n"
    assert (tmp_path / "out" / "y" / "a.txt").read_text() == f"{JOKE}\n"


@pytest.mark.parametrize(
    "name", [b"with space.wav", b"line\nbreak.wav", b"\xff\xfe.wav", b"-dash.wav", b"http:x.wav"]
)
def test_any_name(tmp_path: Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)
    os.rename(record(tmp_path / "plain.wav", SUM), path)
    record(tmp_path / "other.wav", JOKE)
    done = subprocess.run(
        [*VOICECLI, "transcribe", "--json-progress", "--", name, b"other.wav", b"gone\n\xff.wav"],
        capture_output=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 1
    with open(os.path.splitext(path)[0] + b".txt") as file:
        assert file.read() == f"{SUM}\n"
    *progress, _, _ = done.stderr.decode().splitlines()
    assert b"recordings failed: gone\\n" in done.stderr
    assert [json.loads(line)["event"] for line in progress if line[0] == "{"][0] == "started"


# -- progress ---------------------------------------------------------------------------------


def test_json_progress(tmp_path: Path) -> None:
    record(tmp_path / "a.wav", SUM)
    record(tmp_path / "b.wav", JOKE)
    done = run_voicecli("transcribe", ".", "--json-progress", cwd=tmp_path)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["event"], line["file"]) for line in lines if line["event"] != "progress"] == [
        ("started", "a.wav"),
        ("done", "a.wav"),
        ("started", "b.wav"),
        ("done", "b.wav"),
    ]
    assert all(line["done_s"] <= line["total_s"] + 0.1 for line in lines)
    assert done.stdout == ""


def shown_in_a_terminal(process: Callable[[int], subprocess.Popen]) -> tuple[bytes, bytes]:
    """What a process shows there, and what it writes on a stdout that is a pipe.

    process: starts it with that terminal.
    """
    master, slave = pty.openpty()
    running = process(slave)
    os.close(slave)
    shown = b""
    with ended(running), open(master, "rb", buffering=0) as terminal:
        try:
            while data := terminal.read(4096):
                shown += data
        except OSError:
            pass  # Linux says EIO where the other end was closed
        return shown, running.stdout.read() if running.stdout is not None else b""


def test_the_bar_is_for_a_terminal_and_stays_off_stdout(wav: Path) -> None:
    command = [*VOICECLI, "transcribe", str(wav)]
    shown, written = shown_in_a_terminal(
        lambda slave: subprocess.Popen(command, stdout=subprocess.PIPE, stderr=slave)
    )
    assert written.decode() == f"{SUM}\n{JOKE}\n"
    assert b"real time" in shown
    assert b"a.wav" in shown


@pytest.mark.parametrize("file_format", ["txt", "srt"])
def test_the_bar_makes_room_for_text_on_the_same_terminal(wav: Path, file_format: str) -> None:
    command = [*VOICECLI, "transcribe", str(wav), "-f", file_format]
    shown, _ = shown_in_a_terminal(
        lambda slave: subprocess.Popen(command, stdout=slave, stderr=slave)
    )
    # Text that comes bit by bit is progress enough.
    assert (b"real time" in shown) == (file_format == "srt")
    assert JOKE.encode() in shown
    assert b"real time" not in shown[shown.index(SUM.encode()) :]


def test_a_pipe_with_a_name_is_read_once(wav: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    feeder = threading.Thread(target=pipe.write_bytes, args=(wav.read_bytes(),), daemon=True)
    feeder.start()
    done = run_voicecli("transcribe", pipe, "--json-progress")
    assert done.stdout == f"{SUM}\n{JOKE}\n"
    feeder.join()


# -- wrong usage ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name a recording"),
        (("a.wav", "--mic"), "--mic and FILES can't be combined"),
        (("--mic", "--clip", "1-2"), "--mic and --clip can't be combined"),
        (("--mic", "-f", "srt"), "--mic writes"),
        (("--mic", "--hotwords", "Sam"), "--mic and --hotwords can't be combined"),
        (("--mic", "--initial-prompt", "Sam"), "--mic and --initial-prompt can't be combined"),
        (("--mic", "--no-vad"), "--mic and --no-vad can't be combined"),
        (("--mic", "--recursive"), "--mic and --recursive can't be combined"),
        (("--mic", "--jobs", "2"), "--mic and --jobs can't be combined"),
        (("--mic", "--threads", "2"), "--mic and --threads can't be combined"),
        (("--mic", "--batch-size", "2"), "--mic and --batch-size can't be combined"),
        (("a.wav", "--word_timestamps", "True"), "True is no recording"),
        (("a.wav", "--fp16", "False"), "say --compute-type"),
        (("a.wav", "--vad_filter", "True"), "--no-vad turns it off"),
        (("a.wav", "--live_transcribe", "True"), "say --mic"),
        (("a.wav", "--output", "x.txt", "--output-dir", "d"), "can't be combined"),
        (("a.wav", "--force", "--skip-existing"), "can't be combined"),
        (("a.wav", "b.wav", "--output", "x.txt"), "--output is for one recording"),
        (("a.wav", "--output", "x.srt", "-f", "vtt"), "contradicts"),
        (("a.wav", "--silence", "3"), "--silence needs --mic"),
        (("a.wav", "--input-device", "3"), "--input-device needs --mic"),
        (("a.wav", "-"), "can't be combined with files"),
        (("a.wav", "--raw", "16000"), "--raw is for standard input"),
        (("-", "--raw", "16000", "--channels"), "can't be combined"),
        (("a.wav", "--max-line-width", "20"), "are for --format srt, vtt"),
        (("a.wav", "--clip", "nonsense"), "is not FROM-TO"),
        (("a.wav", "--clip", "2-1"), "ends before it begins"),
        (("a.wav", "--language", "klingon"), "is none of"),
        (("a.wav", "-f", "doc"), "doc"),
        (("a.wav", "--task", "sing"), "sing"),
        (("a.wav", "--beam-size", "0"), "--beam-size"),
        (("a.wav", "--batch-size", "0"), "--batch-size"),
        (("a.wav", "--jobs", "many"), "--jobs"),
        (("-", "--raw", "3"), "--raw"),
        (("a.wav", "--device", "tpu"), "tpu"),
        (("--mic", "--silence", "0"), "--silence"),
    ],
)
def test_wrong_usage_is_refused_in_a_sentence(arguments: tuple[str, ...], message: str) -> None:
    assert message in refused(*arguments)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1:30-2:45", (90.0, 165.0)),
        ("90-", (90.0, float("inf"))),
        ("-0:30", (0.0, 30.0)),
        ("1:00:00-1:00:10.5", (3600.0, 3610.5)),
        (" 0 - 5 ", (0.0, 5.0)),
    ],
)
def test_clips(text: str, expected: tuple[float, float]) -> None:
    assert parse_clip(text) == expected


@given(st.text(st.sampled_from("0123456789:.- a٣")))
def test_a_clip_is_two_moments_or_wrong_usage(text: str) -> None:
    try:
        start_s, end_s = parse_clip(text)
    except typer.BadParameter:
        return
    assert 0 <= start_s < end_s


# -- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--stt-model", "no-such-model"), "no-such-model"),
        (("--language", "de"), "knows English only"),
        (("--task", "translate"), "knows English only"),
        (("--compute-type", "int3"), "compute_type"),
    ],
)
def test_what_can_not_be_done_is_told(wav: Path, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(VoicecliError, match=message):
        here(wav, *arguments)


def test_the_english_model_refuses_other_languages(wav: Path) -> None:
    with pytest.raises(SettingsError, match="knows English only"):
        here(wav, "--language", "de")


def test_a_recording_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("hello")
    (tmp_path / "empty.wav").touch()
    WavWriter(tmp_path / "header.wav", SAMPLE_RATE_HZ).close()
    (tmp_path / "dir").mkdir()
    for name, message in {
        "text.wav": "is not audio",
        "empty.wav": "is empty",
        "header.wav": "holds no audio",
        "gone.wav": "does not exist",
        "dir": "no recording in the directory",
    }.items():
        with pytest.raises(AudioFileError, match=message):
            here(tmp_path / name)


def test_a_recording_that_is_cut_off_gives_what_it_holds(wav: Path) -> None:
    from voicecli.sound.writing import audio_file

    flac = wav.with_suffix(".flac")
    with audio_file(flac, SAMPLE_RATE_HZ) as encoder:
        encoder.write(np.concatenate([speak(SUM), silence(16_000), speak(JOKE)]))
    data = bytearray(flac.read_bytes())
    flac.write_bytes(data[: len(data) * 6 // 10])
    assert here(flac).startswith(f"{SUM}\n")


def test_damage_in_the_middle_is_told_and_the_rest_is_used(tmp_path: Path) -> None:
    from voicecli.sound.writing import audio_file

    path = tmp_path / "a.flac"
    with audio_file(path, SAMPLE_RATE_HZ) as encoder:
        # Noise, so that the pause is half of the file, too.
        pause = np.random.default_rng(2).normal(0, 0.003, 48_000).astype(np.float32)
        encoder.write(np.concatenate([speak(SUM), pause, speak(JOKE)]))
    data = bytearray(path.read_bytes())
    middle = len(data) * 45 // 100
    data[middle : middle + len(data) // 10] = np.random.default_rng(1).bytes(len(data) // 10)
    path.write_bytes(data)
    done = run_voicecli("transcribe", path, "-f", "jsonl")
    assert done.returncode == 0
    assert done.stderr.count("is damaged at") == 1
    first, *_, last = map(json.loads, done.stdout.splitlines())
    assert (first["text"], last["text"]) == (SUM, JOKE)
    # What is missing does not make the rest come earlier.
    begins_s = (len(speak(SUM)) + 48_000) / SAMPLE_RATE_HZ
    assert last["start"] == pytest.approx(begins_s, abs=0.3)


def test_a_disk_that_fills_up_leaves_no_half_file(wav: Path, tmp_path: Path) -> None:
    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))

    target = tmp_path / "x.txt"
    done = run_voicecli("transcribe", wav, "--output", target, preexec_fn=small_files)
    assert done.returncode == 1
    assert "can't be written" in done.stderr
    assert "free some space" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.wav"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_standard_output_on_a_full_disk(wav: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*VOICECLI, "transcribe", str(wav)], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 1
    assert b"standard output can't be written" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_place_that_can_not_be_written(wav: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    below = tmp_path / "file" / "below"
    with pytest.raises(AudioFileError, match="can't be made"):
        # Before any work: there is no such model.
        here(wav, "--output", below / "a.txt", "--stt-model", "no-such-model")
    with pytest.raises(AudioFileError, match="can't be made"):
        here(wav, "--output-dir", below)


# -- endings ----------------------------------------------------------------------------------


def test_whoever_reads_has_enough(wav: Path) -> None:
    process = subprocess.Popen(
        [*VOICECLI, "transcribe", str(wav)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with ended(process):
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.wait() == 141
        assert process.stderr.read() == b""


@pytest.mark.parametrize(
    ("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_ends_it_at_once_and_leaves_nothing(
    tmp_path: Path, number: int, exit_code: int
) -> None:
    process = subprocess.Popen(
        [*VOICECLI, "transcribe", "-", "--raw", "16000", "--output", str(tmp_path / "x.txt")]
        + ["--json-progress"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with ended(process):
        assert process.stderr is not None
        assert process.stdin is not None
        assert json.loads(process.stderr.readline())["event"] == "started"
        process.stdin.write(to_pcm16(speak(SUM)))
        process.stdin.flush()
        process.send_signal(number)
        assert process.wait(20) == exit_code
        assert b"Traceback" not in process.stderr.read()
    assert list(tmp_path.iterdir()) == []


# -- dictation --------------------------------------------------------------------------------


def say_to(person: Person, *sentences: str) -> None:
    for text in sentences:
        person.say(np.concatenate([speak(text), silence(16_000)]), SAMPLE_RATE_HZ)


def test_dictation_ends_with_silence(person: Person) -> None:
    process = subprocess.Popen(
        [*VOICECLI, "transcribe", "--mic", "--silence", "2", "--input-device", JACK_DEVICE],
        stdout=subprocess.PIPE,
        text=True,
    )
    with ended(process):
        person.wait_for_program(loudspeaker=False)
        say_to(person, SUM, JOKE)
        assert process.stdout is not None
        assert process.stdout.read() == f"{SUM}\n{JOKE}\n"
        assert process.wait() == 0


def test_what_is_said_before_ctrl_c_is_written(person: Person) -> None:
    process = subprocess.Popen(
        [*VOICECLI, "transcribe", "--mic", "--input-device", JACK_DEVICE, "-f", "jsonl"],
        stdout=subprocess.PIPE,
        text=True,
    )
    with ended(process):
        person.wait_for_program(loudspeaker=False)
        say_to(person, SUM)
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["text"] == SUM
        said = person.say(speak(JOKE), SAMPLE_RATE_HZ)
        pause = threading.Event()
        pause.wait(max(0.0, said.end_s - person.now_s + 0.1))
        process.send_signal(signal.SIGINT)
        assert json.loads(process.stdout.readline())["text"] == JOKE
        assert process.wait() == 130


def test_the_help_loads_no_heavy_parts() -> None:
    code = (
        "import sys, voicecli.cli.transcribe, voicecli.cli.say;"
        "print(sorted({'numpy', 'rich', 'av', 'onnxruntime', 'faster_whisper'} & set(sys.modules)))"
    )
    done = subprocess.run([VOICECLI[0], "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# -- a small recogniser is honest -------------------------------------------------------------


def test_the_small_recogniser_is_no_dictation_engine(
    wav: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By itself it is never taken; whoever names it has been told."""
    monkeypatch.delenv("VOICECLI_STT_MODEL")
    done = run_voicecli("transcribe", wav)
    assert (done.returncode, done.stdout) == (1, "")
    assert "understands some 400 words" in done.stderr
    assert "voicecli models pull tiny.en" in done.stderr
    assert "--stt-model stt-en" in done.stderr
    assert "plus twelve" in run_voicecli("transcribe", "--stt-model", "stt-en", wav).stdout


def test_with_an_official_model_free_speech_is_transcribed(
    wav: Path, official_models: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("VOICECLI_STT_MODEL")
    spoken = tmp_path / "spoken.wav"
    text = "Could you recommend a good science fiction book?"
    assert run_voicecli("say", "-o", spoken, text).returncode == 0
    done = run_voicecli("transcribe", "--language", "en", spoken)
    assert (done.returncode, done.stdout.strip()) == (0, text)
