"""Python, disk, network, licences."""

from __future__ import annotations

import os
import platform
import shutil

import httpx

from voicecli import places
from voicecli.doctor.findings import Finding, Verdict
from voicecli.doctor.versions import licences, versions
from voicecli.errors import ModelError
from voicecli.models import catalogue, find_stt, find_voice, formats, installed, name_of
from voicecli.network import hub_endpoint, hub_is_off
from voicecli.settings import Settings
from voicecli.speech_engines import PIPER, WHISPER, is_here

ROOM_BYTES = 10**9
"""Enough for a good recogniser (`small`, 486 MB) and a few voices."""

NETWORK_TIMEOUT_S = 3.0


def check_python() -> Finding:
    found = versions()
    missing = [name for name, version in found.items() if version == "missing"]
    text = f"Python {platform.python_version()}, voicecli {found['voicecli']}"
    values = {"python": platform.python_version(), "versions": found}
    if missing:
        return Finding(
            "python",
            Verdict.BAD,
            f"{text}; not installed: {', '.join(missing)}",
            "install voicecli again",
            values,
        )
    return Finding("python", Verdict.OK, text, values=values)


def check_disk() -> Finding:
    """Room for models."""
    folder = places.pulled_folder()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free_bytes = shutil.disk_usage(there).free
    text = f"{catalogue.size_text(free_bytes)} free for models in {folder}"
    values = {"free_bytes": free_bytes, "folder": str(folder)}
    if not os.access(there, os.W_OK):
        return Finding(
            "disk",
            Verdict.WARN,
            f"{there} can't be written: no models can be pulled, no choice remembered",
            "set VOICECLI_HOME to a folder of your own",
            values,
        )
    if free_bytes < ROOM_BYTES:
        hint = "free some space, or set VOICECLI_HOME to another disk"
        return Finding("disk", Verdict.WARN, f"only {text}", hint, values)
    return Finding("disk", Verdict.OK, text, values=values)


async def check_network(settings: Settings) -> Finding:
    """Whether models can be pulled. With --offline, nobody is asked."""
    if settings.offline or hub_is_off():
        why = "--offline" if settings.offline else "HF_HUB_OFFLINE"
        text = f"{why}: no connection but to this machine; models that are here are used"
        return Finding("network", Verdict.OK, text, values={"offline": True})
    endpoint = hub_endpoint()
    try:
        async with httpx.AsyncClient(timeout=NETWORK_TIMEOUT_S) as client:
            await client.head(endpoint)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
        return Finding(
            "network",
            Verdict.WARN,
            f"{endpoint} does not answer ({type(error).__name__}): no models can be pulled",
            "what is on this machine works without a network",
            {"offline": False, "endpoint": endpoint, "reachable": False},
        )
    values = {"offline": False, "endpoint": endpoint, "reachable": True}
    return Finding(
        "network", Verdict.OK, f"{endpoint} answers: models can be pulled", values=values
    )


def check_licences(settings: Settings) -> Finding:
    """Of voicecli, and of everything that a conversation loads."""
    found = licences()
    of_installed = {model.name: model.licence for model in installed()}
    stt, tts = settings.stt, settings.tts
    for find, name, is_ours in (
        (find_stt, stt.model, is_here(stt.engine, WHISPER)),
        (find_voice, tts.voice, is_here(tts.engine, PIPER)),
    ):
        if not is_ours:
            continue
        try:
            path = find(name)
        except ModelError:
            continue  # that is another line's matter
        licence = formats.licence_in(path if path.is_dir() else path.parent)
        model = name_of(path)  # a package's folder is called as its maker pleased, without a card
        found[model] = licence or of_installed.get(model) or "see its card"
    text = ", ".join(f"{name} {licence}" for name, licence in found.items())
    return Finding("licences", Verdict.OK, text, values={"licences": found})
