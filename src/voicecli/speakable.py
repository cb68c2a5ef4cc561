"""Turn a reply's markdown into what a person would read aloud, while it arrives.

Three stages, each a function of the text alone and never of how it was cut into deltas:

1. `_Cleaner` removes terminal escapes, control and invisible characters.
2. `Speakable` finds out what each line is (heading, item, fence, table row...) from its first
   characters, and inside running text the places where it may be cut without tearing a link, a code
   span or a tag apart. markdown-it wants whole documents, so this much is done here.
3. markdown-it parses every such piece once (tables row by row), and `_render` says its tokens.

The result is plain text: "\\n" ends a heading, an item, a row or a paragraph. Numbers, units and
abbreviations are left as they are: `voicecli.spoken` writes them out for the synthesiser, sentence
by sentence, after `voicecli.sentences`; so screen, captions and history show "3.14" and "$5".
A reasoning model's `</think>` without its `<think>` (some chat templates write that one into the
prompt) can't be told from a reply until it comes: only what follows a `<think>` is kept silent.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from voicecli.sentences import closing, ends_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

LONG_PIECE_CHARS = 160
"""Running text without punctuation is handed on at a space once it is this long."""

OPEN_CHARS = 400
"""A bracket or a backtick that is not closed within this is no markup."""

MAX_PIECE_CHARS = 600
"""Running text without a place to cut (base64, a row of brackets) is handed on in such pieces."""

LINE_HEAD_CHARS = 2000
"""A line whose kind is not known by then is text."""

MAX_TABLE_COLUMNS = 4
MAX_TABLE_ROWS = 12
"""Larger tables are for the eye."""

HIDDEN_TAGS = frozenset(
    "think thinking thought thoughts reasoning reflection scratchpad script style svg".split()
)
"""Elements whose content is never spoken."""

_BREAKING_TAGS = frozenset(
    "br p li ul ol div h1 h2 h3 h4 h5 h6 tr table hr blockquote pre section details summary".split()
)


class _Phrases(NamedTuple):
    code: str
    table: str
    more_rows: str
    formula: str
    link_to: str


_PHRASES = {
    "en": _Phrases(
        "Code shown on screen.",
        "Table shown on screen.",
        "The rest of the table is shown on screen.",
        "Formula shown on screen.",
        "link to {}",
    ),
    "de": _Phrases(
        "Der Code steht auf dem Bildschirm.",
        "Die Tabelle steht auf dem Bildschirm.",
        "Der Rest der Tabelle steht auf dem Bildschirm.",
        "Die Formel steht auf dem Bildschirm.",
        "Link zu {}",
    ),
    "fr": _Phrases(
        "Le code est affiché à l'écran.",
        "Le tableau est affiché à l'écran.",
        "Le reste du tableau est affiché à l'écran.",
        "La formule est affichée à l'écran.",
        "lien vers {}",
    ),
    "es": _Phrases(
        "El código se muestra en pantalla.",
        "La tabla se muestra en pantalla.",
        "El resto de la tabla se muestra en pantalla.",
        "La fórmula se muestra en pantalla.",
        "enlace a {}",
    ),
    "it": _Phrases(
        "Il codice è mostrato sullo schermo.",
        "La tabella è mostrata sullo schermo.",
        "Il resto della tabella è mostrato sullo schermo.",
        "La formula è mostrata sullo schermo.",
        "link a {}",
    ),
    "pt": _Phrases(
        "O código é mostrado na tela.",
        "A tabela é mostrada na tela.",
        "O resto da tabela é mostrado na tela.",
        "A fórmula é mostrada na tela.",
        "link para {}",
    ),
    "nl": _Phrases(
        "De code staat op het scherm.",
        "De tabel staat op het scherm.",
        "De rest van de tabel staat op het scherm.",
        "De formule staat op het scherm.",
        "link naar {}",
    ),
    "pl": _Phrases(
        "Kod jest na ekranie.",
        "Tabela jest na ekranie.",
        "Reszta tabeli jest na ekranie.",
        "Wzór jest na ekranie.",
        "link do {}",
    ),
    "ru": _Phrases(
        "Код показан на экране.",
        "Таблица показана на экране.",
        "Остальная часть таблицы показана на экране.",
        "Формула показана на экране.",
        "ссылка на {}",
    ),
    "zh": _Phrases(
        "代码已显示在屏幕上。",
        "表格已显示在屏幕上。",
        "表格的其余部分已显示在屏幕上。",
        "公式已显示在屏幕上。",
        "链接到{}",
    ),
}
_PHRASES["cmn"] = _PHRASES["yue"] = _PHRASES["zh"]


# --- stage 1: characters ---------------------------------------------------------------------

_INVISIBLE = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e007f\U000f0000-\U0010ffff"
)
_NEEDS_CLEANING = re.compile(f"[{_INVISIBLE}\r\u2028\u2029]")
_DELETED = re.compile(f"[{_INVISIBLE}]")
_ESCAPE = "\x1b"
_CONTROL_STRING_CHARS = 2048
"""A terminal's control string (a title, a link) that is longer is taken for text again."""


class _Cleaner:
    """Removes ANSI escapes, control and invisible characters; line ends become a newline."""

    def __init__(self) -> None:
        self._state = ""
        """Inside an escape: "escape", "csi", "string" or "string escape"."""
        self._n_swallowed = 0
        self._after_return = False

    def feed(self, text: str) -> str:
        if not self._state and not self._after_return and not _NEEDS_CLEANING.search(text):
            return text
        kept: list[str] = []
        for char in text:
            if self._state:
                self._swallow(char)
            elif char == _ESCAPE:
                self._state = "escape"
            elif char == "\x9b":
                self._state = "csi"
            elif char == "\n" and self._after_return:
                pass
            elif char in "\r\u2028\u2029":
                kept.append("\n")
            elif not _DELETED.match(char):
                kept.append(char)
            self._after_return = char == "\r" and not self._state
        return "".join(kept)

    def _swallow(self, char: str) -> None:
        state = self._state
        if state == "escape":
            if char == "[":
                self._state = "csi"
            elif char in "]PX^_":
                self._state, self._n_swallowed = "string", 0
            elif not " " <= char <= "/":
                self._state = ""
        elif state == "csi":
            if not " " <= char <= "?":
                self._state = ""
        else:
            self._n_swallowed += 1
            ends = char in "\x07\x9c\n" or (state == "string escape" and char == "\\")
            if ends or self._n_swallowed > _CONTROL_STRING_CHARS:
                self._state = ""
            else:
                self._state = "string escape" if char == _ESCAPE else "string"


# --- stage 3: what markdown-it found in a piece ----------------------------------------------

_MARKUP = re.compile(r"[\\`*_~\[\]<>&!$|]|://")
_PHONEMES = re.compile(r"(\[\[.*?\]\])", re.DOTALL)
_MATH_SIGN = re.compile(r"[\\^_{}=<>+]|^[A-Za-z]$|^\d*[a-z]$|[a-z]\(")

_LATEX_SYMBOLS = {
    "times": "×", "cdot": "×", "div": "÷", "pm": "±", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥",
    "neq": "≠", "ne": "≠", "approx": "≈", "infty": "∞", "to": "→", "rightarrow": "→",
    "Rightarrow": "→", "sqrt": "√", "degree": "°", "circ": "°", "percent": "%", "ldots": "…",
    "dots": "…", "cdots": "…", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ",
    "epsilon": "ε", "theta": "θ", "lambda": "λ", "mu": "µ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "phi": "φ", "omega": "ω", "Delta": "Δ", "Sigma": "Σ", "Omega": "Ω", "sum": "∑",
    "left": "", "right": "", "quad": " ", "qquad": " ", "displaystyle": "", "mathrm": "",
    "text": "", "mathbf": "", "boxed": "", "operatorname": "",
}  # fmt: skip
_SUPERSCRIPTS = {"2": "²", "3": "³"}
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_LATEX_COMMAND = re.compile(r"\\([A-Za-z]+)")
_LATEX_POWER = re.compile(r"\^\{?([23])\}?(?!\d)")

_PICTURES = (
    "\u200d\u20e3\ufe0e\ufe0f\u231a\u231b\u2328\u23cf\u23e9-\u23fa\u25aa\u25ab\u25b6\u25c0"
    "\u25fb-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff"
)
# Joiners stay where they join letters (Persian, Hindi); variation selectors mean pictures only.
_EMOJI = re.compile(
    f"( ?)(?:[{_PICTURES.replace(chr(0x200D), '')}]\u200d?)+( ?)(?=(.?))", re.DOTALL
)
_EMOTICON = re.compile(r"(?<!\S)(?:[:;=8]'?-?[)(DPpOo|\]\[/\\*]|<3|\^_?\^|XD|xD)(?=[\s.,!?]|\Z)")
_SHORTCODE = re.compile(r"(?<![\w:]):[a-z][a-z_]{2,30}:(?![\w:])")
_URL = re.compile(
    r"(?:https?|ftp)://[^\s<>\"“”„«»。，；（）、]+|\bwww\.[\w-]+\.[^\s<>\"“”。，]+", re.I
)
_CITATION = re.compile(
    r"\s?\[\^[^\]\s]+\]|(?<=[\w.,;:!?)])\s?\[\d{1,3}(?:[,–-] ?\d{1,3})*\]|【[^】]*†[^】]*】"
)
_REFERENCE = re.compile(r"(?<![\[\]])\[([^\[\]]+)\]\[[^\[\]]*\]")
"""A link whose target stands elsewhere, perhaps in text that is still to come."""
_CHECKBOX = re.compile(r"\A\s*\[[ xX]\]\s")
_SPACES = re.compile(r"[ \t\n]+")
_DIGIT_STAR = re.compile(r"(?<=\d)\*(?=\d)")


def _host(url: str) -> str:
    """The part of an address that a person would say."""
    rest = re.sub(r"\A[a-z]+:(?://)?", "", url, flags=re.I)
    host = re.split(r"[/?#]", rest, maxsplit=1)[0].rsplit("@", 1)[-1]
    return re.sub(r"\Awww\.|:\d+\Z", "", host, flags=re.I)


def _say_url(found: re.Match[str], link_to: str) -> str:
    url = found[0]
    end = len(url.rstrip(".,;:!?'*_"))
    while end and url[end - 1] == ")" and url.count("(", 0, end) < url.count(")", 0, end):
        end = len(url[: end - 1].rstrip(".,;:!?'*_"))
    return link_to.format(_host(url[:end])) + url[end:]


def _say_emoji(found: re.Match[str]) -> str:
    before, after, following = found[1], found[2], found[3]
    if not following or following in ".,;:!?)":
        return after
    return " " if before or after else ""


def _say_formula(latex: str) -> str:
    """LaTeX as characters that `spoken` knows: "\\frac{1}{2}" is "1/2"."""
    for _ in range(4):
        latex, n_found = _FRACTION.subn(r"\1/\2", latex)
        if not n_found:
            break
    latex = _LATEX_POWER.sub(lambda m: _SUPERSCRIPTS[m[1]], latex)
    latex = _LATEX_COMMAND.sub(lambda m: _LATEX_SYMBOLS.get(m[1], m[1]), latex)
    return re.sub(r"[{}\\]", "", latex.replace("_", " ")).strip()


def _phonemes_rule(state: StateInline, silent: bool) -> bool:
    """`[[ phonemes ]]` is Piper's and stays as it is."""
    if not state.src.startswith("[[", state.pos):
        return False
    close = state.src.find("]]", state.pos + 2, state.posMax)
    if close < 0:
        return False
    if not silent:
        state.push("phonemes", "", 0).content = state.src[state.pos : close + 2]
    state.pos = close + 2
    return True


def _math_rule(state: StateInline, silent: bool) -> bool:
    """`$...$` and `\\(...\\)`; a `$` that is money is not (pandoc's rule, and a sign of maths)."""
    src, start = state.src, state.pos
    if src.startswith(("\\(", "\\["), start):
        closer = "\\)" if src[start + 1] == "(" else "\\]"
        close = src.find(closer, start + 2, state.posMax)
        content, end = src[start + 2 : close], close + 2
        if close < 0:
            return False
    elif src[start] == "$":
        marker = "$$" if src.startswith("$$", start) else "$"
        begin = start + len(marker)
        close = src.find(marker, begin, state.posMax)
        content, end = src[begin:close], close + len(marker)
        if close <= begin or content[0].isspace() or content[-1].isspace():
            return False
        if src[end : end + 1].isdigit() or not _MATH_SIGN.search(content):
            return False
    else:
        return False
    if not silent:
        state.push("formula", "", 0).content = content
    state.pos = end
    return True


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    # Left apart, a `**` that closes in a later piece can be told from an asterisk.
    markdown.inline.ruler2.disable("fragments_join")
    markdown.inline.ruler.before("escape", "formula", _math_rule)
    markdown.inline.ruler.before("link", "phonemes", _phonemes_rule)
    return markdown


def _render(children: Sequence[Token], link_to: str) -> str:
    """The words of inline tokens, one string."""
    said: list[str] = []
    link: tuple[str, int] | None = None
    for index, token in enumerate(children):
        if token.type == "text":
            said.append(_without_delimiters(children, index))
        elif token.type in ("text_special", "code_inline", "phonemes"):
            said.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            said.append(" ")
        elif token.type == "formula":
            said.append(_say_formula(token.content))
        elif token.type == "image":
            said.append(_render(token.children or [], link_to) or token.content)
        elif token.type == "link_open":
            link = (str(token.attrGet("href") or ""), len(said))
        elif token.type == "link_close" and link is not None:
            text = "".join(said[link[1] :]).strip()
            if link[0].startswith("mailto:") and "@" in text:
                said[link[1] :] = [text]
            elif re.match(r"[a-z]+://|www\.", text, re.I):
                said[link[1] :] = [link_to.format(_host(text))]
            link = None
    return "".join(said)


def _without_delimiters(children: Sequence[Token], index: int) -> str:
    """A text token; nothing if it is half a pair of `**` whose other half is in another piece."""
    content = children[index].content
    if not content or content.strip("*_~"):
        return content
    before = children[index - 1].content[-1:] if index else ""
    after = children[index + 1].content[:1] if index + 1 < len(children) else ""
    if (not before or before.isspace()) and (not after or after.isspace()):
        return content if before or after else ""
    return content if content[0] == "_" and before.isalnum() and after.isalnum() else ""


def _inline(source: str, link_to: str) -> str:
    """What a piece of running text says."""
    source = _CHECKBOX.sub("", source)
    if _MARKUP.search(source):
        source = _CITATION.sub("", _REFERENCE.sub(r"\1", source))
        source = _DIGIT_STAR.sub("×", source)
        tokens: list[Token] = []
        markdown = _markdown()
        markdown.inline.parse(source, markdown, {}, tokens)
        source = _render(tokens, link_to)
    if "[[" not in source:
        return _tidy(source, link_to)
    parts = _PHONEMES.split(source)
    return "".join(part if i % 2 else _tidy(part, link_to) for i, part in enumerate(parts))


def _tidy(text: str, link_to: str) -> str:
    text = _URL.sub(lambda found: _say_url(found, link_to), text)
    if not text.isascii():
        text = _EMOJI.sub(_say_emoji, text)
    text = _SHORTCODE.sub("", text)
    text = _EMOTICON.sub("", text)
    return _SPACES.sub(" ", text)


# --- stage 2: lines and pieces ---------------------------------------------------------------

_PREFIX = re.compile(r"(?:[ \t]*>)*[ \t]*")
_INDENT = re.compile(r"[ \t]*")
_BULLET = re.compile(r"(?:[-+*•‣◦●▪○■–]|\d{1,9}[.)])(?=[ \t]|\Z)")
_ORDERED = re.compile(r"(\d{1,9})[.)](?=[ \t]|\Z)")
_MAYBE_ORDERED = re.compile(r"\d{1,9}[.)]?\Z")
_RULE = re.compile(r"(?:([-*_])[ \t]*)(?:\1[ \t]*){2,}\Z|=+[ \t]*\Z|-+[ \t]*\Z")
_RULE_CHARS = re.compile(r"[-*_=+ \t]*\Z")
_DEFINITION = re.compile(
    r"\[[^\]]+\]:\s*(?:<[^>]*>|\S+)(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^)]*\)))?\s*\Z"
)
_DELIMITER_ROW = re.compile(r"[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*\Z")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9_-]*)[^<>\n]*>")
_SPECIAL = re.compile(r"<\|[^<>|\n]{0,40}\|>")
_HALF_TAG = re.compile(r"<[/|!]?[A-Za-z_]*\Z")
_STOP = re.compile(r"[\\`\[\]<\n \t。！？，、；：]")
_PAUSE = '.!?…:;,—–)]}"”’»*_~'
_WIDE_PAUSE = "。！？，、；："
_WIDE_CLOSERS = "”’」』）》】〉*_。！？…"
_NOT_HEADING = re.compile(r"[ \t]#+[ \t]*\Z")


class Speakable:
    """What `speakable` runs on: feed markdown, get what is to be said of it."""

    def __init__(self, language: str = "en") -> None:
        self._language = re.split(r"[-_]", language.lower(), maxsplit=1)[0]
        self._phrases = _PHRASES.get(self._language, _PHRASES["en"])
        self._cleaner = _Cleaner()
        self._said: list[str] = []
        self._tail = "\n"
        """The last characters that were said."""
        self._buffer = ""
        self._base = 0
        """Start in the buffer of what is not yet handled."""
        self._step = self._line
        self._final = False
        # Running text
        self._at = 0
        """Up to where running text was looked at."""
        self._code = 0
        """Length of the backticks that opened the code span we are in; 0 outside."""
        self._brackets = 0
        self._target = 0
        """Depth of parentheses in a link's target; 0 outside."""
        self._opened_at = 0
        self._fresh = -1
        """Where a paragraph began, as long as nothing of it was said."""
        # Lines
        self._block = ""
        """The block that the next line may continue: "paragraph", "item", "code" or none."""
        self._heading = False
        self._in_list = False
        self._after_blank = True
        self._soft_break = False
        """A line of running text ended, and nothing was said for its end yet."""
        self._carried = ""
        """Earlier lines of running text in which something is still open."""
        self._fence = ""
        self._hidden_end: re.Pattern[str] = re.compile("")
        self._table = ""
        """Header and delimiter row, as they were written."""
        self._headers: list[str] = []
        self._n_rows = 0

    def feed(self, text: str) -> str:
        """What can be said after `text` has arrived too; may be empty."""
        self._buffer += self._cleaner.feed(text)
        return self._run()

    def finish(self) -> str:
        """The rest, once nothing more will come."""
        self._final = True
        said = self._run()
        self.__init__(self._language)
        return said

    def _run(self) -> str:
        while (self._base < len(self._buffer) or self._final) and self._step():
            pass
        if self._final:
            self._end_block()
        self._buffer = self._buffer[self._base :]
        self._at -= self._base
        self._opened_at -= self._base
        self._fresh -= self._base
        self._base = 0
        said = "".join(self._said)
        self._said = []
        return said

    # Saying

    def _say(self, text: str) -> None:
        if self._tail[-1].isspace():
            text = text.lstrip(" \n")
        if text:
            self._said.append(text)
            self._tail = (self._tail + text)[-80:]

    def _end_sentence(self) -> None:
        if self._tail[-1] != "\n":
            self._said.append("\n")
            self._tail = "\n"

    def _say_phrase(self, phrase: str) -> None:
        self._end_sentence()
        self._say(phrase)
        self._end_sentence()

    def _end_block(self) -> None:
        """A line follows that does not continue the running text."""
        if self._carried:
            self._say_piece("")
        if self._block in ("paragraph", "item"):
            self._end_sentence()
        self._block = ""
        self._soft_break = False

    # Lines: each step handles something and returns True, or waits for more and returns False.

    def _take_line(self) -> tuple[str, bool]:
        """The line at hand, as far as it has arrived, and whether that is all of it."""
        return self._line_at(self._base)

    def _line_at(self, start: int) -> tuple[str, bool]:
        end = self._buffer.find("\n", start, start + LINE_HEAD_CHARS)
        if end >= 0:
            return self._buffer[start:end], True
        line = self._buffer[start : start + LINE_HEAD_CHARS]
        return line, self._final and len(line) < LINE_HEAD_CHARS

    def _skip(self, line: str) -> None:
        """Done with a complete line."""
        self._base += len(line)
        if self._buffer.startswith("\n", self._base):
            self._base += 1

    def _line(self) -> bool:
        if self._base >= len(self._buffer):
            return False
        line, complete = self._take_line()
        whole = complete or len(line) >= LINE_HEAD_CHARS
        prefix = _PREFIX.match(line)[0]  # type: ignore[index]
        rest = line[len(prefix) :]
        if not rest:
            if not whole:
                return False
            return self._blank(line)
        if self._is_indented_code(prefix):
            return self._indented_code(line, complete=complete, whole=whole)
        kind = self._kind(rest, whole=whole)
        if kind == "wait":
            return False
        if kind == "table":
            return self._maybe_table(line, complete=complete, whole=whole, prefix=prefix)
        return self._start(kind, line, prefix, rest)

    def _is_indented_code(self, prefix: str) -> bool:
        if ">" in prefix or self._in_list or len(prefix.expandtabs(4)) < 4:
            return False
        return self._block == "code" or self._after_blank

    def _indented_code(self, line: str, *, complete: bool, whole: bool) -> bool:
        if not whole:
            return False
        if self._block != "code":
            self._end_block()
            self._say_phrase(self._phrases.code)
            self._block = "code"
        if complete:
            self._skip(line)
        else:
            self._step = self._rest_of_line
        return True

    def _blank(self, line: str) -> bool:
        if self._block != "code":
            self._end_block()
        self._after_blank = True
        self._skip(line)
        return True

    def _kind(self, rest: str, *, whole: bool) -> str:
        """What a line without its indentation and quote marks is, or "wait"."""
        first = rest[0]
        if first in "`~":
            run = len(rest) - len(rest.lstrip(first))
            if run == len(rest) and run < 3 and not whole:
                return "wait"
            if run < 3 or (first == "`" and "`" in rest[run:]):
                return "text"
            return "fence" if whole else "wait"
        if first == "#":
            run = len(rest) - len(rest.lstrip("#"))
            if run == len(rest) and not whole:
                return "wait"
            return "heading" if run <= 6 and rest[run : run + 1] in ("", " ", "\t") else "text"
        if first == "|":
            return "table"
        if first == "[":
            return self._kind_of_bracket(rest, whole=whole)
        if rest.startswith(("$$", "\\[")):
            return "formula"
        if rest in ("$", "\\") and not whole:
            return "wait"
        if first in "-*_=+" and _RULE_CHARS.match(rest):
            if not whole:
                return "wait"
            if _RULE.match(rest):
                return "rule"
        if _MAYBE_ORDERED.match(rest) and not whole:
            return "wait"
        if first in "•‣◦●▪○■–" and len(rest) == 1 and not whole:
            return "wait"
        if _BULLET.match(rest):
            ordered = _ORDERED.match(rest)
            if ordered and self._block == "paragraph" and ordered[1] != "1":
                return "text"  # "...in\n1986. It was": only 1 may interrupt a paragraph
            return "item"
        return "text"

    def _kind_of_bracket(self, rest: str, *, whole: bool) -> str:
        if self._block == "paragraph" or rest.startswith("[["):
            return "text"
        close = rest.find("]")
        if close < 0:
            return "text" if whole or len(rest) > OPEN_CHARS else "wait"
        if close + 1 >= len(rest):
            return "text" if whole else "wait"
        if rest[close + 1] != ":":
            return "text"
        if not whole:
            return "wait"
        return "definition" if rest[1] == "^" or _DEFINITION.match(rest) else "text"

    def _start(self, kind: str, line: str, prefix: str, rest: str) -> bool:
        """Begin what a line turned out to be."""
        continues = kind == "text" and self._block in ("paragraph", "item")
        if not continues:
            self._end_block()
        if kind == "text" and self._after_blank and not prefix.strip(" \t>") and len(prefix) < 2:
            self._in_list = False
        self._after_blank = False
        self._heading = False
        if kind == "fence":
            self._fence = rest[: len(rest) - len(rest.lstrip(rest[0]))]
            self._say_phrase(self._phrases.code)
            self._step = self._in_fence
            self._skip(line)
            return True
        if kind in ("rule", "definition"):
            self._skip(line)
            return True
        if kind == "formula":
            self._say_phrase(self._phrases.formula)
            self._base += len(prefix) + 2
            self._hidden_end = re.compile(r"\$\$" if rest[0] == "$" else r"\\\]")
            self._step = self._hidden
            return True
        skipped = len(prefix)
        if kind == "heading":
            self._heading = True
            self._block = "paragraph"
            skipped += len(rest) - len(rest.lstrip("#"))
        elif kind == "item":
            self._block = "item"
            self._in_list = True
            if not _ORDERED.match(rest):
                skipped += 1
            else:
                # The number is said; it must not be taken for a list again.
                self._base += skipped
                return self._begin_text()
        elif not continues:
            self._block = "paragraph"
            self._fresh = self._base + skipped
        self._base += skipped
        if kind == "item":
            return self._nested(line[skipped:])
        return self._begin_text()

    def _nested(self, rest: str) -> bool:
        """What follows a bullet may be another bullet, a heading, a fence: a line of its own."""
        self._block = "item"
        if self._buffer.startswith("\n", self._base) or not rest.strip():
            return self._begin_text()
        self._step = self._after_bullet
        return True

    def _after_bullet(self) -> bool:
        line, complete = self._take_line()
        whole = complete or len(line) >= LINE_HEAD_CHARS
        prefix = _INDENT.match(line)[0]  # type: ignore[index]
        rest = line[len(prefix) :]
        if not rest:
            if not whole:
                return False
            return self._begin_text()
        kind = self._kind(rest, whole=whole)
        if kind == "wait":
            return False
        if kind in ("fence", "heading", "formula"):
            return self._start(kind, line, prefix, rest)
        if kind == "item" and not _ORDERED.match(rest):
            self._base += len(prefix) + 1
            return True
        return self._begin_text()

    def _rest_of_line(self) -> bool:
        """Drop a line that is too long to be held."""
        end = self._buffer.find("\n", self._base)
        if end < 0:
            self._base = len(self._buffer)
            return False
        self._base = end + 1
        self._step = self._line
        return True

    def _in_fence(self) -> bool:
        if self._base >= len(self._buffer):
            return False
        line, complete = self._take_line()
        if not complete:
            if len(line) < LINE_HEAD_CHARS:
                return False
            end = self._buffer.find("\n", self._base)
            self._base = end if end >= 0 else len(self._buffer)
            return end >= 0
        self._skip(line)
        body = line.lstrip(" \t>").rstrip()
        if body.startswith(self._fence) and not body.strip(self._fence[0]):
            self._step = self._line
            self._after_blank = False
        return True

    def _hidden(self) -> bool:
        """Drop everything up to the end of a hidden element."""
        found = self._hidden_end.search(self._buffer, self._base)
        if found is None:
            # Keep what may be the beginning of the end.
            self._base = max(
                self._base, len(self._buffer) if self._final else len(self._buffer) - 24
            )
            return False
        self._base = found.end()
        if self._block and not self._after_blank and self._tail[-1] != "\n":
            return self._begin_text()
        self._step = self._line
        return True

    # Tables

    def _maybe_table(self, line: str, *, complete: bool, whole: bool, prefix: str) -> bool:
        """A line that begins with a bar: a table's header, or text."""
        if not whole:
            return False
        begins = self._table_begins(self._base + len(line)) if complete else False
        if begins is None:
            return False
        return begins or self._start("text", line, prefix, line[len(prefix) :])

    def _table_begins(self, end: int) -> bool | None:
        """Begin a table if the line up to `end` is its header: the next one decides. None: wait."""
        second, complete = self._line_at(end + 1)
        if not complete and not second.strip("|:- \t>") and len(second) < LINE_HEAD_CHARS:
            return None
        if not _DELIMITER_ROW.match(second) or "-" not in second:
            return False
        header, delimiter = self._buffer[self._base : end].strip(" \t>"), second.strip(" \t>")
        headers = self._cells(f"{header}\n{delimiter}\n", "th_open")
        if not headers:
            return False
        self._end_block()
        self._after_blank = False
        self._base = end + 1
        self._skip(second)
        self._table = f"{header}\n{delimiter}\n"
        self._headers = headers
        self._n_rows = 0
        if len(headers) > MAX_TABLE_COLUMNS:
            self._say_phrase(self._phrases.table)
        self._step = self._row
        return True

    def _cells(self, source: str, kind: str) -> list[str]:
        """What the cells of a table say; kind is "th_open" or "td_open"."""
        tokens = _markdown().parse(source)
        if not tokens or tokens[0].type != "table_open":
            return []
        link_to = self._phrases.link_to
        return [
            _tidy(_render(inline.children or [], link_to), link_to).strip()
            for cell, inline in zip(tokens, tokens[1:], strict=False)
            if cell.type == kind
        ]

    def _row(self) -> bool:
        if self._base >= len(self._buffer):
            return False
        line, complete = self._take_line()
        if not complete and len(line) < LINE_HEAD_CHARS:
            return False
        row = line.strip(" \t>")
        if not complete or "|" not in row:
            self._step = self._line
            return True
        self._skip(line)
        self._n_rows += 1
        if len(self._headers) > MAX_TABLE_COLUMNS or self._n_rows > MAX_TABLE_ROWS + 1:
            return True
        if self._n_rows > MAX_TABLE_ROWS:
            self._say_phrase(self._phrases.more_rows)
            return True
        self._say_phrase(self._say_row(self._cells(self._table + row + "\n", "td_open")))
        return True

    def _say_row(self, cells: list[str]) -> str:
        """A row as a sentence: "Anna: age 30, city Berlin."."""
        wide = self._phrases.code.endswith("。")
        stop, comma, colon = ("。", "，", "：") if wide else (".", ", ", ": ")
        first, others = (cells[0], cells[1:]) if cells else ("", [])
        if len(others) == 1:
            told = others[0]
        else:
            named = zip(self._headers[1:], others, strict=False)
            told = comma.join(f"{name} {cell}".strip() for name, cell in named if cell)
        text = colon.join(part for part in (first, told) if part)
        if not text:
            return ""
        return text if text[-1] in ".!?。！？" else text + stop

    # Running text

    def _begin_text(self) -> bool:
        self._step = self._text
        self._at = max(self._base, 0)
        if not self._carried:
            self._code = self._brackets = self._target = 0
        if self._soft_break:
            if not self._carried:
                self._say(" ")
            self._soft_break = False
        return True

    @property
    def _is_open(self) -> bool:
        return bool(self._code or self._brackets or self._target)

    def _close_all(self) -> None:
        self._code = self._brackets = self._target = 0

    def _text(self) -> bool:
        """Look on from `_at` for a place to cut, and say what is before it."""
        buffer = self._buffer
        while True:
            found = _STOP.search(buffer, self._at)
            here = found.start() if found else len(buffer)
            if self._is_open and here - self._opened_at > OPEN_CHARS:
                self._close_all()
            if here - self._base > MAX_PIECE_CHARS:
                self._close_all()
                self._hand_on(self._base + MAX_PIECE_CHARS)
                return True
            if found is None:
                self._at = here
                if not self._final:
                    return False
                self._hand_on(here)
                self._step = self._line
                return False
            self._at = here
            char = buffer[here]
            if char == "\n":
                if self._base == self._fresh and "|" in buffer[self._base : here]:
                    begins = self._table_begins(here)
                    if begins is None:
                        return False
                    if begins:
                        return True
                self._newline(here)
                return True
            if here + 1 >= len(buffer) and not self._final and char not in " \t":
                return False
            handled = self._mark(char, here)
            if handled is not None:
                return handled

    def _mark(self, char: str, here: int) -> bool | None:
        """Handle one character that may matter. None: go on; else what the step returns."""
        buffer = self._buffer
        self._at = here + 1
        if self._code and char != "`":
            return None
        if char in " \t":
            if self._may_cut(here):
                self._hand_on(here + 1)
                return True
        elif char in _WIDE_PAUSE:
            if not self._is_open and buffer[here + 1 : here + 2] not in tuple(_WIDE_CLOSERS):
                self._hand_on(here + 1)
                return True
        elif char == "\\":
            if buffer[here + 1 : here + 2] != "\n":
                self._at = here + 2
        elif char == "`":
            end = here
            while end < len(buffer) and buffer[end] == "`":
                end += 1
            if end == len(buffer) and not self._final and end - here < OPEN_CHARS:
                self._at = here
                return False
            self._at = end
            if not self._code:
                if not self._is_open:
                    self._opened_at = here
                self._code = end - here
            elif self._code == end - here:
                self._code = 0
        elif char == "[":
            if not self._is_open:
                self._opened_at = here
            self._brackets += 1
        elif char == "]":
            if self._brackets:
                self._brackets -= 1
                if buffer.startswith("(", here + 1):
                    self._target = 1
                    return self._skip_target(here + 2)
        elif char == "<":
            return self._tag(here)
        return None

    def _skip_target(self, start: int) -> bool | None:
        """Find the parenthesis that closes a link's target."""
        depth = 1
        limit = start + OPEN_CHARS
        for index in range(start, min(limit, len(self._buffer))):
            char = self._buffer[index]
            if char == "\n":
                break
            depth += (char == "(") - (char == ")")
            if depth == 0:
                self._at = index + 1
                self._target = 0
                return None
        else:
            if len(self._buffer) < limit and not self._final:
                self._at = start - 2
                self._brackets += 1
                self._target = 0
                return False
        self._target = 0
        self._at = start
        return None

    def _tag(self, here: int) -> bool | None:
        """Handle a "<": a tag, a comment, a hidden element, or just less-than."""
        buffer = self._buffer
        if (
            buffer[here + 1 : here + 2] not in tuple("/!|")
            and not buffer[here + 1 : here + 2].isalpha()
        ):
            return None
        if (
            "<!--".startswith(buffer[here : here + 4])
            and len(buffer) - here < 4
            and not self._final
        ):
            self._at = here
            return False
        if buffer.startswith("<!--", here):
            return self._hide(here, here + 4, r"-->")
        end = here + 1
        limit = here + OPEN_CHARS
        while end < min(len(buffer), limit) and buffer[end] not in "<>\n":
            end += 1
        if end == len(buffer) and end < limit:
            if not self._final:
                self._at = here
                return False
            if _HALF_TAG.match(buffer, here):
                self._hand_on(here)
                self._base = self._at = end
                return True
            return None
        special = _SPECIAL.match(buffer, here)
        if special:
            self._hand_on(here)
            self._base = self._at = special.end()
            return True
        tag = _TAG.match(buffer, here)
        if not tag:
            return None
        name = tag[2].lower()
        if name in HIDDEN_TAGS and not self._brackets:
            if tag[1]:
                self._hand_on(here)
                self._base = self._at = tag.end()
                return True
            return self._hide(here, tag.end(), rf"</\s*{name}\s*>")
        if name in _BREAKING_TAGS:
            self._close_all()
            self._hand_on(here)
            self._end_sentence()
            self._base = self._at = tag.end()
            return True
        self._at = tag.end()
        return None

    def _hide(self, here: int, begin: int, end: str) -> bool:
        self._close_all()
        self._hand_on(here)
        self._base = begin
        self._hidden_end = re.compile(end, re.IGNORECASE)
        self._step = self._hidden
        return True

    def _may_cut(self, here: int) -> bool:
        """Is the space at `here` a place to cut?"""
        if self._is_open or here == self._base:
            return False
        if here - self._base >= LONG_PIECE_CHARS:
            return True
        return self._buffer[here - 1] in _PAUSE

    def _hand_on(self, end: int) -> None:
        """Say the running text up to `end`."""
        source = self._buffer[self._base : end]
        self._base = self._at = end
        self._say_piece(source)

    def _say_piece(self, source: str) -> None:
        source = self._carried + source
        self._carried = ""
        if self._heading:
            source = _NOT_HEADING.sub("", source)
        self._say(_inline(source, self._phrases.link_to))

    def _newline(self, here: int) -> None:
        """Running text came to the end of its line."""
        line = self._buffer[self._base : here]
        self._step = self._line
        self._base = self._at = here + 1
        self._after_blank = False
        if self._heading:
            self._close_all()
            self._say_piece(line)
            self._end_sentence()
            self._heading = False
            self._block = ""
            return
        if self._is_open and len(self._carried) + len(line) < MAX_PIECE_CHARS:
            self._carried += line + " "
            self._soft_break = True
            return
        hard = line.endswith(("  ", "\\"))
        self._say_piece(line.removesuffix("\\").rstrip(" "))
        if hard or ends_sentence(self._tail.rpartition("\n")[2], self._language):
            self._end_sentence()
        else:
            self._soft_break = True


def speakable_text(text: str, language: str = "en") -> str:
    """What is to be said of a whole markdown text; the same as `speakable` gives piece by piece."""
    speaker = Speakable(language)
    return (speaker.feed(text) + speaker.finish()).strip()


async def speakable(deltas: AsyncIterator[str], language: str = "en") -> AsyncGenerator[str]:
    """Yield what is to be said of markdown that arrives in deltas: plain text, once it is sure.

    `language` is a code like "en" or "de-AT". Closes `deltas` when closed.
    """
    speaker = Speakable(language)
    async with closing(deltas) as source:
        async for delta in source:
            if said := speaker.feed(delta):
                yield said
    if said := speaker.finish():
        yield said
