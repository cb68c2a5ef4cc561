"""Where the text of one recording goes: out as it comes, or into a file at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from voicecli.files import written_atomically
from voicecli.printable import in_one_line
from voicecli.transcription.formats import document, head, line
from voicecli.transcription.segments import Segment, Transcription
from voicecli.transcription.subtitles import SubtitleRules

TIMED_BY_WORDS = ("srt", "vtt")
"""Formats that never show when a word was said, and are better where they know."""


class TextWriter:
    """Add segments as they come, then finish."""

    def __init__(
        self,
        output: Path | None,
        file_format: str,
        rules: SubtitleRules,
        language: str,
        write: Callable[[str], None],
        *,
        streams: bool,
        words: bool,
    ) -> None:
        """output: a file; None is `write`.

        language: empty where it is to be found out. streams: `write` each segment at once.
        words: tell when each was said.
        """
        self._output = output
        self._format = file_format
        self._rules = rules
        self._write = write
        self._transcription = Transcription(language)
        self._streams = streams
        self._keeps_words = words or file_format in TIMED_BY_WORDS
        if streams:
            write(head(file_format))

    def add(self, segments: Sequence[Segment], language: str) -> None:
        if not self._transcription.language:
            self._transcription.language = language
        for segment in segments:
            words = segment.words if self._keeps_words else ()
            clean = replace(segment, text=in_one_line(segment.text), words=words)
            if not clean.text:
                continue
            self._transcription.segments.append(clean)
            if self._streams:
                self._write(line(clean, self._format))

    def finish(self, duration_s: float) -> bool:
        """Whether anything was said. Raises AudioFileError where the file can't be written."""
        found = self._transcription
        found.duration_s = duration_s
        found.segments.sort(key=lambda segment: segment.start_s)
        if not self._streams:
            self._write_all()
        return bool(found.segments)

    def _write_all(self) -> None:
        pieces = document(self._transcription, self._format, self._rules)
        if self._output is None:
            for piece in pieces:
                self._write(piece)
            return
        with (
            written_atomically(self._output) as path,
            path.open("w", encoding="utf-8", newline="") as file,
        ):
            file.writelines(pieces)
