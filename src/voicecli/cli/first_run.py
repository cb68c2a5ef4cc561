"""The first `voicecli talk` on a terminal: a short guided start, and never again."""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voicecli.cli.ending import run
from voicecli.errors import AudioDeviceError, VoicecliError
from voicecli.terminal.keys import ENTER, Keyboard, is_ours

if TYPE_CHECKING:
    from voicecli.duplex.portaudio import Device, Kind
    from voicecli.settings import Settings
    from voicecli.settings.loading import Loaded

SPEECH_FRAMES = 12
"""So much speech (0.4 s) and the microphone is taken to work."""

GREETING = "Hello. Can you hear me?"

N_STEPS = 4


@dataclass(frozen=True)
class Suggestion:
    """A model that understands or sounds better than what may be here."""

    name: str
    size_mb: int
    what: str


SUGGESTIONS = (
    Suggestion("tiny.en", 78, "free speech in English, the quickest"),
    Suggestion("base", 148, "hears 99 languages"),
    Suggestion("small", 486, "hears them better, and takes three times as long"),
    Suggestion("en_US-lessac-medium", 63, "a clear English voice"),
)
"""Sizes of the recognisers as in models.catalogue, of the voice as in Piper's list."""


def is_due(loaded: Loaded) -> bool:
    """Somebody sits at a terminal, has set nothing anywhere, and was never asked."""
    untouched = all(origin == "default" for origin in loaded.origins.values())
    return untouched and is_ours() and sys.stderr.isatty() and not _mark().exists()


def _mark() -> Path:
    from voicecli import places

    return places.state_folder() / "first-run"


def _remember() -> None:
    """Before the first step: whoever leaves in the middle is not asked again either."""
    from voicecli.files import write_atomically

    try:
        _mark().parent.mkdir(parents=True, exist_ok=True)
        write_atomically(_mark(), "The guided start was shown; remove this to see it again.\n")
    except OSError:
        return  # nothing can be remembered here


def guide(settings: Settings) -> None:
    """Ask, and write what was chosen into config.toml. Talking works whatever is skipped."""
    _remember()
    wanted = run(Guide(settings).run())
    if not wanted:
        return
    from voicecli.models.ask import pull_shown

    try:
        pull_shown(wanted)
    except VoicecliError as error:
        _say(
            f"     {error.message}\n     {error.hint}\n     until then the bundled models are used"
        )


class SkippedError(Exception):
    """The user wants no more of this step."""


class DoneError(Exception):
    """The user wants no more steps."""


class Guide:
    """The steps. Each waits for a key: Enter goes on, s skips, q leaves out the rest."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._keys: asyncio.Queue[str] = asyncio.Queue()

    async def run(self) -> list[str]:
        """The names of the models that are wanted."""
        _say("\nWelcome. A few steps, only once: Enter goes on, s skips one, q skips the rest.\n")
        wanted: list[str] = []
        steps: list[Callable[[], Awaitable[None]]] = [
            self._microphone,
            self._loudspeaker,
            self._language_model,
            lambda: self._models(wanted),
        ]
        keyboard = Keyboard()
        keyboard.on_key = self._keys.put_nowait
        with keyboard:
            try:
                for step in steps:
                    await self._in_peace(step)
            except DoneError:
                pass
        _say("That is all. `voicecli doctor` looks closer; settings: `voicecli config edit`.\n")
        return wanted

    async def _in_peace(self, step: Callable[[], Awaitable[None]]) -> None:
        """What fails or is skipped ends the step alone."""
        try:
            await step()
        except SkippedError:
            _say("     skipped")
        except VoicecliError as error:
            _say(f"     {error.message}" + (f"\n     {error.hint}" if error.hint else ""))

    # ---- keys ---------------------------------------------------------------------------------

    async def _key(self, others: str = "") -> str:
        """The next key that means something."""
        while True:
            if (key := self._checked(await self._keys.get(), others)) is not None:
                return key

    def _pressed(self, others: str = "") -> str | None:
        """Likewise, if there is one already."""
        while not self._keys.empty():
            if (key := self._checked(self._keys.get_nowait(), others)) is not None:
                return key
        return None

    def _checked(self, key: str, others: str) -> str | None:
        key = key.lower()
        if key == "s":
            raise SkippedError
        if key == "q":
            raise DoneError
        return key if key == ENTER or key in others else None

    # ---- the steps ----------------------------------------------------------------------------

    async def _microphone(self) -> None:
        for device in self._devices("microphone"):
            _say(f"1/{N_STEPS}  microphone: {device.full_name}. Say something.")
            if await self._is_heard(device):
                self._use("microphone", device)
                return

    async def _is_heard(self, device: Device) -> bool:
        """True where the user is content with it, False where it should be another one."""
        from voicecli.doctor.soundcheck import frames_of
        from voicecli.duplex.devices import DeviceDuplex
        from voicecli.hearing.vad import SileroVad
        from voicecli.sound.samples import level_db
        from voicecli.terminal.meter import Meter

        detector, n_speech = SileroVad(), 0
        try:
            with Meter() as meter:
                async with (
                    DeviceDuplex(str(device.index), loudspeaker=False) as duplex,
                    aclosing(frames_of(duplex)) as frames,
                ):
                    async for frame in frames:
                        meter(level_db(frame.samples))
                        if (key := self._pressed("n")) is not None:
                            return key == ENTER
                        n_speech += detector.probability(frame.samples) > 0.5
                        if n_speech >= SPEECH_FRAMES:
                            break
        except AudioDeviceError as error:
            _say(f"     {error.message}\n     {error.hint}")
        else:
            if n_speech >= SPEECH_FRAMES:
                _say("     You are heard.")
                return True
            from voicecli.duplex.zeros import zeros_hint

            _say(f"     It gives nothing but silence.\n     {zeros_hint()}")
        _say("     n tries another one, Enter goes on")
        return await self._key("n") == ENTER

    async def _loudspeaker(self) -> None:
        for device in self._devices("loudspeaker"):
            key = "r"
            while key == "r":
                _say(f"2/{N_STEPS}  loudspeaker: {device.full_name}. Listen.")
                await self._greet(device)
                _say("     Did you hear it? Enter: yes, r: once more, n: another loudspeaker")
                key = await self._key("rn")
            if key == ENTER:
                self._use("loudspeaker", device)
                return

    async def _greet(self, device: Device) -> None:
        from voicecli.duplex.devices import DeviceDuplex
        from voicecli.engines import Engines

        clip = await Engines(self._settings).voice().synthesize(GREETING)
        try:
            async with DeviceDuplex(None, str(device.index), microphone=False) as duplex:
                await duplex.speaker.play(clip)
                await duplex.speaker.drain()
        except AudioDeviceError as error:
            _say(f"     {error.message}\n     {error.hint}")

    def _devices(self, kind: Kind) -> Iterator[Device]:
        """The default, then the others, around and around."""
        from voicecli.duplex.portaudio import choose, list_devices

        self._found = list_devices()
        fitting = [device for device in self._found if device.channels(kind)]
        first = fitting.index(choose(self._found, kind))
        return itertools.cycle([*fitting[first:], *fitting[:first]])

    def _use(self, kind: Kind, device: Device) -> None:
        """From now on; the default needs no mention."""
        from voicecli.cli import config
        from voicecli.cli.devices import SETTINGS, remembered_name

        if not device.is_default(kind):
            config.write({SETTINGS[kind]: remembered_name(self._found, device)})

    async def _language_model(self) -> None:
        from voicecli.engines import Engines
        from voicecli.llm.search import FIND_A_MODEL_HINT

        while True:
            async with Engines(self._settings) as engines:
                model = await engines.language_model()
                if not model.is_builtin:
                    _say(f"3/{N_STEPS}  language model: {model.title} will answer.")
                    for message, hint in model.remarks:
                        _say(f"     {message}; {hint}")
                    return
            _say(
                f"3/{N_STEPS}  language model: none here; simple built-in replies answer.\n"
                f"     For a real one, in another terminal: {FIND_A_MODEL_HINT}\n"
                "     Enter goes on, r looks again"
            )
            if await self._key("r") == ENTER:
                return

    async def _models(self, wanted: list[str]) -> None:
        from voicecli.doctor.speech import BUDGET_MS, expected_first_audio_ms
        from voicecli.network import hub_is_off

        offers = self._in_use()
        if self._settings.offline or hub_is_off():
            _say("     Offline, so it stays at that.")
            return
        expected_ms = await expected_first_audio_ms(self._settings)
        _say("     Others, to be pulled once:")
        for number, offer in enumerate(offers, 1):
            ms = expected_ms.get(offer.name.removesuffix(".en"), 0.0)
            slow = f"; slow here: answers after {ms / 1000:.1f} s" if ms > BUDGET_MS else ""
            _say(f"       {number}  {offer.name:<20} {offer.size_mb:>4} MB  {offer.what}{slow}")
        _say("     Press the numbers of those that you want, then Enter")
        numbers = "".join(str(number) for number in range(1, len(offers) + 1))
        while (key := await self._key(numbers)) != ENTER:
            name = offers[int(key) - 1].name
            wanted.remove(name) if name in wanted else wanted.append(name)
            _say(f"     to be pulled: {', '.join(wanted) or 'nothing'}")

    def _in_use(self) -> list[Suggestion]:
        """Says what hears and speaks so far, and how much of what is said is understood; returns
        what is not here yet."""
        from voicecli.engines import Engines
        from voicecli.models import installed

        engines = Engines(self._settings)
        hears, speaks = engines.recognizer().name, engines.voice().name
        _say(f"4/{N_STEPS}  models: {hears} hears you, {speaks} speaks.")
        if limits := engines.limits():
            message, hint = limits
            _say(f"     {message};\n     {hint}")
        here = {model.name for model in installed()}
        return [offer for offer in SUGGESTIONS if offer.name not in here]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201
