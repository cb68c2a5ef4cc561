"""A microphone and a loudspeaker as one: the seam of the conversation, and the real devices."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeVar

from voicecli.duplex.files import FileSource
from voicecli.duplex.inbox import INBOX_S, Inbox
from voicecli.duplex.native import ServerDiedError, in_turn
from voicecli.duplex.portaudio import Device, Sound, SoundSystem, choose
from voicecli.duplex.recorder import FILE_SAMPLE_RATE_HZ, Recorder
from voicecli.duplex.seam import Notices
from voicecli.duplex.speaker import Speaker
from voicecli.duplex.streams import Line
from voicecli.duplex.zeros import ZeroWatch, patience_s, zeros_hint
from voicecli.errors import AudioDeviceError, AudioFileError
from voicecli.sound.samples import Frame, Samples
from voicecli.timing import now_s
from voicecli.worker import Worker

T = TypeVar("T")


CHECK_S = 0.5
"""How often we look whether the callbacks still come. Two bad looks in a row are a dead stream: one
alone may be our own process, which was stopped or held up."""

ALIVE_S = 0.1
"""A stream that has moved this much sound runs."""

SHARED_START_S = 1.0
"""What a duplex stream gets for its first ALIVE_S. JACK needs 0.1 s; PulseAudio's plugin, with 2
callbacks in 2 s, never makes it."""

SHARED_TRUST_S = 3.0
"""A duplex stream that dies before it moved that much is not tried again."""

START_S = 4.0
"""What single streams get: a Bluetooth headset needs 1-3 s to wake up."""

CALM_FRAMES = 8
"""Handed over together where nobody waits for them: 0.26 s, in which no word ends and its pause is
noticed. Four cost a fifth more of a processor."""

NATIVE_TIMEOUT_S = 10.0
"""No call to PortAudio is waited for longer. Listing ALSA devices may take 2 s."""

CLOSE_TIMEOUT_S = 2.0
"""A dead stream must not hang the exit: PortAudio waits ten minutes for a JACK server that died."""

FIRST_RETRY_S, LAST_RETRY_S = 0.5, 5.0
"""Between attempts to reopen a lost device; doubled each time."""

STEADY_LATENCY_S = 0.1
"""Asked of single streams once they stood still, and of PulseAudio's plugin at once. That one plays
nothing any more after an underrun, which on a busy machine comes within seconds at its lowest
latency (20 ms), at 60 ms within minutes."""


class DeviceDuplex:
    """The real microphone and loudspeaker, or one of them (see Duplex).

    A shared stream that does not run is replaced by two single ones. Where the sound stops later,
    PortAudio is initialised anew, and the device, or the default one, is opened as soon as there
    is one. The index of the frames goes on where it was, and so does what is being played;
    `notices` is told.
    """

    stands_still = False

    def __init__(
        self,
        input_device: str | None = None,
        output_device: str | None = None,
        *,
        microphone: bool = True,
        loudspeaker: bool = True,
        silence: bool = False,
        input_file: Path | None = None,
        track: str | None = None,
        recording: Path | None = None,
        stereo: bool = False,
        notices: Notices = lambda message, hint: None,
        sound_system: Callable[[], Sound] = SoundSystem,
    ) -> None:
        """input_device, output_device: see devices.choose; None is the default device.

        microphone, loudspeaker: without one of them, its stream is not opened. There are no frames
        without a microphone, an input file, or `silence` in their place.

        input_file: its sound in place of the microphone's; track: of several, see sound.reading.

        recording: a file of what is played, and with `stereo` of what is heard (see Recorder).
        """
        if not loudspeaker and (input_file is not None or not microphone):
            raise ValueError("without any device, a FileDuplex does it")
        self.speaker = Speaker(FILE_SAMPLE_RATE_HZ)
        self._input_device = input_device
        self._output_device = output_device
        self._microphone = microphone and input_file is None
        self._loudspeaker = loudspeaker
        self._silence = silence
        self._input_file = input_file
        self._track = track
        self._recording = recording
        self._stereo = stereo
        self._notices = notices
        self._sound_system = sound_system
        self._source = FileSource(None)
        self._recorder: Recorder | None = None
        self._worker = Worker("sound")
        self._may_share = True
        self._stood_still = False
        self._hurry = False
        self._stuck = False
        self._error: AudioDeviceError | None = None
        self._frame_end = 0
        self._watched: Line | None = None
        self._zeros = ZeroWatch(None)

    @property
    def input_ended(self) -> bool:
        return (
            self._input_file is not None
            and self._source.ended
            and self._frame_end >= self._source.n_samples
        )

    @property
    def microphone(self) -> Device | None:
        """The one that is open."""
        return self._line.microphone

    @property
    def loudspeaker(self) -> Device | None:
        """The one that is open."""
        return self._line.loudspeaker

    @property
    def is_shared(self) -> bool:
        """One stream serves both."""
        return self._line.shared

    def hurry(self, hurry: bool) -> None:
        self._hurry = hurry
        self._inbox.frames_at_once = 1 if hurry else CALM_FRAMES

    def mute(self, muted: bool) -> int:
        return self._inbox.mute(muted)

    def describe(self) -> str:
        names = self._line.describe()
        return names if self._input_file is None else f"{self._input_file} -> {names}"

    async def __aenter__(self) -> Self:
        """Open everything; raises AudioDeviceError or AudioFileError."""
        self._source = FileSource(self._input_file, self._track, self._notices)
        self._inbox = Inbox(
            asyncio.get_running_loop(),
            on_block=self.speaker.tick,
            source=None if self._microphone else self._source.read,
            tap=self._record,
            inbox_s=INBOX_S if self._microphone or self._input_file or self._silence else 0.0,
        )
        self._sound = await self._native(self._sound_system)
        self._line = await self._open()
        try:
            if self._recording is not None:
                self._recorder = Recorder(self._recording, FILE_SAMPLE_RATE_HZ, stereo=self._stereo)
        except BaseException:
            await self._close(self._line)
            raise
        self._watcher = asyncio.create_task(self._watch(), name="sound watcher")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close everything, in bounded time; raises what made the devices fail for good."""
        self._watcher.cancel()
        await asyncio.wait([self._watcher])
        await self._close(self._line)
        self._inbox.close()
        self._inbox.empty()
        if self._recorder is not None:
            self._recorder.close()
        if self._error is not None and error is None:
            raise self._error

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """Frame after frame; raises AudioDeviceError where the devices failed for good."""
        async with aclosing(self._inbox.frames()) as frames:
            async for frame in frames:
                self._frame_end = frame.end
                self._watch_for_zeros(frame)
                yield frame
        if self._error is not None:
            raise self._error

    def _watch_for_zeros(self, frame: Frame) -> None:
        microphone = self._line.microphone
        if microphone is None:
            return
        if self._watched is not self._line:
            self._watched, self._zeros = self._line, ZeroWatch(patience_s(microphone))
        match self._zeros.feed(frame.samples):
            case "zeros":
                self._notices(f"{microphone.name} gives nothing but silence", zeros_hint())
            case "heard":
                self._notices(f"{microphone.name} is heard now", "")

    # ---- opening and closing ------------------------------------------------------------------

    async def _open(self, *, default: bool = False) -> Line:
        """Open the devices, in one stream if that runs. default: no matter what was asked for."""
        devices = await self._native(self._sound.devices)
        microphone = loudspeaker = None
        if self._microphone:
            wanted = None if default else self._input_device
            microphone = choose(devices, "microphone", wanted)
        if self._loudspeaker:
            wanted = None if default else self._output_device
            loudspeaker = choose(devices, "loudspeaker", wanted)
        if self._may_share and _can_share(microphone, loudspeaker):
            try:
                return await self._open_line(microphone, loudspeaker, shared=True)
            except ServerDiedError:
                raise
            except AudioDeviceError:
                line = await self._open_line(microphone, loudspeaker, shared=False)
                self._may_share = False
                return line
        return await self._open_line(microphone, loudspeaker, shared=False)

    async def _open_line(
        self,
        microphone: Device | None,
        loudspeaker: Device | None,
        *,
        shared: bool,
        latency_s: float | None = None,
    ) -> Line:
        if not shared and (self._stood_still or _is_pulse(microphone) or _is_pulse(loudspeaker)):
            latency_s = max(STEADY_LATENCY_S, latency_s or 0.0)
        line = Line(
            *(self._inbox, self.speaker, microphone, loudspeaker),
            shared=shared,
            latency_s=latency_s,
        )
        try:
            await self._native(line.open, self._sound)
            self._inbox.retune(line.heard_hz, line.played_hz)
            self.speaker.retune(line.played_hz)
            self.speaker.latency_s = line.latency_s
            line.live = True
            await _until_moving(line, SHARED_START_S if shared else START_S)
        except BaseException:
            await self._close(line)
            raise
        return line

    async def _close(self, line: Line) -> None:
        line.live = False
        with suppress(ServerDiedError):
            await self._native(line.close, timeout_s=CLOSE_TIMEOUT_S)
        if self._stuck:
            self._sound.give_up()

    async def _native(
        self, function: Callable[..., T], *args: object, timeout_s: float = NATIVE_TIMEOUT_S
    ) -> T:
        """Call PortAudio, off the event loop; raises ServerDiedError, also where it does not
        return."""
        if not self._stuck:
            try:
                async with asyncio.timeout(timeout_s):
                    return await self._worker.run(in_turn, function, *args)
            except (TimeoutError, ServerDiedError):
                self._stuck = True
        raise ServerDiedError

    # ---- keeping it open ----------------------------------------------------------------------

    async def _watch(self) -> None:
        try:
            while True:
                if await self._until_unfit(self._line) == "stutters":
                    self._line = await self._steadier(self._line)
                else:
                    self._line = await self._replace(self._line)
        except AudioDeviceError as error:
            self._error = error
            self.speaker.stop()
            self._inbox.close()

    async def _until_unfit(self, line: Line) -> Literal["stopped", "stutters"]:
        """Until the streams have ended, or move less than half of the time that passes; or until
        they have stuttered, more latency may help, and nothing is being said."""
        n_bad = 0
        moved_s, at_s = line.moved_s(), now_s()
        while n_bad < 2:
            with suppress(TimeoutError):
                async with asyncio.timeout(CHECK_S):
                    await line.finished.wait()
                    break
            if line.stutters and line.higher_latency_s and not self._hurry and self.speaker.drained:
                return "stutters"
            moved_before_s, before_s = moved_s, at_s
            moved_s, at_s = line.moved_s(), now_s()
            n_bad = n_bad + 1 if moved_s - moved_before_s < (at_s - before_s) / 2 else 0
        return "stopped"

    async def _steadier(self, line: Line) -> Line:
        """The same devices with more latency."""
        await self._close(line)
        try:
            steadier = await self._open_line(
                line.microphone,
                line.loudspeaker,
                shared=line.shared,
                latency_s=line.higher_latency_s,
            )
        except ServerDiedError:
            raise
        except AudioDeviceError:
            return await self._replace(line)
        if steadier.latency_s > line.latency_s:
            self._notices(
                f"the loudspeaker stuttered: {line.describe()}",
                f"from now on it is given its sound {1000 * steadier.latency_s:.0f} ms ahead",
            )
        else:  # JACK has its own mind
            steadier.higher_latency_s = None
        return steadier

    async def _replace(self, line: Line) -> Line:
        """Raises AudioDeviceError only where no attempt can help any more."""
        await self._close(line)
        if line.shared and line.moved_s() < SHARED_TRUST_S:
            self._may_share = False
        self._stood_still = not line.shared
        self._notices(f"the sound stopped: {line.describe()}", "it is opened again when it is back")
        retry_s = FIRST_RETRY_S
        for attempt in count():
            try:
                await self._native(self._sound.restart)
                line = await self._open(default=attempt % 2 == 1)
                break
            except ServerDiedError:
                raise
            except AudioDeviceError:
                await asyncio.sleep(retry_s)
                retry_s = min(2 * retry_s, LAST_RETRY_S)
        self._notices(f"the sound is back: {line.describe()}", "")
        return line

    def _record(self, heard: Samples, heard_hz: int, played: Samples, played_hz: int) -> None:
        if self._recorder is None:
            return
        try:
            self._recorder.feed(heard, heard_hz, played, played_hz)
        except AudioFileError as error:
            recorder, self._recorder = self._recorder, None
            self._notices(error.message, error.hint)
            with suppress(AudioFileError):
                recorder.close()


def _can_share(microphone: Device | None, loudspeaker: Device | None) -> bool:
    """PortAudio opens no stream across host APIs."""
    return (
        microphone is not None
        and loudspeaker is not None
        and microphone.host_api == loudspeaker.host_api
    )


def _is_pulse(device: Device | None) -> bool:
    """It is ALSA's plugin for PulseAudio."""
    return device is not None and device.name == "pulse"


async def _until_moving(line: Line, within_s: float) -> None:
    give_up_at_s = now_s() + within_s
    while line.moved_s() < ALIVE_S:
        if now_s() > give_up_at_s or line.finished.is_set():
            raise AudioDeviceError(
                f"{line.describe()} opened, but no sound moves", "choose another device"
            )
        await asyncio.sleep(0.01)
