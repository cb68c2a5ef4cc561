"""Speech that is leveled while it is made: never too loud, without jumps, as loud as the rest."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voicecli.sound.samples import Samples
from voicecli.tts import leveling
from voicecli.tts.leveling import FORGETTING, Leveler


def tone(peak: float, n_samples: int = 4000) -> Samples:
    """Its loudest sample is exactly `peak`."""
    return (peak * np.sin(np.arange(n_samples) * np.pi / 20)).astype(np.float32)


def leveled(leveler: Leveler, *pieces: Samples) -> Samples:
    return np.concatenate([*leveler.feed(iter(pieces), 4000)])


def test_a_sentence_by_itself_has_a_peak_of_1():
    whole = np.concatenate([tone(0.2), tone(0.4), tone(0.1)])
    out = leveling.leveled(whole)
    np.testing.assert_allclose(out, np.concatenate([tone(0.5), tone(1), tone(0.25)]), 1e-5)
    assert not leveling.leveled(np.zeros(10, np.float32)).any()


def test_the_first_sentence_comes_piece_by_piece_with_the_gain_that_is_expected_of_it():
    pieces = Leveler(0.5).feed(iter([tone(0.1), tone(0.5)]), 4000)
    np.testing.assert_allclose(next(pieces), tone(0.2), 1e-5, 1e-7)
    np.testing.assert_allclose(next(pieces), tone(1.0), 1e-5, 1e-7)


def test_the_next_ones_come_piece_by_piece_with_the_gain_of_the_ones_before():
    leveler = Leveler(1.0)
    for _ in range(20):
        leveled(leveler, tone(0.5))
    pieces = leveler.feed(iter([tone(0.1), tone(0.5)]), 4000)
    np.testing.assert_allclose(next(pieces), tone(0.2), 1e-5, 1e-7)
    np.testing.assert_allclose(next(pieces), tone(1.0), 1e-5, 1e-7)


def test_a_louder_sentence_makes_the_gain_sink_before_it_is_too_loud():
    leveler = Leveler(0.5)
    ramp = np.linspace(0, 0.8, 4000, dtype=np.float32)
    out = leveled(leveler, tone(0.4), ramp, tone(0.8))
    np.testing.assert_allclose(out[:4000], tone(0.8), 1e-5, 1e-7)
    assert np.max(np.abs(out)) <= 1
    assert (np.diff(out[4000:8000]) > -0.01).all()
    np.testing.assert_allclose(out[8000:], tone(1.0), 1e-5, 1e-6)
    np.testing.assert_allclose(leveled(leveler, tone(0.8)), tone(1.0), 1e-5, 1e-6)


def test_softer_sentences_are_made_louder_by_and_by():
    leveler = Leveler(0.8)
    peaks = [np.max(np.abs(leveled(leveler, tone(0.4)))) for _ in range(10)]
    assert peaks[0] == np.float32(0.5)
    np.testing.assert_allclose(peaks[1], 0.5 / FORGETTING, 1e-5)
    np.testing.assert_allclose(peaks[-1], 1.0, 1e-5)


def test_silence_stays_silent_and_teaches_nothing():
    leveler = Leveler(0.25)
    assert not leveled(leveler, np.zeros(100, np.float32)).any()
    assert not list(leveler.feed(iter([]), 4000))
    np.testing.assert_allclose(leveled(leveler, tone(0.25)), tone(1.0), 1e-5, 1e-6)


@given(st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=5), min_size=1, max_size=5))
def test_it_is_never_too_loud_and_loses_no_sample(sentences: list[list[float]]):
    leveler = Leveler(0.5)
    for number, peaks in enumerate(sentences):
        noise = np.random.default_rng(number).uniform(-1, 1, (len(peaks), 300)).astype(np.float32)
        pieces = [peak * piece for peak, piece in zip(np.float32(peaks), noise, strict=True)]
        out = leveled(leveler, *pieces)
        assert out.dtype == np.float32
        assert len(out) == 300 * len(peaks)
        assert np.max(np.abs(out)) <= 1 + 1e-6
        assert (out * np.concatenate(pieces) >= 0).all()


@given(st.lists(st.floats(0, 1), min_size=6, max_size=6), st.sets(st.integers(1, 5)))
def test_it_does_not_matter_how_many_pieces_a_sentence_comes_in(peaks: list[float], cuts: set[int]):
    sentence = np.concatenate([tone(np.float32(peak), 100) for peak in peaks])
    pieces = np.split(sentence, [100 * cut for cut in sorted(cuts)])
    (whole,) = Leveler(0.3).feed(iter([sentence]), 100)
    np.testing.assert_array_equal(np.concatenate([*Leveler(0.3).feed(iter(pieces), 100)]), whole)
