"""The page, in Chromium, with a person in front of it who has a recording for a voice."""

from __future__ import annotations

import asyncio
import base64
import io
import re
import wave
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from browser import RATE_HZ, Complaints, browser, chromium, recording
from serving import Served, served, spoken_pcm
from voicecli.server.app import ServeOptions
from voicecli.server.sessions import Limits

pytestmark = [pytest.mark.slow, pytest.mark.call]

SUM, OTHER_SUM, CLOCK = "What is seven plus twelve?", "What is two times three?", "What time is it?"
JOKE = "Tell me a joke."

MICROPHONE_AT_HAND = """
    const context = new AudioContext();
    const destination = context.createMediaStreamDestination();
    navigator.mediaDevices.getUserMedia = async () => destination.stream;
    window.say = async (base64) => {
        await context.resume();
        const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
        const source = context.createBufferSource();
        source.buffer = await context.decodeAudioData(bytes.buffer);
        source.connect(destination);
        source.start();
    };
"""
"""In place of the fake device, whose file begins when it wants to."""


def run(scenario: Coroutine[Any, Any, None]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(110):
            await scenario

    chromium()
    asyncio.run(limited())


def content_of(path: Path) -> bytes:
    return path.read_bytes()


class Visitor:
    """Who looks at the page."""

    def __init__(self, page: Any, where: Served) -> None:
        self.page = page
        self.where = where
        self.complaints = Complaints(page)

    async def click(self, name: str) -> None:
        await self.page.get_by_test_id(name).click()

    async def type(self, text: str) -> None:
        await self.page.get_by_test_id("text").fill(text)
        await self.page.get_by_test_id("text").press("Enter")

    async def say(self, wav: Path) -> None:
        await self.page.evaluate("say", base64.b64encode(content_of(wav)).decode())

    async def until(self, name: str, text: str) -> None:
        """That element holds it."""
        place = self.page.get_by_test_id(name).filter(has_text=re.compile(text, re.IGNORECASE))
        await place.wait_for(state="attached", timeout=60_000)

    async def line(self, n: int, role: str, text: str, *, state: str = "done") -> Any:
        """The n-th line of a role, once it holds that."""
        lines = self.page.locator(f'[data-testid=transcript] > [data-role="{role}"]')
        line = lines.nth(n).and_(
            self.page.locator(f'[data-state="{state}"]', has_text=re.compile(text, re.IGNORECASE))
        )
        await line.wait_for(timeout=60_000)
        return line

    async def wav_of(self, line: Any) -> np.ndarray:
        async with self.page.expect_download() as download:
            await line.get_by_test_id("wav").click()
        path = await (await download.value).path()
        with wave.open(io.BytesIO(content_of(path))) as file:
            assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            assert len(samples) / file.getframerate() > 0.8
            return samples

    def is_content(self) -> None:
        """Nothing broke the page's own rules, and nobody else was asked for anything."""
        assert self.complaints.errors == []
        assert self.complaints.foreign(f"127.0.0.1:{self.where.port}") == []
        assert len(self.complaints.requests) > 5


@asynccontextmanager
async def visiting(
    folder: Path,
    microphone: Path | None = None,
    *,
    address: str = "/",
    options: ServeOptions = ServeOptions(),  # noqa: B008
) -> AsyncIterator[Visitor]:
    """microphone: None is one at hand, see Visitor.say."""
    async with served(options) as where, browser(folder / "profile", microphone) as context:
        page = context.pages[0]
        if microphone is None:
            await page.add_init_script(MICROPHONE_AT_HAND)
        visitor = Visitor(page, where)
        await page.goto(where.url + address)
        yield visitor


@pytest.mark.slow
@pytest.mark.parametrize("transport", ["WebRTC", "WebSocket"])
def test_a_spoken_conversation(tmp_path: Path, transport: str) -> None:
    asked = [spoken_pcm(text, RATE_HZ) for text in (SUM, OTHER_SUM, CLOCK)]
    microphone = recording(tmp_path / "person.wav", [1.5, asked[0], 5.0, asked[1], 5.0, asked[2]])

    async def scenario() -> None:
        address = "/?transport=websocket" if transport == "WebSocket" else "/"
        async with visiting(tmp_path, microphone, address=address) as visitor:
            await visitor.until("state", "idle")
            await visitor.click("start")
            await visitor.until("transport", transport)
            for n, (question, answer) in enumerate(
                ((SUM, "nineteen"), (OTHER_SUM, "six"), (CLOCK, "It is"))
            ):
                await visitor.line(n, "user", question[:-1])
                line = await visitor.line(n, "assistant", answer)
                assert np.abs(await visitor.wav_of(line)).max() > 2000
            await visitor.until("latency", r"\d\.\d\d s")
            assert await visitor.page.locator("#waterfall .row").count() == 4
            await visitor.until("network", r"Buffer\s*\d+ ms")
            await visitor.type("What is three times four?")
            await visitor.line(3, "assistant", "twelve")
            async with visitor.page.expect_download() as download:
                await visitor.click("markdown")
            text = content_of(await (await download.value).path()).decode()
            assert re.findall(r"\*\*(You|voicecli)\*\*", text) == ["You", "voicecli"] * 4
            await visitor.click("hangup")
            await visitor.until("state", "idle")
            visitor.is_content()

    run(scenario())


SEEN = """(() => {
  const { scrollHeight, scrollTop, clientHeight } = document.querySelector(".scroll");
  return [scrollHeight - clientHeight, scrollHeight - scrollTop - clientHeight];
})()"""
"""How much of the transcript is out of sight, and how much of that below."""


def test_what_was_not_heard_of_an_interrupted_reply_is_struck_out(tmp_path: Path) -> None:
    question = recording(tmp_path / "question.wav", [0.1, spoken_pcm(SUM, RATE_HZ), 0.1])

    async def scenario() -> None:
        async with visiting(tmp_path) as visitor:
            await visitor.click("start")
            await visitor.until("state", "listening")
            await visitor.type(JOKE)
            await visitor.until("state", "speaking")
            await visitor.say(question)
            joke = await visitor.line(0, "assistant", "joke")
            heard, unheard = joke.locator(".heard"), joke.locator("s.unheard")
            assert len(await heard.text_content()) > 3
            assert len(await unheard.text_content()) > 3
            await visitor.line(1, "user", "seven plus twelve")
            await visitor.line(1, "assistant", "nineteen")
            await visitor.page.set_viewport_size({"width": 320, "height": 650})  # a phone's
            for _ in range(100):
                seen = await visitor.page.evaluate(SEEN)
                if seen[1] < 2:
                    break
                await asyncio.sleep(0.05)
            assert seen[0] > 300  # not all of it has room
            assert seen[1] < 2  # and the newest is what is shown
            visitor.is_content()

    run(scenario())


def test_stop_mute_and_clear(tmp_path: Path) -> None:
    question = recording(tmp_path / "question.wav", [0.1, spoken_pcm(SUM, RATE_HZ), 0.1])

    async def scenario() -> None:
        async with visiting(tmp_path) as visitor:
            await visitor.type(JOKE)  # who types needs no microphone
            await visitor.until("state", "speaking")
            await visitor.page.keyboard.press("Escape")
            await (await visitor.line(0, "assistant", "joke")).locator("s.unheard").wait_for()
            await visitor.click("start")
            await visitor.until("mute", "mute")
            await visitor.click("mute")
            await visitor.until("state", "muted")
            await visitor.say(question)
            await asyncio.sleep(3)
            assert await visitor.page.locator('[data-role="user"]').count() == 1
            await visitor.click("mute")
            await visitor.say(question)
            await visitor.line(1, "assistant", "nineteen")
            await visitor.click("clear")
            assert await visitor.page.locator("[data-role]").count() == 0
            await visitor.type("What did I ask?")
            await visitor.line(0, "assistant", "")
            (call,) = visitor.where.server.calls.values()
            messages = call.talk.history.messages
            assert not any("seven" in message.content for message in messages)
            visitor.is_content()

    run(scenario())


def test_push_to_talk(tmp_path: Path) -> None:
    question = recording(tmp_path / "question.wav", [0.1, spoken_pcm(SUM, RATE_HZ), 0.3])

    async def scenario() -> None:
        async with visiting(tmp_path) as visitor:
            await visitor.page.locator("label.switch").click()
            await visitor.click("start")
            await visitor.until("state", "listening")
            await visitor.say(question)  # nobody holds
            await asyncio.sleep(3)
            assert await visitor.page.locator("[data-role]").count() == 0
            await visitor.page.get_by_test_id("hold").focus()
            await visitor.page.keyboard.down(" ")
            await visitor.until("state", "hearing you")
            await visitor.say(question)
            await asyncio.sleep(2.5)
            await visitor.page.keyboard.up(" ")
            await visitor.line(0, "user", "seven plus twelve")
            await visitor.line(0, "assistant", "nineteen")
            visitor.is_content()

    run(scenario())


@pytest.mark.parametrize(
    ("transport", "elsewhere"), [("WebRTC", False), ("WebSocket", False), ("WebSocket", True)]
)
def test_a_lost_connection_comes_back_with_the_conversation(
    tmp_path: Path, transport: str, elsewhere: bool
) -> None:
    """elsewhere: in a process that knows nothing of it."""

    async def scenario() -> None:
        address = "/?transport=websocket" if transport == "WebSocket" else "/"
        async with visiting(tmp_path, address=address) as visitor:
            await visitor.click("start")
            await visitor.until("transport", transport)
            await visitor.type("What is three times four?")
            await visitor.line(0, "assistant", "twelve")
            (session,) = visitor.where.server.sessions.active.values()
            assert session.close is not None
            await session.close(1001, "the server is going away")
            await visitor.until("state", "reconnecting")
            if elsewhere:
                visitor.where.server.sessions._parked.clear()
            await visitor.until("notice", "goes on")
            await visitor.until("state", "listening")
            await visitor.type("What is two times three?")
            await visitor.line(1, "assistant", "six")
            await visitor.click("hangup")
            await visitor.until("state", "idle")
            (parked,) = visitor.where.server.sessions._parked.values()
            messages = [message.content for message in parked.conversed.history.messages]
            assert len(messages) == 4
            assert "twelve" in messages[1]
            # What the browser must say of its own of a WebSocket that ends.
            visitor.complaints.errors = [
                error for error in visitor.complaints.errors if "WebSocket connection" not in error
            ]
            visitor.is_content()

    run(scenario())


@pytest.mark.parametrize("transport", ["WebRTC", "WebSocket"])
def test_a_session_that_ended_stays_ended_and_says_why(tmp_path: Path, transport: str) -> None:
    async def scenario() -> None:
        address = "/?transport=websocket" if transport == "WebSocket" else "/"
        options = ServeOptions(limits=Limits(idle_s=0.0))
        async with visiting(tmp_path, address=address, options=options) as visitor:
            await visitor.click("start")
            await visitor.until("notice", "nothing was said for long")
            await visitor.until("state", "idle")
            assert visitor.where.server.sessions.active == {}
            visitor.is_content()

    run(scenario())


def test_every_control_has_a_name(tmp_path: Path) -> None:
    nameless = """[...document.querySelectorAll("button, input, select, textarea")].filter((one) =>
      !one.ariaLabel && !one.labels?.length && !one.textContent.trim() && !one.title
    ).map((one) => one.outerHTML)"""

    async def scenario() -> None:
        async with visiting(tmp_path) as visitor:
            assert await visitor.page.evaluate(nameless) == []

    run(scenario())


def test_the_page_holds_no_place_for_foreign_content() -> None:
    async def scenario() -> None:
        async with served() as where, httpx.AsyncClient() as client:
            for path in ("/", "/page/app.js", "/page/style.css", "/page/config"):
                response = await client.get(where.url + path)
                assert response.status_code == 200
                assert "default-src 'self'" in response.headers["Content-Security-Policy"]
                assert "unsafe" not in response.headers["Content-Security-Policy"]
                assert response.headers["X-Content-Type-Options"] == "nosniff"
            for path in ("/page/nothing.js", "/page/__init__.py", "/page/..%2ftalk.py"):
                response = await client.get(where.url + path)
                assert (response.status_code, response.json()["error"]["code"]) == (
                    404,
                    "not_found",
                )
            index = (await client.get(where.url)).text
            assert not re.search(r"https?://|//[a-z]| style=| on[a-z]+=|<script>", index)

    asyncio.run(scenario())


def test_the_token_of_the_address_opens_the_page(tmp_path: Path) -> None:
    async def scenario() -> None:
        options = ServeOptions(token="secret")
        async with visiting(tmp_path, address="/?token=secret", options=options) as visitor:
            await visitor.until("state", "idle")
            assert "secret" not in visitor.page.url
            await visitor.type("What is three times four?")
            await visitor.line(0, "assistant", "twelve")
            visitor.is_content()

    run(scenario())
