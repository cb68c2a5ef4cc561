"""A conversation in several languages: each turn is answered in its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from fakes import (
    SETTINGS,
    LevelDetector,
    ScriptedModel,
    ScriptedRecognizer,
    ToneVoice,
    write_pattern,
)
from voicecli.conversation.conversation import Conversation
from voicecli.conversation.events import Event, Notice, ReplyEnded
from voicecli.conversation.history import History
from voicecli.conversation.parts import Parts
from voicecli.duplex.files import FileDuplex
from voicecli.hearing.echo import NoEcho
from voicecli.llm.messages import Instructed, Message
from voicecli.stt.transcript import Transcript
from voicecli.tts.voices import OtherVoices

TURN = "....####" + "." * 140


class VoiceOf(ToneVoice):
    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language


class Heard(ScriptedRecognizer):
    """Texts with the language before each: `de Hallo`."""

    async def transcribe(self, samples) -> Transcript:
        transcript = await super().transcribe(samples)
        code, _, text = transcript.text.partition(" ")
        return Transcript(text, code, -0.1, 0.0, doubted_language="fr" if code == "de" else "")


class Talk:
    """A conversation with an English voice, and with others."""

    def __init__(self, folder: Path, turns: Sequence[tuple[str, str]], others: str = "") -> None:
        """turns: what is said, and what the model answers. others: languages of more voices."""
        self.voice = VoiceOf("en")
        self.others = {code: VoiceOf(code) for code in others.split()}
        self.events: list[Event] = []
        self.settled: list[tuple[str, str]] = []
        asyncio.run(self._run(folder, turns))

    async def _run(self, folder: Path, turns: Sequence[tuple[str, str]]) -> None:
        source = write_pattern(folder / "in.wav", TURN * len(turns))
        async with FileDuplex(source, folder / "out.wav") as duplex:
            recognizer = Heard(duplex.speaker, [said for said, _ in turns])
            recognizer.settle = lambda *languages: self.settled.append(languages)
            self.model = ScriptedModel(duplex.speaker, [[answer] for _, answer in turns])
            parts = Parts(
                *(duplex, NoEcho(), LevelDetector(), recognizer),
                Instructed(self.model, "Be short."),
                self.voice,
                others=OtherVoices(self.others.get, lambda code: f"pull {code}"),
            )
            await Conversation(parts, History(), self.events.append, settings=SETTINGS).run()

    @property
    def prompts(self) -> list[str]:
        """What the model was told before the first message."""
        requests = self.model.requests
        assert all([m.role for m in request].count("system") == 1 for request in requests)
        return [request[0].content for request in requests]

    def told(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]


IN_GERMAN = (
    "Be short.\n\nThe user speaks German now. Answer in German, unless asked for another language."
)
IN_ENGLISH = IN_GERMAN.replace("German", "English")


def test_each_turn_is_answered_in_its_language_by_its_voice(tmp_path: Path) -> None:
    talk = Talk(
        tmp_path,
        [
            ("en Hello", "It is 5 km."),
            ("de Hallo", "Es sind 5 km. Am 3. Mai kommt Dr. Weiß."),
            ("en Hello again", "It is 6 km."),
        ],
        others="de",
    )
    assert talk.voice.sentences == ["It is five kilometers.", "It is six kilometers."]
    assert talk.others["de"].sentences == [
        "Es sind fünf Kilometer.",
        "Am dritten Mai kommt Doktor Weiß.",
    ]
    assert talk.prompts == ["Be short.", IN_GERMAN, IN_ENGLISH]
    assert talk.settled == [("en", ""), ("de", "fr"), ("en", "")]
    assert not talk.told(Notice)


def test_an_english_conversation_is_asked_for_as_ever(tmp_path: Path) -> None:
    talk = Talk(tmp_path, [("en Hello", "Hi."), (" Hello", "Hi.")])
    assert talk.prompts == ["Be short.", "Be short."]


def test_a_missing_voice_is_offered_once(tmp_path: Path) -> None:
    talk = Talk(tmp_path, [("de Hallo", "Guten Tag."), ("de Und?", "Es sind 5 km.")])
    assert talk.told(Notice) == [
        Notice("the answer is German, and the voice speaks English", "pull de")
    ]
    assert talk.voice.sentences == ["Guten Tag.", "Es sind fünf Kilometer."]


def test_another_script_is_never_spelled(tmp_path: Path) -> None:
    answer = "你好。今天天气很好。"
    talk = Talk(tmp_path, [("zh 你好", answer), ("zh 明天呢？", answer)])
    apology = "I have no voice for this language; the answer is on the screen."
    assert [text for text in talk.voice.sentences if text] == [apology]
    assert len(talk.told(Notice)) == 1
    assert [ended.heard for ended in talk.told(ReplyEnded)] == [answer, answer]


def test_mixed_text_is_read_by_two_voices(tmp_path: Path) -> None:
    answer = 'Read "Der Prozess" by Kafka, or 变形记。'
    talk = Talk(tmp_path, [("en Which book?", answer)], others="de zh")
    assert talk.voice.sentences == ["Read,", "by Kafka,", "or,"]
    assert talk.others["de"].sentences == ['"Der Prozess",']
    assert talk.others["zh"].sentences == ["变形记。"]
    (ended,) = talk.told(ReplyEnded)
    assert (ended.heard, ended.interrupted) == (answer, False)


def test_a_reply_that_is_not_in_the_language_of_the_turn(tmp_path: Path) -> None:
    answer = "Die Hauptstadt von Frankreich ist Paris."
    talk = Talk(tmp_path, [("en Say it in German", answer)], others="de")
    assert talk.others["de"].sentences == [answer]
    assert talk.prompts == ["Be short."]


@pytest.mark.parametrize("prompt", ["", "Be kind."])
def test_there_is_one_system_prompt(prompt: str, tmp_path: Path) -> None:
    model = ScriptedModel(None, [["x"]])
    messages = [Message("system", "Be short."), Message("user", "Hello")]

    async def ask() -> None:
        async for _ in Instructed(model, prompt).stream(messages):
            pass

    asyncio.run(ask())
    both = f"{prompt}\n\nBe short.".strip()
    assert model.requests == [[Message("system", both), Message("user", "Hello")]]
