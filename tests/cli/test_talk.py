"""`voicecli talk` with files in place of devices: the whole program, as a process."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from jack_person import JackServer
from programs import VOICECLI, Talk, run_voicecli, save_wav, speak, understand
from sse_server import HANG, SseServer, reply, status
from voicecli.models import find_voice
from voicecli.sound.reading import decode_channels, read_audio
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, silence
from voicecli.sound.wav import WavWriter

pytestmark = pytest.mark.slow

BUILT_IN = ("--base-url", "built-in")


def record(path: Path, *questions: str, gap_s: float = 4.0) -> Path:
    """Someone who asks, and waits for the answers."""
    wav = WavWriter(path, SAMPLE_RATE_HZ)
    wav.write(silence(SAMPLE_RATE_HZ // 2))
    for question in questions:
        wav.write(speak(question))
        wav.write(silence(int(gap_s * SAMPLE_RATE_HZ)))
    wav.close()
    return path


@pytest.fixture
def question(tmp_path: Path) -> Path:
    return record(tmp_path / "question.wav", "What is seven plus twelve?")


def spans(samples: Samples, min_gap_s: float = 1.0) -> list[tuple[int, int]]:
    """(start, end) of what is no silence, with a little around it."""
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    gaps = np.flatnonzero(np.diff(loud) > min_gap_s * SAMPLE_RATE_HZ)
    starts = loud[np.concatenate([[0], gaps + 1])]
    ends = loud[np.concatenate([gaps, [-1]])]
    return [(max(0, a - 2000), b + 2000) for a, b in zip(starts, ends, strict=True)]


def events(output: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]


def test_three_turns_twice_and_to_the_byte(tmp_path: Path) -> None:
    recording = record(
        tmp_path / "three.wav",
        "What is seven plus twelve?",
        "What is six times seven?",
        "Repeat after me, good morning.",
    )
    results = []
    for number in (1, 2):
        output = tmp_path / f"reply{number}.wav"
        done = run_voicecli(
            *("talk", "--input", recording, "--output", output, "--stereo", "--json"), *BUILT_IN
        )
        assert done.returncode == 0, done.stderr
        results.append((output.read_bytes(), done.stdout))
    assert results[0][0] == results[1][0]
    left, right = np.concatenate(list(decode_channels(tmp_path / "reply1.wav")), axis=1)
    assert len(left) >= 3 * 5 * SAMPLE_RATE_HZ
    ended = [event for event in events(results[0][1]) if event["event"] == "reply_ended"]
    assert [event["heard"] for event in ended][:2] == [
        "Seven plus twelve is nineteen.",
        "Six times seven is forty two.",
    ]
    replies = [understand(right[start:end]) for start, end in spans(right)]
    assert replies[:2] == ["seven plus twelve is nineteen", "six times seven is forty two"]
    assert "good morning" in replies[2]
    questions = [understand(left[start:end]) for start, end in spans(left)]
    assert questions[:2] == ["what is seven plus twelve", "what is six times seven"]


def test_the_reply_is_heard_after_the_question_and_says_the_sum(
    tmp_path: Path, question: Path
) -> None:
    output = tmp_path / "reply.wav"
    done = run_voicecli("talk", "--latency", "--input", question, "--output", output, *BUILT_IN)
    assert done.returncode == 0
    assert done.stdout == ""
    assert "you: what is seven plus twelve" in done.stderr.lower()
    assert "ai: Seven plus twelve is nineteen." in done.stderr
    assert "first audio after" in done.stderr
    assert "\x1b" not in done.stderr
    with wave.open(str(output)) as wav:
        assert wav.getnchannels() == 1
    heard = read_audio(output)
    [(start, end)] = spans(heard)
    assert start > SAMPLE_RATE_HZ // 2 + len(speak("What is seven plus twelve?")) * 0.8
    assert understand(heard[start:end]) == "seven plus twelve is nineteen"


@pytest.mark.parametrize("suffix", ["flac", "mp3", "opus"])
def test_any_format_that_pyav_reads(tmp_path: Path, question: Path, suffix: str) -> None:
    import av

    encoded = tmp_path / f"question.{suffix}"
    with av.open(str(question)) as source, av.open(str(encoded), "w") as target:
        stream = target.add_stream({"opus": "libopus"}.get(suffix, suffix), rate=48_000)
        resampler = av.AudioResampler(stream.format, stream.layout, 48_000)
        for frame in source.decode(audio=0):
            for piece in resampler.resample(frame):
                target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    done = run_voicecli(
        *("talk", "--input", encoded, "--output", tmp_path / "reply.wav"), *BUILT_IN
    )
    assert done.returncode == 0, done.stderr
    assert "ai: Seven plus twelve is nineteen." in done.stderr


def test_a_server_on_loopback_gets_the_history(tmp_path: Path) -> None:
    recording = record(tmp_path / "two.wav", "Hello.", "Thank you.")
    with SseServer() as server:
        server.script(reply("Good morning. How are you?"), reply("You are welcome."))
        done = run_voicecli(
            *("talk", "--input", recording, "--output", tmp_path / "reply.wav"),
            *("--base-url", server.base_url, "--system", "Be kind."),
        )
        assert done.returncode == 0, done.stderr
        messages = server.chats[-1].messages
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
    assert messages[0]["content"] == "Be kind."
    assert messages[2]["content"] == "Good morning. How are you?"


@pytest.mark.parametrize("language", ["en_US", "fr_FR"])
def test_an_answer_is_read_in_the_language_of_the_question(
    tmp_path: Path, question: Path, language: str
) -> None:
    """By another voice, where the chosen one speaks another language."""
    bundled = find_voice(None)
    voice = tmp_path / "voice.onnx"
    shutil.copy(bundled, voice)
    config = json.loads(bundled.with_suffix(".onnx.json").read_text("utf-8"))
    config["language"] = {"code": language}
    voice.with_suffix(".onnx.json").write_text(json.dumps(config), "utf-8")
    output = tmp_path / "reply.wav"
    with SseServer() as server:
        server.script(*[reply("The answer is 12.")] * 4)  # drafts ask too
        done = run_voicecli(
            *("talk", "--input", question, "--output", output, "--voice", voice),
            *("--base-url", server.base_url),
        )
    assert done.returncode == 0, done.stderr
    samples = read_audio(output)
    [(start, end)] = spans(samples)
    heard = understand(samples[start:end])
    assert "answer" in heard
    assert "twelve" in heard


def test_a_recording_without_speech(tmp_path: Path) -> None:
    quiet = save_wav(tmp_path / "quiet.wav", silence(SAMPLE_RATE_HZ))
    done = run_voicecli("talk", "--input", quiet, "--output", tmp_path / "out.wav", *BUILT_IN)
    assert done.returncode == 0
    assert "0 turns" in done.stderr
    with wave.open(str(tmp_path / "out.wav")) as recorded:
        assert recorded.getnframes() >= recorded.getframerate()


def test_the_demo_needs_no_device(tmp_path: Path) -> None:
    done = run_voicecli("talk", "--demo", *BUILT_IN, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "ai: Seven plus twelve is nineteen." in done.stderr
    assert "recorded in voicecli-demo.wav" in done.stderr
    with wave.open(str(tmp_path / "voicecli-demo.wav")) as wav:
        assert wav.getnchannels() == 2


def test_without_a_server_the_user_is_told_once_how_to_get_one(
    tmp_path: Path, question: Path
) -> None:
    done = run_voicecli("talk", "--input", question, "--output", tmp_path / "reply.wav")
    assert done.stderr.count("ollama serve && ollama pull llama3.2") == 1


# ---- bad input --------------------------------------------------------------------------------


def make_bad_input(kind: str, folder: Path) -> Path:
    path = folder / "bad.wav"
    match kind:
        case "missing":
            pass
        case "a directory":
            path.mkdir()
        case "a text":
            path.write_text("This is no sound.\n" * 100)
        case "empty":
            path.touch()
        case "a header alone":
            with wave.open(str(path), "wb") as wav:
                wav.setnchannels(1)
                wav.setsampwidth(2)
                wav.setframerate(16_000)
    return path


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("missing", "does not exist"),
        ("a directory", "is a directory"),
        ("a text", "is not audio that can be decoded"),
        ("empty", "is empty (0 bytes)"),
        ("a header alone", "holds no audio samples"),
    ],
)
def test_bad_recordings(tmp_path: Path, kind: str, message: str) -> None:
    output = tmp_path / "reply.wav"
    path = make_bad_input(kind, tmp_path)
    done = run_voicecli("talk", "--input", path, "--output", output, *BUILT_IN)
    assert_told(done, message)
    assert not output.exists()


def test_a_truncated_recording_is_heard_as_far_as_it_goes(tmp_path: Path, question: Path) -> None:
    cut = tmp_path / "cut.wav"
    cut.write_bytes(question.read_bytes()[:-100_001])
    done = run_voicecli("talk", "--input", cut, "--output", tmp_path / "reply.wav", *BUILT_IN)
    assert done.returncode == 0
    assert "ai: Seven plus twelve is nineteen." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--output", "no/such/folder/reply.wav"), "there is no directory no/such/folder"),
        (("--voice", "no-such-voice"), "no-such-voice"),
        (("--stt-model", "no-such-model"), "no-such-model"),
        (("--base-url", "http://127.0.0.1:9/v1"), "127.0.0.1:9"),
        (("--base-url", "ftp://somewhere"), "base_url"),
    ],
)
def test_bad_options(tmp_path: Path, question: Path, arguments, message: str) -> None:
    defaults = () if arguments[0] == "--output" else ("--output", tmp_path / "reply.wav")
    done = run_voicecli("talk", "--input", question, *defaults, *arguments, cwd=tmp_path)
    assert_told(done, message)


def test_broken_models(tmp_path: Path, question: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.json"):
        (folder / name).write_text("{}")
    talk = ("talk", "--input", question, "--output", tmp_path / "reply.wav", *BUILT_IN)
    assert_told(run_voicecli(*talk, "--stt-model", folder), "broken")
    voice = tmp_path / "voice.onnx"
    voice.write_text("no voice")
    voice.with_name("voice.onnx.json").write_text("{}")
    assert_told(run_voicecli(*talk, "--voice", voice), "voice.onnx")


def test_a_wrong_key(tmp_path: Path, question: Path) -> None:
    with SseServer() as server:
        server.models = status(401)
        done = run_voicecli(
            *("talk", "--input", question, "--output", tmp_path / "reply.wav"),
            *("--base-url", server.base_url, "--api-key", "sk-secret"),
        )
    assert_told(done, "key")
    assert "sk-secret" not in done.stderr


def test_a_server_that_fails_later_ends_no_conversation(tmp_path: Path) -> None:
    recording = record(tmp_path / "two.wav", "Hello.", "Thank you.")
    with SseServer() as server:
        server.script(status(400), reply("You are welcome."))
        done = run_voicecli(
            *("talk", "--input", recording, "--output", tmp_path / "reply.wav"),
            *("--base-url", server.base_url),
        )
    assert done.returncode == 0
    assert done.stderr.count("\n! ") >= 1
    assert "ai: You are welcome." in done.stderr


def test_an_unknown_device(jack_server: JackServer) -> None:
    assert_told(run_voicecli("talk", "--input-device", "Kazoo", *BUILT_IN), "Kazoo")


def test_no_device_at_all() -> None:
    done = run_voicecli("talk", *BUILT_IN)
    assert_told(done, "no microphone found")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--stereo",),
        ("--demo", "--input", "x.wav"),
        ("--demo", "--language", "it"),
        ("--temperature", "9"),
        ("--nonsense",),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    done = run_voicecli("talk", *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def assert_told(done: subprocess.CompletedProcess[str], message: str) -> None:
    """A sentence and what to do, on stderr, and exit code 1."""
    assert done.returncode == 1, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    last_lines = done.stderr.rstrip().splitlines()[-2:]
    assert last_lines[0].startswith("voicecli: ")
    assert last_lines[1].startswith("  ")


# ---- leaving ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_leaving_while_the_model_is_awaited(
    tmp_path: Path, question: Path, number: int, exit_code: int
) -> None:
    output = tmp_path / "reply.wav"
    with SseServer() as server:
        server.script((HANG,))
        files = ("--input", question, "--output", output)
        with Talk(*files, "--base-url", server.base_url) as talk:
            server.wait_for_chat()
            talk.send(number)
            assert talk.wait() == exit_code
    with wave.open(str(output)) as wav:
        assert wav.getnframes() > wav.getframerate()
    assert talk.of("ended")


def test_an_error_shows_its_traceback_when_asked(tmp_path: Path) -> None:
    done = run_voicecli(
        *("talk", "--input", tmp_path / "missing.wav", "--output", tmp_path / "x.wav"),
        env={"VOICECLI_DEBUG": "1"},
    )
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_stdout_that_closes_early_is_no_traceback(tmp_path: Path, question: Path) -> None:
    command = [*VOICECLI, "talk", "--json", "--input", str(question), *BUILT_IN]
    command += ["--output", str(tmp_path / "reply.wav")]
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(
            command, stdout=closed, stderr=subprocess.PIPE, text=True, check=False
        )
    assert "Traceback" not in done.stderr


# ---- nothing is lost ---------------------------------------------------------------------------


@pytest.mark.parametrize("link", ["", "symbolic", "hard"])
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_the_input_is_never_the_output(
    tmp_path: Path, question: Path, link: str, force: tuple[str, ...]
) -> None:
    before = question.read_bytes()
    output = tmp_path / "other.wav" if link else question
    if link == "symbolic":
        output.symlink_to(question)
    elif link == "hard":
        output.hardlink_to(question)
    done = run_voicecli("talk", "--input", question, "--output", output, *force, *BUILT_IN)
    assert done.returncode == 2
    assert "is what is read" in done.stderr
    assert question.read_bytes() == before


def test_no_file_is_overwritten_unless_asked(tmp_path: Path, question: Path) -> None:
    output = tmp_path / "old.wav"
    output.write_bytes(b"old")
    arguments = ("talk", "--input", question, "--output", output, *BUILT_IN)
    done = run_voicecli(*arguments)
    assert done.returncode == 1
    assert done.stderr == (f"voicecli: {output} would be overwritten\n  --force overwrites it\n")
    assert output.read_bytes() == b"old"
    assert run_voicecli(*arguments, "--force").returncode == 0
    assert len(read_audio(output)) > SAMPLE_RATE_HZ


def test_an_ending_that_is_none_is_refused_before_anything(tmp_path: Path, question: Path) -> None:
    output = tmp_path / "reply.xyz"
    done = run_voicecli("talk", "--input", question, "--output", output, *BUILT_IN)
    assert done.returncode == 1
    assert ".mp3" in done.stderr
    assert not output.exists()


def test_the_reply_as_mp3(tmp_path: Path, question: Path) -> None:
    output = tmp_path / "reply.mp3"
    done = run_voicecli("talk", "--input", question, "--output", output, *BUILT_IN)
    assert f"recorded in {output}" in done.stderr
    assert not output.read_bytes().startswith(b"RIFF")
    assert len(spans(read_audio(output))) == 1


def test_a_full_disk_is_told_in_a_sentence(tmp_path: Path, question: Path) -> None:
    for name in ("/dev/full", tmp_path / "full.wav"):
        if name != "/dev/full":
            name.symlink_to("/dev/full")
        done = run_voicecli("talk", "--plain", "--input", question, "--output", name, *BUILT_IN)
        assert done.returncode == 1
        assert "recorded in" not in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stderr.endswith(
            f"voicecli: {name} can't be written (No space left on device)\n"
            "  free some space on the disk\n"
        )


def test_a_microphone_that_is_far_too_quiet_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "quiet.wav"
    sentence = speak("What is seven plus twelve, and what is six times seven?")
    wav = WavWriter(path, SAMPLE_RATE_HZ)
    for _ in range(3):
        wav.write(np.concatenate([silence(SAMPLE_RATE_HZ), 0.004 * sentence]))
    wav.close()
    output = tmp_path / "reply.wav"
    done = run_voicecli("talk", "--input", path, "--output", output, "--json", *BUILT_IN)
    notices = [event for event in events(done.stdout) if event["event"] == "notice"]
    (faint,) = [notice for notice in notices if "far too quietly" in str(notice["message"])]
    assert "turn the microphone up" in str(faint["hint"])
