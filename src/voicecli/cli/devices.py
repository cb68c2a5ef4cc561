"""`voicecli devices`: microphones and loudspeakers, and which of them are the default."""

from __future__ import annotations


def devices() -> None:
    """List microphones and loudspeakers; exit code 1 where one of the two is missing.

    Example: voicecli devices
    """
    from rich.console import Console
    from rich.table import Table

    from voicecli.devices import choose, list_devices

    found = list_devices()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("", "name", "system", "in", "out", "rate", "default"):
        table.add_column(
            heading, justify="right" if heading in ("", "in", "out", "rate") else "left"
        )
    for device in found:
        default = [
            kind
            for kind, is_default in (
                ("microphone", device.is_default_input),
                ("loudspeaker", device.is_default_output),
            )
            if is_default
        ]
        table.add_row(
            str(device.index),
            device.name,
            device.host_api,
            str(device.max_input_channels),
            str(device.max_output_channels),
            f"{device.default_sample_rate_hz / 1000:g} kHz",
            ", ".join(default),
        )
    if found:
        Console(highlight=False, markup=False).print(table)
    choose(found, "microphone")
    choose(found, "loudspeaker")
