"""Stage 2: blocks, line by line; what is running text in them goes to stage 3 piece by piece."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voicecli.languages import language_of
from voicecli.text.aloud.notations import hyphen_before
from voicecli.text.markdown.buffers import LINE_HEAD_CHARS, Arrived, Said
from voicecli.text.markdown.characters import Cleaner
from voicecli.text.markdown.inline import inline
from voicecli.text.markdown.lines import DELIMITER_ROW, INDENT, ORDERED, PREFIX, kind_of
from voicecli.text.markdown.marks import Marks
from voicecli.text.markdown.running import MAX_PIECE_CHARS, RunningText
from voicecli.text.markdown.steps import Steps
from voicecli.text.markdown.tags import THOUGHT_END
from voicecli.text.sentences import ends_sentence

if TYPE_CHECKING:
    from voicecli.text.markdown.tables import Table

_HYPHEN = re.compile(r"[^\W\d_]-\Z")
_FIRST_WORD = re.compile(r"[^\W_]*")
_NOT_HEADING = re.compile(r"[ \t]#+[ \t]*\Z")


class Speakable:
    """What `speakable` runs on: feed markdown, get what is to be said of it."""

    def __init__(self, language: str = "en", *, thinks_first: bool = False) -> None:
        """With `thinks_first` nothing is said before a thought's end; all, if there is none."""
        self._language = language
        known = language_of(language)
        self._phrases = known.phrases
        self._joiners = re.compile(known.aloud.joiners if known.aloud else "and")
        self._cleaner = Cleaner()
        self._steps = Steps()
        self._marks = Marks()
        self._thinks_first = thinks_first
        self._withheld = ""
        self._arrived = Arrived()
        self._running = RunningText(self._arrived)
        self._said = Said()
        self._step = self._line
        self._block = ""
        """The block that the next line may continue: "paragraph", "item", "code" or none."""
        self._heading = False
        self._in_list = False
        self._after_blank = True
        self._fresh = -1
        """Where a paragraph began, as long as nothing of it was said."""
        self._soft_break = False
        """A line of running text ended, and nothing was said for its end yet."""
        self._hyphen = False
        """It ended in a hyphen, which was not said yet."""
        self._carried = ""
        """Earlier lines of running text in which something is still open."""
        self._fence = ""
        self._hidden_until: re.Pattern[str] = re.compile("")
        self._table: Table | None = None

    def feed(self, text: str) -> str:
        """What can be said after `text` has arrived too; may be empty."""
        return self._read(self._marks.feed(self._steps.feed(self._cleaner.feed(text))))

    def _read(self, text: str) -> str:
        if self._thinks_first:
            self._withheld += text
            ends = list(THOUGHT_END.finditer(self._withheld))
            if not ends:
                return ""
            text = self._withheld[ends[-1].end() :]
            self._thinks_first, self._withheld = False, ""
        self._arrived.text += text
        return self._run()

    def was_thought(self) -> bool:
        """Whether all that was handed out before the last call was a thought; asked once."""
        taken_back, self._said.is_taken_back = self._said.is_taken_back, False
        return taken_back

    def finish(self) -> str:
        """The rest, once nothing more will come."""
        self._thinks_first = False
        text = self._withheld + self._marks.feed(self._steps.feed("", is_all=True), is_all=True)
        self._arrived.text += text
        self._arrived.is_all = True
        said, was_thought = self._run(), self._said.is_taken_back
        self.__init__(self._language)
        self._said.is_taken_back = was_thought
        return said

    def _run(self) -> str:
        arrived = self._arrived
        while (not arrived.is_handled or arrived.is_all) and self._step():
            pass
        if arrived.is_all:
            self._end_block()
        n_forgotten = arrived.forget()
        self._running.forgotten(n_forgotten)
        self._fresh -= n_forgotten
        return self._said.take()

    # Each step handles something and returns True, or waits for more and returns False.

    # Lines

    def _line(self) -> bool:
        if self._arrived.is_handled:
            return False
        line, complete = self._arrived.line()
        whole = complete or len(line) >= LINE_HEAD_CHARS
        prefix = PREFIX.match(line)[0]  # type: ignore[index]
        rest = line[len(prefix) :]
        if not rest:
            if not whole:
                return False
            return self._blank(line)
        if self._is_indented_code(prefix):
            return self._indented_code(line, complete=complete, whole=whole)
        in_paragraph = self._block == "paragraph" and not self._in_list
        kind = kind_of(rest, whole=whole, in_paragraph=in_paragraph)
        if kind == "wait":
            return False
        if kind == "table":
            return self._maybe_table(line, complete=complete, whole=whole, prefix=prefix)
        return self._start(kind, line, prefix, rest)

    def _end_block(self) -> None:
        """A line follows that does not continue the running text."""
        if self._carried:
            self._say_piece("")
        if self._hyphen:
            self._said.say("-")
            self._hyphen = False
        if self._block in ("paragraph", "item"):
            self._said.end_sentence()
        self._block = ""
        self._soft_break = False

    def _is_indented_code(self, prefix: str) -> bool:
        if ">" in prefix or self._in_list or len(prefix.expandtabs(4)) < 4:
            return False
        return self._block == "code" or self._after_blank

    def _indented_code(self, line: str, *, complete: bool, whole: bool) -> bool:
        if not whole:
            return False
        if self._block != "code":
            self._end_block()
            self._said.say_apart(self._phrases.code)
            self._block = "code"
        if complete:
            self._arrived.skip(line)
        else:
            self._step = self._rest_of_line
        return True

    def _blank(self, line: str) -> bool:
        if self._block != "code":
            self._end_block()
        self._after_blank = True
        self._arrived.skip(line)
        return True

    def _start(self, kind: str, line: str, prefix: str, rest: str) -> bool:
        """Begin what a line turned out to be."""
        arrived = self._arrived
        continues = kind == "text" and self._block in ("paragraph", "item")
        if not continues:
            self._end_block()
        if (
            kind in ("text", "fresh")
            and self._after_blank
            and not prefix.strip(" \t>")
            and len(prefix) < 2
        ):
            self._in_list = False
        self._after_blank = False
        self._heading = False
        if kind == "fence":
            self._fence = rest[: len(rest) - len(rest.lstrip(rest[0]))]
            self._said.say_apart(self._phrases.code)
            self._step = self._in_fence
            arrived.skip(line)
            return True
        if kind in ("rule", "definition"):
            arrived.skip(line)
            return True
        if kind == "formula":
            self._said.say_apart(self._phrases.formula)
            arrived.base += len(prefix) + 2
            return self._hide(r"\$\$" if rest[0] == "$" else r"\\\]")
        arrived.base += len(prefix)
        if kind == "heading":
            self._block = "paragraph"
            self._begin_heading(rest)
        elif kind == "item":
            self._block = "item"
            self._in_list = True
            ordered = ORDERED.match(rest)
            if ordered:
                self._said.say(ordered[0] + " ")
            arrived.base += len(ordered[0]) if ordered else 1
            self._step = self._after_bullet
            return True
        elif not continues:
            self._block = "paragraph"
            self._fresh = arrived.base
        return self._begin_text()

    def _after_bullet(self) -> bool:
        """What follows a bullet may be another bullet, a heading, a fence: a line of its own."""
        line, complete = self._arrived.line()
        whole = complete or len(line) >= LINE_HEAD_CHARS
        prefix = INDENT.match(line)[0]  # type: ignore[index]
        rest = line[len(prefix) :]
        if not rest:
            if not whole:
                return False
            return self._begin_text()
        kind = kind_of(rest, whole=whole, in_paragraph=False)
        if kind == "wait":
            return False
        if kind in ("fence", "formula"):
            return self._start(kind, line, prefix, rest)
        if kind == "item" and not ORDERED.match(rest):
            self._arrived.base += len(prefix) + 1
            return True
        self._arrived.base += len(prefix)
        if kind == "heading":
            self._begin_heading(rest)
        return self._begin_text()

    def _begin_heading(self, rest: str) -> None:
        self._heading = True
        self._arrived.base += len(rest) - len(rest.lstrip("#"))

    def _rest_of_line(self) -> bool:
        """Drop a line that is too long to be held."""
        arrived = self._arrived
        end = arrived.text.find("\n", arrived.base)
        if end < 0:
            arrived.base = len(arrived.text)
            return False
        arrived.base = end + 1
        self._step = self._line
        return True

    def _in_fence(self) -> bool:
        arrived = self._arrived
        if arrived.is_handled:
            return False
        line, complete = arrived.line()
        if not complete:
            if len(line) < LINE_HEAD_CHARS:
                return False
            end = arrived.text.find("\n", arrived.base)
            arrived.base = end if end >= 0 else len(arrived.text)
            return end >= 0
        arrived.skip(line)
        body = line.lstrip(" \t>").rstrip()
        if body.startswith(self._fence) and not body.strip(self._fence[0]):
            self._step = self._line
            self._after_blank = False
        return True

    def _hide(self, until: str) -> bool:
        self._hidden_until = re.compile(until, re.IGNORECASE)
        self._step = self._hidden
        return True

    def _hidden(self) -> bool:
        """Drop everything up to the end of a hidden element."""
        arrived = self._arrived
        found = self._hidden_until.search(arrived.text, arrived.base)
        if found is None:
            # Keep what may be the beginning of the end.
            n_kept = 0 if arrived.is_all else 24
            arrived.base = max(arrived.base, len(arrived.text) - n_kept)
            return False
        arrived.base = found.end()
        if self._block and not self._after_blank and self._said.tail[-1] != "\n":
            return self._begin_text()
        self._step = self._line
        return True

    # Tables

    def _maybe_table(self, line: str, *, complete: bool, whole: bool, prefix: str) -> bool:
        """A line that begins with a bar: a table's header, or text."""
        if not whole:
            return False
        begins = self._table_begins(self._arrived.base + len(line)) if complete else False
        if begins is None:
            return False
        return begins or self._start("text", line, prefix, line[len(prefix) :])

    def _table_begins(self, end: int) -> bool | None:
        """Begin a table if the line up to `end` is its header: the next one decides. None: wait."""
        arrived = self._arrived
        second, complete = arrived.line_at(end + 1)
        if not complete and not second.strip("|:- \t>") and len(second) < LINE_HEAD_CHARS:
            return None
        if not DELIMITER_ROW.match(second) or "-" not in second:
            return False
        from voicecli.text.markdown.tables import Table

        header = arrived.text[arrived.base : end].strip(" \t>")
        table = Table(header, second.strip(" \t>"), self._phrases)
        if not table.n_columns:
            return False
        self._end_block()
        self._after_blank = False
        arrived.base = end + 1
        arrived.skip(second)
        if opening := table.opening():
            self._said.say_apart(opening)
        self._table = table
        self._step = self._row
        return True

    def _row(self) -> bool:
        assert self._table is not None
        if self._arrived.is_handled:
            return False
        line, complete = self._arrived.line()
        if not complete and len(line) < LINE_HEAD_CHARS:
            return False
        row = line.strip(" \t>")
        if not complete or "|" not in row:
            self._step = self._line
            return True
        self._arrived.skip(line)
        self._said.say_apart(self._table.row(row))
        return True

    # Running text

    def _begin_text(self) -> bool:
        self._step = self._text
        self._running.begin()
        if not self._carried:
            self._running.close_all()
        if self._soft_break:
            if self._hyphen:
                self._step = self._rejoin
                return True
            if not self._carried:
                self._said.say(" ")
            self._soft_break = False
        return True

    def _rejoin(self) -> bool:
        """The line before ended in a hyphen: what it is, this one's first word tells."""
        arrived = self._arrived
        word = _FIRST_WORD.match(arrived.text, arrived.base)[0]  # type: ignore[index]
        if arrived.base + len(word) == len(arrived.text) and not arrived.is_all:
            return False
        hyphen = hyphen_before(word, self._joiners)
        self._said.say(hyphen)
        self._hyphen = self._soft_break = False
        self._step = self._text
        return True

    def _text(self) -> bool:
        """Say what is before the next place to stop."""
        arrived = self._arrived
        stop = self._running.next_stop()
        if stop.kind == "wait":
            return False
        source = arrived.text[arrived.base : stop.at]
        if stop.kind == "line end":
            if arrived.base == self._fresh and "|" in source:
                begins = self._table_begins(stop.at)
                if begins is not False:
                    return bool(begins)
            arrived.base = stop.resume
            return self._end_line(source)
        arrived.base = stop.resume
        self._say_piece(source)
        if stop.kind == "break":
            self._said.end_sentence()
        elif stop.kind == "thought":
            self._forget()
        elif stop.kind == "hidden":
            return self._hide(stop.hidden_until)
        elif stop.kind == "end":
            self._step = self._line
        return True

    def _forget(self) -> None:
        """All before was a thought: the reply begins here."""
        self._said.take_back()
        self._carried = self._block = ""
        self._heading = self._in_list = self._soft_break = False
        self._after_blank = True
        self._step = self._line

    def _say_piece(self, source: str) -> None:
        source = self._carried + source
        self._carried = ""
        if self._heading:
            source = _NOT_HEADING.sub("", source)
        self._said.say(inline(source, self._phrases.link_to))

    def _end_line(self, line: str) -> bool:
        """Running text came to the end of its line."""
        self._step = self._line
        self._after_blank = False
        if self._heading:
            self._running.close_all()
            self._say_piece(line)
            self._said.end_sentence()
            self._heading = False
            self._block = ""
            return True
        if self._running.is_open and len(self._carried) + len(line) < MAX_PIECE_CHARS:
            self._carried += line + " "
            self._soft_break = True
            return True
        if _HYPHEN.search(line) and not self._running.is_open:
            self._say_piece(line[:-1])
            self._hyphen = self._soft_break = True
            return True
        hard = line.endswith(("  ", "\\"))
        self._say_piece(line.removesuffix("\\").rstrip(" "))
        if hard or ends_sentence(self._said.tail.rpartition("\n")[2], self._language):
            self._said.end_sentence()
        else:
            self._soft_break = True
        return True
