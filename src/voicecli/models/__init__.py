"""Where models live, what they are called, and how they are fetched.

    catalogue   the names that can be pulled, the packages and their digests
    formats     what a recogniser and a voice look like on the disk
    packages    what lies in data packages: verified, joined
    limits      what a small recogniser does not understand
    store       what is on this machine: bundled, in packages, or pulled
    by_language what serves a language
    offers      what the hub has under a name: files, sizes, checksums, licence
    hub         the hub over HTTP: bytes, resumed where cut
    download    pull, verify, remove; old state or new, never between
    ask         a missing model: pull it now?
    progress    a pull on the screen

Nothing here imports the libraries that run models, and finding one imports nothing heavy at all.
"""

from __future__ import annotations

from voicecli.models.ask import ensure_stt, ensure_voice, on_terminal
from voicecli.models.limits import check_language, limits_of
from voicecli.models.store import (
    Model,
    find_stt,
    find_turn_detector,
    find_voice,
    installed,
    installed_stt,
    installed_voices,
    name_of,
)
from voicecli.network import forbid_network

__all__ = [
    "Model",
    "check_language",
    "ensure_stt",
    "ensure_voice",
    "find_stt",
    "find_turn_detector",
    "find_voice",
    "forbid_network",
    "installed",
    "installed_stt",
    "installed_voices",
    "limits_of",
    "name_of",
    "on_terminal",
]
