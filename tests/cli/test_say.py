"""`voicecli say`, as a user types it; and what its parts promise."""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import os
import resource
import signal
import subprocess
import threading
import time
import wave
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from jack_person import JACK_DEVICE, Person
from programs import VOICECLI, run_voicecli, understand
from voicecli import places
from voicecli.cli.main import app
from voicecli.cli.say import _detect, _voice_for
from voicecli.cli.texts import peek
from voicecli.errors import AudioFileError, ModelMissingError, SettingsError, VoicecliError
from voicecli.models import find_voice
from voicecli.sound.reading import read_audio
from voicecli.sound.samples import Samples, silence
from voicecli.sound.wav import wav_header
from voicecli.sound.writing import audio_file
from voicecli.text.sentences import MAX_CHARS
from voicecli.tts.alignment import words_of
from voicecli.tts.clip import Clip, Phoneme

pytestmark = pytest.mark.slow

SUM, SUM_TEXT = "What is seven plus twelve?", "what is seven plus twelve"
JOKE, JOKE_TEXT = "Tell me a joke.", "tell me a joke"


def here(*arguments: str | Path, stdin: str | None = None) -> str:
    """Run it in this process; what it writes on stdout. Raises what main() would catch."""
    result = CliRunner().invoke(
        app, ["say", *map(str, arguments)], input=stdin, catch_exceptions=False
    )
    assert result.exit_code == 0, result.stderr
    return result.stdout


def refused(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, ["say", *map(str, arguments)])
    assert result.exit_code == 2
    return " ".join(result.stderr.replace("│", " ").split())


def heard(path: Path) -> str:
    return understand(read_audio(path))


@contextmanager
def speaking(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Whatever fails in the block, the process does not outlive it."""
    with subprocess.Popen(
        [*VOICECLI, "say", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


# -- into files -------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a"])
def test_every_kind_of_file(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    here(SUM, "--output", path)
    assert heard(path) == SUM_TEXT
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == [path.name]


def test_text_from_a_file_and_from_standard_input(tmp_path: Path) -> None:
    (tmp_path / "text.md").write_text(f"\ufeff# Numbers\n\n**{SUM}**\n")
    here("--file", tmp_path / "text.md", "-o", tmp_path / "a.wav")
    assert heard(tmp_path / "a.wav").endswith(SUM_TEXT)
    done = run_voicecli("say", "-o", tmp_path / "b.wav", input=JOKE)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert heard(tmp_path / "b.wav") == JOKE_TEXT


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_text_of_windows_and_subtitles(tmp_path: Path, encoding: str) -> None:
    cues = f"1\r\n00:00:01,000 --> 00:00:02,000\r\n<i>Café.</i> {SUM}\r\n"
    (tmp_path / "a.srt").write_bytes(cues.encode(encoding))
    arguments = ("--file", tmp_path / "a.srt", "-o", tmp_path / "a.wav", "--timestamps", "json")
    done = run_voicecli("say", *arguments)
    said = " ".join(sentence["text"] for sentence in json.loads(done.stdout)["sentences"])
    assert said == f"Café. {SUM}"
    assert ("Windows-1252" in done.stderr) == (encoding == "cp1252")


def test_the_same_text_is_the_same_sound(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav"):
        assert run_voicecli("say", SUM, "-o", tmp_path / name).returncode == 0
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_speed_volume_and_pause(tmp_path: Path) -> None:
    def made(name: str, *options: str) -> Samples:
        here(f"{SUM} {JOKE}", "-o", tmp_path / name, *options)
        return read_audio(tmp_path / name)

    normal = made("normal.wav")
    assert len(made("fast.wav", "--speed", "2")) < 0.65 * len(normal)
    assert len(made("slow.wav", "--speed", "0.5")) > 1.6 * len(normal)
    assert np.abs(made("soft.wav", "--volume", "0.1")).max() < 0.15 * np.abs(normal).max()
    assert np.abs(made("mute.wav", "--volume", "0")).max() == 0
    paused = made("paused.wav", "--pause", "1.5")
    quiet = np.abs(paused) < 1e-3
    longest = max(map(len, "".join("q" if q else " " for q in quiet).split()))
    assert 1.5 * 16_000 <= longest < 2.2 * 16_000


def test_pauses_are_between_sentences_only(tmp_path: Path) -> None:
    here(SUM, "-o", tmp_path / "a.wav")
    here(SUM, "-o", tmp_path / "b.wav", "--pause", "5")
    a, b = read_audio(tmp_path / "a.wav"), read_audio(tmp_path / "b.wav")
    assert abs(len(a) - len(b)) < 16_000


def test_a_pause_and_a_caption_are_a_sentence_s(tmp_path: Path) -> None:
    """Short ones are not merged, and a long one is not cut."""
    long = "We counted seven and twelve and more, and then " * 6 + "we left."
    assert len(long) > MAX_CHARS
    text = f"One. Two. Three. {long} Four."
    sentences = [*text.split(" ", 3)[:3], long, "Four."]
    written = json.loads(
        here(text, "--timestamps", "json", "--pause", "1", "-o", tmp_path / "a.wav")
    )["sentences"]
    assert [one["text"] for one in written] == sentences
    for one in written:
        assert [word["word"] for word in one["words"]] == one["text"].split()
    gaps = [after["start"] - one["end"] for one, after in itertools.pairwise(written)]
    assert gaps == pytest.approx([1.0] * 4, abs=0.002)
    for word, after in itertools.pairwise(written[3]["words"]):
        assert after["start"] - word["end"] < 0.8


def test_phonemes_pass_through(tmp_path: Path) -> None:
    here("[[ hɛlˈoʊ ]]", "-o", tmp_path / "a.wav")
    assert heard(tmp_path / "a.wav") == "hello"


def test_nothing_is_overwritten_unless_it_is_said(tmp_path: Path) -> None:
    there = tmp_path / "a.wav"
    there.write_text("mine")
    with pytest.raises(AudioFileError, match="would be overwritten"):
        here(SUM, "-o", there)
    assert there.read_text() == "mine"
    here(SUM, "-o", there, "--force")
    assert heard(there) == SUM_TEXT


@pytest.mark.parametrize("name", [b"with space.wav", b"\xff\n.wav", b"http:x.wav"])
def test_any_name(tmp_path: Path, name: bytes) -> None:
    done = subprocess.run(
        [*VOICECLI, "say", JOKE, "-o", name], cwd=tmp_path, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    with open(os.path.join(os.fsencode(tmp_path), name), "rb") as file:
        assert file.read(4) == b"RIFF"


# -- into pipes -------------------------------------------------------------------------------


def test_wav_and_raw_on_standard_output() -> None:
    with speaking(SUM, "--output", "-") as process:
        wav, _ = process.communicate()
    with speaking(SUM, "--output", "-", "--raw") as process:
        raw, _ = process.communicate()
    assert wav == wav_header(16_000) + raw
    assert understand(read_audio(io.BytesIO(wav))) == SUM_TEXT  # type: ignore[arg-type]
    samples = np.frombuffer(raw, "<i2").astype(np.float32) / 32768
    assert understand(samples) == SUM_TEXT


def test_a_file_behind_standard_output_knows_its_length(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with path.open("wb") as out:
        out.write(b"before")
        out.flush()
        subprocess.run([*VOICECLI, "say", SUM, "-o", "-"], stdout=out, check=True)
        out.write(b"after")
    content = path.read_bytes()
    assert content.startswith(b"before")
    assert content.endswith(b"after")
    with wave.open(io.BytesIO(content[len(b"before") : -len(b"after")])) as file:
        n_samples = file.getnframes()
        assert len(file.readframes(n_samples + 1)) == 2 * n_samples
    # What is appended to can't be written elsewhere.
    with path.open("ab") as out:
        subprocess.run([*VOICECLI, "say", SUM, "-o", "-"], stdout=out, check=True)
    assert path.read_bytes() == content + wav_header(16_000) + content[6 + 44 : -5]


def test_the_first_sentence_is_spoken_while_standard_input_is_open() -> None:
    with speaking("-o", "-", "--raw") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{SUM} Tell".encode())
        process.stdin.flush()
        first = process.stdout.read(2 * 16_000)
        assert len(first) == 2 * 16_000
        process.stdin.write(b" me a joke.")
        process.stdin.close()
        rest = process.stdout.read()
        assert process.wait() == 0
    samples = np.frombuffer(first + rest, "<i2").astype(np.float32) / 32768
    assert understand(samples) == f"{SUM_TEXT} tell me a joke"


def test_what_is_not_listened_to_is_not_read() -> None:
    """Back-pressure: who writes the text waits where nobody takes the sound."""
    with speaking("-o", "-", "--raw") as process:
        assert process.stdin is not None
        os.set_blocking(process.stdin.fileno(), False)
        text = f"{SUM} {JOKE} ".encode() * 200
        n_written, idle = 0, 0
        while idle < 20 and n_written < 4_000_000:
            try:
                n_written += os.write(process.stdin.fileno(), text)
                idle = 0
            except BlockingIOError:
                idle += 1
                time.sleep(0.05)
        process.kill()
    # One pipe full of text is 64 KB, and some more was read.
    assert n_written < 200_000


def test_whoever_listens_has_enough() -> None:
    with speaking("-o", "-", "--raw") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(f"{SUM} ".encode() * 50)
        process.stdin.close()
        process.stdout.read(100)
        process.stdout.close()
        assert process.wait(30) == 141
        assert process.stderr.read() == b""


@pytest.mark.parametrize(
    ("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_ends_it_at_once(tmp_path: Path, number: int, exit_code: int) -> None:
    with speaking("-o", str(tmp_path / "a.wav")) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(f"{SUM} ".encode() * 10)
        process.stdin.flush()
        while not list(tmp_path.glob(".*.part*")):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(number)
        assert process.wait(20) == exit_code
        assert b"Traceback" not in process.stderr.read()
    assert not [path for path in tmp_path.iterdir() if path.is_file()]


def test_a_signal_ends_it_while_nobody_takes_the_sound() -> None:
    with speaking("-o", "-", "--raw") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{SUM} ".encode() * 50)
        process.stdin.flush()
        process.stdout.read(10)
        threading.Event().wait(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130


# -- the loudspeaker --------------------------------------------------------------------------


def test_the_loudspeaker(person: Person) -> None:
    with speaking("--output-device", JACK_DEVICE) as process:
        assert process.stdin is not None
        process.stdin.write(f"{SUM} Tell".encode())
        process.stdin.flush()
        started_s = person.wait_for_sound()  # standard input is still open
        process.stdin.write(b" me a joke.")
        process.stdin.close()
        assert process.wait(30) == 0
        spans = person.heard_spans(started_s)
    samples = person.heard(spans[0].start_s - 0.2, spans[-1].end_s + 0.2)
    assert understand(samples, person.sample_rate_hz) == f"{SUM_TEXT} tell me a joke"


# -- word times -------------------------------------------------------------------------------


def test_word_times(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    written = json.loads(here(f"{SUM} It costs $5.", "--timestamps", "json", "-o", path))
    samples = read_audio(path)
    assert written["duration"] == pytest.approx(len(samples) / 16_000, abs=0.01)
    assert [one["text"] for one in written["sentences"]] == [SUM, "It costs $5."]
    times = []
    for sentence in written["sentences"]:
        assert [word["word"] for word in sentence["words"]] == sentence["text"].split()
        times += [time for word in sentence["words"] for time in (word["start"], word["end"])]
    assert times == sorted(times)
    assert times[-1] <= written["duration"]
    # Cut out by its times, a part says its words.
    words = written["sentences"][0]["words"]
    cut = samples[
        max(0, int(16_000 * (words[0]["start"] - 0.1))) : int(16_000 * (words[-1]["end"] + 0.1))
    ]
    assert understand(cut) == SUM_TEXT


def a_clip(text: str, symbols: str, n_samples: int = 100) -> Clip:
    phonemes = tuple(Phoneme(symbol, n_samples) for symbol in symbols)
    return Clip(silence(n_samples * len(symbols)), 1000, text, phonemes=phonemes)


def test_each_word_has_its_own_phonemes() -> None:
    words = words_of(a_clip("one two", "^wʌn tuː$"), len)
    assert [(word.text, word.start_s, word.end_s) for word in words] == [
        ("one", pytest.approx(0.1), pytest.approx(0.4)),
        ("two", pytest.approx(0.5), pytest.approx(0.8)),
    ]


@given(
    st.text(st.sampled_from("ab c.,$5"), max_size=40),
    st.text(st.sampled_from("əbˈ ,^$"), max_size=60),
)
def test_words_are_in_order_and_within_the_clip(text: str, symbols: str) -> None:
    clip = a_clip(text, symbols)
    words = words_of(clip, len)
    assert [word.text for word in words] in ([], text.split())
    times = [time for word in words for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert all(0 <= time <= clip.duration_s + 1e-9 for time in times)


# -- voices -----------------------------------------------------------------------------------


def test_list_voices() -> None:
    assert "en_US" in here("--list-voices")


def test_a_voice_of_the_text_s_language(tmp_path: Path) -> None:
    here(SUM, "--language", "auto", "-o", tmp_path / "a.wav")
    here(SUM, "--language", "en-GB", "-o", tmp_path / "b.wav")
    assert heard(tmp_path / "b.wav") == SUM_TEXT
    with pytest.raises(ModelMissingError, match="no voice on this machine speaks 'de'"):
        here(SUM, "--language", "de", "-o", tmp_path / "c.wav")


def voices(folder: Path, **languages: str) -> dict[str, Path]:
    """The voice that is there, by other names and in other languages."""
    original = find_voice(None)
    made = {name: folder / f"{name}.onnx" for name in languages}
    for name, path in made.items():
        path.symlink_to(original)
        config = json.loads(Path(f"{original}.json").read_text())
        config["language"] = {"code": languages[name]}
        Path(f"{path}.json").write_text(json.dumps(config))
    return made


def test_which_voice_of_a_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = voices(tmp_path, a="en_US", b="en_GB", c="en_US", d="de_DE")
    monkeypatch.setattr(places, "bundled_folder", lambda: tmp_path)
    for language, configured, name, code in [
        ("en", None, "a", "en-us"),
        ("en", "c", "c", "en-us"),
        ("en", "d", "a", "en-us"),
        ("en-GB", "c", "b", "en-gb"),
        ("EN_us", "c", "c", "en-us"),
        ("en-AU", "c", "c", "en-au"),
        ("de", "gone", "d", "de-de"),
        ("auto", "c", "c", "en-us"),
    ]:
        assert _voice_for(language, "How are you today?", configured) == (made[name], code)


def test_mixed_text_is_read_by_two_voices_at_one_rate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = voices(tmp_path, a="en_US", d="de_DE")
    config = json.loads(Path(f"{made['d']}.json").read_text())
    config["audio"]["sample_rate"] = 16_000
    Path(f"{made['d']}.json").write_text(json.dumps(config))
    monkeypatch.setattr(places, "bundled_folder", lambda: tmp_path)
    monkeypatch.setenv("VOICECLI_SMALL", "1")
    text = 'Read the novel "Der Prozess" by Kafka now.'
    file = tmp_path / "mixed.wav"
    told = json.loads(here(text, "--voice", "a", "--timestamps", "json", "-o", file))
    (sentence,) = told["sentences"]
    assert [word["word"] for word in sentence["words"]] == text.split()
    times = [time for word in sentence["words"] for time in (word["start"], word["end"])]
    assert times == sorted(times)
    with wave.open(str(file)) as wav:
        rate = json.loads(Path(f"{made['a']}.json").read_text())["audio"]["sample_rate"]
        assert wav.getframerate() == rate
        assert wav.getnframes() / rate == pytest.approx(told["duration"], abs=0.002)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("你好，世界。", "the text is Chinese, and no voice here can read it"),
        ("Привет всем.", "the text is Russian, and no voice here can read it"),
    ],
)
def test_another_script_is_never_spelled(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ModelMissingError, match=message) as error:
        here(text, "-o", tmp_path / "a.wav")
    assert "voicecli models pull" in error.value.hint
    assert not (tmp_path / "a.wav").exists()


def test_what_is_left_out_is_told_once(tmp_path: Path) -> None:
    text = "Hello 你好. What is 世界?"
    done = run_voicecli("say", text, "-o", str(tmp_path / "a.wav"))
    (line,) = done.stderr.splitlines()
    assert "the text is Chinese, and the voice speaks English: it is left out" in line


def test_detection_waits_for_one_line_only() -> None:
    async def deltas() -> AsyncIterator[str]:
        yield "\nWie geht"
        yield " es dir?\n"
        raise AssertionError("it asked for more")

    async def beginning() -> str:
        seen, _ = await peek(deltas())
        return seen

    assert asyncio.run(beginning()) == "\nWie geht es dir?\n"


# -- wrong usage ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("hi", "--file", "x"), "TEXT and --file"),
        (("hi", "--raw"), "--raw needs"),
        (("hi", "--raw", "-o", "a.wav"), "--raw needs"),
        (("hi", "--force"), "--force needs"),
        (("hi", "--timestamps", "json", "-o", "-"), "standard output"),
        (("hi", "--timestamps", "xml"), "xml"),
        (("hi", "-o", "a.wav", "--output-device", "1"), "--output-device and --output"),
        (("hi", "--voice", "x", "--language", "en"), "--voice and --language"),
        (("hi", "--speed", "0"), "--speed"),
        (("hi", "--speed", "fast"), "--speed"),
        (("hi", "--volume", "-1"), "--volume"),
        (("hi", "--pause", "-1"), "--pause"),
    ],
)
def test_wrong_usage_is_refused_in_a_sentence(arguments: tuple[str, ...], message: str) -> None:
    assert message in refused(*arguments)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("hi", "-o", "a.xyz"), AudioFileError, "let it end in|what kind of sound"),
        (("hi", "-o", "a"), AudioFileError, "what kind of sound"),
        (("hi", "-o", "no-such-directory/a.wav"), AudioFileError, "no directory"),
        (("hi", "--voice", "nobody", "-o", "a.wav"), ModelMissingError, "nobody"),
        (("hi", "--speaker", "7", "-o", "a.wav"), SettingsError, "no speaker"),
        (("--file", "gone.txt", "-o", "a.wav"), VoicecliError, "gone.txt can't be read"),
        (("--file", ".", "-o", "a.wav"), VoicecliError, "can't be read"),
    ],
)
def test_what_can_not_be_done_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    error: type[Exception],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=message):
        here(*arguments)
    assert not [path for path in tmp_path.iterdir() if path.is_file()]


def test_closed_standard_input_is_told() -> None:
    done = run_voicecli("say", preexec_fn=lambda: os.close(0))
    assert done.returncode == 1
    assert done.stderr.startswith("voicecli: standard input is closed")


# -- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "   \n\n", "...", "\x00\x1b[31m\x07", "<think>hm</think>"])
def test_nothing_to_say(tmp_path: Path, text: str) -> None:
    (tmp_path / "text").write_text(text)
    with pytest.raises(VoicecliError, match="nothing in it that can be said"):
        here("--file", tmp_path / "text", "-o", tmp_path / "a.wav")
    assert not (tmp_path / "a.wav").exists()


def test_control_characters_and_broken_bytes_are_no_words(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"What is \x00\x1b[1mseven\x1b[0m plus \xfftwelve?\x07")
    here("--file", tmp_path / "text", "-o", tmp_path / "a.wav")
    assert "seven" in heard(tmp_path / "a.wav")


@pytest.mark.parametrize(
    "text", ["你好，世界。", "Привет, мир!", "שלום", "𓀀𓀁", "🙂🎉", "\U0010ffff"]
)
def test_unknown_scripts_end_well(tmp_path: Path, text: str) -> None:
    result = CliRunner().invoke(app, ["say", text, "-o", str(tmp_path / "a.wav")])
    assert result.exit_code == 0 or isinstance(result.exception, VoicecliError)


def test_a_megabyte_begins_at_once_and_stays_small() -> None:
    """Nothing waits for the end of the text, and memory does not follow its length."""
    text = f"{SUM} {JOKE} **Good** morning, see you on Sunday. ".encode() * 14_000
    assert len(text) > 1_000_000
    with speaking("-o", "-", "--raw") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        writer = threading.Thread(target=_write, args=(process.stdin, text), daemon=True)
        writer.start()
        assert len(process.stdout.read(200_000)) == 200_000
        status = Path(f"/proc/{process.pid}/status")
        if status.exists():
            peak_kb = int(status.read_text().split("VmHWM:")[1].split()[0])
            assert peak_kb < 400_000
        process.kill()


def _write(stream, text: bytes) -> None:
    with suppress(OSError):  # it was killed: it has said enough
        stream.write(text)


def test_a_disk_that_fills_up_leaves_no_half_file(tmp_path: Path) -> None:
    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))

    for ending in ("wav", "flac", "mp3", "ogg"):
        target = tmp_path / f"a.{ending}"
        done = run_voicecli("say", f"{SUM} {JOKE} " * 3, "-o", target, preexec_fn=small_files)
        assert done.returncode == 1, done.stderr
        assert "can't be written" in done.stderr
        assert "free some space" in done.stderr
        assert "Traceback" not in done.stderr
        assert list(tmp_path.glob("*a.*")) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_full_devices() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*VOICECLI, "say", SUM, "-o", "-"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 1
    assert b"standard output can't be written" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    def fail() -> None:
        with audio_file(tmp_path / "a.flac", 16_000) as encoder:
            encoder.write(silence(16_000))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not [path for path in tmp_path.iterdir() if path.is_file()]


def test_a_voice_that_rounds_its_durations_up_tells_them() -> None:
    """A model of one `Ceil` gets it as a second output."""
    from google.protobuf import text_format

    from voicecli.onnx import load_session
    from voicecli.tts.alignment import with_durations
    from voicecli.tts.onnx_messages import Graph, Model

    graph = text_format.Parse(
        """
        node { input: "x" output: "w_ceil" op_type: "Ceil" }
        node { input: "w_ceil" output: "y" op_type: "Neg" }
        name: "tiny"
        input { name: "x" type { tensor_type { elem_type: 1 } } }
        output { name: "y" type { tensor_type { elem_type: 1 } } }
        """,
        Graph(),
    )
    # Of no field here: ir_version 8, opset_import { version: 17 }.
    model = b"\x08\x08" + b"\x42\x02\x10\x11" + Model(graph=graph).SerializeToString()
    patched = with_durations(model)
    inputs = {"x": np.array([0.5, 1.0, 1.2], np.float32)}
    assert len(load_session(model).run(None, inputs)) == 1
    y, durations = load_session(patched).run(None, inputs)
    assert durations.tolist() == [1.0, 1.0, 2.0]
    assert y.tolist() == [-1.0, -1.0, -2.0]
    assert with_durations(patched) == patched


@given(st.binary(max_size=200))
def test_bytes_that_are_no_model_stay_what_they_are(data: bytes) -> None:
    from voicecli.tts.alignment import with_durations

    assert with_durations(data).startswith(data)


def test_the_language_is_detected_among_the_voices() -> None:
    pytest.importorskip("py3langid")
    known = ["en", "de", "fr", "es", "zh"]
    for text, code in {
        "Hello, how are you today?": "en",
        "Guten Morgen, wie geht es dir?": "de",
        "Où est la gare ?": "fr",
        "¿Qué hora es?": "es",
        "你好，世界。": "zh",
    }.items():
        assert _detect(text, known) == code
    assert _detect("Guten Morgen", ["en"]) == "en"
