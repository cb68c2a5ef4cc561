"""What the keys and the typed commands of a conversation do."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from voicecli.cli.commands import command_in, completions, help_text
from voicecli.conversation.events import Event, KeysShown, Notice
from voicecli.errors import VoicecliError
from voicecli.llm.messages import BUILTIN
from voicecli.printable import printable
from voicecli.terminal.hold import HeldKey
from voicecli.terminal.keys import ESCAPE, SPACE, SPACE_UP, write_to_terminal
from voicecli.terminal.line import LineEditor
from voicecli.tts.clip import ChangingVoice, TextOnly

if TYPE_CHECKING:
    from voicecli.cli.minutes import Minutes
    from voicecli.conversation.conversation import Conversation
    from voicecli.engines import Engines
    from voicecli.settings import Settings
    from voicecli.terminal.keys import Keyboard
    from voicecli.terminal.line import TypedLine
    from voicecli.terminal.screen import Screen
    from voicecli.tools.use import Tools

KEYS = (
    "Esc stops the reply   m mutes   q quits   ? shows this\n"
    "Space talk: hold it, or press it again when done   t types, as do letters that are no key\n"
    "r repeats the reply   + - speed   c copies the reply   e exports the conversation"
)
FOOTER = (
    *("Space talk", "t type", "Esc stop", "m mute", "? keys", "q quit"),
    *("r repeat", "+ - speed", "c copy", "e export"),
)
"""The most wanted first."""

SPEED_STEP = 0.1
MIN_SPEED, MAX_SPEED = 0.5, 2.0

MAX_COPIED_BYTES = 74_000
"""Terminals take no more by OSC 52 (xterm's limit is 100 000 bytes of base64)."""


class Conversing(Protocol):
    """Of a conversation, what the keys need."""

    @property
    def muted(self) -> bool: ...
    def mute(self, muted: bool) -> None: ...
    def say(self, text: str) -> None: ...
    def stop_reply(self) -> None: ...
    def start_over(self) -> None: ...


class Controls:
    """Of one conversation that a person at a terminal holds, whoever answers."""

    def __init__(
        self,
        conversation: Conversing,
        settings: Settings,
        minutes: Minutes,
        emit: Callable[[Event], None],
        leave: Callable[[], object],
        tools: Tools | None = None,
    ) -> None:
        """tools: what answers may use."""
        self._talk = conversation
        self._settings = settings
        self._minutes = minutes
        self._emit = emit
        self._leave = leave
        self._tools = tools

    def enter(self, text: str) -> bool:
        """Carry out a typed line: a command, or words for the conversation, which will answer."""
        try:
            if (found := command_in(text)) is None:
                self._minutes.answered.clear()
                self._talk.say(text)
                return True
            command, argument = found
            self._carry_out(command.name, argument)
        except VoicecliError as error:
            self._tell(error)
        return False

    def _carry_out(self, name: str, argument: str) -> None:
        match name:
            case "/clear":
                self._talk.start_over()
            case "/save":
                self.save(argument)
            case "/help":
                self._emit(KeysShown(help_text()))
            case "/quit":
                self.quit()
            case _:
                self._emit(Notice(f"{name} is the server's own affair", "start anew with options"))

    async def settled(self) -> None:
        """Wait until the last command is carried out."""

    def complete(self, text: str) -> list[str]:
        """What a typed line may become."""
        return completions(text, {})

    def keys(self) -> dict[str, Callable[[], None]]:
        return {
            ESCAPE: self.stop,
            "m": self.mute,
            "c": self.copy,
            "e": lambda: self.save(""),
            "q": self.quit,
            "?": lambda: self._emit(KeysShown(f"{KEYS}\n{help_text()}")),
        }

    def stop(self) -> None:
        """The reply, and a timer that rings."""
        self._talk.stop_reply()
        if self._tools is not None:
            self._tools.bell.hush()

    def mute(self) -> None:
        """Or no longer. Where a key has to be held to talk, it is muted otherwise anyway."""
        if not self._settings.listen.push_to_talk:
            self._talk.mute(not self._talk.muted)

    def copy(self) -> None:
        """Put the last reply on the clipboard, as it was written."""
        text = self._minutes.last_reply.encode()
        if not text:
            self._emit(Notice("there is no reply yet to be copied"))
        elif len(text) > MAX_COPIED_BYTES:
            self._emit(Notice("the reply is too long for the clipboard", "e exports it"))
        else:
            # OSC 52, xterm's; the terminal is not asked whether it obeys.
            write_to_terminal(f"\x1b]52;c;{base64.b64encode(text).decode()}\x07")
            self._emit(Notice("copied, if this terminal allows it"))

    def save(self, path: str) -> None:
        """Never over a file that is there."""
        try:
            written = self._minutes.export(Path(path).expanduser() if path else None)
        except VoicecliError as error:
            self._tell(error)
        else:
            self._emit(Notice(f"saved as {written}"))

    def quit(self) -> None:
        self._leave()

    def _tell(self, error: VoicecliError) -> None:
        self._emit(Notice(error.message, error.hint))


def _voices() -> list[str]:
    from voicecli.models import installed_voices

    return [voice.name for voice in installed_voices()]


class EngineControls(Controls):
    """Where engines of ours answer: they may be others, at any time."""

    def __init__(
        self,
        conversation: Conversation,
        engines: Engines,
        settings: Settings,
        minutes: Minutes,
        emit: Callable[[Event], None],
        start: Callable[[Coroutine[None, None, None]], asyncio.Task[None]],
        leave: Callable[[], object],
        *,
        tools: Tools | None = None,
    ) -> None:
        """start: runs what takes time beside the conversation."""
        super().__init__(conversation, settings, minutes, emit, leave, tools)
        self._conversation = conversation
        self._engines = engines
        self._start_beside = start
        self._last: asyncio.Task[None] | None = None
        self._voice = ChangingVoice(conversation.answer.voice)
        conversation.answer.voice = self._voice
        self._names: dict[str, list[str]] = {}
        """What is known to follow a command."""

    def _carry_out(self, name: str, argument: str) -> None:
        match name:
            case "/model":
                self.model(argument)
            case "/voice":
                self.voice(argument)
            case "/system":
                self.system(argument)
            case _:
                super()._carry_out(name, argument)

    async def settled(self) -> None:
        """Wait until the last command is carried out."""
        if self._last is not None:
            await asyncio.wait([self._last])

    def _start(self, job: Coroutine[None, None, None]) -> None:
        self._last = self._start_beside(job)

    def complete(self, text: str) -> list[str]:
        """What a typed line may become."""
        if text.startswith(("/model", "/voice")) and not self._names:
            self._names["/model"] = []  # asked for once
            self._start(self._learn_names())
        return completions(text, self._names)

    def keys(self) -> dict[str, Callable[[], None]]:
        conversation = self._conversation
        talk = HeldKey(
            conversation.hold_turn, conversation.end_turn, asyncio.get_running_loop().call_later
        )
        return {
            **super().keys(),
            SPACE: talk.pressed,
            SPACE_UP: talk.let_go,
            "r": self.repeat,
            "+": lambda: self.change_speed(SPEED_STEP),
            "=": lambda: self.change_speed(SPEED_STEP),  # the same key, without Shift
            "-": lambda: self.change_speed(-SPEED_STEP),
        }

    def repeat(self) -> None:
        """Speak the last reply once more."""
        if self._minutes.last_reply:
            self._conversation.repeat(self._minutes.last_reply)
        else:
            self._emit(Notice("there is no reply yet to be repeated"))

    def change_speed(self, by: float) -> None:
        """Of the voice, from the next sentence on."""
        speed = round(min(MAX_SPEED, max(MIN_SPEED, self._settings.tts.speed + by)), 2)
        self._settings = replace(self._settings, tts=replace(self._settings.tts, speed=speed))
        if not isinstance(self._voice.now, TextOnly):
            self._voice.become(self._engines.voice(self._settings.tts))
            self._emit(Notice(f"speed {speed:g}"))

    def model(self, name: str) -> None:
        self._start(self._change_model(name) if name else self._list_models())

    def voice(self, name: str) -> None:
        from voicecli.cli.options import voice_engine

        if not name:
            here = self._voice.name
            self._emit(Notice(f"voice {here}; there are: {', '.join(_voices())}"))
            return
        engine, voice = voice_engine(name, None)
        tts = replace(self._settings.tts, voice=voice)
        self._start(
            self._change(replace(self._settings, tts=replace(tts, engine=engine or "piper")))
        )

    def system(self, prompt: str) -> None:
        if not prompt:
            self._emit(Notice(f"system prompt: {self._settings.llm.system or 'our own'}"))
            return
        llm = replace(self._settings.llm, system=prompt)
        self._start(self._change(replace(self._settings, llm=llm)))

    # ---- what takes time ----------------------------------------------------------------------

    async def _change_model(self, name: str) -> None:
        """Whether the server has it is told as at the start."""
        model = self._conversation.answer.language_model
        if self._settings.llm.base_url == BUILTIN:
            hint = "for a language model, start anew with --base-url"
            self._emit(Notice("the built-in replies answer, and have no other models", hint))
            return
        await self._change(replace(self._settings, llm=replace(self._settings.llm, model=name)))
        if (now := self._conversation.answer.language_model) is not model:
            for message, hint in now.remarks:
                self._emit(Notice(message, hint))

    async def _change(self, settings: Settings) -> None:
        """Answer by other settings, from the next turn on."""
        from voicecli.models import find_voice
        from voicecli.speech_engines import PIPER, is_here

        text_only = isinstance(self._voice.now, TextOnly)
        try:
            if not text_only and is_here(settings.tts.engine, PIPER):
                find_voice(settings.tts.voice)
            answer = await self._engines.answer(settings, text_only=text_only, tell=self._emit)
            await answer.voice.load()
        except VoicecliError as error:
            self._tell(error)
            return
        self._settings = settings
        self._voice.become(answer.voice)
        answer.voice = self._voice
        self._conversation.answer = answer if self._tools is None else self._tools.by(answer)
        self._emit(Notice(f"llm {answer.language_model.title}  voice {self._voice.name}"))

    async def _list_models(self) -> None:
        try:
            names = await self._models()
        except VoicecliError as error:
            self._tell(error)
            return
        now = self._conversation.answer.language_model.title
        self._emit(Notice(f"llm {now}; there are: {', '.join(names) or 'no others'}"))

    async def _learn_names(self) -> None:
        self._names["/voice"] = _voices()
        with suppress(VoicecliError):  # the command itself will say why
            self._names["/model"] = await self._models()

    async def _models(self) -> list[str]:
        from voicecli.llm.client import ChatClient

        async with ChatClient(self._settings.llm, offline=self._settings.offline) as client:
            return list(await client.models())


class Typing:
    """The keys of a conversation, and the line that is typed into."""

    def __init__(
        self, keyboard: Keyboard, screen: Screen, controls: Controls, *, stays: bool
    ) -> None:
        """stays: the line is open all the time, and there are no keys but Esc."""
        self._keyboard = keyboard
        self._screen = screen
        self._controls = controls
        self._stays = stays
        self._keys = controls.keys()
        self.editor = LineEditor(
            self._show,
            self._entered,
            controls.complete,
            on_end=self._at_end,
        )

    def _at_end(self) -> None:
        """Ctrl-D in an empty line."""
        if self._stays:
            self._controls.quit()

    def begin(self) -> None:
        """From now on there are keys."""
        self._keyboard.on_key, self._keyboard.on_paste = self.press, self.open
        if self._stays:
            self.open()
        else:
            self._keyboard.ask_for_releases()

    def press(self, key: str) -> None:
        if key == ESCAPE and self.editor.is_open and not self._stays:
            self.editor.close()
        elif action := self._keys.get(key):
            action()
        elif key == "t":
            self.open()
        elif key.isprintable():
            self.open(key)

    def open(self, text: str = "") -> None:
        """A line that begins with that text."""
        if not self._screen.shows_typing:
            self._keyboard.ask_line(self._entered)
            return
        self.editor.open(text)
        self._keyboard.give_line(self.editor.feed)

    def _show(self, line: TypedLine | None) -> None:
        self._screen.type(line)
        if line is None:
            self._keyboard.give_line(None)

    def _entered(self, text: str | None) -> None:
        if text is None:
            self._at_end()
            return
        if text := printable(text).strip():
            self._controls.enter(text)
        if self._stays:
            self.open()
