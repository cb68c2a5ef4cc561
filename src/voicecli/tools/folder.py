"""Reading one folder that the user named; nothing outside of it, and no link that leads out."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from voicecli.errors import SettingsError, reason
from voicecli.text.files import TextDecoder
from voicecli.tools.tool import Arguments, Tool, ToolError, schema, text_in

MAX_READ_BYTES = 64_000
"""Of a file at once."""
MAX_LISTED = 200
MAX_SEARCHED = 2000
"""Files that one search looks into."""


class Folder:
    """What may be read. Hidden files are left out: they are settings and keys, not documents."""

    def __init__(self, path: Path) -> None:
        """Raises SettingsError where it is no folder."""
        try:
            self._root = path.expanduser().resolve(strict=True)
        except (OSError, RuntimeError) as error:
            raise SettingsError(
                f"the folder for tools, {path}, can't be read: {reason(error)}",
                "tools.folder or --tools-folder names a folder",
            ) from error
        if not self._root.is_dir():
            raise SettingsError(f"{path} is no folder", "tools.folder names a folder")

    def list(self, path: str) -> str:
        folder = self._inside(path)
        if not folder.is_dir():
            raise ToolError(f"{path} is no folder; read_file reads a file")
        names = sorted(self._names(folder))
        shown = names[:MAX_LISTED]
        more = [f"and {len(names) - len(shown)} more"] if len(names) > len(shown) else []
        return "\n".join([*shown, *more]) or "(empty)"

    def read(self, path: str, offset: int) -> str:
        file = self._inside(path)
        if file.is_dir():
            raise ToolError(f"{path or '.'} is a folder; list_files lists it")
        text, more = self._text(file, max(0, offset))
        if more:
            text += f"\n(there is more: read_file with offset {max(0, offset) + MAX_READ_BYTES})"
        return text

    def search(self, words: str) -> str:
        """Lines with the words, whatever their capitals."""
        if not (wanted := words.strip().lower()):
            raise ToolError("text must not be empty")
        found: list[str] = []
        for n_files, file in enumerate(self._files(self._root)):
            if n_files >= MAX_SEARCHED or len(found) >= MAX_LISTED:
                break
            name = file.relative_to(self._root).as_posix()
            if wanted in name.lower():
                found.append(name)
            try:
                text, _ = self._text(file, 0)
            except ToolError:
                continue
            lines = (line.strip()[:200] for line in text.splitlines() if wanted in line.lower())
            found += [f"{name}: {line}" for line, _ in zip(lines, range(3), strict=False)]
        return "\n".join(found[:MAX_LISTED]) or f"nothing in the folder has {words!r}"

    def _inside(self, path: str) -> Path:
        """What the path leads to, all links followed; raises ToolError where that is outside."""
        try:
            found = (self._root / path.strip()).resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            raise ToolError(f"there is no {path!r} in the folder") from None
        parts = found.relative_to(self._root).parts if found.is_relative_to(self._root) else ("..",)
        if any(part.startswith(".") for part in parts):
            raise ToolError(f"there is no {path!r} in the folder")
        return found

    def _names(self, folder: Path) -> Iterator[str]:
        """Of what may be read; folders with a slash behind them."""
        for entry in os.scandir(folder):
            try:
                self._inside(str(Path(entry.path).relative_to(self._root)))
            except ToolError:
                continue
            yield f"{entry.name}/" if entry.is_dir() else entry.name

    def _files(self, folder: Path) -> Iterator[Path]:
        for name in sorted(self._names(folder)):
            path = folder / name
            if not name.endswith("/"):
                yield path
            elif not path.is_symlink():
                yield from self._files(path)

    def _text(self, file: Path, offset: int) -> tuple[str, bool]:
        """A piece of a file, and whether there is more."""
        try:
            # Not to wait for who writes into a pipe.
            with open(os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as opened:
                if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                    raise ToolError(f"{file.name} is no file with text")
                opened.seek(offset)
                data = opened.read(MAX_READ_BYTES + 1)
        except OSError as error:
            raise ToolError(f"{file.name} can't be read: {reason(error)}") from None
        if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise ToolError(f"{file.name} is no text")
        return TextDecoder().decode(data[:MAX_READ_BYTES], final=True), len(data) > MAX_READ_BYTES


def folder_tools(path: Path) -> list[Tool]:
    """Raises SettingsError."""
    folder = Folder(path)

    async def list_files(arguments: Arguments) -> str:
        return await asyncio.to_thread(folder.list, text_in(arguments, "path", ""))

    async def read_file(arguments: Arguments) -> str:
        offset = arguments.get("offset") or 0
        if not isinstance(offset, int):
            raise ToolError("offset must be a whole number")
        return await asyncio.to_thread(folder.read, text_in(arguments, "path"), offset)

    async def search_files(arguments: Arguments) -> str:
        return await asyncio.to_thread(folder.search, text_in(arguments, "text"))

    name = path.expanduser().resolve().name
    where = {"type": "string", "description": "Within the folder; leave out for the folder itself."}
    return [
        Tool("list_files", f"Lists the user's folder {name}.", schema(path=where), list_files),
        Tool(
            "read_file",
            f"Reads a text file in the user's folder {name}.",
            schema(
                "path",
                path={"type": "string", "description": "Within the folder."},
                offset={"type": "integer", "description": "In bytes; where to go on reading."},
            ),
            read_file,
        ),
        Tool(
            "search_files",
            f"Finds files in the user's folder {name} by words in their names or text.",
            schema("text", text={"type": "string"}),
            search_files,
        ),
    ]
