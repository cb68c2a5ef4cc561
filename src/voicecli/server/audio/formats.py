"""Transcriptions as OpenAI's API writes them. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from voicecli.languages.names import name_of
from voicecli.stt.transcript import TimedWord, compression
from voicecli.transcription.formats import document
from voicecli.transcription.segments import Segment, Transcription
from voicecli.transcription.subtitles import SubtitleRules

JSON_FORMATS = ("json", "verbose_json")
FORMATS = (*JSON_FORMATS, "text", "srt", "vtt")

MIN_PROBABILITY = 1e-9

MEDIA_TYPES = {
    "text": "text/plain",
    "srt": "application/x-subrip",
    "vtt": "text/vtt",
}


def as_text(found: Transcription, response_format: str) -> str:
    """As text, srt or vtt."""
    if response_format == "text":
        return found.text + "\n"
    return "".join(document(found, response_format, SubtitleRules()))


def as_json(found: Transcription, *, logprobs: bool) -> dict[str, Any]:
    """The text and nothing else, or with how sure each word is."""
    answer: dict[str, Any] = {"text": found.text, "usage": usage(found.duration_s)}
    if logprobs:
        answer["logprobs"] = logprobs_of(found.segments)
    return answer


def as_verbose_json(
    found: Transcription, task: str, granularities: Sequence[str]
) -> dict[str, Any]:
    """With times: of segments, words, or both."""
    answer: dict[str, Any] = {
        "task": task,
        "language": name_of(found.language).lower() if found.language else "",
        "duration": round(found.duration_s, 3),
        "text": found.text,
        "usage": usage(found.duration_s),
    }
    if "word" in granularities:
        answer["words"] = [
            {
                "word": word.text.strip(),
                "start": round(word.start_s, 3),
                "end": round(word.end_s, 3),
                "probability": round(word.probability, 4),
            }
            for word in _words(found.segments)
        ]
    if "segment" in granularities or not granularities:
        answer["segments"] = [_segment(i, one) for i, one in enumerate(found.segments)]
    return answer


def _segment(number: int, segment: Segment) -> dict[str, Any]:
    return {
        "id": number,
        "seek": round(100 * segment.start_s),
        "start": round(segment.start_s, 3),
        "end": round(segment.end_s, 3),
        "text": segment.text,
        "tokens": [],  # the pipeline doesn't keep them
        "temperature": 0.0,
        "avg_logprob": round(segment.avg_logprob, 4),
        "compression_ratio": round(compression(segment.text), 4),
        "no_speech_prob": round(segment.no_speech_prob, 4),
    }


def usage(duration_s: float) -> dict[str, Any]:
    return {"type": "duration", "seconds": math.ceil(duration_s)}


def logprobs_of(segments: Iterable[Segment]) -> list[dict[str, Any]]:
    """Of each word: there are no others for whole tokens."""
    return [
        {
            "token": word.text,
            "logprob": round(math.log(max(MIN_PROBABILITY, word.probability)), 4),
            "bytes": list(word.text.encode()),
        }
        for word in _words(segments)
    ]


def _words(segments: Iterable[Segment]) -> Iterable[TimedWord]:
    return (word for segment in segments for word in segment.words)
