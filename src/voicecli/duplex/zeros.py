"""A microphone that gives nothing but zeros: it is switched off, or we may not hear it.

Even in a quiet room a real microphone's last bits move all the time.
"""

from __future__ import annotations

import re
import sys
from typing import Literal

from voicecli.duplex.portaudio import Device
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples

PATIENCE_S = 0.3
"""Enough for any wired microphone."""

WAKING_S = 4.0
"""For a Bluetooth headset, which is silent for 1-3 s while it wakes up."""

_BLUETOOTH = re.compile(
    r"blue(tooth|z)|airpods|buds|headset|hands-?free|\bhfp\b|beats|jabra|\bwh-|\bwf-|bose|soundcore",
    re.IGNORECASE,
)
"""In the names of devices."""

HANDS_FREE_HZ = 24_000
"""Bluetooth's hands-free profile gives 8 or 16 kHz, Apple's 24; no wired microphone so little."""

_STAND_INS = {"default", "sysdefault", "pulse", "pipewire"}
"""ALSA's names for whatever the sound server has chosen: it may be a Bluetooth headset."""

HINTS = {
    "darwin": "allow it: System Settings > Privacy & Security > Microphone, switch your terminal"
    " on, and start the terminal anew",
    "linux": "is it muted, or another one meant? Look at your system's sound settings, or choose:"
    " voicecli devices",
}
"""By sys.platform. macOS gives zeros to a program that may not use the microphone."""


def zeros_hint(platform: str = sys.platform) -> str:
    return HINTS.get(platform, HINTS["linux"])


def patience_s(microphone: Device) -> float | None:
    """How long it may give zeros at first; None where they are nobody's fault.

    In JACK a port gives zeros as long as nothing is connected to it.
    """
    if microphone.is_jack or microphone.name == "jack":  # ALSA's plugin
        return None
    may_sleep = (
        _BLUETOOTH.search(microphone.name) is not None
        or microphone.default_sample_rate_hz <= HANDS_FREE_HZ
        or microphone.name in _STAND_INS
    )
    return WAKING_S if may_sleep else PATIENCE_S


class ZeroWatch:
    """Fed with everything that one stream of a microphone gives, at 16 kHz.

    Zeros after the first sound mean nothing: a noise gate, or the button of a headset.
    """

    def __init__(self, patience_s: float | None) -> None:
        """patience_s: as the function of that name gives it."""
        self._patience_samples = None if patience_s is None else patience_s * SAMPLE_RATE_HZ
        self._n_zeros = 0
        self._told = False

    def feed(self, samples: Samples) -> Literal["zeros", "heard"] | None:
        """Once "zeros" where there was nothing else for too long; "heard" if there is later."""
        if self._patience_samples is None:
            return None
        if samples.any():
            self._patience_samples = None
            return "heard" if self._told else None
        self._n_zeros += len(samples)
        if not self._told and self._n_zeros >= self._patience_samples:
            self._told = True
            return "zeros"
        return None
