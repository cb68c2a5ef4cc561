"""Addresses: e-mail, the web, paths and the names of files."""

from __future__ import annotations

import re

from voicecli.text.aloud.subject import Subject

_TOP_LEVEL = (
    "com|org|net|io|ai|dev|app|edu|gov|info|biz|uk|de|fr|es|eu|ch|nl|jp|ca|au|cn|ru|pl|at|tv|me|xyz"
)


class Addresses(Subject):
    """Rules: email, url, domain, path, dotted (file names)."""

    def email_pattern(self) -> str:
        return r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"

    def say_email(self, found: re.Match[str]) -> str:
        return self.say_address(found[0])

    def url_pattern(self) -> str:
        return r"\b(?:https?|ftp)://[^\s<>\"]+[^\s<>\".,;:!?)']|\bwww\.[^\s<>\"]+[^\s<>\".,;:!?)']"

    def say_url(self, found: re.Match[str]) -> str:
        address = re.sub(r"\A[a-z]+://", "", found[0])
        return self.say_address(re.split(r"[?#]", address.removeprefix("www."))[0].rstrip("/"))

    def domain_pattern(self) -> str:
        return (
            rf"(?<![\w@./-])(?:[A-Za-z0-9][\w-]*\.)+(?:{_TOP_LEVEL})(?:/[\w/.%~-]*[\w/])?(?![\w@-])"
            r"(?!\.\w)"
        )

    def say_domain(self, found: re.Match[str]) -> str | None:
        return self.say_address(found[0].rstrip("/"))

    def path_pattern(self) -> str:
        """ "/etc/hosts", "~/bin", "src/main.py"."""
        return (
            r"(?<![\w./~%€$£)°²³])(?:~|\.{1,2})?(?:/[A-Za-z_.][\w.@+-]*(?<![.+-]))+/?(?!\w)"
            r"|(?<![\w./-])(?:[\w.-]+/)+[\w-]{2,}(?:\.[\w-]+)*\.[a-z]\w{0,4}(?![\w/])"
        )

    def say_path(self, found: re.Match[str]) -> str:
        return self.say_address(found[0].rstrip("/"))

    def dotted_pattern(self) -> str:
        """File names and the like: "main.py", "Node.js"; not "end.Next"."""
        return r"(?<![\w./@])[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+(?![\w@])"

    def say_dotted(self, found: re.Match[str]) -> str | None:
        parts = found[0].split(".")
        if all(len(part) == 1 for part in parts):
            return None
        if (
            len(parts) == 2
            and parts[1][0].isupper()
            and parts[0][-1].islower()
            and len(parts[1]) > 2
        ):
            return f"{parts[0]}. {parts[1]}"
        return f" {self.tables.dot} ".join(self.say_name(part) or part for part in parts)

    def say_address(self, address: str) -> str:
        tables = self.tables
        names = {
            ".": tables.dot, "@": tables.at, "-": tables.dash, "_": tables.underscore,
            "/": tables.slash, "+": tables.operators.get("+", "plus"), "~": tables.tilde,
        }  # fmt: skip
        parts = re.split(r"([.@\-_/+:~%=&])", address)
        said = [
            names.get(part, "") if i % 2 else self.say_name(part) for i, part in enumerate(parts)
        ]
        return " ".join(word for word in said if word)

    def say_name(self, name: str) -> str:
        """A part of an address or a file name: "js" is spelled, "v2" is "v two"."""
        said: list[str] = []
        for run in re.findall(r"\d+|[^\W\d_]+", name):
            if run[0].isdecimal():
                said.append(self.number(run) if len(run) < 4 else self.spell_digits(run))
            elif len(run) <= 4 and run.isascii() and not re.search(r"[aeiouyAEIOUY]", run):
                said.append("-".join(run.upper()) if len(run) > 1 else run)
            else:
                said.append(run)
        return " ".join(said)
