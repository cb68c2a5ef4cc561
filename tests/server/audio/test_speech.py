"""/v1/audio/speech, /v1/models and /v1/chat/completions, asked by the openai package."""

from __future__ import annotations

import base64
import io
import json
import time
from typing import Any

import av
import httpx
import numpy as np
import openai
import pytest
from openai import OpenAI

from serving import Served
from voicecli.server.audio.encoding import MEDIA_TYPES, encoding_for

pytestmark = pytest.mark.slow

TEXT = "What is seven plus twelve? Tell me, please, and take your time for it."
LONG = "This is a sentence that takes two seconds to say. " * 12


def speak(client: OpenAI, text: str = TEXT, **how: Any) -> bytes:
    how = {"model": "tts-1", "voice": "alloy", **how}
    return client.audio.speech.create(input=text, **how).content


def length_s(data: bytes, kind: str) -> float:
    """As a decoder finds it."""
    if kind == "pcm":
        return len(data) / 48_000
    with av.open(io.BytesIO(data)) as container:
        frames = list(container.decode(audio=0))
        return sum(frame.samples / frame.sample_rate for frame in frames)


@pytest.fixture(scope="module")
def said_s(where: Served) -> float:
    with OpenAI(api_key="secret", base_url=f"{where.url}/v1") as client:
        return length_s(speak(client, response_format="wav"), "wav")


@pytest.mark.parametrize("kind", MEDIA_TYPES)
def test_every_format_is_what_it_says(client: OpenAI, said_s: float, kind: str) -> None:
    response = client.audio.speech.with_raw_response.create(
        model="gpt-4o-mini-tts", voice="nova", input=TEXT, response_format=kind
    )
    assert response.headers["Content-Type"] == MEDIA_TYPES[kind]
    assert said_s > 2
    assert abs(length_s(response.content, kind) - said_s) < 0.4
    if kind != "pcm":
        names = {"opus": "ogg", "aac": "aac"}
        with av.open(io.BytesIO(response.content)) as container:
            assert container.format.name == names.get(kind, kind)
            codec = container.streams.audio[0].codec_context.name
            assert codec.startswith({"wav": "pcm_s16le"}.get(kind, kind))
    if kind in ("wav", "flac"):  # players show what the header says
        with av.open(io.BytesIO(response.content)) as container:
            assert container.duration is not None
            assert abs(container.duration / av.time_base - said_s) < 0.1


def test_mp3_is_the_default(client: OpenAI) -> None:
    with av.open(io.BytesIO(speak(client))) as container:
        assert container.format.name == "mp3"


@pytest.mark.parametrize("kind", ["mp3", "opus", "aac", "pcm"])
def test_the_first_byte_comes_before_the_end_is_made(client: OpenAI, kind: str) -> None:
    with client.audio.speech.with_streaming_response.create(
        model="tts-1", voice="alloy", input=LONG, response_format=kind
    ) as response:
        assert "content-length" not in response.headers
        pieces = [len(piece) for piece in response.iter_bytes()]
    assert len(pieces) > 3
    assert pieces[0] < sum(pieces) / 3


def test_events(where: Served, said_s: float) -> None:
    body = {"model": "tts-1", "voice": "alloy", "input": TEXT, "stream_format": "sse"}
    response = post(where, {**body, "response_format": "pcm"})
    assert response.headers["Content-Type"].startswith("text/event-stream")
    events = [json.loads(line[6:]) for line in response.text.splitlines() if line]
    assert {event["type"] for event in events[:-1]} == {"speech.audio.delta"}
    assert events[-1]["type"] == "speech.audio.done"
    assert set(events[-1]["usage"]) == {"input_tokens", "output_tokens", "total_tokens"}
    sound = b"".join(base64.b64decode(event["audio"]) for event in events[:-1])
    assert abs(length_s(sound, "pcm") - said_s) < 0.4


def test_speed(client: OpenAI, said_s: float) -> None:
    fast = length_s(speak(client, response_format="wav", speed=2.0), "wav")
    assert 0.35 < fast / said_s < 0.65


def test_voices_by_name(client: OpenAI, where: Served) -> None:
    name = "en_US-voicecli-low"
    for how in ({"voice": name}, {"voice": {"id": name}}, {"model": name, "voice": "verse"}):
        assert length_s(speak(client, "Hello there.", response_format="wav", **how), "wav") > 0.3
    for voice in ("nobody", "/etc/passwd", "../en_US-voicecli-low", f"{where.url}/x.onnx"):
        with pytest.raises(openai.BadRequestError) as caught:
            speak(client, voice=voice)
        assert caught.value.param == "voice"
        assert name in caught.value.message


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({"input": ""}, 400, "input"),
        ({"input": "x" * 4097}, 400, "input"),
        ({"input": "..."}, 400, "input"),
        ({"input": None}, 400, "input"),
        ({"speed": 9}, 400, "speed"),
        ({"speed": "fast"}, 400, "speed"),
        ({"response_format": "midi"}, 400, "response_format"),
        ({"stream_format": "avro"}, 400, "stream_format"),
        ({"voice": ["a"]}, 400, "voice"),
        ({"model": "nobody"}, 404, "model"),
    ],
)
def test_what_can_not_be_had(where: Served, body: dict[str, Any], status: int, param: str) -> None:
    response = post(where, {"model": "tts-1", "voice": "alloy", "input": "Hello.", **body})
    assert response.status_code == status
    assert response.json()["error"]["param"] == param
    assert response.json()["error"]["type"] == "invalid_request_error"


def test_what_no_voice_can_read_is_told(where: Served) -> None:
    how = {"model": "tts-1", "voice": "alloy", "response_format": "wav"}
    refused = post(where, {**how, "input": "你好。"})
    assert refused.status_code == 400
    assert (
        "the text is Chinese, and no voice here can read it" in refused.json()["error"]["message"]
    )
    said = post(where, {**how, "input": "Hello 你好."})
    assert said.status_code == 200
    assert said.headers["X-Voicecli-Warning"] == "no voice here reads Chinese: that is left out"
    assert "X-Voicecli-Warning" not in post(where, {**how, "input": "Hello."}).headers


def test_bodies_that_are_none(where: Served) -> None:
    for content in (b"{", b"[]", b"\xff", b'{"input": ' + b"[" * 100_000):
        assert post(where, content=content).status_code == 400
    response = post(where, content=b" " * 2_000_000)
    assert (response.status_code, response.json()["error"]["code"]) == (413, "request_too_large")


def test_without_the_token_nothing_is_said(where: Served) -> None:
    for path in ("/v1/audio/speech", "/v1/audio/transcriptions", "/v1/chat/completions"):
        response = httpx.post(f"{where.url}{path}", json={})
        assert response.status_code == 401
    assert httpx.get(f"{where.url}/v1/models").status_code == 401


def test_who_goes_away_leaves_the_voice_to_others(where: Served, client: OpenAI) -> None:
    turns = where.server.speech_turns
    for _ in range(turns.n_at_once + 1):
        with client.audio.speech.with_streaming_response.create(
            model="tts-1", voice="alloy", input=LONG * 6
        ) as response:
            next(response.iter_bytes())
    for _ in range(400):
        if turns._n_admitted == 0:
            break
        time.sleep(0.025)
    assert turns._n_admitted == 0
    assert speak(client, "Hello there.")


def test_models(client: OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert names[0] == "voicecli"
    assert {"stt-en", "en_US-voicecli-low", "built-in"} <= set(names)
    assert client.models.retrieve("stt-en").owned_by == "voicecli"
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("nobody")
    assert caught.value.code == "model_not_found"


def test_chat(client: OpenAI) -> None:
    messages: Any = [{"role": "user", "content": "What is three plus four?"}]
    answer = client.chat.completions.create(model="x", messages=messages).choices[0]
    assert "seven" in (answer.message.content or "")
    assert answer.finish_reason == "stop"
    chunks = list(client.chat.completions.create(model="x", messages=messages, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == answer.message.content
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="x", messages=[])


@pytest.mark.parametrize("kind", MEDIA_TYPES)
def test_sound_in_pieces_of_any_length(kind: str) -> None:
    """Pure: nothing is lost between two pieces."""
    samples = np.sin(np.arange(16_000) / 10).astype(np.float32) * np.float32(0.5)
    encoding = encoding_for(kind, 16_000)
    data = b"".join(encoding.feed(samples[i : i + 777]) for i in range(0, len(samples), 777))
    data += encoding.finish()
    assert abs(length_s(data, kind) - 1.0) < 0.1


def post(where: Served, body: Any = None, **how: Any) -> httpx.Response:
    how = how or {"json": body}
    return httpx.post(
        f"{where.url}/v1/audio/speech",
        headers={"Authorization": "Bearer secret", "Content-Type": "application/json"},
        timeout=60,
        **how,
    )
