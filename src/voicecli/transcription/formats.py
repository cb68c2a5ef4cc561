"""Transcriptions as text, subtitles, tables and JSON, with the names of openai-whisper."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from voicecli.transcription import subtitles
from voicecli.transcription.segments import Segment, Transcription
from voicecli.transcription.subtitles import SubtitleRules

FORMATS = ("txt", "srt", "vtt", "tsv", "json", "jsonl")

STREAMED = ("txt", "tsv", "jsonl")
"""Those that need to know nothing of what comes later."""


def head(file_format: str) -> str:
    """What stands before the first segment."""
    return "start\tend\ttext\n" if file_format == "tsv" else ""


def line(segment: Segment, file_format: str) -> str:
    """A segment in one of the STREAMED formats."""
    if file_format == "jsonl":
        return json.dumps(_fields(segment), ensure_ascii=False) + "\n"
    text = _with_speaker(segment)
    if file_format == "tsv":
        times = f"{round(1000 * segment.start_s)}\t{round(1000 * segment.end_s)}"
        return f"{times}\t{text}\n"
    return text + "\n"


def document(transcription: Transcription, file_format: str, rules: SubtitleRules) -> Iterator[str]:
    """A whole transcription in any format, piece by piece."""
    if file_format in STREAMED:
        yield head(file_format)
        for segment in transcription.segments:
            yield line(segment, file_format)
        return
    if file_format == "json":
        yield json.dumps(_as_json(transcription), ensure_ascii=False, indent=2) + "\n"
        return
    write: Callable[..., Iterator[str]] = {"srt": subtitles.srt, "vtt": subtitles.vtt}[file_format]
    yield from write(subtitles.cues(transcription.segments, rules))


def _with_speaker(segment: Segment) -> str:
    return f"[{segment.speaker}]: {segment.text}" if segment.speaker else segment.text


def _fields(segment: Segment) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "start": round(segment.start_s, 3),
        "end": round(segment.end_s, 3),
        "text": segment.text,
        "language": segment.language,
        "avg_logprob": round(segment.avg_logprob, 4),
        "no_speech_prob": round(segment.no_speech_prob, 4),
    }
    if segment.speaker:
        fields["speaker"] = segment.speaker
    if segment.words:
        fields["words"] = [
            {
                "word": word.text,
                "start": round(word.start_s, 3),
                "end": round(word.end_s, 3),
                "probability": round(word.probability, 4),
            }
            for word in segment.words
        ]
    return fields


def _as_json(transcription: Transcription) -> dict[str, Any]:
    return {
        "text": transcription.text,
        "language": transcription.language,
        "duration": round(transcription.duration_s, 3),
        "segments": [
            {"id": i, **_fields(segment)} for i, segment in enumerate(transcription.segments)
        ],
    }
