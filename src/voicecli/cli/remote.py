"""A server that runs (`voicecli serve`): `say` and `transcribe` borrow its warm engines."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from voicecli.errors import NetworkError, SettingsError, VoicecliError

if TYPE_CHECKING:
    import httpx

    from voicecli.transcription.pipeline import Recording, TranscriptionEvent
    from voicecli.transcription.segments import Segment
    from voicecli.tts.clip import Clip

TOKEN_VARIABLE = "VOICECLI_SERVE_TOKEN"

SPEECH_HZ = 24_000

MAX_CHARS = 4096
"""Of one request."""

CONNECT_S, READ_S = 5.0, 600.0
"""Others' recordings may come first."""

START_HINT = "start one with `voicecli serve`, and give the address that it prints"


@dataclass(frozen=True)
class RemoteServer:
    url: str
    """Without a path."""
    token: str | None = field(default=None, repr=False)

    @classmethod
    def at(cls, address: str) -> RemoteServer:
        """address: as `voicecli serve` prints it, with its token or without; raises SettingsError.

        The token may also stand in VOICECLI_SERVE_TOKEN.
        """
        no_address = SettingsError(f"--server {address!r} is no address", START_HINT)
        try:
            parts = urlsplit(address if "://" in address else f"http://{address}")
            port = parts.port
        except ValueError:
            raise no_address from None
        if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
            raise no_address
        token = parse_qs(parts.query).get("token", [None])[0]
        netloc = parts.netloc.rpartition("@")[2]
        return cls(f"{parts.scheme}://{netloc}", token or os.environ.get(TOKEN_VARIABLE))

    # ---- speech -------------------------------------------------------------------------------

    async def speech(
        self, texts: AsyncIterator[str], voice: str | None, speed: float | None
    ) -> AsyncIterator[Clip]:
        """The sound of each text, as it comes; raises VoicecliError."""
        import httpx

        body = {"model": "voicecli", "voice": voice or "default", "response_format": "pcm"}
        with self._told():
            async with httpx.AsyncClient(**self._how()) as client:
                async for text in texts:
                    request = {**body, "input": text, "speed": speed or 1.0}
                    async with client.stream("POST", "/v1/audio/speech", json=request) as answer:
                        if answer.is_error:
                            await answer.aread()
                            raise self._failure(answer)
                        async for clip in _clips(answer):
                            yield clip

    # ---- transcriptions -----------------------------------------------------------------------

    def hearing(
        self, task: str, fields: dict[str, str | None]
    ) -> Callable[..., Iterator[TranscriptionEvent]]:
        """Does what transcription.pipeline.transcribe does. fields: of the form; None is left out.

        task: transcribe, or translate.
        """

        def hear(
            sources: Sequence[Recording], *, at_once: bool = False
        ) -> Iterator[TranscriptionEvent]:
            import httpx

            from voicecli.transcription.pipeline import RecordingEnded, Transcribed

            data: dict[str, Any] = {
                **{name: value for name, value in fields.items() if value is not None},
                "response_format": "verbose_json",
                "timestamp_granularities[]": ["segment", "word"],
            }
            with self._told(), httpx.Client(**self._how()) as client:
                for i, source in enumerate(sources):
                    try:
                        files = {"file": (source.name, _read(source))}
                        path = {"transcribe": "transcriptions", "translate": "translations"}[task]
                        answer = client.post(f"/v1/audio/{path}", data=data, files=files)
                        if answer.is_error:
                            raise self._failure(answer)
                        found = answer.json()
                    except VoicecliError as error:
                        yield RecordingEnded(i, error=error)
                        continue
                    segments, language = segments_of(found)
                    yield Transcribed(i, segments, found["duration"], language)
                    # How loud it was, the server doesn't tell.
                    yield RecordingEnded(i, duration_s=found["duration"], peak=1.0)

        return hear

    # ---- within -------------------------------------------------------------------------------

    def _how(self) -> dict[str, Any]:
        """Of the client."""
        import httpx

        from voicecli.network import proxy_for

        headers = {"User-Agent": "voicecli"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return {
            "base_url": self.url,
            "headers": headers,
            "proxy": proxy_for(self.url),
            "trust_env": False,
            # Certificates take 20 ms to load.
            "verify": httpx.create_ssl_context() if self.url.startswith("https") else False,
            "timeout": httpx.Timeout(READ_S, connect=CONNECT_S),
        }

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of the network as errors of ours."""
        import httpx

        try:
            yield
        except httpx.ConnectError as error:
            hint = START_HINT
            if "CERTIFICATE" in str(error):
                hint = "name the server's own certificate in SSL_CERT_FILE"
            raise NetworkError(f"no server answers at {self.url} ({error})", hint) from error
        except (httpx.HTTPError, OSError) as error:
            reason = str(error) or type(error).__name__
            raise NetworkError(
                f"the server at {self.url} broke off ({reason})", "look at what it printed"
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise self._no_server() from error

    def _failure(self, answer: httpx.Response) -> VoicecliError:
        try:
            message = json.loads(answer.content)["error"]["message"]
        except (ValueError, LookupError, TypeError):
            return self._no_server()
        hint = ""
        if answer.status_code == 401:
            hint = f"give the address as the server prints it, or set {TOKEN_VARIABLE}"
        elif answer.status_code in (429, 503):
            hint = "try again in a moment"
        return NetworkError(f"the server at {self.url} refuses: {message}", hint)

    def _no_server(self) -> NetworkError:
        return NetworkError(f"what answers at {self.url} is no voicecli", START_HINT)


async def _clips(answer: httpx.Response) -> AsyncIterator[Clip]:
    """Samples as they come; pieces may end in the middle of one."""
    import numpy as np

    from voicecli.tts.clip import Clip

    rest = b""
    async for data in answer.aiter_bytes():
        data = rest + data
        n_whole = len(data) // 2 * 2
        rest = data[n_whole:]
        if n_whole:
            pcm = np.frombuffer(data[:n_whole], "<i2")
            yield Clip(pcm.astype(np.float32) / np.float32(32768), SPEECH_HZ)


def _read(source: Recording) -> bytes:
    """Raises AudioFileError."""
    from voicecli.errors import AudioFileError

    if not isinstance(source.path, Path):
        pieces = []
        while data := source.path.read(65_536):
            pieces.append(data)
        return b"".join(pieces)
    try:
        return source.path.read_bytes()
    except OSError as error:
        raise AudioFileError(
            f"{source.name} can't be read ({error.strerror})", "check the path"
        ) from error


def segments_of(found: dict[str, Any]) -> tuple[tuple[Segment, ...], str]:
    """A verbose_json's segments with their words, and the language; raises KeyError, ValueError."""
    from voicecli.languages.names import language_code
    from voicecli.stt.transcript import TimedWord
    from voicecli.transcription.segments import Segment

    language = language_code(found["language"] or "") or ""
    words = list(found.get("words") or ())
    segments: list[Segment] = []
    for one in found.get("segments") or ():
        text, at, timed = one["text"], 0, []
        while words and (begin := text.find(words[0]["word"], at)) >= 0:
            word = words.pop(0)
            at = begin + len(word["word"])
            written = " " * (begin == 0 or text[begin - 1] == " ") + word["word"]
            timed.append(TimedWord(word["start"], word["end"], written, word["probability"]))
        segments.append(
            Segment(
                *(one["start"], one["end"], text, language, tuple(timed)),
                *(one["avg_logprob"], one["no_speech_prob"]),
            )
        )
    return tuple(segments), language
