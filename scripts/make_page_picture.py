"""Take the picture of the page that README shows: docs/page.png. Needs Chromium.

.venv/bin/python scripts/make_page_picture.py
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "server")]

import test_page as page  # noqa: E402

from browser import RATE_HZ, recording  # noqa: E402
from serving import spoken_pcm  # noqa: E402

SIZE = {"width": 1200, "height": 790}


async def take(folder: Path, questions: list[Path]) -> None:
    async with page.visiting(folder) as visitor:
        await visitor.page.set_viewport_size(SIZE)
        await visitor.click("start")
        await visitor.until("state", "listening")
        await visitor.say(questions[0])
        await visitor.line(0, "assistant", "nineteen")
        await visitor.until("state", "listening")
        await visitor.type(page.JOKE)
        await visitor.until("state", "speaking")
        await asyncio.sleep(0.8)
        await visitor.say(questions[1])
        await visitor.line(2, "user", "time")
        await visitor.until("state", "speaking")
        await asyncio.sleep(0.5)
        await visitor.page.evaluate("document.activeElement.blur()")
        await visitor.page.screenshot(path=ROOT / "docs" / "page.png")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asked = (page.SUM, page.CLOCK)
        questions = [
            recording(folder / f"{n}.wav", [0.1, spoken_pcm(text, RATE_HZ)])
            for n, text in enumerate(asked)
        ]
        asyncio.run(take(folder, questions))


if __name__ == "__main__":
    main()
