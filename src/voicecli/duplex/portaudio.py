"""Microphones and loudspeakers: which there are, which one is meant, and PortAudio itself."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from voicecli.duplex.native import server_died, turn
from voicecli.errors import AudioDeviceError
from voicecli.worker import watch

Kind = Literal["microphone", "loudspeaker"]

Memory = memoryview
"""PortAudio's, as bytes: 32-bit floats, the channels one beside the other. Only in a callback."""

LIST_HINT = "list devices with `voicecli devices`"

USUAL_RATES_HZ = (16_000, 44_100, 48_000)

END_TIMEOUT_S = 0.5
"""For a call to PortAudio that is under way when the program ends."""

BLOCK_S = 0.01
"""Of one callback. ALSA deals in such blocks; the resampler waits for longer ones. JACK is asked
for its own: PortAudio keeps one block back wherever a length is named."""


@dataclass(frozen=True, slots=True)
class Device:
    """One device of one host API (ALSA, JACK, Core Audio...), as PortAudio lists it."""

    index: int
    name: str
    host_api: str
    max_input_channels: int
    max_output_channels: int
    default_sample_rate_hz: int
    is_default_input: bool = False
    is_default_output: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.name}, {self.host_api}"

    @property
    def is_jack(self) -> bool:
        """PortAudio itself is a client of a JACK server here; ALSA's plugin is none."""
        return "JACK" in self.host_api

    def channels(self, kind: Kind) -> int:
        """How many it has at most; 0 where it is no such device."""
        return self.max_input_channels if kind == "microphone" else self.max_output_channels

    def is_default(self, kind: Kind) -> bool:
        return self.is_default_input if kind == "microphone" else self.is_default_output


def choose(devices: Sequence[Device], kind: Kind, wanted: str | None = None) -> Device:
    """The device that `wanted` means: its index, its name, or a part of that (case is ignored).

    None means the system's default. Raises AudioDeviceError where none or more than one is meant.
    """
    if not any(device.channels(kind) for device in devices):
        option = "--input" if kind == "microphone" else "--output"
        raise AudioDeviceError(
            f"no {kind} found", f"connect one, or name a sound file with {option}; {LIST_HINT}"
        )
    if wanted is None:
        fitting = [device for device in devices if device.channels(kind)]
        return next((device for device in fitting if device.is_default(kind)), fitting[0])
    named = _named(devices, wanted.strip().casefold())
    fitting = [device for device in named if device.channels(kind)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = "; ".join(f"{device.index}: {device.full_name}" for device in fitting)
        raise AudioDeviceError(
            f"{kind} '{wanted}' may be any of {names}", "give more of the name, or the index"
        )
    if named:
        raise AudioDeviceError(f"'{named[0].name}' is no {kind}", LIST_HINT)
    raise AudioDeviceError(f"no {kind} is named '{wanted}'", LIST_HINT)


def _named(devices: Sequence[Device], wanted: str) -> list[Device]:
    """By index, else by the whole name, else by a part of it."""
    rules: list[Callable[[Device], bool]] = [
        lambda device: wanted == str(device.index),
        lambda device: wanted in (device.name.casefold(), device.full_name.casefold()),
        lambda device: wanted != "" and wanted in device.full_name.casefold(),
    ]
    matches = ([device for device in devices if rule(device)] for rule in rules)
    return next((found for found in matches if found), [])


class Stream(Protocol):
    """A stream that runs."""

    @property
    def latency(self) -> float | tuple[float, float]:
        """Seconds; input and output of a duplex stream."""
        ...

    @property
    def samplerate(self) -> float: ...
    def abort(self, ignore_errors: bool = True) -> None: ...
    def close(self, ignore_errors: bool = True) -> None: ...


@dataclass(frozen=True, slots=True)
class StreamPlan:
    """What to open: an input, an output or both in one stream, and who is called back."""

    callback: Callable[..., None]
    """As sounddevice's raw streams': (indata, outdata, n, time, status), or with one of the two."""
    finished_callback: Callable[[], None]
    microphone: Device | None = None
    loudspeaker: Device | None = None
    latency_s: float | None = None
    """To ask for; None is as low as the device can."""

    @property
    def _devices(self) -> list[Device]:
        return [device for device in (self.microphone, self.loudspeaker) if device]

    @property
    def sample_rates_hz(self) -> list[int]:
        """To try, the best first.

        With a microphone, 16 kHz saves the resampler's delay (up to 20 ms); without, the device's
        own rate keeps the whole voice. Nearly everything else runs at 48 or 44.1 kHz.
        """
        native = [device.default_sample_rate_hz for device in self._devices]
        first = [16_000, *native] if self.microphone else [*native]
        return list(dict.fromkeys([*first, 48_000, 44_100, 16_000]))

    def block_samples(self, sample_rate_hz: int) -> int:
        """Of one callback; 0 is whatever the sound system has."""
        if all(device.is_jack for device in self._devices):
            return 0
        return int(BLOCK_S * sample_rate_hz)

    @property
    def channels(self) -> list[tuple[int, int]]:
        """Input and output channels to try.

        One of the microphone, since two that are mixed may cancel each other; two of the
        loudspeaker, since on some systems one is heard on the left only.
        """
        inputs = _channel_counts(self.microphone, "microphone", (1, 2))
        outputs = _channel_counts(self.loudspeaker, "loudspeaker", (2, 1))
        return [(i, o) for i in inputs for o in outputs]


def _channel_counts(device: Device | None, kind: Kind, wanted: tuple[int, int]) -> list[int]:
    if device is None:
        return [0]
    return [n for n in wanted if n <= device.channels(kind)]


class Sound(Protocol):
    """Where devices are found and streams opened: PortAudio, or what stands in for it.

    One thread at a time may use it.
    """

    def devices(self) -> list[Device]: ...
    def open(self, plan: StreamPlan) -> Stream:
        """Raises AudioDeviceError."""
        ...

    def restart(self) -> None:
        """Look for devices anew. No stream may be open."""
        ...

    def give_up(self) -> None:
        """A stream hangs: don't wait for it again when the program ends."""
        ...


class SoundSystem:
    """PortAudio, through sounddevice."""

    def __init__(self) -> None:
        self._sounddevice = sd = _import_sounddevice()
        for handler in (sd._exit_handler, _end):
            atexit.unregister(handler)
        atexit.register(_end, sd)

    def devices(self) -> list[Device]:
        sd = self._sounddevice
        try:
            with native_messages_hidden():
                host_apis, found = sd.query_hostapis(), list(sd.query_devices())
        except sd.PortAudioError as error:
            raise AudioDeviceError(
                f"the sound devices can't be listed ({_reason(error)})", "check the sound server"
            ) from error
        default_input, default_output = sd.default.device
        return [
            Device(
                info["index"],
                info["name"],
                host_apis[info["hostapi"]]["name"],
                info["max_input_channels"],
                info["max_output_channels"],
                int(info["default_samplerate"]),
                info["index"] == default_input,
                info["index"] == default_output,
            )
            for info in found
        ]

    def open(self, plan: StreamPlan) -> Stream:
        """Open and start the first combination of rate and channels that works, latency low."""
        sd = self._sounddevice
        error: Exception | None = None
        with native_messages_hidden():
            for sample_rate_hz in plan.sample_rates_hz:
                for channels in plan.channels:
                    try:
                        return self._start(plan, sample_rate_hz, channels)
                    except (sd.PortAudioError, ValueError) as caught:
                        error = caught
        both = [
            f"{kind} '{device.name}'"
            for kind, device in (
                ("microphone", plan.microphone),
                ("loudspeaker", plan.loudspeaker),
            )
            if device is not None
        ]
        raise AudioDeviceError(
            f"{' and '.join(both)} can't be opened ({_reason(error)})",
            f"another program may hold it; choose another one: {LIST_HINT}",
        ) from error

    def _start(self, plan: StreamPlan, sample_rate_hz: int, channels: tuple[int, int]) -> Stream:
        sd = self._sounddevice
        common: dict[str, Any] = {
            "samplerate": sample_rate_hz,
            "blocksize": plan.block_samples(sample_rate_hz),
            "dtype": "float32",
            "latency": plan.latency_s or "low",
            "callback": plan.callback,
            "finished_callback": plan.finished_callback,
        }
        match plan.microphone, plan.loudspeaker:
            case Device() as microphone, Device() as loudspeaker:
                device = microphone.index, loudspeaker.index
                stream = sd.RawStream(device=device, channels=channels, **common)
            case Device() as microphone, None:
                stream = sd.RawInputStream(device=microphone.index, channels=channels[0], **common)
            case None, Device() as loudspeaker:
                stream = sd.RawOutputStream(
                    device=loudspeaker.index, channels=channels[1], **common
                )
            case _:
                raise ValueError("a stream needs a device")
        try:
            stream.start()
        except sd.PortAudioError:
            stream.close()
            raise
        return stream

    def rates_hz(self, device: Device, kind: Kind) -> list[int]:
        """Of the usual sample rates and the device's own, those at which it really opens."""
        sd = self._sounddevice
        as_input = kind == "microphone"
        one = {"device": device.index, "channels": 1, "dtype": "float32"}
        rates_hz = []
        with native_messages_hidden():
            for rate_hz in sorted({*USUAL_RATES_HZ, device.default_sample_rate_hz}):
                try:
                    (sd.InputStream if as_input else sd.OutputStream)(
                        samplerate=rate_hz, **one
                    ).close()
                except (sd.PortAudioError, ValueError):
                    continue
                rates_hz.append(rate_hz)
        return rates_hz

    @property
    def version(self) -> str:
        """ "PortAudio V19.7.0" and the like."""
        return self._sounddevice.get_portaudio_version()[1].split(",")[0]

    def restart(self) -> None:
        """Let PortAudio look for devices anew; it does so at no other time.

        No stream may be open.
        """
        sd = self._sounddevice
        try:
            with native_messages_hidden():
                sd._terminate()
                sd._initialize()
        except sd.PortAudioError as error:
            raise AudioDeviceError(
                f"the sound system can't be started ({_reason(error)})", "check the sound server"
            ) from error

    def give_up(self) -> None:
        """A stream hangs in PortAudio: don't wait for it again when the program ends.

        It may come to life again, and its callbacks with it: they must not find an interpreter that
        is being taken down.
        """
        atexit.unregister(_end)
        watch(_given_up)


class _GivenUp:
    """PortAudio's threads may call at any time, from the moment on when nobody waits for them."""

    busy = True


_given_up = _GivenUp()


def _end(sounddevice: Any) -> None:
    """Terminate PortAudio when the program ends; not under a call that is under way."""
    if turn.acquire(timeout=END_TIMEOUT_S) and not server_died():
        sounddevice._exit_handler()


def list_devices() -> list[Device]:
    """Every device that PortAudio sees; raises AudioDeviceError where there is no PortAudio."""
    return SoundSystem().devices()


def _import_sounddevice() -> Any:
    # PortAudio looks for a JACK server when it starts; it should not start one.
    os.environ.setdefault("JACK_NO_START_SERVER", "1")
    try:
        with native_messages_hidden():
            import sounddevice
    except OSError as error:
        raise AudioDeviceError(
            "the PortAudio library is not installed",
            "install it: `apt install libportaudio2` on Debian and Ubuntu, `dnf install portaudio`"
            " on Fedora, `brew install portaudio` on macOS",
        ) from error
    return sounddevice


def _reason(error: Exception | None) -> str:
    """PortAudio's own words, without its error code."""
    return str(error).split(" [")[0]


_fd_2_lock = threading.Lock()


@contextmanager
def native_messages_hidden() -> Iterator[None]:
    """Nothing reaches file descriptor 2 meanwhile: ALSA and JACK write there past the screen.

    It holds for the whole process, so keep it short.
    """
    with _fd_2_lock:
        try:
            saved = os.dup(2)
        except OSError:  # it is closed: nothing to hide
            saved = -1
        if saved < 0:
            yield
            return
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 2)
            os.close(nowhere)
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)


@contextmanager
def native_messages_apart(log: Path | None = None) -> Iterator[None]:
    """For a whole session: file descriptor 2 leads into `log`, or nowhere, and sys.stderr leads
    where it led before.

    PortAudio's own thread writes there too, when a device is lost. Whoever draws on sys.stderr
    has to look it up inside.
    """
    screen = sys.stderr
    screen.flush()
    with os.fdopen(os.dup(2), "w", encoding="utf-8", errors="replace", buffering=1) as apart:
        target = os.open(log or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(target, 2)
        os.close(target)
        sys.stderr = apart
        try:
            yield
        finally:
            apart.flush()
            sys.stderr = screen
            os.dup2(apart.fileno(), 2)
