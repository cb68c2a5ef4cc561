"""A server that runs (`voicecli serve`): `say` and `transcribe` borrow its warm engines."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from voicecli.errors import NetworkError, SettingsError, VoicecliError

if TYPE_CHECKING:
    from http.client import HTTPResponse

    from voicecli.cli.http import HttpLine
    from voicecli.transcription.pipeline import Recording, TranscriptionEvent
    from voicecli.transcription.segments import Segment
    from voicecli.tts.clip import Clip

TOKEN_VARIABLE = "VOICECLI_SERVE_TOKEN"

SPEECH_HZ = 24_000

MAX_CHARS = 4096
"""Of one request."""

PIECE_BYTES = 65_536

SPEECH = "/v1/audio/speech"
HEARING = {"transcribe": "/v1/audio/transcriptions", "translate": "/v1/audio/translations"}
"""Task -> path."""

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
        from asyncio import to_thread

        body = {"model": "voicecli", "voice": voice or "default", "response_format": "pcm"}
        with self._told(), closing(self._line()) as line:
            await to_thread(self._connect, line)
            async for text in texts:
                request = json.dumps({**body, "input": text, "speed": speed or 1.0}).encode()
                answer = await to_thread(line.post, SPEECH, request, "application/json")
                if answer.status >= 400:
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
            from voicecli.transcription.pipeline import RecordingEnded, Transcribed

            with self._told(), closing(self._line()) as line:
                self._connect(line)
                for i, source in enumerate(sources):
                    try:
                        found = self._heard(line, task, fields, source)
                    except VoicecliError as error:
                        yield RecordingEnded(i, error=error)
                        continue
                    segments, language = segments_of(found)
                    yield Transcribed(i, segments, found["duration"], language)
                    # How loud it was, the server doesn't tell.
                    yield RecordingEnded(i, duration_s=found["duration"], peak=1.0)

        return hear

    def _heard(
        self, line: HttpLine, task: str, fields: dict[str, str | None], source: Recording
    ) -> dict[str, Any]:
        from voicecli.cli.http import form

        wanted: dict[str, str | list[str]] = {
            **{name: value for name, value in fields.items() if value is not None},
            "response_format": "verbose_json",
            "timestamp_granularities[]": ["segment", "word"],
        }
        answer = line.post(HEARING[task], *form(wanted, source.name, _read(source)))
        if answer.status >= 400:
            raise self._failure(answer)
        return json.loads(answer.read())

    # ---- within -------------------------------------------------------------------------------

    def _line(self) -> HttpLine:
        from voicecli.cli.http import HttpLine
        from voicecli.network import proxy_for

        headers = {"User-Agent": "voicecli"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            proxy = proxy_for(self.url)
        except ValueError as error:
            raise NetworkError(str(error), "mend it in the environment") from error
        return HttpLine(self.url, headers, proxy)

    def _connect(self, line: HttpLine) -> None:
        from ssl import SSLCertVerificationError

        try:
            line.connect()
        except SSLCertVerificationError as error:
            raise NetworkError(
                f"the server at {self.url} can't be trusted ({error.verify_message})",
                "name the server's own certificate in SSL_CERT_FILE",
            ) from error
        except OSError as error:
            raise NetworkError(f"no server answers at {self.url} ({error})", START_HINT) from error

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of the network as errors of ours."""
        from http.client import HTTPException

        try:
            yield
        except (HTTPException, OSError) as error:
            reason = str(error) or type(error).__name__
            raise NetworkError(
                f"the server at {self.url} broke off ({reason})", "look at what it printed"
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise self._no_server() from error

    def _failure(self, answer: HTTPResponse) -> VoicecliError:
        try:
            message = json.loads(answer.read())["error"]["message"]
        except (ValueError, LookupError, TypeError):
            return self._no_server()
        hint = ""
        if answer.status == 401:
            hint = f"give the address as the server prints it, or set {TOKEN_VARIABLE}"
        elif answer.status in (429, 503):
            hint = "try again in a moment"
        return NetworkError(f"the server at {self.url} refuses: {message}", hint)

    def _no_server(self) -> NetworkError:
        return NetworkError(f"what answers at {self.url} is no voicecli", START_HINT)


async def _clips(answer: HTTPResponse) -> AsyncIterator[Clip]:
    """Samples as they come; pieces may end in the middle of one."""
    from asyncio import to_thread

    from voicecli.sound.wav import Pcm16
    from voicecli.tts.clip import Clip

    pcm = Pcm16()
    while data := await to_thread(answer.read1, PIECE_BYTES):
        if len(samples := pcm.feed(data)):
            yield Clip(samples, SPEECH_HZ)


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
