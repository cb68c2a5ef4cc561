"""How long voicecli takes to start, and what a conversation takes of memory, in processes of their
own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from tempfile import TemporaryDirectory

from voicecli.bench.server import MODEL, serve
from voicecli.errors import VoicecliError
from voicecli.settings import AUTO, Settings
from voicecli.sound.samples import SAMPLE_RATE_HZ, silence
from voicecli.sound.wav import to_pcm16, wav_header
from voicecli.timing import now_s

VOICECLI = (sys.executable, "-m", "voicecli")

POLL_S = 0.002


def help_ms() -> float:
    """Until --help has been printed."""
    began_s = now_s()
    subprocess.run([*VOICECLI, "--help"], capture_output=True, check=True)
    return 1000 * (now_s() - began_s)


async def talk_ms(settings: Settings, within_s: float) -> tuple[float, float]:
    """Until `talk` listens, and until it is ready for a turn; raises VoicecliError.

    Its microphone is a pipe, which is open as soon as what is written into it will be read. What
    the sound system takes to open a real one comes on top.
    """
    with TemporaryDirectory() as folder:
        microphone, loudspeaker = Path(folder, "microphone"), Path(folder, "loudspeaker.wav")
        os.mkfifo(microphone)
        async with serve(0.0, 100.0) as base_url:
            command = [*VOICECLI, "talk", "--json", "--input", microphone, "--output", loudspeaker]
            command += ["--base-url", base_url, "--model", MODEL, *_model_options(settings)]
            began_s = now_s()
            process = await asyncio.create_subprocess_exec(
                *command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL
            )
            try:
                async with asyncio.timeout(within_s):
                    pipe = await _opened(microphone, process)
                    listening_ms = 1000 * (now_s() - began_s)
                    os.write(pipe, wav_header(SAMPLE_RATE_HZ) + to_pcm16(silence(1000)))
                    os.close(pipe)
                    await _until_started(process)
                    ready_ms = 1000 * (now_s() - began_s)
                    await process.communicate()
            except TimeoutError:
                raise _not_started() from None
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
    return listening_ms, ready_ms


async def talk_memory_mb(settings: Settings, within_s: float) -> list[float]:
    """The highest PSS of a `talk` that answers the demo's questions, shared libraries counted for
    their share; nothing where the system doesn't tell. Raises VoicecliError.

    It is true where nobody else has loaded the same libraries.
    """
    highest_mb: list[float] = []
    with TemporaryDirectory() as folder:
        async with serve(0.0, 100.0) as base_url:
            command = [*VOICECLI, "talk", "--json", "--demo", "--output", Path(folder, "talk.wav")]
            command += ["--base-url", base_url, "--model", MODEL, *_model_options(settings)]
            if settings.stt.only_language not in (None, "en"):
                # The same models hear the English recording: no voice has to ask, and take memory.
                command += ["--language", AUTO]
            process = await asyncio.create_subprocess_exec(
                *command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL
            )
            assert process.stdout is not None
            try:
                async with asyncio.timeout(within_s):
                    async for _ in process.stdout:  # it is looked at with each event
                        highest_mb = max(highest_mb, pss_mb(process.pid))
                    await process.wait()
            except TimeoutError:
                raise _not_started() from None
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
    return highest_mb


def pss_mb(pid: int | None = None) -> list[float]:
    """Proportional set size: shared libraries count for their share. Empty where the system doesn't
    tell (it is Linux that does), or the process is over."""
    try:
        smaps = Path("/proc", "self" if pid is None else str(pid), "smaps_rollup").read_text()
    except OSError:
        return []
    return [int(line.split()[1]) / 1000 for line in smaps.splitlines() if line.startswith("Pss:")]


def _model_options(settings: Settings) -> list[str]:
    options = []
    if settings.stt.model is not None:
        options += ["--stt-model", settings.stt.model]
    if settings.tts.voice is not None:
        options += ["--voice", settings.tts.voice]
    if settings.stt.trim_encoder is not None:
        options.append("--trim-encoder" if settings.stt.trim_encoder else "--no-trim-encoder")
    return options


async def _opened(pipe: Path, process: Process) -> int:
    """Its end for writing, once somebody reads."""
    while process.returncode is None:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            await asyncio.sleep(POLL_S)
    raise _not_started()


async def _until_started(process: Process) -> None:
    assert process.stdout is not None
    async for line in process.stdout:
        if json.loads(line)["event"] == "started":
            return
    raise _not_started()


def _not_started() -> VoicecliError:
    return VoicecliError("`voicecli talk` does not start", "voicecli doctor may know why")
