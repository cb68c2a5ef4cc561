"""Text as it lies in files: in which encoding, and what of subtitles is said. Pure."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_TIME = r"(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}"
_TIMES = re.compile(rf"[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}")
_MAYBE_SUBTITLES = re.compile(rf"\s*(?:W|WEBVTT\b.*|WE[BVT]*|\d+[ \t]*|{_TIME}.*|[\d:.,]+)?\Z")
_SUBTITLES = re.compile(rf"\s*(?:WEBVTT\b[^\n]*\n|\d+[ \t]*\n{_TIMES.pattern}|{_TIMES.pattern})")
_SILENT_BLOCK = re.compile(r"(?:WEBVTT|NOTE|STYLE|REGION)\b")
_MARKS = re.compile(r"<[^<>\n]*>|\{\\[^{}\n]*\}")


class TextDecoder:
    """Bytes to text: by the byte order mark, else by the first bytes, else UTF-8.

    What is no UTF-8 is read as Windows-1252, as Windows writes it in the West.
    """

    def __init__(self) -> None:
        self._decoder: codecs.IncrementalDecoder | None = None
        self._held = b""
        self._saw_letters = False
        """Beyond ASCII, in UTF-8: a byte that is none is an error then, and no other encoding."""
        self.is_windows = False

    def decode(self, data: bytes, *, final: bool = False) -> str:
        if self._decoder is None:
            self._held += data
            if len(self._held) < 4 and not final and self._may_be_bom():
                return ""
            self._decoder, data = self._chosen(), self._held
            for bom, _ in _BOMS:
                if data.startswith(bom):
                    data = data[len(bom) :]
                    break
        try:
            text = self._decoder.decode(data, final)
        except UnicodeDecodeError as error:
            self._saw_letters |= not error.object[: error.start].isascii()
            return self._other(data, final=final)
        self._saw_letters |= not text.isascii()
        return text

    def _may_be_bom(self) -> bool:
        begins_bom = any(bom.startswith(self._held) for bom, _ in _BOMS)
        return len(self._held) < 2 or begins_bom or b"\0" in self._held

    def _chosen(self) -> codecs.IncrementalDecoder:
        head = self._held[:256]
        for bom, encoding in _BOMS:
            if head.startswith(bom):
                return codecs.getincrementaldecoder(encoding)("replace")
        for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
            zeros = head[first::2].count(0)
            if len(head) >= 4 and zeros > len(head) // 4 and not head[1 - first :: 2].count(0):
                return codecs.getincrementaldecoder(encoding)("replace")
        return codecs.getincrementaldecoder("utf-8")("strict")

    def _other(self, data: bytes, *, final: bool) -> str:
        assert self._decoder is not None
        before, _ = self._decoder.getstate()
        self.is_windows = not self._saw_letters
        encoding = "cp1252" if self.is_windows else "utf-8"
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        return self._decoder.decode(bytes(before) + data, final)


class Subtitles:
    """SRT and WebVTT to the sentences alone; any other text stays as it is.

    Told from the text itself, which may come from a pipe.
    """

    def __init__(self) -> None:
        self._held = ""
        self._are_subtitles: bool | None = None
        """None: not known yet."""

    def feed(self, text: str, *, final: bool = False) -> str:
        if self._are_subtitles is False:
            return text
        self._held += text.replace("\r\n", "\n")
        if self._are_subtitles is None:
            self._decide(final=final)
        if self._are_subtitles is None:
            return ""
        if not self._are_subtitles:
            held, self._held = self._held, ""
            return held
        blocks = re.split(r"\n[ \t]*\n+", self._held)
        self._held = "" if final else blocks.pop()
        return "".join(_said_of(block) for block in blocks)

    def _decide(self, *, final: bool) -> None:
        if _SUBTITLES.match(self._held):
            self._are_subtitles = True
            return
        lines = self._held.lstrip().split("\n")
        if final or len(lines) > 2 or not all(map(_MAYBE_SUBTITLES.match, lines)):
            self._are_subtitles = False


def _said_of(block: str) -> str:
    """What a block of a subtitle file says: the lines after its times."""
    lines = block.strip("\n").split("\n")
    times = [at for at, line in enumerate(lines) if _TIMES.match(line)]
    if not times and _SILENT_BLOCK.match(lines[0]):
        return ""
    if times:
        lines = lines[times[0] + 1 :]
    said = (_MARKS.sub("", line).strip() for line in lines)
    return "".join(f"{line}\n" for line in said if line)
