"""When each word of synthesised speech is said.

Piper's models compute how long each phoneme takes, and keep it to themselves. Piper's own way to
get at it patches the model with the package `onnx` (18 MB); here the one missing output is appended
to the model's bytes. In a voice without such a tensor all phonemes are taken to be equally long.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from voicecli.sound.samples import Samples
from voicecli.tts.clip import Clip, Phoneme

if TYPE_CHECKING:
    from piper.voice import AudioChunk

SNAP_PHONEMES = 2
"""A word's end is looked for among the blanks between phonemes as far as this from where it should
be: espeak-ng writes some words together ("of the"), and numbers as several."""

QUIET = 0.01
"""Of the peak. What is quieter at a clip's ends is no speech."""


@dataclass(frozen=True, slots=True)
class SpokenWord:
    text: str
    """As written."""
    start_s: float
    """In the clip."""
    end_s: float


def words_of(clip: Clip, count_phonemes: Callable[[str], int]) -> list[SpokenWord]:
    """The words of `clip.text`, with their times.

    The text's words and the phonemes' words need not be the same ones (`$5` is two words aloud), so
    each written word gets as many phonemes as it would have alone, in proportion, and its end goes
    to the nearest blank.

    Where the voice tells no phonemes, its word ends serve, and where it tells none, proportion.

    :param count_phonemes: of a word alone.
    """
    words = clip.text.split()
    if not words:
        return []
    if not clip.phonemes:
        return _by_word_ends(clip, words, count_phonemes)
    symbols = [phoneme.symbol for phoneme in clip.phonemes]
    ends = np.cumsum([phoneme.n_samples for phoneme in clip.phonemes]) / clip.sample_rate_hz
    starts = np.concatenate([[0.0], ends[:-1]])
    voiced = [i for i, symbol in enumerate(symbols) if _is_sound(symbol)]
    if not voiced:
        return []
    blanks = [n for n, i in enumerate(voiced) if n and not _is_sound(symbols[i - 1])]
    weights = np.cumsum([max(1, count_phonemes(word)) for word in words])
    cuts = [0]
    for weight in weights[:-1]:
        wanted = weight / weights[-1] * len(voiced)
        near = [blank for blank in blanks if abs(blank - wanted) <= SNAP_PHONEMES]
        cut = min(near, key=lambda blank: abs(blank - wanted)) if near else round(wanted)
        cuts.append(min(max(cut, cuts[-1]), len(voiced)))
    cuts.append(len(voiced))
    return [
        SpokenWord(word, *_span(voiced[first:last], voiced, first, starts, ends))
        for word, (first, last) in zip(words, itertools.pairwise(cuts), strict=True)
    ]


def _by_word_ends(
    clip: Clip, words: Sequence[str], count_phonemes: Callable[[str], int]
) -> list[SpokenWord]:
    ends: Sequence[float] = clip.word_ends
    if len(ends) != len(words):
        weights = np.cumsum([max(1, count_phonemes(word)) for word in words])
        ends = weights / weights[-1] * clip.n_samples
    times = [end / clip.sample_rate_hz for end in (0, *ends)]
    return [
        SpokenWord(word, float(start_s), float(end_s))
        for word, (start_s, end_s) in zip(words, itertools.pairwise(times), strict=True)
    ]


def _span(
    own: Sequence[int], voiced: Sequence[int], first: int, starts: np.ndarray, ends: np.ndarray
) -> tuple[float, float]:
    """From the first to the last of a word's phonemes; a word that got none is a moment."""
    if own:
        return float(starts[own[0]]), float(ends[own[-1]])
    at = float(starts[voiced[first]] if first < len(voiced) else ends[voiced[-1]])
    return at, at


def phonemes_of(chunks: Sequence[AudioChunk]) -> tuple[Phoneme, ...]:
    """The phonemes of what Piper made, with their durations, or with estimated ones."""
    return tuple(phoneme for chunk in chunks for phoneme in _phonemes_of_chunk(chunk))


def _phonemes_of_chunk(chunk: AudioChunk) -> Iterator[Phoneme]:
    n_total = len(chunk.audio_float_array)
    known = chunk.phoneme_alignments
    if known and sum(one.num_samples for one in known) > 0:
        # Durations count hops; the sound may be a hop shorter or longer.
        scale = n_total / sum(one.num_samples for one in known)
        weights = [one.num_samples * scale for one in known]
        symbols = [one.phoneme for one in known]
    else:
        first, last = _speech_in(chunk.audio_float_array)
        symbols = ["", *chunk.phonemes, ""]
        each = (last - first) / max(1, len(chunk.phonemes))
        weights = [first, *[each] * len(chunk.phonemes), n_total - last]
    borders = np.round(np.cumsum([0.0, *weights])).astype(int)
    for symbol, (start, end) in zip(symbols, itertools.pairwise(borders), strict=True):
        yield Phoneme(symbol, int(end - start))


def _speech_in(samples: Samples) -> tuple[int, int]:
    loud = np.flatnonzero(np.abs(samples) > QUIET * np.max(np.abs(samples), initial=0.0))
    return (int(loud[0]), int(loud[-1]) + 1) if len(loud) else (0, len(samples))


def _is_sound(symbol: str) -> bool:
    return any(char.isalpha() for char in symbol)


# -- the model's bytes ------------------------------------------------------------------------


def durations_of(graph: Any) -> list[Any]:
    """The phonemes' durations, where a voice's graph computes them and doesn't put them out: an
    output of it, or none.

    They are the graph's only rounding up (`Ceil`).
    """
    # Only here, since a voice that is kept in parts has it done already.
    from voicecli.tts.onnx_messages import ValueInfo

    rounded = [node.output[0] for node in graph.node if node.op_type == "Ceil"]
    if len(rounded) != 1 or rounded[0] in (output.name for output in graph.output):
        return []
    return [ValueInfo(name=rounded[0])]


def with_durations(model: bytes) -> bytes:
    """The ONNX model with `durations_of` its graph among its outputs.

    Protocol buffers merge what is appended: a second graph with nothing but an output adds this
    output to the first.
    """
    from voicecli.tts.onnx_messages import Graph, Model, parsed

    output = durations_of(parsed(model).graph)
    return model + Model(graph=Graph(output=output)).SerializeToString() if output else model
