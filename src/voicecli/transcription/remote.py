"""Windows -> segments, by a server, or by the next engine where one fails."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from voicecli.remote.failover import Order
from voicecli.stt.remote import RemoteRecognizer
from voicecli.transcription.placing import place, segments
from voicecli.transcription.recognition import HearsWindows, Recognized, SpokenLanguage
from voicecli.transcription.windows import Window

T = TypeVar("T")


@dataclass
class WindowServer:
    """One that is asked for every window."""

    recognizer: RemoteRecognizer
    prompt: str | None = None
    """Text that could have come before, and words to expect."""

    @property
    def name(self) -> str:
        return self.recognizer.name

    async def hear(self, window: Window, language: str | None) -> tuple[Recognized, str]:
        """What is said in it, and in which language."""
        heard = await self.recognizer.hear(
            window.samples, language, prompt=self.prompt, word_times=True
        )
        transcript = heard.transcript
        if transcript.is_silent:
            return Recognized(), transcript.language
        placed = place(heard.words, window) if heard.words else []
        return Recognized(tuple(segments(placed, transcript))), transcript.language


@dataclass
class WindowModel:
    """A model on this machine, loaded when it is needed."""

    name: str
    make: Callable[[], HearsWindows]
    _made: HearsWindows | None = None

    async def hear(self, window: Window, language: str | None) -> tuple[Recognized, str]:
        return await asyncio.to_thread(self._hear, window, language)

    def _hear(self, window: Window, language: str | None) -> tuple[Recognized, str]:
        if self._made is None:
            self._made = self.make()
        spoken = SpokenLanguage(language)
        (found,) = self._made.recognize([window], [spoken], to_hear=[spoken])
        return found, spoken.code()


class WindowsElsewhere(HearsWindows):
    """Servers, and perhaps a model here that takes their place. Several threads may call it; the
    servers are asked from one more, which has the event loop."""

    by_utterance = False

    def __init__(
        self,
        engines: Sequence[WindowServer | WindowModel],
        notices: Callable[[str, str], None],
        *,
        n_at_once: int,
    ) -> None:
        self._order: Order[WindowServer | WindowModel] = Order(engines, notices)
        self._at_once = asyncio.Semaphore(n_at_once)
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="servers", daemon=True).start()

    def recognize(
        self,
        windows: Sequence[Window],
        languages: Sequence[SpokenLanguage],
        *,
        to_hear: Collection[SpokenLanguage],
    ) -> list[Recognized]:
        try:
            first = self._settled(windows, languages, to_hear)
            codes = [language.code() for language in languages]
            found = self._run(self._all(windows, codes, first))
        except Exception as error:
            for language in languages:
                language.fail(error)
            raise
        return found

    def _settled(
        self,
        windows: Sequence[Window],
        languages: Sequence[SpokenLanguage],
        to_hear: Collection[SpokenLanguage],
    ) -> dict[int, Recognized]:
        """What was found in the windows in which a language is found out."""
        first: dict[int, Recognized] = {}
        for i, (window, language) in enumerate(zip(windows, languages, strict=True)):
            if language in to_hear and not language.is_known:
                first[i], code = self._run(self._hear(window, None))
                language.settle(code)
        return first

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _all(
        self, windows: Sequence[Window], codes: Sequence[str], first: dict[int, Recognized]
    ) -> list[Recognized]:
        async def one(i: int) -> Recognized:
            if i in first:
                return first[i]
            return (await self._hear(windows[i], codes[i] or None))[0]

        return await asyncio.gather(*(one(i) for i in range(len(windows))))

    async def _hear(self, window: Window, language: str | None) -> tuple[Recognized, str]:
        async with self._at_once:
            return await self._order.ask(lambda engine: engine.hear(window, language))
