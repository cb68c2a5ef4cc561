"""The world between a mouth and the recogniser: rooms, noises, microphones, bad lines.

Everything is drawn anew each time a clip is used. `strength` is the share of clips that get all of
it; the others only get what every recording has.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from training.common.clips import SAMPLE_RATE_HZ, Samples
from training.recognizer.features import (
    MEL_FILTERS,
    N_BANDS,
    Floats,
    log_mel,
    power_spectrum,
    warped_filters,
)

Rng = np.random.Generator

NOISE_S = 20
RENEWED_EVERY = 200
"""Cuts after which one noise of the bank is made anew."""
N_TRACTS = 300


def decibels(level_db: float) -> float:
    return float(10 ** (level_db / 20))


# Noises -------------------------------------------------------------------------------------------


def colored(n: int, slope: float, rng: Rng) -> Samples:
    """Noise whose power falls with frequency to the `slope`: 0 is white, 1 pink, 2 brown."""
    frequency = np.fft.rfftfreq(n)
    frequency[0] = frequency[1]
    parts = rng.standard_normal((2, len(frequency)))
    noise = np.fft.irfft((parts[0] + 1j * parts[1]) / frequency ** (slope / 2), n)
    return _unit(noise)


def hum(n: int, rng: Rng) -> Samples:
    """Mains, and its harmonics."""
    t = np.arange(n) / SAMPLE_RATE_HZ
    base_hz = rng.choice((50, 60, 100, 120))
    waves = [np.sin(2 * np.pi * base_hz * k * t + 6 * rng.random()) / k for k in range(1, 8)]
    return _unit(sum(waves) + 0.1 * colored(n, 1, rng))


def keyboard(n: int, rng: Rng) -> Samples:
    """Clicks of a few milliseconds, some in quick succession."""
    envelope = np.zeros(n)
    at = 0
    while at < n:
        click = rng.uniform(0.2, 1) * np.exp(-np.arange(400) / rng.uniform(20, 120))
        stop = min(n, at + 400)
        envelope[at:stop] += click[: stop - at]
        at += int(SAMPLE_RATE_HZ * (rng.exponential(0.12) + 0.03))
    return _unit(envelope * colored(n, rng.uniform(-0.5, 0.5), rng) + 0.01 * colored(n, 1, rng))


def breath(n: int, rng: Rng) -> Samples:
    """Noise of one broad resonance that swells and ebbs, with pauses."""
    noise = _band(colored(n, 0, rng), rng.uniform(300, 900), rng.uniform(2000, 6000))
    envelope, at = np.zeros(n), 0
    while at < n:
        length = int(SAMPLE_RATE_HZ * rng.uniform(0.4, 1.6))
        stop = min(n, at + length)
        envelope[at:stop] = (np.hanning(length) ** rng.uniform(0.5, 2))[: stop - at]
        at += length + int(SAMPLE_RATE_HZ * rng.uniform(0.1, 1.5))
    return _unit(noise * envelope + 0.01 * colored(n, 1, rng))


def music(n: int, rng: Rng) -> Samples:
    """Chords of tones with harmonics, struck and dying away, or held."""
    t = np.arange(n) / SAMPLE_RATE_HZ
    total, at = np.zeros(n), 0
    root_hz = rng.uniform(80, 300)
    while at < n:
        stop = min(n, at + int(SAMPLE_RATE_HZ * rng.uniform(0.15, 1.2)))
        span = t[: stop - at]
        decay = np.exp(-span * rng.choice((0.3, 2, 6))) * np.minimum(1, span / 0.01)
        for semitones in rng.choice((0, 3, 4, 5, 7, 9, 12, 16, 19, 24), rng.integers(1, 4)):
            pitch_hz = root_hz * 2 ** (semitones / 12)
            for k in range(1, int(rng.integers(2, 8))):
                total[at:stop] += decay * np.sin(2 * np.pi * pitch_hz * k * span) / k**1.5
        at = stop
    return _unit(total + 0.003 * colored(n, 1, rng))


def tone(n: int, rng: Rng) -> Samples:
    t = np.arange(n) / SAMPLE_RATE_HZ
    return _unit(np.sin(2 * np.pi * rng.uniform(50, 4000) * t) + 0.003 * rng.standard_normal(n))


def babble(n: int, rng: Rng, speech: Callable[[], Samples], n_voices: int) -> Samples:
    """Many at once: nobody could follow one of them."""
    total = np.zeros(n)
    for _ in range(n_voices):
        at = 0
        while at < n:
            samples = speech()[: n - at]
            total[at : at + len(samples)] += samples * rng.uniform(0.5, 1)
            at += len(samples) + int(rng.integers(0, 3000))
    return _unit(total)


def echo_residue(n: int, rng: Rng, speech: Callable[[], Samples]) -> Samples:
    """What an echo canceller leaves of one voice: scraps of its spectrum."""
    samples = babble(n, rng, speech, 1)
    frames = n // 512
    spectrum = rfft(samples[: frames * 512].reshape(frames, 512), axis=1)
    keep = rng.random((frames, 33)) < 0.15
    spectrum *= np.repeat(keep, 8, axis=1)[:, : spectrum.shape[1]]
    residue = irfft(spectrum, axis=1).reshape(-1)
    return _unit(np.pad(residue, (0, n - len(residue))) + 0.02 * colored(n, 1, rng))


def _unit(noise: Floats) -> Samples:
    return (noise / (noise.std() + 1e-9)).astype(np.float32)


def _band(samples: Floats, low_hz: float, high_hz: float) -> Floats:
    spectrum = np.fft.rfft(samples)
    frequency_hz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE_HZ)
    keep = 1 / (1 + (frequency_hz / high_hz) ** 8) / (1 + (low_hz / (frequency_hz + 1)) ** 8)
    return np.fft.irfft(spectrum * keep, len(samples))


class NoiseBank:
    """Twenty seconds of each kind of noise, of which pieces are cut; one after the other is made
    anew."""

    def __init__(self, speech: Callable[[], Samples], rng: Rng) -> None:
        n = NOISE_S * SAMPLE_RATE_HZ
        self._rng, self._n_cuts = rng, 0
        background: list[Callable[[], Samples]] = [
            *(partial(colored, n, slope, rng) for slope in (0, 0, 0.5, 1, 1, 1.5, 2)),
            *[partial(hum, n, rng)] * 3,
            *[partial(keyboard, n, rng)] * 3,
            *[partial(breath, n, rng)] * 3,
            *[partial(music, n, rng)] * 5,
            *[partial(tone, n, rng)] * 2,
            *[lambda: babble(n, rng, speech, int(rng.integers(6, 12)))] * 6,
        ]
        self._n_background = len(background)
        self._makers = [
            *background,
            *[lambda: babble(n, rng, speech, int(rng.integers(2, 5)))] * 3,
            *[lambda: echo_residue(n, rng, speech)] * 4,
        ]
        self._noises = [make() for make in self._makers]

    def cut(self, n: int, *, with_speech: bool) -> Samples:
        """n samples of unit power, over long stretches. Without speech it is such that nobody is
        understood in it: alone, it says nothing."""
        self._n_cuts += 1
        if self._n_cuts % RENEWED_EVERY == 0:
            i = int(self._rng.integers(len(self._makers)))
            self._noises[i] = self._makers[i]()
        n_noises = len(self._noises) if with_speech else self._n_background
        noise = self._noises[self._rng.integers(n_noises)]
        start = int(self._rng.integers(0, max(1, len(noise) - n)))
        return np.resize(noise[start : start + n], n)


# Speech -------------------------------------------------------------------------------------------


def at_speed(samples: Samples, factor: float) -> Samples:
    """Faster and higher, as a tape would be."""
    n = int(len(samples) / factor)
    positions = np.linspace(0, len(samples) - 1, n)
    return np.interp(positions, np.arange(len(samples)), samples).astype(np.float32)


def unevenly_paced(n_frames: int, spans: list[tuple[int, int]], rng: Rng) -> Floats:
    """For each frame the one that is heard in its place: within each of `spans`, some 0.1 s go
    faster and some slower, as people speak and synthesisers don't. Ends stay where they are."""
    source = np.arange(n_frames, dtype=np.float32)
    for start, stop in spans:
        n_pieces = (stop - start) // 10
        if n_pieces < 2:
            continue
        ends = np.concatenate([[0], np.cumsum(np.exp(rng.normal(0, 0.3, n_pieces)))])
        knots = np.linspace(start, stop, n_pieces + 1)
        source[start:stop] = np.interp(
            source[start:stop], start + ends / ends[-1] * (stop - start), knots
        )
    return source


def in_a_room(samples: Samples, rng: Rng) -> Samples:
    """With a reverberation of 0.08 to 0.5 s, the direct sound louder or softer than it."""
    n = int(SAMPLE_RATE_HZ * rng.uniform(0.08, 0.5))
    response = rng.standard_normal(n).astype(np.float32) * np.exp(
        -6.9 * np.arange(n, dtype=np.float32) / n
    )
    response[: int(rng.integers(20, 400))] *= 0.1
    response *= rng.uniform(0.1, 0.9) / np.sqrt((response**2).sum())
    response[0] += 1
    size = next_fast_len(len(samples) + n)
    return irfft(rfft(samples, size) * rfft(response, size), size)[: len(samples)].astype(
        np.float32
    )


def recorded(
    samples: Samples, n_speech: int, noises: NoiseBank, rng: Rng, *, hard: bool
) -> Samples:
    """In a room, amid noise, at some level, clipped now and then. `n_speech` samples are speech."""
    if hard and rng.random() < 0.35:
        samples = in_a_room(samples, rng)
    level = np.sqrt((samples**2).sum() / max(1, n_speech)) + 1e-6
    chance = rng.random()
    if hard and chance < 0.85:
        snr_db = rng.uniform(4, 40) if rng.random() < 0.75 else rng.uniform(30, 60)
        samples = samples + noises.cut(len(samples), with_speech=True) * (level * decibels(-snr_db))
    elif not hard and chance < 0.6:
        noise = noises.cut(len(samples), with_speech=False)
        samples = samples + noise * (level * decibels(-rng.uniform(25, 55)))
    if rng.random() < 0.07:
        samples = np.clip(samples, -2 * level, 2 * level)
    samples = samples * decibels(rng.uniform(-30, 3))
    return (np.clip(samples, -1, 1) if rng.random() < 0.5 else samples).astype(np.float32)


def nothing_said(noises: NoiseBank, rng: Rng) -> Samples:
    """0.3 to 6 s of silence or noise, at any level."""
    n = int(SAMPLE_RATE_HZ * rng.uniform(0.3, 6))
    kind = rng.random()
    if kind < 0.12:
        return np.zeros(n, np.float32)
    samples = noises.cut(n, with_speech=False) * decibels(rng.uniform(-75, -12))
    if kind > 0.8:
        samples = samples + noises.cut(n, with_speech=False) * decibels(rng.uniform(-60, -15))
    return samples


def heard(samples: Samples, rng: Rng, *, hard: bool) -> Floats:
    """Features by another vocal tract, microphone and line: (frames, 80)."""
    power = power_spectrum(samples)
    if rng.random() < 0.35:  # a telephone, or a recording at 8 kHz
        power[:, int(rng.integers(85, 104)) :] *= 10 ** -rng.uniform(2.5, 8)
    warped = rng.random() < (0.75 if hard else 0.4)
    filters = _vocal_tracts()[rng.integers(N_TRACTS)] if warped else MEL_FILTERS
    gain = _equalizer(rng) if hard and rng.random() < 0.8 else None
    features = log_mel(power, filters, gain)
    return _masked(features, rng) if hard and rng.random() < 0.6 else features


@cache
def _vocal_tracts() -> list[Floats]:
    """Longer and shorter ones, and, as people's formants differ one by one, of other proportions
    at about 0.5, 1.5, 2.5 and 4 kHz."""
    rng = np.random.default_rng(1)
    tracts = []
    for _ in range(N_TRACTS):
        knots = rng.uniform(0.84, 1.18) + rng.uniform(-0.06, 0.06, 4)
        tracts.append(warped_filters(np.interp(np.arange(201), (12, 37, 62, 100), knots)))
    return tracts


def _equalizer(rng: Rng) -> Floats:
    """A smooth curve and a tilt over the bands; sometimes the ends are missing. In decades."""
    bands = np.arange(N_BANDS)
    points = rng.standard_normal(6) * rng.uniform(0, 0.45)
    gain = np.interp(bands, np.linspace(0, N_BANDS - 1, 6), points)
    gain += np.linspace(-0.5, 0.5, N_BANDS) * rng.uniform(-1.6, 1.2)
    if rng.random() < 0.25:
        from_band = int(rng.integers(48, 75))
        slope = np.minimum(np.arange(N_BANDS - from_band) * 0.5, rng.uniform(2, 6))
        gain[from_band:] -= slope
    if rng.random() < 0.2:
        gain[: int(rng.integers(2, 9))] -= rng.uniform(0.3, 2)
    return gain.astype(np.float32)


def _masked(features: Floats, rng: Rng) -> Floats:
    """SpecAugment: up to two stretches of up to 0.1 s, and up to two of ten bands, go missing."""
    features = features.copy()
    mean = features.mean()
    for _ in range(rng.integers(0, 3)):
        width = int(rng.integers(1, 11))
        at = int(rng.integers(0, max(1, len(features) - width)))
        features[at : at + width] = mean
    for _ in range(rng.integers(0, 3)):
        width = int(rng.integers(1, 11))
        at = int(rng.integers(0, N_BANDS - width))
        features[:, at : at + width] = mean
    return features
