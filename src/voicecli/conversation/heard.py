"""Which words of a clip were heard, by the samples that left the loudspeaker."""

from __future__ import annotations

import re

from voicecli.duplex.speaker import Playback


def heard_words(written: str, playback: Playback) -> str:
    """The words of a sentence that were heard whole.

    written: the sentence as the model wrote it; the clip's text is how it was spoken ("$5", "five
    dollars"). Where both have the same words, the voice's word times decide, else proportion.
    """
    clip, n_heard = playback.clip, playback.heard_samples
    if n_heard >= clip.n_samples:
        return written
    n_words = len(written.split())
    if n_words == len(clip.word_ends):
        n_chars = _end_of_word(written, sum(end <= n_heard for end in clip.word_ends))
    else:
        n_chars = whole_words(written, n_heard, clip.n_samples)
    return written[:n_chars].rstrip()


def whole_words(text: str, n_heard: int, n_samples: int) -> int:
    """Index after the last word that was heard whole, by proportion of the sound."""
    n_chars = len(text) * n_heard // n_samples
    if n_chars < len(text) and not text[n_chars].isspace():
        n_chars = text.rfind(" ", 0, n_chars) + 1
    return n_chars


def words_before_end(playback: Playback, span_s: float) -> list[str]:
    """The words, as spoken, that were played in the last `span_s` of what was heard of a clip.

    The one that was only begun is one of them.
    """
    clip, n_heard = playback.clip, playback.heard_samples
    from_sample = n_heard - span_s * clip.sample_rate_hz
    words = clip.text.split()
    ends = clip.word_ends
    if len(ends) != len(words):
        ends = tuple(clip.n_samples * (i + 1) // len(words) for i in range(len(words)))
    starts = (0, *ends)
    return [
        word
        for word, start, end in zip(words, starts, ends, strict=False)
        if end > from_sample and start < n_heard
    ]


def times_of_words(written: str, playback: Playback) -> list[tuple[int, float]]:
    """For each word of a sentence the index after it, and when it was over (s, of the clip).

    The voice's word times, where it has as many words as were written; else proportion.
    """
    clip = playback.clip
    ends = [match.end() for match in re.finditer(r"\S+", written)]
    if len(ends) == len(clip.word_ends):
        samples: list[float] = list(clip.word_ends)
    else:
        samples = [clip.n_samples * end / len(written) for end in ends]
    return [(end, n / clip.sample_rate_hz) for end, n in zip(ends, samples, strict=True)]


def _end_of_word(text: str, number: int) -> int:
    """Index after the `number`-th word."""
    ends = [match.end() for match in re.finditer(r"\S+", text)]
    return ends[number - 1] if number else 0


def first_unheard_sample(playback: Playback) -> int:
    """Where the first word that was not heard whole begins: the end of the last one that was."""
    clip, n_heard = playback.clip, playback.heard_samples
    if clip.word_ends:
        return max((end for end in clip.word_ends if end <= n_heard), default=0)
    words = heard_words(clip.text, playback)
    return clip.n_samples * len(words) // max(1, len(clip.text))
