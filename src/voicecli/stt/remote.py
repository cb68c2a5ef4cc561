"""Utterances -> text, by a server: POST /v1/audio/transcriptions, as OpenAI has it."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import httpx
import numpy as np

from voicecli.errors import SpeechServerError
from voicecli.languages import language_of
from voicecli.languages.names import language_code
from voicecli.remote.events import events
from voicecli.remote.failures import Wording
from voicecli.remote.said import error_in
from voicecli.remote.speech import SpeechConnection, SpeechRefusedError
from voicecli.settings import Script
from voicecli.settings.servers import SpeechServer
from voicecli.sound.quiet import quietest
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples
from voicecli.sound.wav import to_pcm16, wav_header
from voicecli.stt.chinese import in_script
from voicecli.stt.transcript import Recognizer, TimedWord, Transcript

WORDS = Wording(
    noun="speech recogniser",
    url="--stt-url",
    key="VOICECLI_STT_API_KEY",
    model="--stt-model",
    request="--stt-model and --language",
    again="try again",
    error=SpeechServerError,
    refusal=SpeechRefusedError,
)

MODELS = re.compile(
    r"whisper|transcri|parakeet|canary|voxtral|sensevoice|paraformer|"
    r"(?:^|[^a-z])(?:asr|stt)(?:[^a-z]|$)",
    re.IGNORECASE,
)
"""In the names of models that recognise."""

DEFAULT_MODEL = "whisper-1"

MAX_ANSWER_BYTES = 16_000_000

MIN_PART_S = 2.0
"""What is too large for a server is halved, but not into less."""


@dataclass(frozen=True)
class AnswerForm:
    """How a transcript is asked for."""

    response_format: str
    streams: bool = False


FORMS = (AnswerForm("verbose_json"), AnswerForm("json", streams=True), AnswerForm("json"))
"""The first tells how sure the server is, and when each word was said; OpenAI's newer models know
only the others. Where an answer streams, a server that hangs is found out early."""

_FORM_REFUSED = re.compile(r"response_?format|verbose|granularit|timestamp|stream", re.IGNORECASE)


@dataclass(frozen=True)
class TimedTranscript:
    """What a server made of an utterance."""

    transcript: Transcript
    words: tuple[TimedWord, ...] = ()
    """With their times in it: the server's, or by proportion."""


class RemoteRecognizer(Recognizer):
    """A server that recognises. Cancelling a transcription ends its request."""

    def __init__(
        self,
        connection: SpeechConnection,
        server: SpeechServer,
        language: str | None = None,
        script: Script | None = None,
    ) -> None:
        self._connection = connection
        self._wanted = server.model
        self._language = language
        self._script: Script | None = script
        self._form = 0
        self._n_running = 0

    @property
    def name(self) -> str:  # pyrefly: ignore[bad-override]  nobody sets it
        model = self._connection.model or self._wanted or DEFAULT_MODEL
        return f"{self._connection.peer.clean(model)} at {self._connection.where}"

    @property
    def busy(self) -> bool:
        """Partial transcripts would have to be paid for, and sent somewhere."""
        return not self._connection.is_local or self._n_running > 0

    async def aclose(self) -> None:
        await self._connection.aclose()

    async def warm_up(self) -> None:
        """Connect, and choose a model. Raises SpeechServerError."""
        await self._connection.choose_model(self._wanted, MODELS, DEFAULT_MODEL)

    async def transcribe(self, samples: Samples, language: str | None = None) -> Transcript:
        return (await self.hear(samples, language)).transcript

    async def hear(
        self,
        samples: Samples,
        language: str | None = None,
        *,
        prompt: str | None = None,
        word_times: bool = False,
    ) -> TimedTranscript:
        """What is said in it (16 kHz, mono); raises SpeechServerError.

        Until the answer is there, what may pass is tried again; a form of answer that the server
        refuses gives way to another, and what is too large for it is heard in two halves.
        """
        if not self._connection.model:
            await self.warm_up()
        fields = {"language": language or self._language, "prompt": prompt}
        self._n_running += 1
        try:
            found = await self._heard(samples, fields, word_times=word_times)
            return _in_script(found, self._script)
        finally:
            self._n_running -= 1

    async def _heard(
        self, samples: Samples, fields: dict[str, str | None], *, word_times: bool
    ) -> TimedTranscript:
        backoff = self._connection.backoff()
        while True:
            form = FORMS[self._form]
            try:
                return await self._attempt(samples, fields, form, word_times=word_times)
            except SpeechRefusedError as error:
                if error.status == 413 and len(samples) >= 2 * MIN_PART_S * SAMPLE_RATE_HZ:
                    return await self._in_halves(samples, fields, word_times=word_times)
                if not self._asks_otherwise(form, error):
                    await self._connection.wait(backoff, error)
            except SpeechServerError as error:
                await self._connection.wait(backoff, error)

    def _asks_otherwise(self, form: AnswerForm, error: SpeechRefusedError) -> bool:
        is_form = error.status in (400, 415, 422, 501) and _FORM_REFUSED.search(error.said)
        if not is_form or form is FORMS[-1]:
            return False
        self._form = FORMS.index(form) + 1
        return True

    async def _in_halves(
        self, samples: Samples, fields: dict[str, str | None], *, word_times: bool
    ) -> TimedTranscript:
        third = len(samples) // 3
        at = quietest(samples, third, 2 * third)
        first = await self._heard(samples[:at], fields, word_times=word_times)
        second = await self._heard(samples[at:], fields, word_times=word_times)
        return joined(first, second, at / SAMPLE_RATE_HZ)

    async def _attempt(
        self, samples: Samples, fields: dict[str, str | None], form: AnswerForm, *, word_times: bool
    ) -> TimedTranscript:
        data: dict[str, Any] = {
            "model": self._connection.model,
            "response_format": form.response_format,
            "temperature": "0",
            **{name: value for name, value in fields.items() if value},
        }
        if form.streams:
            data["stream"] = "true"
        elif word_times and form.response_format == "verbose_json":
            data["timestamp_granularities[]"] = ["word", "segment"]
        pcm = to_pcm16(samples)
        wav = wav_header(SAMPLE_RATE_HZ, len(pcm)) + pcm
        files = {"file": ("speech.wav", wav, "audio/wav")}
        async with self._connection.answer(
            "audio/transcriptions", data=data, files=files
        ) as response:
            body = await self._answered(response)
        return heard_in(body, len(samples) / SAMPLE_RATE_HZ, fields["language"])

    async def _answered(self, response: httpx.Response) -> dict[str, Any]:
        """The answer's JSON; of a stream, as if it had been one."""
        kind = response.headers.get("content-type", "").partition(";")[0].strip()
        if kind.startswith(("audio/", "image/", "text/html")):
            raise self._connection.strange(f"{kind} in place of a transcript")
        pieces = self._connection.pieces(response, MAX_ANSWER_BYTES)
        bodies = [body async for body in _bodies(pieces)]
        for body in bodies:
            if "text" not in body and (said := error_in(body)):
                peer = self._connection.peer
                raise SpeechRefusedError(
                    f"{peer.model} at {peer.where} failed: {peer.clean(said)}",
                    f"{WORDS.again}; if it stays so, look at the server's log",
                    retryable=True,
                )
        whole = _in_one(bodies)
        if whole is None:
            if not bodies or any("type" in body for body in bodies):
                raise self._connection.peer.broke_off()
            raise self._connection.strange("something else than a transcript")
        return whole


async def _bodies(pieces: AsyncIterator[bytes]) -> AsyncIterator[dict[str, Any]]:
    """Raises ValueError for what is no JSON."""
    async with aclosing(events(pieces)) as arriving:
        async for event in arriving:
            if event.data and event.data.strip() != "[DONE]":
                body = json.loads(event.data)
                if not isinstance(body, dict):
                    raise ValueError(f"{body!r:.40} is no transcript")
                yield body


def _in_one(bodies: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The one whole transcript: at the end of a stream (OpenAI, Mistral), or sentence by sentence
    in it (speaches). None where there is none."""
    for body in bodies:
        if str(body.get("type", "")).endswith("done") and isinstance(body.get("text"), str):
            return body
    parts = [body for body in bodies if isinstance(body.get("text"), str) and "type" not in body]
    if len(parts) < 2:
        return parts[0] if parts else None
    return {**parts[0], "text": " ".join(part["text"].strip() for part in parts)}


# -- what an answer says ------------------------------------------------------------------------


def _in_script(found: TimedTranscript, script: Script | None) -> TimedTranscript:
    language = found.transcript.language
    (text,) = in_script([found.transcript.text], language, script)
    texts = in_script([word.text for word in found.words], language, script)
    words = (replace(word, text=one) for word, one in zip(found.words, texts, strict=True))
    return TimedTranscript(replace(found.transcript, text=text), tuple(words))


def heard_in(body: dict[str, Any], duration_s: float, language: str | None) -> TimedTranscript:
    """An answer's transcript, and its words' times in an utterance so long. Pure."""
    text = " ".join(body["text"].split())
    said = body.get("language")
    code = (language_code(said) if isinstance(said, str) else None) or language or ""
    segments = [one for one in _dicts(body.get("segments")) if _span(one, duration_s)]
    lengths = [max(0.01, float(one["end"]) - float(one["start"])) for one in segments]
    transcript = Transcript(
        text,
        code,
        _mean([_number(one.get("avg_logprob")) for one in segments], lengths),
        min((_number(one.get("no_speech_prob")) for one in segments), default=0.0),
    )
    timed = _dicts(body.get("words")) or [w for s in segments for w in _dicts(s.get("words"))]
    spans = [(_word(one), *span) for one in timed if (span := _span(one, duration_s))]
    if not spans:
        spans = [(str(one.get("text", "")), *_span(one, duration_s)) for one in segments]  # type: ignore[misc]
    return TimedTranscript(transcript, tuple(timed_words(text, code, spans, duration_s)))


def timed_words(
    text: str, language: str, spans: list[tuple[str, float, float]], duration_s: float
) -> list[TimedWord]:
    """The words of a text, with the times that the server gives for parts of it, in order: its
    letters are laid along theirs. Without any, along the whole time.

    A server's words may lack the text's punctuation, and its segments are many words.
    """
    pieces = re.findall(r"\s*\S+", text) if language_of(language or "en").is_spaced else list(text)
    if not pieces:
        return []
    spans = [span for span in spans if span[0].strip()] or [(text, 0.0, duration_s)]
    sizes = [_n_letters(part) for part, _, _ in spans]
    at = np.cumsum([0, *sizes]) / sum(sizes)
    ends = np.cumsum([0, *(_n_letters(piece) for piece in pieces)])
    ends = ends / ends[-1]
    return [
        TimedWord(
            _time_at(begin, at, spans, is_end=False),
            _time_at(end, at, spans, is_end=True),
            piece,
            1.0,
        )
        for piece, (begin, end) in zip(pieces, pairwise(ends), strict=True)
    ]


def _time_at(
    share: float, at: np.ndarray, spans: list[tuple[str, float, float]], *, is_end: bool
) -> float:
    """When so much of the text was said. Between two parts, an end belongs to the one before."""
    side = "left" if is_end else "right"
    # A letter's breadth beside the border is the border.
    nudge = -1e-9 if is_end else 1e-9
    i = int(np.clip(np.searchsorted(at, share + nudge, side) - 1, 0, len(spans) - 1))
    _, start_s, end_s = spans[i]
    within = (share - at[i]) / max(1e-9, at[i + 1] - at[i])
    return float(start_s + min(1.0, max(0.0, within)) * (end_s - start_s))


def _n_letters(text: str) -> int:
    return max(1, sum(map(str.isalnum, text)))


def joined(first: TimedTranscript, second: TimedTranscript, second_at_s: float) -> TimedTranscript:
    """Two parts of an utterance, as one."""
    one, other = first.transcript, second.transcript
    language = one.language or other.language
    blank = " " if language_of(language or "en").is_spaced else ""
    lengths = [max(0.01, float(len(one.text))), max(0.01, float(len(other.text)))]
    return TimedTranscript(
        Transcript(
            (one.text + blank + other.text).strip(),
            language,
            _mean([one.avg_logprob, other.avg_logprob], lengths),
            min(one.no_speech_prob, other.no_speech_prob),
        ),
        (
            *first.words,
            *(
                replace(word, start_s=word.start_s + second_at_s, end_s=word.end_s + second_at_s)
                for word in second.words
            ),
        ),
    )


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _word(body: dict[str, Any]) -> str:
    return str(body.get("word") or body.get("text") or "")


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and np.isfinite(value) else 0.0


def _span(body: dict[str, Any], duration_s: float) -> tuple[float, float] | None:
    """From when to when it was said; None where that isn't told, or can't be."""
    start, end = body.get("start"), body.get("end")
    if not (isinstance(start, int | float) and isinstance(end, int | float)):
        return None
    start_s, end_s = (min(max(0.0, _number(one)), duration_s) for one in (start, end))
    return (start_s, end_s) if end_s >= start_s else None


def _mean(values: list[float], weights: list[float]) -> float:
    return float(np.average(values, weights=weights)) if values else 0.0
