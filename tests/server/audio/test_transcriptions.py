"""/v1/audio/transcriptions and /translations, asked by the openai package."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import openai
import pytest
from openai import OpenAI

from serving import Served, spoken_pcm
from voicecli.server.audio import formats, uploads
from voicecli.sound.wav import wav_header
from voicecli.sound.writing import audio_file
from voicecli.stt.transcript import TimedWord
from voicecli.transcription.segments import Segment, Transcription

pytestmark = pytest.mark.slow

TEXT = "What is seven plus twelve?"


@pytest.fixture(scope="module")
def wav() -> bytes:
    pcm = spoken_pcm(TEXT)
    return wav_header(24_000, len(pcm)) + pcm


def ask(client: OpenAI, data: bytes, name: str = "question.wav", **how: Any) -> Any:
    how = {"model": "whisper-1", **how}
    return client.audio.transcriptions.create(file=(name, data), **how)


def test_every_format(client: OpenAI, wav: bytes) -> None:
    found = ask(client, wav)
    assert found.text == TEXT
    assert found.usage.type == "duration"
    assert found.usage.seconds == 2
    assert ask(client, wav, response_format="text").strip() == TEXT
    srt = ask(client, wav, response_format="srt")
    assert srt.startswith("1\n00:00:00,")
    assert TEXT in srt
    vtt = ask(client, wav, response_format="vtt")
    assert vtt.startswith("WEBVTT")
    assert TEXT in vtt


def test_verbose_json(client: OpenAI, wav: bytes) -> None:
    both = ask(
        client, wav, response_format="verbose_json", timestamp_granularities=["word", "segment"]
    )
    assert (both.task, both.language, both.text) == ("transcribe", "english", TEXT)
    assert abs(both.duration - (len(wav) - 44) / 48_000) < 0.05
    (segment,) = both.segments
    assert segment.text == TEXT
    assert 0 <= segment.start < segment.end <= both.duration
    assert [word.word for word in both.words] == TEXT.split()
    times = [time for word in both.words for time in (word.start, word.end)]
    assert times == sorted(times)
    alone = ask(client, wav, response_format="verbose_json")
    assert alone.words is None
    assert len(alone.segments) == 1
    words = ask(client, wav, response_format="verbose_json", timestamp_granularities=["word"])
    assert words.segments is None
    assert len(words.words) == 5


def test_names_with_and_without_brackets(where: Served, wav: bytes) -> None:
    for name in ("timestamp_granularities", "timestamp_granularities[]"):
        data = {"model": "whisper-1", "response_format": "verbose_json", name: "word"}
        assert len(post(where, wav, data).json()["words"]) == 5
    for name in ("include", "include[]"):
        found = post(where, wav, {"model": "voicecli", name: "logprobs"}).json()
        assert [one["token"].strip() for one in found["logprobs"]] == TEXT.split()
        assert all(one["logprob"] <= 0 for one in found["logprobs"])


def test_a_stream(client: OpenAI, wav: bytes) -> None:
    twice = wav_header(24_000) + wav[44:] + bytes(5 * 48_000) + wav[44:]
    events = list(ask(client, twice, stream=True, chunking_strategy="auto"))
    assert [event.type for event in events[-1:]] == ["transcript.text.done"]
    deltas = [event.delta for event in events[:-1]]
    assert len(deltas) >= 2
    assert "".join(deltas) == events[-1].text == f"{TEXT} {TEXT}"


def test_all_kinds_of_sound_files(client: OpenAI, wav: bytes, tmp_path: Path) -> None:
    samples = np.frombuffer(wav[44:], "<i2").astype(np.float32) / 32768
    for ending in ("mp3", "flac", "ogg", "m4a"):
        path = tmp_path / f"question.{ending}"
        with audio_file(path, 24_000) as encoder:
            encoder.write(samples)
        assert ask(client, path.read_bytes(), path.name).text == TEXT, ending


def test_silence_is_no_text(client: OpenAI) -> None:
    data = wav_header(16_000, 96_000) + bytes(96_000)
    assert ask(client, data).text == ""
    assert ask(client, data, response_format="text").strip() == ""
    assert [event.type for event in ask(client, data, stream=True)] == ["transcript.text.done"]


def test_what_is_accepted_and_changes_nothing(client: OpenAI, wav: bytes) -> None:
    how = {"temperature": 0.3, "prompt": "Sums.", "language": "en"}
    strategy = {"type": "server_vad", "threshold": 0.5}
    assert ask(client, wav, chunking_strategy=strategy, **how).text == TEXT


@pytest.mark.parametrize(
    ("how", "status", "code", "param"),
    [
        ({"model": "nobody"}, 404, "model_not_found", "model"),
        ({"model": "/etc/passwd"}, 404, "model_not_found", "model"),
        ({"language": "xx"}, 400, "invalid_value", "language"),
        ({"language": "de"}, 400, "language_not_supported", "language"),
        ({"response_format": "diarized_json"}, 400, "diarization_not_available", None),
        ({"response_format": "docx"}, 400, "invalid_value", "response_format"),
        ({"response_format": "srt", "stream": True}, 400, "invalid_value", "response_format"),
        ({"temperature": 7}, 400, "invalid_value", "temperature"),
        ({"include": ["everything"]}, 400, "invalid_value", "include[]"),
        ({"timestamp_granularities": ["word"]}, 400, "invalid_value", None),
        ({"chunking_strategy": "never"}, 400, "invalid_value", "chunking_strategy"),
        ({"prompt": "x" * 5000}, 400, "invalid_value", "prompt"),
    ],
)
def test_what_can_not_be_had(
    client: OpenAI, wav: bytes, how: dict[str, Any], status: int, code: str, param: str | None
) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        ask(client, wav, **how)
    assert (caught.value.status_code, caught.value.code) == (status, code)
    assert param is None or caught.value.param == param


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("list.m3u8", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"),
        ("list.ffconcat", b"ffconcat version 1.0\nfile '/etc/passwd'\n"),
        ("song.wav", b"RIFF\x04\x00\x00\x00WAVE"),
        ("noise.mp3", bytes(range(256)) * 4),
        ("text.txt", b"What is seven plus twelve?"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_is_no_sound_file(client: OpenAI, name: str, data: bytes, stream: bool) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, data, name, stream=stream)
    assert caught.value.code == "invalid_audio"
    assert name in caught.value.message


@pytest.mark.filterwarnings("ignore:deprecated")  # the package would rather sell newer models
def test_an_english_model_does_not_translate(client: OpenAI, wav: bytes) -> None:
    with pytest.raises(openai.BadRequestError, match="English only"):
        client.audio.translations.create(file=("a.wav", wav), model="whisper-1")


@pytest.mark.filterwarnings("ignore:deprecated")
@pytest.mark.usefixtures("official_models")
def test_a_model_of_many_languages_translates(client: OpenAI, wav: bytes) -> None:
    found = client.audio.translations.create(
        file=("a.wav", wav), model="base", response_format="verbose_json"
    )
    assert "plus" in found.text
    assert found.language == "english"


def test_forms_that_are_none(where: Served, wav: bytes) -> None:
    assert code_of(post(where, None, {"model": "whisper-1"})) == (415, "invalid_media_type")
    empty = post(where, b"", {"model": "whisper-1"})
    assert code_of(empty) == (400, "invalid_value")
    text = {"files": {"model": (None, "whisper-1")}}
    assert code_of(raw_post(where, **text)) == (400, "missing_required_parameter")
    broken = {"content": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data"}}
    assert code_of(raw_post(where, **broken)) == (400, "invalid_form")


def test_a_recording_that_is_too_large(where: Served) -> None:
    response = post(where, bytes(uploads.MAX_FORM_BYTES + 1), {"model": "whisper-1"})
    assert code_of(response) == (413, "request_too_large")

    def pieces() -> Any:  # nothing tells before how much it is
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
        for _ in range(30):
            yield bytes(1024 * 1024)

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    response = raw_post(where, content=pieces(), headers=headers)
    assert code_of(response) == (413, "request_too_large")


def test_one_after_the_other_and_not_too_many(where: Served, wav: bytes) -> None:
    """While one uploads, and never ends, others wait; the sixth is told to come back."""
    head = (
        b"POST /v1/audio/transcriptions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        b"Authorization: Bearer secret\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        b"Content-Length: 1000\r\n\r\n"
    )
    slow = [socket.create_connection(("127.0.0.1", where.port)) for _ in range(5)]
    try:
        for one in slow:
            one.sendall(head)
        turns = where.server.file_turns
        wait_for(lambda: turns._n_admitted == 5)
        response = post(where, wav, {"model": "whisper-1"})
        assert code_of(response) == (429, "rate_limit_exceeded")
        assert int(response.headers["Retry-After"]) > 0
    finally:
        for one in slow:
            one.close()
    wait_for(lambda: turns._n_admitted == 0)
    assert post(where, wav, {"model": "whisper-1"}).json()["text"] == TEXT


def test_nothing_is_left_of_requests(where: Served, wav: bytes) -> None:
    """Nor of those whose client went away."""
    post(where, wav, {"model": "whisper-1"})
    before = threading.active_count()
    for _ in range(3):
        post(where, wav, {"model": "whisper-1"})
        post(where, b"no sound", {"model": "whisper-1"})
        with httpx.stream(
            "POST",
            f"{where.url}/v1/audio/transcriptions",
            files={"file": ("a.wav", wav * 5)},
            data={"model": "whisper-1", "stream": "true"},
            headers={"Authorization": "Bearer secret"},
            timeout=60,
        ) as response:
            next(response.iter_bytes())
    wait_for(lambda: where.server.file_turns._n_admitted == 0)
    wait_for(lambda: threading.active_count() <= before)


def test_logprobs_and_words_of_what_was_said() -> None:
    """Pure: a word without a probability has no logarithm."""
    words = (TimedWord(0.0, 0.5, "你", 0.5), TimedWord(0.5, 1.0, "好", 0.0))
    found = Transcription("zh", 1.2, [Segment(0.0, 1.0, "你好", "zh", words)])
    assert formats.as_json(found, logprobs=True)["logprobs"][0]["bytes"] == [0xE4, 0xBD, 0xA0]
    json.dumps(formats.as_json(found, logprobs=True), allow_nan=False)
    verbose = formats.as_verbose_json(found, "transcribe", ["word"])
    assert (verbose["language"], verbose["usage"]["seconds"]) == ("chinese", 2)


def test_sound_that_is_given_up_ends() -> None:
    sound = uploads.UploadedSound(bytes(100), "a.wav")
    assert len(sound.read(10)) == 10
    sound.given_up = True
    assert sound.read(10) == b""


def post(where: Served, wav: bytes | None, data: dict[str, str]) -> httpx.Response:
    files = None if wav is None else {"file": ("a.wav", wav)}
    return raw_post(where, files=files, data=data)


def raw_post(where: Served, **how: Any) -> httpx.Response:
    headers = {"Authorization": "Bearer secret", **how.pop("headers", {})}
    url = f"{where.url}/v1/audio/transcriptions"
    return httpx.post(url, headers=headers, timeout=60, **how)


def code_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def wait_for(is_so: Any) -> None:
    for _ in range(400):
        if is_so():
            return
        threading.Event().wait(0.025)
    raise AssertionError("it never came to it")
