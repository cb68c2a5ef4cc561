"""Both ends of `Speakable`: the text that has arrived, and what is to be said."""

from __future__ import annotations

LINE_HEAD_CHARS = 2000
"""A line whose kind is not known by then is text."""


class Arrived:
    """The text that is not handled yet."""

    def __init__(self) -> None:
        self.text = ""
        self.base = 0
        """Where in it the part begins that is not handled."""
        self.is_all = False
        """Nothing more will come."""

    @property
    def is_handled(self) -> bool:
        return self.base >= len(self.text)

    def line(self) -> tuple[str, bool]:
        """The line at hand, as far as it has arrived, and whether that is all of it."""
        return self.line_at(self.base)

    def line_at(self, start: int) -> tuple[str, bool]:
        end = self.text.find("\n", start, start + LINE_HEAD_CHARS)
        if end >= 0:
            return self.text[start:end], True
        line = self.text[start : start + LINE_HEAD_CHARS]
        return line, self.is_all and len(line) < LINE_HEAD_CHARS

    def skip(self, line: str) -> None:
        """Done with a complete line."""
        self.base += len(line)
        if self.text.startswith("\n", self.base):
            self.base += 1

    def forget(self) -> int:
        """Let go of what is handled; tells how many characters that were."""
        n_handled, self.base = self.base, 0
        self.text = self.text[n_handled:]
        return n_handled


class Said:
    """What is to be said, and not handed out yet."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self.tail = "\n"
        """The last characters that were said."""
        self.is_taken_back = False
        """Whether all that was handed out is not to be said after all."""

    def say(self, text: str) -> None:
        if self.tail[-1].isspace():
            text = text.lstrip(" \n")
        if text:
            self._pieces.append(text)
            self.tail = (self.tail + text)[-80:]

    def end_sentence(self) -> None:
        if self.tail[-1] != "\n":
            self._pieces.append("\n")
            self.tail = "\n"

    def say_apart(self, sentence: str) -> None:
        """Say something that is a sentence, or several."""
        self.end_sentence()
        self.say(sentence)
        self.end_sentence()

    def take_back(self) -> None:
        """Nothing of it is to be said."""
        self._pieces = []
        self.tail = "\n"
        self.is_taken_back = True

    def take(self) -> str:
        said = "".join(self._pieces)
        self._pieces = []
        return said
