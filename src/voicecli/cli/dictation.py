"""`voicecli transcribe --mic`: what is said into the microphone, line by line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from itertools import count
from typing import TYPE_CHECKING

from voicecli.cli.ending import run
from voicecli.cli.streams import polite_ends, tell, write_out
from voicecli.errors import SpeechServerError
from voicecli.printable import in_one_line

if TYPE_CHECKING:
    from voicecli.duplex.seam import Duplex
    from voicecli.hearing.ears import Ears
    from voicecli.settings import Settings
    from voicecli.sound.samples import Samples
    from voicecli.stt.transcript import Recognizer, Transcript

AGAIN_S = 3.0
"""Before a server that fails is tried again."""

MAX_TRIES = 100
"""A server that fails for so long, five minutes at least, is given up."""


def dictate(settings: Settings, *, silence_s: float | None, as_json: bool) -> None:
    """Write a line for every utterance, until Ctrl-C or so much silence."""
    with polite_ends():
        run(_dictate(settings, silence_s, as_json=as_json))


async def _dictate(settings: Settings, silence_s: float | None, *, as_json: bool) -> None:
    from voicecli.duplex.devices import DeviceDuplex
    from voicecli.engines import Engines
    from voicecli.hearing.ears import Ears
    from voicecli.hearing.echo import NoEcho
    from voicecli.hearing.vad import SileroVad
    from voicecli.settings.servers import servers_in

    engines = Engines(settings, notices=tell)
    recognizer = engines.recognizer()
    if limits := engines.limits():
        tell(*limits)
    # The microphone opens first: what is said while the model loads waits in its inbox.
    async with (
        engines,
        DeviceDuplex(settings.sound.input_device, loudspeaker=False, notices=tell) as duplex,
    ):
        tell(f"listening ({duplex.describe()}); Ctrl-C ends")
        if servers_in(settings.stt.engine):
            tell(f"what you say is sent to {recognizer.name}")
        await recognizer.warm_up()
        ears = Ears(NoEcho(), SileroVad(), settings.listen)
        await listen(duplex, ears, Lines(recognizer, as_json=as_json), silence_s)


async def listen(duplex: Duplex, ears: Ears, lines: Lines, silence_s: float | None) -> None:
    """Until the input ends, or so much silence. Raises VoicecliError."""
    from voicecli.hearing.endpointing import Utterance
    from voicecli.sound.samples import SAMPLE_RATE_HZ

    endpointer = ears.endpointer
    quiet_since: int | None = None
    # Listening never waits for a recogniser: what is said meanwhile waits for it.
    writing = asyncio.ensure_future(lines.write_all())
    try:
        async with aclosing(duplex.frames()) as frames:
            async for frame in frames:
                for event in ears.hear(frame).events:
                    if isinstance(event, Utterance):
                        lines.add(event.samples, event.start, event.speech_end)
                if endpointer.in_speech or quiet_since is None:
                    quiet_since = ears.now
                elif silence_s and ears.now - quiet_since >= silence_s * SAMPLE_RATE_HZ:
                    return
                if writing.done():
                    return
    finally:
        # Ctrl-C in the middle of a sentence: it was said, so it is written.
        if endpointer.in_speech:
            samples = endpointer.so_far()
            lines.add(samples, ears.now - len(samples), ears.now)
        lines.end()
        await writing


class Lines:
    """Utterances in, a line for each out, in their order. What a server can't recognise now is kept
    until it can."""

    def __init__(
        self,
        recognizer: Recognizer,
        *,
        as_json: bool,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._recognizer = recognizer
        self._as_json = as_json
        self._sleep = sleep
        self._said: asyncio.Queue[tuple[Samples, int, int] | None] = asyncio.Queue()
        self._is_over = False

    def add(self, samples: Samples, start: int, end: int) -> None:
        """start, end: of the speech, at 16 kHz since the microphone opened."""
        self._said.put_nowait((samples, start, end))

    def end(self) -> None:
        """Nothing follows."""
        self._is_over = True
        self._said.put_nowait(None)

    async def write_all(self) -> None:
        """Until the end. Raises VoicecliError."""
        while (said := await self._said.get()) is not None:
            await self._write(*said)

    async def _write(self, samples: Samples, start: int, end: int) -> None:
        from voicecli.sound.samples import SAMPLE_RATE_HZ
        from voicecli.transcription.formats import line
        from voicecli.transcription.segments import Segment

        heard = await self._heard(samples)
        if text := in_one_line(heard.text):
            segment = Segment(
                start / SAMPLE_RATE_HZ,
                end / SAMPLE_RATE_HZ,
                text,
                heard.language,
                avg_logprob=heard.avg_logprob,
                no_speech_prob=heard.no_speech_prob,
            )
            write_out(line(segment, "jsonl" if self._as_json else "txt"))

    async def _heard(self, samples: Samples) -> Transcript:
        """Each try has tries of its own, with shorter pauses."""
        from voicecli.remote.failures import RefusedError

        for n_tries in count():
            try:
                return await self._recognizer.transcribe(samples)
            except SpeechServerError as error:
                is_final = isinstance(error, RefusedError) and not error.retryable
                if is_final or self._is_over or n_tries == MAX_TRIES:
                    raise
                if not n_tries:
                    tell(error.message, "what you say is kept, and it is tried again")
            await self._sleep(AGAIN_S)
        raise AssertionError
