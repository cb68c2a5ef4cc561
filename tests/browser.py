"""Chromium without a screen, and with a recording in place of its microphone."""

from __future__ import annotations

import shutil
import wave
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page

RATE_HZ = 48_000

ARGUMENTS = """
--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync --use-fake-ui-for-media-stream
--use-fake-device-for-media-stream --autoplay-policy=no-user-gesture-required
""".split()


def chromium() -> str:
    """Its path; skips the test where it is missing."""
    pytest.importorskip("playwright", reason="playwright is not installed")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    return path


def recording(path: Path, pieces: Sequence[bytes | float]) -> Path:
    """A WAV file of 16-bit PCM at RATE_HZ; a number is so many seconds of silence."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        for piece in pieces:
            silent = bytes(2 * int(piece * RATE_HZ)) if isinstance(piece, int | float) else piece
            file.writeframes(silent)
    return path


@asynccontextmanager
async def browser(
    profile: Path, microphone: Path | None = None, **how: Any
) -> AsyncIterator[BrowserContext]:
    """microphone: is played once, from the moment on that a page asks for the microphone."""
    from playwright.async_api import async_playwright

    fake = [f"--use-file-for-fake-audio-capture={microphone}%noloop"] if microphone else []
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            str(profile),
            executable_path=chromium(),
            headless=True,
            args=[*ARGUMENTS, *fake],
            **how,
        )
        try:
            yield context
        finally:
            await context.close()


class Complaints:
    """What went wrong on a page, and whom it asked."""

    def __init__(self, page: Page) -> None:
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(f"{message.type}: {message.text}")

    def foreign(self, host: str) -> list[str]:
        return [url for url in self.requests if f"//{host}" not in url and "blob:" not in url]
