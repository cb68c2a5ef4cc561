"""When each sentence and each word of synthesised speech is said, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from voicecli.tts.alignment import words_of
from voicecli.tts.clip import Clip, Voice


class Captions:
    """Written along with the clips: each is said after those before it."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._at_s = 0.0
        self._sentences: list[dict[str, Any]] = []

    def skip(self, clip: Clip) -> None:
        self._at_s += clip.duration_s

    def add(self, sentence: str, spoken: Iterable[tuple[str, Clip]]) -> None:
        """A sentence, and the pieces of it that were spoken, as written."""
        start_s = self._at_s
        words = []
        for piece, clip in spoken:
            words += [
                {
                    "word": word.text,
                    "start": round(self._at_s + word.start_s, 3),
                    "end": round(self._at_s + word.end_s, 3),
                }
                for word in words_of(replace(clip, text=piece), self._voice.count_phonemes)
            ]
            self._at_s += clip.duration_s
        self._sentences.append(
            {
                "text": sentence.strip(),
                "start": round(start_s, 3),
                "end": round(self._at_s, 3),
                "words": words,
            }
        )

    def as_json(self) -> str:
        document = {
            "voice": self._voice.name,
            "duration": round(self._at_s, 3),
            "sentences": self._sentences,
        }
        return json.dumps(document, ensure_ascii=False, indent=2)
