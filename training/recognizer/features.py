"""What the recogniser hears: Whisper's log-mel features, as faster-whisper computes them.

In two steps, so that augmentation may stand between them: the power spectrum of the windows, and
its summary in 80 mel bands.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from faster_whisper.feature_extractor import FeatureExtractor
from scipy.fft import rfft

Floats = npt.NDArray[np.float32]

N_FFT = 400
HOP_SAMPLES = 160
N_BANDS = 80
FULL_FRAMES = 3000
"""Whisper's window of 30 s."""

MEL_FILTERS: Floats = FeatureExtractor().mel_filters.astype(np.float32)
"""(80, 201)"""
_WINDOW = np.hanning(N_FFT + 1)[:-1].astype(np.float32)


def power_spectrum(samples: Floats) -> Floats:
    """(samples,) at 16 kHz -> (frames, 201): every 10 ms and one more, as faster-whisper."""
    padded = np.pad(np.pad(samples, (0, HOP_SAMPLES)), N_FFT // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP_SAMPLES]
    spectrum = rfft(windows * _WINDOW, axis=1)
    return (spectrum.real**2 + spectrum.imag**2)[:-1]


def log_mel(power: Floats, filters: Floats = MEL_FILTERS, gain: Floats | None = None) -> Floats:
    """(frames, 201) -> (frames, 80). `gain` is added to the decadic logarithm, band by band."""
    logarithm = np.log10(np.maximum(power @ filters.T, 1e-10))
    if gain is not None:
        logarithm = np.maximum(logarithm + gain, -10)
    logarithm = np.maximum(logarithm, logarithm.max() - 8.0)
    return ((logarithm + 4.0) / 4.0).astype(np.float32)


def warped_filters(factors: Floats) -> Floats:
    """Mel filters that hear each of 201 frequencies (the FFT's bins, 0 to 8 kHz) `factors` times as
    high: another vocal tract. `factors` changes slowly, so that no two frequencies change places.
    """
    position = np.arange(MEL_FILTERS.shape[1]) * factors
    last = MEL_FILTERS.shape[1] - 1
    low = np.clip(np.floor(position).astype(int), 0, last)
    high = np.clip(low + 1, 0, last)
    share = (position - np.floor(position)).astype(np.float32)
    filters = MEL_FILTERS[:, low] * (1 - share) + MEL_FILTERS[:, high] * share
    return filters * (position <= last)
