"""`voicecli` in a process of its own, as a user starts it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path
from typing import Any, Self

from jack_person import Person, Span
from voicecli import places
from voicecli.models import find_stt, find_voice
from voicecli.settings import SttSettings, TtsSettings
from voicecli.sound.resampling import resample
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples
from voicecli.sound.wav import WavWriter
from voicecli.stt.recognizer import WhisperRecognizer
from voicecli.tts.piper import PiperSynthesizer

VOICECLI = [sys.executable, "-m", "voicecli"]


def run_voicecli(
    *arguments: str | Path,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    **options: Any,
) -> subprocess.CompletedProcess[str]:
    """Run it to its end. Nothing is raised for an exit code."""
    return subprocess.run(
        [*VOICECLI, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        timeout=100,
        check=False,
        **options,
    )


class Talk:
    """A running `voicecli talk --json`; a context manager that ends it."""

    def __init__(self, *arguments: str | Path) -> None:
        self._command = [*VOICECLI, "talk", "--json", *map(str, arguments)]
        self.events: list[dict[str, Any]] = []
        self._news = threading.Condition()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._news:
                self.events.append(json.loads(line))
                self._news.notify_all()

    def of(self, name: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == name]

    def wait_for(self, name: str, number: int = 1, timeout_s: float = 60) -> dict[str, Any]:
        """The `number`-th event of that name."""

        def is_there() -> bool:
            return len(self.of(name)) >= number

        with self._news:
            assert self._news.wait_for(is_there, timeout_s), f"no {name} in {self.events}"
        return self.of(name)[number - 1]

    def send(self, signal_number: int) -> None:
        self._process.send_signal(signal_number)

    def wait(self, timeout_s: float = 30) -> int:
        """The exit code. What the program wrote of a crash is shown with the test."""
        exit_code = self._process.wait(timeout_s)
        if -exit_code in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT):
            assert self._process.stderr is not None
            log = places.state_folder() / "sound.log"
            crash = self._process.stderr.read() + (log.read_text() if log.exists() else "")
            sys.stdout.write(crash)
        return exit_code


def multilingual_model(folder: Path, *languages: str) -> Path:
    """The bundled model, as one that has to find out which of these languages is spoken."""
    shutil.copytree(find_stt("stt-en"), folder)
    tokens = json.loads((folder / "vocabulary.json").read_text("utf-8"))
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config["lang_ids"] = [tokens.index(f"<|{language}|>") for language in languages]
    tokens[tokens.index("%")] = ""  # CTranslate2 takes a model for multilingual by this token
    (folder / "vocabulary.json").write_text(json.dumps(tokens), "utf-8")
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    return folder


@cache
def speak(text: str) -> Samples:
    """The bundled voice, at 16 kHz."""
    return _spoken(_voice(), text)


@cache
def speak_as(voice: Path, text: str) -> Samples:
    """Another voice, at 16 kHz."""
    return _spoken(PiperSynthesizer(voice, TtsSettings()), text)


def _spoken(voice: PiperSynthesizer, text: str) -> Samples:
    clip = asyncio.run(voice.synthesize(text))
    return resample(clip.samples, clip.sample_rate_hz, SAMPLE_RATE_HZ)


def understand(samples: Samples, sample_rate_hz: int = SAMPLE_RATE_HZ) -> str:
    """What the bundled recogniser hears, in lower case without punctuation."""
    at_16_khz = resample(samples, sample_rate_hz, SAMPLE_RATE_HZ)
    text = asyncio.run(_recognizer().transcribe(at_16_khz)).text.lower()
    return " ".join("".join(c if c.isalnum() else " " for c in text).split())


def ask(person: Person, text: str, after_s: float = 0.2) -> Span:
    """Say it soon, in the bundled voice."""
    return person.say(speak(text), SAMPLE_RATE_HZ, at_s=person.now_s + after_s)


def save_wav(path: Path, *channels: Samples, sample_rate_hz: int = SAMPLE_RATE_HZ) -> Path:
    wav = WavWriter(path, sample_rate_hz, len(channels))
    wav.write(*channels)
    wav.close()
    return path


@cache
def _voice() -> PiperSynthesizer:
    return PiperSynthesizer(find_voice("en_US-voicecli-low"), TtsSettings())


@cache
def _recognizer() -> WhisperRecognizer:
    return WhisperRecognizer(find_stt("stt-en"), SttSettings())
