"""Which voice reads what."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from fakes import ToneVoice
from voicecli import places
from voicecli.engines import Engines
from voicecli.models import store
from voicecli.models.catalogue import VOICES, how_to_get_voice, is_voice_name
from voicecli.settings import Settings, TtsSettings
from voicecli.tts.clip import TextOnly
from voicecli.tts.voices import OtherVoices, passages, read_aloud

DATA = Path(__file__).parents[1] / "data"


class VoiceOf(ToneVoice):
    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language


def chosen(sentence: str, voice: str, here: str, language: str | None = None) -> list[str]:
    """Each passage as `voice:language:text`, and `!` before one that is lost.

    here: the languages of the other voices on this machine.
    """
    voices = {code: VoiceOf(code) for code in here.split()}
    parts = passages(sentence, language or voice, VoiceOf(voice), OtherVoices(voices.get))
    assert "".join(part.text for part in parts) == sentence
    return [
        f"{'!' * part.is_lost}{part.voice.language}:{part.language}:{part.text.strip()}"
        for part in parts
    ]


@pytest.mark.parametrize(
    ("sentence", "voice", "here", "read"),
    [
        ("Hello there.", "en-US", "de zh", ["en-US:en-US:Hello there."]),
        ("你好。", "en", "zh", ["zh:zh:你好。"]),
        ("你好。", "en", "de", ["!en:en:你好。"]),
        ("It means 你好 here.", "en", "zh", ["en:en:It means", "zh:zh:你好", "en:en:here."]),
        ("It means 你好 here.", "en", "", ["en:en:It means 你好 here."]),
        ("我用 Python 写代码。", "zh", "en", ["zh:zh:我用", "en:en:Python", "zh:zh:写代码。"]),
        ("我用 Python 写代码。", "zh", "", ["zh:zh:我用 Python 写代码。"]),
        ("这个 AI 很好。", "zh", "en", ["zh:zh:这个 AI 很好。"]),
        (
            'I like "Der Prozess" by Kafka.',
            "en",
            "de",
            ["en:en:I like", 'de:de:"Der Prozess"', "en:en:by Kafka."],
        ),
        ('I like "Der Prozess" by Kafka.', "en", "fr", ['en:en:I like "Der Prozess" by Kafka.']),
        ('He saw "La La Land" twice.', "en", "fr es it", ['en:en:He saw "La La Land" twice.']),
        (
            "Die Hauptstadt von Frankreich ist Paris.",
            "en",
            "",
            ["en:de:Die Hauptstadt von Frankreich ist Paris."],
        ),
        ("Он сказал 「東京タワー」.", "ru", "ja", ["ru:ru:Он сказал", "ja:ja:「東京タワー」."]),
        ("5 < 7 … 3.14?", "ru", "en zh", ["ru:ru:5 < 7 … 3.14?"]),
        ("", "en", "de", ["en:en:"]),
        ("Anything ещё 什么", "", "de", [":en:Anything ещё 什么"]),
    ],
)
def test_a_stretch_is_read_by_the_voice_of_its_language(
    sentence: str, voice: str, here: str, read: list[str]
) -> None:
    assert chosen(sentence, voice, here, None if voice else "en") == read


def test_what_can_not_be_told_is_in_the_language_of_the_conversation() -> None:
    assert chosen("Okay, 5.", "en", "de", "de") == ["de:de:Okay, 5."]
    assert chosen("Okay, 5.", "en", "", "de") == ["en:de:Okay, 5."]


def test_who_only_reads_needs_no_voice() -> None:
    (part,) = passages("Привет, hello!", "en", TextOnly(), OtherVoices())
    assert not part.missing
    assert not part.is_lost


def test_numbers_are_said_in_the_language_of_their_stretch() -> None:
    english, chinese = VoiceOf("en"), VoiceOf("zh")
    parts = passages(
        "It is 5 o'clock, 现在是5点。", "en", english, OtherVoices({"zh": chinese}.get)
    )

    async def read() -> list[str]:
        return [text async for text, _ in read_aloud(parts)]

    assert "".join(asyncio.run(read())) == "It is 5 o'clock, 现在是5点。"
    assert english.sentences == ["It is five o'clock,"]
    assert chinese.sentences == ["现在是五点。"]


def test_letters_without_a_voice_are_not_named() -> None:
    english = VoiceOf("en")
    parts = passages("It means 你好 here.", "en", english, OtherVoices())

    async def read() -> None:
        async for _ in read_aloud(parts):
            pass

    asyncio.run(read())
    assert english.sentences == ["It means here."]
    assert parts[0].missing == ("zh",)


def pull(name: str) -> None:
    """As if it had been pulled: a voice that babbles."""
    code = name.partition("-")[0]
    folder = places.pulled_folder() / f"{name}@1"
    folder.mkdir(parents=True)
    shutil.copy(DATA / "tiny_voice.onnx", folder / f"{name}.onnx")
    config = json.loads((DATA / "tiny_voice.onnx.json").read_text("utf-8"))
    config["language"]["code"] = code
    (folder / f"{name}.onnx.json").write_text(json.dumps(config))
    family = (code.partition("_")[0],)
    receipt = store.Receipt(
        *(name, "voice", folder.name, f"{name}.onnx", "r", "0", "", 1.0, {}, family, 1)
    )
    store.receipt_path(name).write_text(json.dumps(vars(receipt)))


def test_voices_of_other_languages_are_those_on_this_machine() -> None:
    async def main() -> None:
        async with Engines(Settings()) as engines:
            others = engines.other_voices(TtsSettings(voice="voice-en", speed=1.5))
            assert others.of("de") is None
            pull("de_DE-thorsten-medium")
            german = others.of("de")
            assert german is not None
            assert (german.name, german.language) == ("de_DE-thorsten-medium", "de-DE")
            assert others.of("de") is german
            assert len((await german.synthesize("Hallo.")).samples)

    asyncio.run(main())


def test_a_voice_to_get_has_a_size() -> None:
    assert how_to_get_voice("de") == (
        "fetch one: voicecli models pull de_DE-thorsten-medium (63 MB)"
    )
    assert how_to_get_voice("ja") == "those that there are: voicecli models --language ja"
    assert all(is_voice_name(name) and name.startswith(code) for code, name in VOICES.items())
