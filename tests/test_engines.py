"""What a process loads once, and conversations that share it."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sse_server import SseServer, calling, models, reply, status
from voicecli.conversation.events import Event, ReplyEnded, UserSaid
from voicecli.conversation.history import History
from voicecli.duplex.files import FileDuplex
from voicecli.engines import Engines
from voicecli.errors import LanguageModelError, ModelMissingError
from voicecli.llm.messages import Message, Options, ToolCall
from voicecli.settings import LlmSettings, Settings, SttSettings, TtsSettings
from voicecli.sound.resampling import resample
from voicecli.sound.samples import SAMPLE_RATE_HZ, silence
from voicecli.sound.wav import WavWriter
from voicecli.tts.clip import Clip

pytestmark = pytest.mark.slow

OFFLINE = Settings(llm=LlmSettings(base_url="built-in"), offline=True)

QUESTIONS = {"seven": "What is seven plus twelve?", "joke": "Tell me a joke."}


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each question asked twice, in a file."""
    folder = tmp_path_factory.mktemp("questions")

    async def record() -> dict[str, Path]:
        voice = Engines(OFFLINE).voice()
        paths = {}
        for name, question in QUESTIONS.items():
            clip = await voice.synthesize(question)
            paths[name] = folder / f"{name}.wav"
            wav = WavWriter(paths[name], SAMPLE_RATE_HZ)
            for _ in range(2):
                wav.write(silence(SAMPLE_RATE_HZ))
                wav.write(resample(clip.samples, clip.sample_rate_hz, SAMPLE_RATE_HZ))
                wav.write(silence(6 * SAMPLE_RATE_HZ))
            wav.close()
        return paths

    return asyncio.run(record())


async def hold(
    engines: Engines,
    question: Path,
    output: Path | None = None,
    *,
    settings: Settings | None = None,
    text_only: bool = False,
) -> tuple[list[Event], History]:
    """A whole conversation in files: its events, and what is remembered."""
    events, history = list[Event](), History()
    async with FileDuplex(question, output) as duplex:
        conversation = await engines.conversation(
            duplex, events.append, settings=settings, history=history, text_only=text_only
        )
        await conversation.run()
    return events, history


def said(events: Sequence[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, UserSaid)]


def heard(events: Sequence[Event]) -> list[str]:
    return [event.heard for event in events if isinstance(event, ReplyEnded)]


def test_a_conversation_of_nothing_but_settings(questions: dict[str, Path]) -> None:
    async def talk() -> tuple[list[Event], History]:
        async with Engines(OFFLINE) as engines:
            return await hold(engines, questions["seven"])

    events, history = asyncio.run(talk())
    assert [text.lower() for text in said(events)] == [QUESTIONS["seven"].lower()] * 2
    assert len(heard(events)) == 2
    assert all("19" in text or "nineteen" in text for text in heard(events))
    assert [message.role for message in history.messages] == ["user", "assistant"] * 2


def test_two_at_once_share_the_engines_and_hear_nothing_of_each_other(
    questions: dict[str, Path], tmp_path: Path
) -> None:
    """Each has instructions of its own, which the model is asked with and repeats, and which must
    reach nobody else; in what is said, heard, remembered and sent."""
    with SseServer() as server:
        server.respond = lambda request: reply(
            f"{request.messages[0]['content']} says {request.asked}"
        )
        base = Settings(llm=LlmSettings(base_url=server.base_url))
        own = {
            "seven": replace(base, llm=replace(base.llm, system="Pelican")),
            "joke": replace(
                base,
                llm=replace(base.llm, system="Ostrich"),
                tts=replace(base.tts, speed=1.5, volume=0.4),
            ),
        }

        async def talk(*names: str) -> list[tuple[list[Event], History]]:
            async with Engines(base) as engines:
                return await asyncio.gather(
                    *(
                        hold(
                            engines,
                            questions[name],
                            tmp_path / f"{len(names)}-{name}.wav",
                            settings=own[name],
                        )
                        for name in names
                    )
                )

        together = dict(zip(own, asyncio.run(talk(*own)), strict=True))
        asked = [request.messages for request in server.chats]
        n_listed = sum(request.path == "/v1/models" for request in server.requests)
        alone = {name: asyncio.run(talk(name))[0] for name in own}

    assert n_listed == 1
    for name, canary, foreign in (("seven", "Pelican", "joke"), ("joke", "Ostrich", "seven")):
        events, history = together[name]
        assert said(events) == said(alone[name][0])
        assert len(said(events)) == 2
        assert heard(events) == heard(alone[name][0])
        assert all(text.startswith(canary) for text in heard(events))
        assert history.messages == alone[name][1].messages
        other = "Ostrich" if canary == "Pelican" else "Pelican"
        assert other not in repr(events)
        assert foreign not in repr(events).lower()
        for messages in asked:
            text = repr(messages)
            assert not (canary in text and (other in text or foreign in text.lower()))


def n_model_threads() -> int:
    gc.collect()
    return sum(thread.name in ("stt", "tts") for thread in threading.enumerate())


def settle(n: int) -> None:
    """Wait until there are so many threads with a model; one that nobody wants takes a moment."""
    for _ in range(2000):
        if n_model_threads() == n:
            return
        time.sleep(0.01)
    raise AssertionError(f"{n_model_threads()} threads, not {n}")


def test_what_is_loaded_is_shared_and_goes_with_its_last_user() -> None:
    async def scenario() -> None:
        before = n_model_threads()
        async with Engines(OFFLINE) as engines:
            recognizers = [engines.recognizer(SttSettings(language=code)) for code in ("en", None)]
            voices = [engines.voice(TtsSettings(speed=speed)) for speed in (1, 2)]
            settle(before + 2)
            other = engines.voice(aligned=False)
            settle(before + 3)
            del other
            settle(before + 2)
            await asyncio.gather(*(voice.warm_up() for voice in voices))
            await asyncio.gather(*(one.warm_up() for one in recognizers))
            slow, fast = [await voice.synthesize("One two three.") for voice in voices]
            assert fast.duration_s < 0.7 * slow.duration_s
            del recognizers, voices
            settle(before)

    asyncio.run(scenario())


def test_a_voice_is_as_loud_for_one_listener_as_if_there_were_no_other() -> None:
    def spoken(*, beside: bool) -> list[Clip]:
        async def speak() -> list[Clip]:
            engines = Engines(OFFLINE)
            voice, other = engines.voice(), engines.voice(TtsSettings(speed=0.5, volume=2))
            clips: list[Clip] = []
            for sentence in ("Hello there.", "How are you today?"):
                if beside:
                    others = [clip async for clip in other.stream("Loud LOUD, ah ah ah!")]
                    assert others
                clips += [clip async for clip in voice.stream(sentence)]
            return clips

        return asyncio.run(speak())

    for alone, beside in zip(spoken(beside=False), spoken(beside=True), strict=False):
        # Voices draw noise, so no two sentences are the same; their loudness is.
        peaks = [np.abs(clip.samples).max() for clip in (alone, beside)]
        assert peaks[0] == pytest.approx(peaks[1], rel=0.5)


def test_a_reply_that_is_only_read_is_over_as_soon_as_it_is_written(
    questions: dict[str, Path], tmp_path: Path
) -> None:
    with SseServer(lambda request: reply("One sentence. And then another one.")) as server:
        settings = Settings(llm=LlmSettings(base_url=server.base_url))

        async def talk() -> tuple[list[Event], History]:
            async with Engines(settings) as engines:
                return await hold(
                    engines, questions["joke"], tmp_path / "silence.wav", text_only=True
                )

        events, history = asyncio.run(talk())
    assert heard(events) == ["One sentence. And then another one."] * 2
    assert history.messages[-1] == Message("assistant", "One sentence. And then another one.")
    assert not np.frombuffer((tmp_path / "silence.wav").read_bytes()[44:], np.int16).any()


def test_a_server_that_could_not_be_reached_is_asked_again_by_the_next_session() -> None:
    async def scenario() -> None:
        with SseServer() as server:
            settings = LlmSettings(base_url=server.base_url)
            async with Engines(replace(OFFLINE, llm=settings)) as engines:
                server.models = status(401)
                with pytest.raises(LanguageModelError):
                    await engines.language_model()
                server.models = models("late-model")
                assert (await engines.language_model()).name == "late-model"

    asyncio.run(scenario())


def test_what_is_missing_is_said_as_everywhere() -> None:
    settings = replace(OFFLINE, tts=TtsSettings(voice="en_US-nobody-low"))

    async def warm_up() -> None:
        async with Engines(settings) as engines:
            await engines.warm_up()

    with pytest.raises(ModelMissingError, match="en_US-nobody-low"):
        asyncio.run(warm_up())


def test_two_answers_never_have_calls_of_one_id() -> None:
    """Their servers number both alike; a history pairs results with calls by them."""

    async def call_twice(base_url: str) -> list[Message]:
        history = History()
        settings = Settings(llm=LlmSettings(base_url=base_url))
        async with Engines(settings) as engines:
            for question, result in (("One?", "first"), ("Two?", "second")):
                history.add_user(question)
                model = await engines.language_model()
                async with aclosing(model.respond(history.messages, Options())) as parts:
                    async for part in parts:
                        if isinstance(part, ToolCall):
                            history.add_call(part, result)
        return list(history.messages)

    with SseServer() as server:
        server.script(calling(("f", "{}")), calling(("f", "{}")))
        messages = asyncio.run(call_twice(server.base_url))
    assert [one.content for one in messages if one.role == "tool"] == ["first", "second"]
