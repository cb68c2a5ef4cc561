"""A session, written while the conversation goes on. Whatever ends it (a kill, a full disk), what
was written before can be read: events line by line, and FLAC, which is whole after each of its
frames."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from voicecli.conversation.events import (
    Event,
    Level,
    ReplyEnded,
    SentenceBegan,
    SpeechBegan,
    State,
    StateChanged,
    Stopped,
    UserSaid,
    as_json,
)
from voicecli.duplex.seam import Duplex, Notices
from voicecli.errors import AudioFileError, SessionError, VoicecliError, reason
from voicecli.files import is_full, write_atomically
from voicecli.printable import in_one_line
from voicecli.sessions import folders
from voicecli.sessions.asleep import HeldBack
from voicecli.sessions.exporting import CUT_OFF, text_of
from voicecli.sessions.reading import BEGAN, read
from voicecli.sessions.sound import part_name
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Samples, silence
from voicecli.sound.writing import GrowingFile, growing_file

FRAMES_AT_ONCE = 8
"""Written together: a kill loses a quarter of a second of sound, and no event."""

MAX_GAP_SAMPLES = SAMPLE_RATE_HZ
"""Of lost sound, filled with silence. After a longer gap another file begins."""

RETRY_SAMPLES = 5 * SAMPLE_RATE_HZ
"""So long after an error it is tried again: the disk may have room by then."""


class SessionRecorder:
    """Writes one session; a context manager.

    `hear` takes what was heard and played, `tell` what happened; `recorded` and `telling` put it
    in a conversation's way. An error is told, and ends neither the conversation nor the recording:
    words wait in memory until there is room for them.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        at: int = 0,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
        notices: Notices = lambda message, hint: None,
    ) -> None:
        """folder: of a session that goes on at the sample index `at`; None begins a new one."""
        self.folder = folder
        self.at = at
        """Sample index of the session: what was heard so far."""
        self.notices = notices
        self.is_asleep = False
        """The wake phrase was not said: nothing that is heard is kept."""
        self._offset = at
        self._now = now
        self._sound = _Sound(self._failed, self._worked)
        self._held_back = HeldBack(self._sound.feed)
        self._unwritten = b""
        self._failing: set[str] = set()

    @property
    def id(self) -> str:
        return folders.id_of(self.folder) if self.folder else ""

    def __enter__(self) -> Self:
        """Raises SessionError where it can't be written, or another process writes it."""
        began = self._now()
        is_new = self.folder is None
        try:
            self.folder = self.folder or folders.new_folder(began)
            self._events = _open_private(self.folder / folders.EVENTS)
            folders.hold_or_refuse(self._events, self.folder)
            self._transcript = _open_private(self.folder / folders.TRANSCRIPT)
            _end_line(self.folder / folders.EVENTS, self._events)
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        self._sound.folder = self.folder
        self._write(
            {
                "at": self.at,
                "event": BEGAN,
                "began": began.isoformat(timespec="milliseconds"),
                "sample_rate_hz": SAMPLE_RATE_HZ,
                "voicecli": version("voicecli"),
            }
        )
        if self._unwritten:  # before a word was said, it is not too late to say no
            os.close(self._transcript)
            os.close(self._events)
            if is_new:
                shutil.rmtree(self.folder, ignore_errors=True)
            raise SessionError("the conversation can't be recorded", "free some space on the disk")
        self._note(f"{began:%Y-%m-%d %H:%M}\n" if self._offset == 0 else "\n")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._held_back.settle()
        self._sound.close()
        self._flush()
        os.close(self._transcript)
        self._rewrite_transcript()
        os.close(self._events)

    # ---- in a conversation's way --------------------------------------------------------------

    def recorded(self, duplex: Duplex) -> Duplex:
        """The same, with all that it hears and plays written."""
        return RecordedDuplex(duplex, self)

    def telling(self, emit: Callable[[Event], None]) -> Callable[[Event], None]:
        """The same, with every event written before anybody sees it."""

        def tell(event: Event) -> None:
            self.tell(event)
            emit(event)

        return tell

    # ---- what is written ----------------------------------------------------------------------

    def hear(self, frame: Frame, *, muted: bool = False) -> None:
        """One frame, in its order."""
        self.at = self._offset + frame.end
        heard = silence(len(frame.samples)) if muted else frame.samples
        keep = self._held_back.add if self.is_asleep else self._sound.feed
        keep(self._offset + frame.start, heard, frame.played)
        if self._unwritten and self.at % RETRY_SAMPLES < FRAME_SAMPLES:
            self._flush()

    def tell(self, event: Event) -> None:
        """One event, at the moment of the frame that was heard last. All but levels are kept."""
        if isinstance(event, Level):
            return
        self._sleep(event)
        line = {"at": self.at, **as_json(event)}
        if isinstance(event, UserSaid | ReplyEnded):
            line["number"] = event.number
        self._write(line)
        match event:
            case UserSaid(text) | Stopped(text):
                self._note(f"\nyou: {in_one_line(text)}")
            case SentenceBegan(text):
                self._note((" " if self._in_reply else "\nai: ") + in_one_line(text))
            case ReplyEnded(interrupted=True) if self._in_reply:
                self._note(CUT_OFF)
        if isinstance(event, UserSaid | Stopped | SentenceBegan | ReplyEnded):
            self._in_reply = isinstance(event, SentenceBegan)

    def _sleep(self, event: Event) -> None:
        """A call is told as any speech, once it was understood."""
        match event:
            case SpeechBegan(onset):
                self._held_back.settle(self._offset + onset)
                self.is_asleep = False
            case StateChanged(state):
                self.is_asleep = state is State.ASLEEP
                if not self.is_asleep:
                    self._held_back.settle()

    _in_reply = False
    """The transcript's last line is one."""

    def _write(self, line: dict[str, object]) -> None:
        self._unwritten += json.dumps(line).encode() + b"\n"
        self._flush()

    def _flush(self) -> None:
        if not self._unwritten:
            return
        try:
            while self._unwritten:
                n_written = os.write(self._events, self._unwritten)
                self._unwritten = self._unwritten[n_written:]
        except OSError as error:
            self._failed("words", error)
        else:
            self._worked("words")

    def _failed(self, what: str, error: BaseException) -> None:
        """Told once, until all can be written again."""
        is_first = not self._failing
        self._failing.add(what)
        if is_first:
            hint = "free some space on the disk" if is_full(error) else f"look at {self.folder}"
            self.notices(
                f"the conversation can't be recorded at the moment ({reason(error)})",
                f"{hint}; it goes on by itself",
            )

    def _worked(self, what: str) -> None:
        self._failing.discard(what)

    def _note(self, text: str) -> None:
        """In the transcript: for those who look before the end, when it is written anew."""
        with suppress(OSError):
            os.write(self._transcript, text.encode(errors="replace"))

    def _rewrite_transcript(self) -> None:
        assert self.folder is not None
        with suppress(OSError, VoicecliError):  # what was noted is there
            write_atomically(self.folder / folders.TRANSCRIPT, text_of(read(self.folder)), 0o600)


class _Sound:
    """The FLAC files of a session. The name of each says at which sample it begins."""

    def __init__(
        self, failed: Callable[[str, BaseException], None], worked: Callable[[str], None]
    ) -> None:
        self.folder = Path()
        self._failed = failed
        self._worked = worked
        self._file: GrowingFile | None = None
        self._waiting: list[tuple[Samples, Samples]] = []
        self._next = 0
        self._retry_at = 0

    def feed(self, start: int, heard: Samples, played: Samples) -> None:
        if self._file is None:
            if start < self._retry_at:
                return
            self._begin(start)
        gap = start - self._next
        if not 0 <= gap <= MAX_GAP_SAMPLES:
            self.close()
            self._begin(start)
        elif gap:
            self._waiting.append((silence(gap), silence(gap)))
        self._waiting.append((heard, played))
        self._next = start + len(heard)
        if len(self._waiting) >= FRAMES_AT_ONCE:
            self._write()

    def close(self) -> None:
        self._write()
        self._end()

    def _begin(self, start: int) -> None:
        path = self.folder / part_name(start)
        self._next = start
        try:
            os.close(_open_private(path))
            self._file = growing_file(path, SAMPLE_RATE_HZ, 2)
        except (OSError, AudioFileError) as error:
            self._gave_up(error)
            with suppress(OSError):
                if not path.stat().st_size:
                    path.unlink()

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        if self._file is None or not waiting:
            return
        try:
            self._file.write(*(np.concatenate(side) for side in zip(*waiting, strict=True)))
        except AudioFileError as error:
            self._gave_up(error)
        else:
            self._worked("sound")

    def _end(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except AudioFileError as error:
                self._failed("sound", error.__cause__ or error)

    def _gave_up(self, error: Exception) -> None:
        self._failed("sound", error.__cause__ or error)
        self._retry_at = self._next + RETRY_SAMPLES
        file, self._file = self._file, None
        self._waiting.clear()
        if file is not None:
            with suppress(AudioFileError):
                file.close()


class RecordedDuplex:
    """Another duplex, of which all that is heard and played is recorded (see Duplex)."""

    def __init__(self, duplex: Duplex, recorder: SessionRecorder) -> None:
        self._duplex = duplex
        self._recorder = recorder
        self._muted = False
        self._heard_from = 0
        self.speaker = duplex.speaker
        self.stands_still = duplex.stands_still

    @property
    def input_ended(self) -> bool:
        return self._duplex.input_ended

    async def frames(self) -> AsyncGenerator[Frame, None]:
        async with aclosing(self._duplex.frames()) as frames:
            async for frame in frames:
                is_muted = self._muted or frame.start < self._heard_from
                self._recorder.hear(frame, muted=is_muted)
                yield frame

    def hurry(self, hurry: bool) -> None:
        self._duplex.hurry(hurry)

    def mute(self, muted: bool) -> int:
        self._muted, self._heard_from = muted, self._duplex.mute(muted)
        return self._heard_from

    def describe(self) -> str:
        return self._duplex.describe()

    async def __aenter__(self) -> Self:
        await self._duplex.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._duplex.__aexit__(kind, error, trace)


def _open_private(path: Path) -> int:
    """To append to; for its owner alone, also where it was there with another mode."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags, 0o600)
    with suppress(OSError, AttributeError):  # Windows
        os.fchmod(descriptor, 0o600)
    return descriptor


def _end_line(path: Path, descriptor: int) -> None:
    """Whoever wrote before may have been killed within a line."""
    with path.open("rb") as events:
        if events.seek(0, os.SEEK_END):
            events.seek(-1, os.SEEK_END)
            if events.read() != b"\n":
                os.write(descriptor, b"\n")


def _unwritable(folder: Path | None, error: OSError) -> SessionError:
    hint = "free some space on the disk" if is_full(error) else "choose another VOICECLI_HOME"
    where = folder or "the folder of sessions"
    return SessionError(f"{where} can't be written ({reason(error)})", hint)
