"""What recognises, answers and speaks: made of the settings once a process; and conversations, one
a session.

    async with Engines(settings) as engines:
        await engines.warm_up()
        conversation = await engines.conversation(duplex, emit)
        await conversation.run()

Any number of conversations may run at once. They share what takes memory and time to load; what is
one user's own (the echo's path, the ends of turns, the history, a voice's volume) is made anew. A
session that wants it otherwise brings its own settings, for instance

    replace(engines.settings, llm=replace(engines.settings.llm, system="You are a pirate."))

What others bring is found by entry points (docs/engines.md).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from voicecli import memory
from voicecli.engine_parts import (
    Shared,
    make_language_model,
    make_turn_detector,
    make_vad,
    make_wake_word,
    plugged_recognizer,
    plugged_voice,
    system_prompt,
    voice_named_for,
    warm_text,
)
from voicecli.errors import VoicecliError, first_error
from voicecli.settings import AUTO, NO_TURN_MODEL
from voicecli.settings.servers import entries
from voicecli.speech_engines import (
    PIPER,
    WHISPER,
    Surroundings,
    check_language,
    is_here,
    make_recognizer,
    make_voice,
)

if TYPE_CHECKING:
    from voicecli.conversation.answer import Answer
    from voicecli.conversation.conversation import Conversation
    from voicecli.conversation.events import Event
    from voicecli.conversation.history import History
    from voicecli.duplex.seam import Duplex
    from voicecli.hearing.detectors import TurnDetector
    from voicecli.hearing.echo import Echo
    from voicecli.llm.messages import LanguageModel
    from voicecli.settings import LlmSettings, Settings, SttSettings, TtsSettings
    from voicecli.stt.transcript import Recognizer
    from voicecli.tts.clip import Voice
    from voicecli.tts.piper import PiperModel
    from voicecli.tts.voices import OtherVoices


class Engines:
    """The engines of one process. Leaving it closes the connections that it opened."""

    def __init__(
        self,
        settings: Settings,
        notices: Callable[[str, str], None] = lambda message, hint: None,
    ) -> None:
        """Nothing is looked for or loaded yet.

        notices: hears, with a hint, what changes for all sessions while they go on.
        """
        self.settings = settings
        self._notices = notices
        self._recognizers: Shared[Recognizer] = Shared()
        self._piper: Shared[PiperModel] = Shared()
        self._voices: Shared[Voice] = Shared()
        """Those of plug-ins and servers."""
        self._voice_files: dict[str | None, Path] = {}
        """Looked for once: that takes 40 ms, and each reply asks."""
        self._turn_detectors: Shared[TurnDetector] = Shared()
        self._language_models: dict[LlmSettings, LanguageModel] = {}
        self._connecting: defaultdict[LlmSettings, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._own: list[object] = []
        """Keeps what the settings of the process ask for, also while no session uses it."""
        self._loading: set[asyncio.Future[None]] = set()
        self._connections = closing = AsyncExitStack()
        self._around = Surroundings(
            *(settings.offline, notices),
            lambda connection: closing.push_async_callback(connection.aclose),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._own.clear()
        self._language_models.clear()
        if self._loading:
            await asyncio.wait(self._loading)
        await self._connections.aclose()

    async def warm_up(self, *, hears: bool = True, speaks: bool = True) -> None:
        """Load everything that the settings of the process ask for, and connect.

        hears, speaks: else who uses them types, or reads. Raises VoicecliError.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.language_model())
                if hears:
                    spotting = self._spotting(self.settings)
                    for stt in {self.settings.stt, spotting if self.settings.wake.phrase else None}:
                        if stt is not None:
                            self._own.append(recognizer := self.recognizer(stt))
                            tasks.create_task(recognizer.warm_up())
                    model = self.settings.listen.turn_model
                    self._keep(tasks.create_task(self.turn_detector(model)))
                self._keep(tasks.create_task(asyncio.to_thread(make_vad)))
                if speaks:
                    voice = self.voice()
                    self._own.append(voice)
                    tasks.create_task(voice.warm_up())
                    tasks.create_task(asyncio.to_thread(warm_text, voice.language or "en"))
        except ExceptionGroup as group:
            raise first_error(group) from None
        await asyncio.to_thread(memory.give_back)

    def _keep(self, making: asyncio.Task[Any]) -> None:
        def keep(made: asyncio.Task[Any]) -> None:
            if not made.cancelled() and made.exception() is None:
                self._own.append(made.result())

        making.add_done_callback(keep)

    def recognizer(self, settings: SttSettings | None = None) -> Recognizer:
        """Shared by all whose settings differ in nothing but the language.

        Raises ModelMissingError, ModelCorruptError, SettingsError.
        """
        settings = self._with_model(settings or self.settings.stt)
        check_language(settings)
        shared = self._recognizers.get(
            replace(settings, language=None),
            lambda settings: make_recognizer(settings, self._around, plugged_recognizer),
        )
        if settings.only_language is None:
            return shared
        from voicecli.stt.transcript import InLanguage

        return InLanguage(shared, settings.only_language)

    def conversation_recognizer(self, settings: SttSettings, language: str) -> Recognizer:
        """For one conversation, whose first words are probably in that language; raises as
        `recognizer` does."""
        from voicecli.languages import primary
        from voicecli.stt.conversation import InConversation

        return InConversation(self.recognizer(settings), primary(language))

    def _spotting(self, settings: Settings) -> SttSettings:
        """Of what looks for the wake phrase: on this machine, whatever recognises the rest."""
        if all(is_here(one, WHISPER) for one in entries(settings.stt.engine)):
            return settings.stt
        from voicecli.settings import SttSettings

        return SttSettings(language=settings.stt.language)

    def spotter(self, settings: Settings) -> Recognizer | None:
        """What looks for the wake phrase; None where there is none. Raises
        ModelMissingError."""
        if settings.wake.phrase is None:
            return None
        from voicecli.conversation.spotting import Spotter
        from voicecli.stt.recognizer import WhisperRecognizer
        from voicecli.stt.transcript import InLanguage

        phrase, spotting = settings.wake.phrase, self._spotting(settings)
        language = spotting.only_language or self._voice_language()
        recognizer = self.recognizer(replace(spotting, language=None))
        if not isinstance(recognizer, WhisperRecognizer):
            return InLanguage(recognizer, language)
        return Spotter(recognizer, phrase, language)

    def limits(self, settings: SttSettings | None = None) -> tuple[str, str] | None:
        """What alone a small recogniser understands, and what to do for free speech; None for one
        that understands whatever is said."""
        settings = self._with_model(settings or self.settings.stt)
        if not is_here(settings.engine, WHISPER):
            return None
        from voicecli.models import find_stt, limits_of

        return limits_of(find_stt(settings.model))

    def _with_model(self, settings: SttSettings) -> SttSettings:
        """The default understands what is spoken: as the settings say, or else what the voice does.

        Here, because those who speak different languages may share a recogniser."""
        if not is_here(settings.engine, WHISPER) or settings.model is not None:
            return settings
        from voicecli.models import find_stt

        spoken = settings.language or self._voice_language()
        language = None if spoken == AUTO else spoken
        return replace(settings, model=str(find_stt(None, language)))

    def _voice_language(self) -> str:
        from voicecli.models import find_voice, formats

        if not is_here(self.settings.tts.engine, PIPER):
            return "en"
        languages = formats.voice_languages(find_voice(self.settings.tts.voice))
        return languages[0] if languages else "en"

    def voice(
        self,
        settings: TtsSettings | None = None,
        *,
        aligned: bool = True,
        n_threads: int = 1,
        continuous: bool = False,
    ) -> Voice:
        """For one listener; what was loaded is shared with others that hear the same voice.

        aligned: clips tell when each word is said. n_threads: more than one where nobody listens
        meanwhile. continuous: one text from its beginning to its end, which nobody interrupts.
        Raises ModelMissingError, ModelCorruptError, SettingsError.
        """
        settings = settings or self.settings.tts

        def piper(name: str | None) -> Voice:
            from voicecli.models import find_voice
            from voicecli.tts.piper import PiperModel, PiperSynthesizer

            path = self._voice_files.get(name) or find_voice(name)
            self._voice_files[name] = path
            model = self._piper.get(
                (path, aligned, n_threads),
                lambda _: PiperModel(path, aligned=aligned, n_threads=n_threads),
            )
            return PiperSynthesizer(model, settings, continuous=continuous)

        if is_here(settings.engine, PIPER):
            return piper(settings.voice)
        return self._voices.get(
            settings, lambda settings: make_voice(settings, self._around, piper, plugged_voice)
        )

    async def language_model(self, settings: LlmSettings | None = None) -> LanguageModel:
        """Connected; shared by all whose settings differ in nothing but the system prompt.

        Raises LanguageModelError, NetworkError, SettingsError.
        """
        from voicecli.llm.messages import Instructed, WithUniqueCalls

        settings = settings or self.settings.llm
        key = replace(settings, system="")
        async with self._connecting[key]:
            model = self._language_models.get(key) or await self._connect(key)
        return Instructed(WithUniqueCalls(model), system_prompt(settings))

    async def _connect(self, settings: LlmSettings) -> LanguageModel:
        from voicecli.settings.api_keys import api_key

        settings_with_key = replace(settings, api_key=await asyncio.to_thread(api_key, settings))
        async with AsyncExitStack() as stack:
            model = await stack.enter_async_context(
                make_language_model(
                    settings_with_key, offline=self.settings.offline, notices=self._notices
                )
            )
            await model.connect()
            self._connections.push_async_exit(stack.pop_all())
        self._language_models[settings] = model
        return model

    async def turn_detector(self, model: str | None) -> TurnDetector | None:
        """model: as settings.listen.turn_model. Raises ModelMissingError, ModelCorruptError."""
        if model == NO_TURN_MODEL:
            return None
        from voicecli.models import find_turn_detector

        path = await asyncio.to_thread(find_turn_detector, model)
        if path is None:
            return None
        return await asyncio.to_thread(self._turn_detectors.get, path, make_turn_detector)

    async def conversation(
        self,
        duplex: Duplex,
        emit: Callable[[Event], None],
        *,
        settings: Settings | None = None,
        history: History | None = None,
        echo: Echo | None = None,
        text_only: bool = False,
        sleeps: bool = False,
    ) -> Conversation:
        """A conversation of one user, ready to run.

        settings: of this session. echo: what keeps the loudspeaker from being taken for the user;
        None chooses by the settings. text_only: replies are written, and not spoken. sleeps: until
        the wake phrase of the settings, where there is one.
        Raises VoicecliError where something that the settings ask for can't be had.
        """
        from voicecli.conversation.conversation import Conversation
        from voicecli.conversation.history import History
        from voicecli.conversation.parts import Parts
        from voicecli.hearing.echo import NoEcho, choose_echo
        from voicecli.hearing.gate import GatedDetector
        from voicecli.hearing.vad import SileroVad

        settings = settings or self.settings
        answer = await self.answer(settings, text_only=text_only, tell=emit)
        if echo is None:  # in a recording, nothing comes back
            echo = NoEcho() if duplex.stands_still else choose_echo(settings.sound.echo)
        history = History() if history is None else history
        history.max_turns = settings.llm.history
        is_local = answer.language_model.is_local
        return Conversation(
            Parts(
                duplex,
                echo,
                GatedDetector(SileroVad()),
                self.conversation_recognizer(settings.stt, answer.language),
                answer.language_model,
                answer.voice,
                await self.turn_detector(settings.listen.turn_model),
                SileroVad,
                answer.others,
                self.spotter(settings) if sleeps else None,
                self._spotting(settings) is not settings.stt,
                await asyncio.to_thread(make_wake_word, settings.wake) if sleeps else None,
            ),
            history,
            emit,
            settings=settings.listen,
            wake=settings.wake if sleeps else replace(settings.wake, phrase=None),
            language=answer.language,
            pronunciations=answer.pronunciations,
            speculate=settings.listen.speculate or ("full" if is_local else "stt"),
            draft=is_local,
        )

    async def answer(
        self, settings: Settings, *, text_only: bool = False, tell: Callable[[Event], None]
    ) -> Answer:
        """Language model and voice of one user; raises VoicecliError."""
        from voicecli.conversation.answer import Answer
        from voicecli.text.aloud.pronunciations import pronunciations_of
        from voicecli.tts.clip import TextOnly

        voice = TextOnly() if text_only else self.voice(settings.tts)
        return Answer(
            await self.language_model(settings.llm),
            voice,
            voice.language or settings.stt.only_language or "en",
            pronunciations_of(settings.tts),
            tell,
            others=self.other_voices(settings.tts),
        ).in_language(settings.stt.only_language or "")

    def other_voices(self, settings: TtsSettings) -> OtherVoices:
        """For who hears the voice of these settings: Piper voices of other languages."""
        from voicecli.models.catalogue import how_to_get_voice
        from voicecli.tts.voices import OtherVoices

        found: dict[str, Voice] = {}

        def of(code: str) -> Voice | None:
            if code not in found and (name := voice_named_for(code)):
                tts = replace(settings, engine=PIPER, voice=name, speaker=None)
                found[code] = voice = self.voice(tts)
                self._load(voice)
            return found.get(code)

        return OtherVoices(of, how_to_get_voice)

    def _load(self, voice: Voice) -> None:
        """Meanwhile; what is wrong with it is told when it is to speak."""

        async def load() -> None:
            with suppress(VoicecliError):
                await voice.load()

        task = asyncio.ensure_future(load())
        self._loading.add(task)
        task.add_done_callback(self._loading.discard)
