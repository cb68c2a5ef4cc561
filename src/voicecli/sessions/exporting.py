"""A session as text, Markdown, JSON, subtitles, or a page that needs nothing else."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from typing import Any

from voicecli.printable import in_one_line, printable
from voicecli.sessions.reading import KeptSession, Turn, lines
from voicecli.sound.samples import SAMPLE_RATE_HZ

CUT_OFF = " (cut off)"
"""Behind a reply that was not heard to its end."""


def export(session: KeptSession, file_format: str) -> str:
    """In one of FORMATS."""
    return FORMATS[file_format](session)


def text_of(session: KeptSession) -> str:
    said = [f"{one.speaker}: {_line(one)}\n" for one in session.said]
    return "\n".join([f"{when(session)}\n", *said])


def markdown_of(session: KeptSession) -> str:
    said = [
        f"**{'You' if one.speaker == 'you' else 'Assistant'}** ({clock(one.start_s)}): "
        f"{_unmarked(_line(one))}\n"
        for one in session.said
    ]
    return "\n".join([f"# Conversation of {when(session)}\n", *said])


def json_of(session: KeptSession) -> str:
    return json.dumps(as_dict(session), ensure_ascii=False, indent=2) + "\n"


def as_dict(session: KeptSession) -> dict[str, Any]:
    return {
        **summary(session),
        "said": [
            {
                "speaker": one.speaker,
                "text": one.text,
                "start_sample": one.start,
                "end_sample": one.end,
                "cut_off": one.cut_off,
                "sentences": [
                    {"text": text, "first_sample": sample} for text, sample in one.sentences
                ],
            }
            for one in session.said
        ],
    }


def summary(session: KeptSession) -> dict[str, Any]:
    """What a list of sessions has of each."""
    return {
        "id": session.id,
        "began": session.began.isoformat() if session.began else None,
        "duration_s": round(session.duration_s, 3),
        "n_turns": session.n_turns,
        "first_words": session.first_words,
        "folder": str(session.folder),
        "n_damaged_lines": session.n_damaged,
        "sample_rate_hz": SAMPLE_RATE_HZ,
    }


def srt_of(session: KeptSession) -> str:
    from voicecli.transcription import subtitles

    return "".join(subtitles.srt(subtitles.cues(_segments(session))))


def vtt_of(session: KeptSession) -> str:
    from voicecli.transcription import subtitles

    return "".join(subtitles.vtt(subtitles.cues(_segments(session))))


def _segments(session: KeptSession) -> list[Any]:
    from voicecli.transcription.segments import Segment

    return [
        Segment(start / SAMPLE_RATE_HZ, end / SAMPLE_RATE_HZ, in_one_line(text), speaker=speaker)
        for text, start, end, speaker in lines(session.said)
    ]


def html_of(session: KeptSession) -> str:
    said = "\n".join(
        f'<p class="{one.speaker}"><time>{clock(one.start_s)}</time>'
        f" <b>{'You' if one.speaker == 'you' else 'Assistant'}</b> {html.escape(_line(one))}</p>"
        for one in session.said
    )
    title = html.escape(f"Conversation of {when(session)}")
    return _PAGE.replace("{title}", title).replace("{said}", said)


_PAGE = """<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body { max-width: 42rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
p { margin: 0 0 0.8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
time { font-variant-numeric: tabular-nums; opacity: 0.6; }
.ai { padding-left: 1rem; border-left: 3px solid #8888; }
</style>
</head>
<body>
<h1>{title}</h1>
{said}
</body>
</html>
"""

FORMATS: dict[str, Callable[[KeptSession], str]] = {
    "txt": text_of,
    "md": markdown_of,
    "json": json_of,
    "srt": srt_of,
    "vtt": vtt_of,
    "html": html_of,
}


def when(session: KeptSession) -> str:
    return f"{session.began:%Y-%m-%d %H:%M}" if session.began else "unknown time"


def counted(n: int, noun: str) -> str:
    """`1 turn`, `2 turns`"""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def clock(time_s: float) -> str:
    """`1:02:03`, or `2:03`."""
    minutes, seconds = divmod(int(time_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _line(one: Turn) -> str:
    """What was said, in one line; no byte of it steers a terminal."""
    return in_one_line(printable(one.text)) + (CUT_OFF if one.cut_off else "")


def _unmarked(text: str) -> str:
    """What Markdown takes for marks, as it stands."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in text)
