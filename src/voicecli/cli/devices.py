"""`voicecli devices`: microphones and loudspeakers, which are used, and whether they work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from voicecli.cli.ending import run
from voicecli.cli.options import JsonList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voicecli.duplex.portaudio import Device, Kind
    from voicecli.settings import SoundSettings

DEFAULT = "default"
"""Given as a name, it forgets the one that was remembered."""

SETTINGS: dict[Kind, str] = {
    "microphone": "sound.input_device",
    "loudspeaker": "sound.output_device",
}

TEST_S = 1.0


def devices(
    action: Annotated[str | None, typer.Argument(hidden=True, metavar="[list]")] = None,
    input_device: Annotated[
        str | None,
        typer.Option(
            "--input", metavar="NAME", help=f"Use this microphone from now on; or `{DEFAULT}`."
        ),
    ] = None,
    output_device: Annotated[
        str | None,
        typer.Option(
            "--output", metavar="NAME", help=f"Use this loudspeaker from now on; or `{DEFAULT}`."
        ),
    ] = None,
    test: Annotated[
        bool, typer.Option("--test", help="Record a second, play it, and show how loud it was.")
    ] = False,
    json: JsonList = False,
) -> None:
    """List, choose and test microphones and loudspeakers.

    Exit code 1 where one of the two is missing.

    Example: voicecli devices --input "USB Audio" --test
    """
    if action not in (None, "list"):
        raise typer.BadParameter(f"{action!r} is no option; for a device: --input NAME")
    from voicecli.duplex.portaudio import choose, list_devices
    from voicecli.settings.loading import load

    found = list_devices()
    _remember(found, {"microphone": input_device, "loudspeaker": output_device})
    sound = load().settings.sound
    if not (test or input_device or output_device):
        _list(found, sound, as_json=json)
    choose(found, "microphone", sound.input_device)
    choose(found, "loudspeaker", sound.output_device)
    if test:
        _test(sound, as_json=json)


def _remember(found: Sequence[Device], wanted: dict[Kind, str | None]) -> None:
    from voicecli.cli import config
    from voicecli.duplex.portaudio import choose

    values: dict[str, str | None] = {}
    for kind, name in wanted.items():
        if name is not None:
            chosen = None if name == DEFAULT else choose(found, kind, name)
            # By its name: the index is another one as soon as something is plugged in.
            values[SETTINGS[kind]] = None if chosen is None else remembered_name(found, chosen)
            used = chosen.full_name if chosen else "the system's default"
            typer.echo(f"{kind} from now on: {used}", err=True)
    if values:
        config.write(values)


def remembered_name(found: Sequence[Device], device: Device) -> str:
    """The name that means this device and no other, also for another run."""
    is_unique = sum(other.name.casefold() == device.name.casefold() for other in found) == 1
    return device.name if is_unique else device.full_name


# -- the list ---------------------------------------------------------------------------------


def _list(found: Sequence[Device], sound: SoundSettings, *, as_json: bool) -> None:

    rates_hz = run(_opening_rates(found))
    used: dict[Kind, Device | None] = {
        "microphone": _used(found, "microphone", sound.input_device),
        "loudspeaker": _used(found, "loudspeaker", sound.output_device),
    }
    rows = [
        {
            "index": device.index,
            "name": device.name,
            "system": device.host_api,
            "inputs": device.max_input_channels,
            "outputs": device.max_output_channels,
            "rates_hz": rates,
            "default": [kind for kind in used if device.is_default(kind)],
            "used": [kind for kind, one in used.items() if one == device],
        }
        for device, rates in zip(found, rates_hz, strict=True)
    ]
    if as_json:
        import json

        typer.echo(json.dumps(rows, indent=1, ensure_ascii=False))
    elif rows:
        _print_table(rows)


def _used(found: Sequence[Device], kind: Kind, wanted: str | None) -> Device | None:
    from voicecli.duplex.portaudio import choose
    from voicecli.errors import AudioDeviceError

    try:
        return choose(found, kind, wanted)
    except AudioDeviceError:
        return None


async def _opening_rates(found: Sequence[Device]) -> list[list[int] | None]:
    """For each device the rates at which both sides of it open; None where it does not answer."""
    import asyncio

    from voicecli.duplex.devices import NATIVE_TIMEOUT_S
    from voicecli.duplex.portaudio import SoundSystem
    from voicecli.worker import Worker

    kinds: tuple[Kind, Kind] = ("microphone", "loudspeaker")
    sound, worker = SoundSystem(), Worker("sound")
    results: list[list[int] | None] = []
    for device in found:
        try:
            async with asyncio.timeout(NATIVE_TIMEOUT_S):
                rates = [
                    set(await worker.run(sound.rates_hz, device, kind))
                    for kind in kinds
                    if device.channels(kind)
                ]
        except TimeoutError:
            sound.give_up()
            worker = Worker("sound")
            results.append(None)
        else:
            results.append(sorted(set.intersection(*rates)) if rates else [])
    return results


def _print_table(rows: Sequence[dict[str, Any]]) -> None:
    import sys

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False)
    if not console.is_terminal:
        console.width = 200  # nothing is to be cut for a program that reads it
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("", "name", "system", "in", "out", "opens at", ""):
        table.add_column(heading, justify="right" if heading in ("in", "out") else "left")
    for row in rows:
        rates_hz = row["rates_hz"]
        marks = [
            f"{kind}{' (default)' if kind in row['default'] else ''}"
            for kind in ("microphone", "loudspeaker")
            if kind in row["used"]
        ]
        marks += [f"default {kind}" for kind in row["default"] if kind not in row["used"]]
        opens = "no answer" if rates_hz is None else "/".join(f"{hz / 1000:g}" for hz in rates_hz)
        cells = (
            str(row["index"]),
            row["name"],
            row["system"],
            str(row["inputs"] or "-"),
            str(row["outputs"] or "-"),
            f"{opens} kHz" if rates_hz else opens or "nothing",
            ", ".join(marks),
        )
        table.add_row(*map(Text, cells), style="bold" if row["used"] else None)
    console.print(table)


# -- the test ---------------------------------------------------------------------------------


def _test(sound: SoundSettings, *, as_json: bool) -> None:
    import json

    from voicecli.duplex.portaudio import native_messages_apart
    from voicecli.duplex.zeros import zeros_hint
    from voicecli.errors import AudioDeviceError
    from voicecli.hearing.faintness import FAINT_DB

    with native_messages_apart():
        microphone, loudspeaker, heard = run(_record_and_play(sound))
    if heard.is_zeros:
        raise AudioDeviceError(f"{microphone} gives nothing but silence", zeros_hint())
    if as_json:
        result = {
            "microphone": microphone,
            "loudspeaker": loudspeaker,
            "level_db": round(heard.level_db, 1),
            "loudest_db": round(heard.loudest_db, 1),
        }
        typer.echo(json.dumps(result, ensure_ascii=False))
        return
    typer.echo(
        f"heard {heard.level_db:.0f} dBFS, the loudest {heard.loudest_db:.0f}; "
        "that is what was played just now",
        err=True,
    )
    if heard.loudest_db < FAINT_DB:
        typer.echo(
            "that is very quiet: turn the microphone up, or speak while it records", err=True
        )


async def _record_and_play(sound: SoundSettings) -> tuple[str, str, Any]:
    from voicecli.cli.streams import tell
    from voicecli.doctor.soundcheck import listen, play
    from voicecli.duplex.devices import DeviceDuplex
    from voicecli.sound.samples import SAMPLE_RATE_HZ
    from voicecli.terminal.meter import Meter
    from voicecli.tts.clip import Clip

    def notice(message: str, hint: str) -> None:
        pass  # of zeros; whoever asked is told at the end

    async with DeviceDuplex(sound.input_device, sound.output_device, notices=notice) as duplex:
        assert duplex.microphone is not None
        assert duplex.loudspeaker is not None
        names = duplex.microphone.full_name, duplex.loudspeaker.full_name
        tell(f"recording {TEST_S:g} s with {names[0]}: say something")
        with Meter() as meter:
            heard = await listen(duplex, TEST_S, meter)
        if not heard.is_zeros:
            tell(f"playing it with {names[1]}")
            await play(duplex, Clip(heard.samples, SAMPLE_RATE_HZ))
        return *names, heard
