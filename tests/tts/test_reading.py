"""A text by several voices: who reads what, at which rate, and what is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import numpy as np

from voicecli.errors import ModelMissingError
from voicecli.sound.samples import silence
from voicecli.tts.clip import Clip, Voice
from voicecli.tts.reading import Reading
from voicecli.tts.voices import OtherVoices


class Tone(Voice):
    """Says each sentence in two pieces, a tenth of a second a word."""

    def __init__(self, language: str, rate_hz: int) -> None:
        self.name, self.language = f"voice of {language}", language
        self.rate_hz = rate_hz
        self.said: list[str] = []

    async def stream(self, sentence: str) -> AsyncGenerator[Clip, None]:
        self.said.append(sentence)
        n_words = len(sentence.split())
        samples = silence(self.rate_hz // 10 * n_words) + np.float32(0.5)
        half = len(samples) // 2
        ends = tuple(self.rate_hz // 10 * (i + 1) for i in range(n_words))
        yield Clip(samples[:half], self.rate_hz, sentence, ends, to_come=len(samples) - half)
        yield Clip(samples[half:], self.rate_hz)


def read(
    text: str, *voices: Tone, whole: bool = False
) -> tuple[list[tuple[str, Clip]], list[str], Reading]:
    main, *others = voices
    told: list[str] = []
    reading = Reading(
        main,
        main.language,
        OtherVoices(
            lambda code: next((one for one in others if one.language == code), None),
            lambda code: f"pull {code}",
        ),
        whole=whole,
        notices=lambda message, hint: told.append(f"{message} ({hint})"),
    )

    async def clips() -> list[tuple[str, Clip]]:
        return [said async for said in reading.clips(text)]

    return asyncio.run(clips()), told, reading


def test_each_stretch_by_its_voice_at_the_rate_of_the_first() -> None:
    en, de, zh = Tone("en", 22_050), Tone("de", 16_000), Tone("zh", 24_000)
    clips, told, _ = read('Read "Der Prozess" by Kafka, or 变形记。', en, de, zh)
    assert (en.said, de.said, zh.said) == (
        ["Read,", "by Kafka,", "or,"] if en.said[-1] == "or," else ["Read,", "by Kafka, or,"],
        ['"Der Prozess",'],
        ["变形记。"],
    )
    assert {clip.sample_rate_hz for _, clip in clips} == {22_050}
    (german,) = [clip for text, clip in clips if "Prozess" in text]
    assert abs(german.n_samples - 2 * 2205) <= 2
    assert german.word_ends == (2205, 4410)
    assert "".join(text for text, _ in clips) == 'Read "Der Prozess" by Kafka, or 变形记。'
    assert told == []


def test_a_text_in_one_language_comes_in_the_pieces_in_which_it_is_made() -> None:
    clips, _, _ = read("One two three.", Tone("en", 22_050))
    assert [text for text, _ in clips] == ["One two three.", ""]
    clips, _, _ = read("One two three.", Tone("en", 22_050), whole=True)
    assert len(clips) == 1


def test_another_language_alone_has_its_own_rate() -> None:
    en, de = Tone("en", 22_050), Tone("de", 16_000)
    clips, _, _ = read("Die Hauptstadt von Frankreich ist Paris.", en, de)
    assert [clip.sample_rate_hz for _, clip in clips] == [16_000, 16_000]
    assert en.said == []


def test_what_is_missing_is_told_and_letters_are_not_named() -> None:
    en = Tone("en", 22_050)
    clips, told, reading = read("Hello 你好 and 世界.", en)
    assert "".join(en.said) == "Hello and ."
    assert told == ["the text is Chinese, and the voice speaks English: it is left out (pull zh)"]
    assert reading.lost_of("Hello 你好.") == "no voice here reads Chinese: that is left out"
    assert clips
    clips, told, reading = read("Привет.", Tone("en", 22_050))
    assert not any(len(clip.samples) for _, clip in clips)
    error = reading.nothing_said()
    assert isinstance(error, ModelMissingError)
    assert error.hint == "pull ru"


def test_a_latin_language_without_a_voice_is_read_by_the_one_there_is() -> None:
    en = Tone("en", 22_050)
    _, told, reading = read("Die Hauptstadt von Frankreich ist Paris.", en)
    assert len(en.said) == 1
    assert told == [
        "the text is German, and the voice speaks English: voice of en reads it (pull de)"
    ]
    assert reading.lost_of("Die Straße nach München ist gesperrt, und das Schloß ist zu.") == ""
