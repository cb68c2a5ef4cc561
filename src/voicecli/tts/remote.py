"""Sentence -> Clips, by a server: POST /v1/audio/speech, as OpenAI has it."""

from __future__ import annotations

import asyncio
import queue
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import httpx
import numpy as np

from voicecli.errors import AudioFileError, SpeechServerError
from voicecli.remote.failures import Wording
from voicecli.remote.said import error_text
from voicecli.remote.speech import SpeechConnection, SpeechRefusedError
from voicecli.settings import TtsSettings
from voicecli.settings.servers import SpeechServer
from voicecli.sound.samples import Samples, silence
from voicecli.sound.wav import Pcm16
from voicecli.tts.clip import Clip, Voice
from voicecli.worker import Worker

WORDS = Wording(
    noun="voice",
    url="--voice-url",
    key="VOICECLI_TTS_API_KEY",
    model="tts.model",
    request="--voice, --speed and tts.model",
    again="try again",
    error=SpeechServerError,
    refusal=SpeechRefusedError,
)

MODELS = re.compile(
    r"(?:^|[^a-z])tts(?:[^a-z]|$)|tts-|kokoro|piper|orpheus|xtts|bark\b|chatterbox|cosyvoice|"
    r"playai|(?:^|[^a-z])speech(?:[^a-z]|$)",
    re.IGNORECASE,
)
"""In the names of models that speak."""

DEFAULT_MODEL, DEFAULT_VOICE = "tts-1", "alloy"
"""OpenAI's, which others answer to as well."""

FORMATS = ("pcm", "wav", "mp3", "opus")
"""What is asked for, the best first: raw sound is heard as it comes."""

_FORMAT_REFUSED = re.compile(r"format|\bpcm\b|codec|container", re.IGNORECASE)

PCM_HZ = 24_000
"""Of OpenAI's raw sound; who answers with another says so (`audio/pcm;rate=22050`, or in a header
of its own)."""

FIRST_PIECE_S, PIECE_S = 0.05, 0.2
"""So much is gathered before it is handed on: servers send pieces of a few milliseconds."""

TAIL_S = 0.01
"""Kept back until more comes, so that the last piece has something in it."""

CHARS_PER_S = 15.0
"""How fast people speak, until it is known of the voice."""

LEARNING = 0.3
"""How much one sentence says about the voice's speed."""

MAX_BYTES = 64_000_000
"""Of one sentence: twenty minutes."""


class RemoteVoice(Voice):
    """A voice that a server has. It tells no word times: they follow from proportion."""

    language = ""

    def __init__(
        self, connection: SpeechConnection, server: SpeechServer, settings: TtsSettings
    ) -> None:
        self._connection = connection
        self._voice = server.model or settings.voice or DEFAULT_VOICE
        self._settings = settings
        self._format = 0
        self._chars_per_s = CHARS_PER_S / settings.speed

    @property
    def name(self) -> str:  # pyrefly: ignore[bad-override]  nobody sets it
        peer = self._connection.peer
        model = self._connection.model or self._settings.model or DEFAULT_MODEL
        return f"{peer.clean(self._voice)} ({peer.clean(model)}) at {peer.where}"

    async def aclose(self) -> None:
        await self._connection.aclose()

    async def load(self) -> None:
        """Connect, and choose a model. Raises SpeechServerError."""
        await self._connection.choose_model(self._settings.model, MODELS, DEFAULT_MODEL)

    async def warm_up(self) -> None:
        """The same: a word to nobody might have to be paid for."""
        await self.load()

    async def stream(self, sentence: str) -> AsyncGenerator[Clip, None]:
        """The sound as it comes. Until the first of it, what may pass is tried again, and a format
        that the server refuses gives way to the next."""
        if not any(map(str.isalnum, sentence)):
            yield Clip(silence(0), PCM_HZ, sentence)
            return
        if not self._connection.model:
            await self.load()
        backoff = self._connection.backoff()
        begun = False
        while True:
            try:
                async with aclosing(self._attempt(sentence)) as clips:
                    async for clip in clips:
                        begun = True
                        yield clip
                return
            except SpeechServerError as error:
                if begun:
                    raise
                if not self._asks_otherwise(error):
                    await self._connection.wait(backoff, error)

    def _asks_otherwise(self, error: SpeechServerError) -> bool:
        is_format = (
            isinstance(error, SpeechRefusedError)
            and error.status in (400, 415, 422, 501)
            and _FORMAT_REFUSED.search(error.said)
        )
        if not is_format or self._format + 1 == len(FORMATS):
            return False
        self._format += 1
        return True

    async def _attempt(self, sentence: str) -> AsyncGenerator[Clip, None]:
        asked: dict[str, Any] = {
            "model": self._connection.model,
            "input": sentence,
            "voice": self._voice,
            "response_format": FORMATS[self._format],
        }
        if self._settings.speed != 1.0:
            asked["speed"] = self._settings.speed
        n_samples = rate_hz = 0
        async with (
            self._connection.answer("audio/speech", json=asked) as response,
            aclosing(self._sound(response)) as pieces,
            aclosing(self._clips(pieces, sentence)) as clips,
        ):
            async for clip in clips:
                n_samples, rate_hz = n_samples + len(clip.samples), clip.sample_rate_hz
                yield clip
        if n_samples:
            found = len(sentence) * rate_hz / n_samples
            self._chars_per_s += LEARNING * (found - self._chars_per_s)

    async def _clips(
        self, pieces: AsyncIterator[tuple[Samples, int]], sentence: str
    ) -> AsyncGenerator[Clip, None]:
        """Pieces of sound, with their rate -> the clips of a sentence."""
        kept, rate_hz = silence(0), PCM_HZ
        text = sentence
        try:
            async for samples, rate_hz in pieces:
                kept = np.concatenate([kept, samples])
                gathered_s = (FIRST_PIECE_S if text else PIECE_S) + TAIL_S
                if len(kept) < gathered_s * rate_hz:
                    continue
                n_ready = len(kept) - round(TAIL_S * rate_hz)
                ready, kept = self._louder(kept[:n_ready]), kept[n_ready:]
                expected = round(len(sentence) / self._chars_per_s * rate_hz)
                to_come = max(len(kept), expected - n_ready) if text else 0
                yield Clip(ready, rate_hz, text, to_come=to_come, is_guess=bool(text))
                text = ""
        except Exception:
            if not text:  # what came is said before the rest is seen to
                yield Clip(self._louder(kept), rate_hz)
            raise
        if text and not len(kept):
            raise SpeechServerError(
                f"{self.name} made no sound of {sentence!r:.60}", "look at --voice and tts.model"
            )
        yield Clip(self._louder(kept), rate_hz, text, is_last=not text)

    def _louder(self, samples: Samples) -> Samples:
        if self._settings.volume == 1.0:
            return samples
        return np.clip(samples * np.float32(self._settings.volume), -1, 1)

    # -- what comes ---------------------------------------------------------------------------

    async def _sound(self, response: httpx.Response) -> AsyncGenerator[tuple[Samples, int], None]:
        """Samples and their rate, by what the bytes are and not by what was asked for."""
        kind, _, parameters = response.headers.get("content-type", "").partition(";")
        async with aclosing(self._connection.pieces(response, MAX_BYTES)) as pieces:
            head = b""
            async for piece in pieces:
                head += piece
                if len(head) >= 4:
                    break
            if kind.startswith("text/") or kind.strip() == "application/json":
                raise await self._no_sound(kind, head, pieces)
            rest = _again(head, pieces)
            if _is_container(head):
                async with aclosing(_decoded(rest)) as decoded:
                    try:
                        async for samples in decoded:
                            yield samples, PCM_HZ
                    except AudioFileError as error:
                        raise self._connection.strange("sound that can't be decoded") from error
                return
            of_its_own = response.headers.get("x-sample-rate", "")
            named = re.search(r"(?:^|rate=)(\d{4,6})\b", parameters or of_its_own)
            rate_hz = int(named[1]) if named else PCM_HZ
            pcm = Pcm16()
            async for piece in rest:
                yield pcm.feed(piece), rate_hz

    async def _no_sound(
        self, kind: str, head: bytes, pieces: AsyncIterator[bytes]
    ) -> SpeechServerError:
        body = head + b"".join([piece async for piece in pieces])
        said = error_text(body[:64_000].decode("utf-8", "replace"))
        if not said:
            return self._connection.strange(f"{kind.strip()} in place of sound")
        peer = self._connection.peer
        return SpeechRefusedError(
            f"{peer.model} at {peer.where} failed: {peer.clean(said)}",
            "look at --voice and tts.model; if it stays so, at the server's log",
            said=said,
        )


def _is_container(head: bytes) -> bool:
    """WAV, Ogg, FLAC or MP3, which is known by its tags or by the sync of its first frame."""
    is_mp3 = head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2)
    return is_mp3 or head[:4] in (b"RIFF", b"OggS", b"fLaC")


async def _again(head: bytes, pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    yield head
    async for piece in pieces:
        yield piece


class _Pipe:
    """Bytes from the event loop to the thread that decodes."""

    def __init__(self) -> None:
        self._pieces: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._rest = b""
        self._is_over = False

    def put(self, piece: bytes) -> None:
        """None at all ends it."""
        self._pieces.put(piece)

    def read(self, n_bytes: int, /) -> bytes:
        if not self._rest and not self._is_over:
            self._rest = self._pieces.get()
            self._is_over = not self._rest
        data, self._rest = self._rest[:n_bytes], self._rest[n_bytes:]
        return data


async def _decoded(pieces: AsyncIterator[bytes]) -> AsyncGenerator[Samples, None]:
    """Of any container, at PCM_HZ, while it arrives. Raises AudioFileError, and what `pieces`
    does."""
    from voicecli.sound.reading import decode

    pipe = _Pipe()

    async def feed() -> None:
        try:
            async for piece in pieces:
                if piece:
                    pipe.put(piece)
        finally:
            pipe.put(b"")

    feeding = asyncio.create_task(feed())
    worker = Worker("decode")
    sound = decode(pipe, PCM_HZ)
    try:
        while (samples := await worker.run(lambda: next(sound, None))) is not None:
            yield samples
        await feeding
    except AudioFileError:
        await feeding  # if it was cut off, that is why
        raise
    finally:
        feeding.cancel()
        pipe.put(b"")  # the thread waits for nothing more
