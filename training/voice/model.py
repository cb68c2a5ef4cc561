"""The network: symbols -> durations -> pitch -> a filtered pulse train and noise.

    python -m training.voice.model

prints its size and how far its decoder sees.

It is a source-filter vocoder: what the excitation and the filters need is learned, and no more. In
the order of the data, T frames of 12.5 ms:

    symbols (L) --text encoder--> hidden (L, 160), durations (L)
    hidden, durations --repeat, add the place within the symbol--> (T, 164)
    (T, 164) --intonation--> pitch and voicing (T)                        `decoder_input` is here
    (T, 164), pitch, voicing --decoder blocks--> two filters, as mel-cepstra (T, 50) and (T, 30)
    pitch --> pulse train, times the first filter; noise, times the second; overlap and add

The second half, the decoder, sees at most DECODER_MARGIN_FRAMES frames to either side: the phase of
the pulses and the place in the noise are inputs too, so any stretch of frames can be made alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from training.voice.features import HOP_SAMPLES, SAMPLE_RATE_HZ
from training.voice.symbols import SYMBOLS

WINDOW_SAMPLES = 2 * HOP_SAMPLES
FFT_SAMPLES = 1024
BINS = FFT_SAMPLES // 2 + 1
WARP = 0.42
"""All-pass coefficient that bends the frequency axis to the mel scale at 16 kHz."""

HARMONIC_CEPSTRA, NOISE_CEPSTRA = 50, 30
POSITION_FEATURES = 4
NOISE_LEVEL = 0.7
"""Standard deviation of the noise before its filter."""

PITCH_RANGE_HZ = (50.0, 450.0)
TOP_HARMONIC_HZ = 0.48 * SAMPLE_RATE_HZ
MIN_DURATION_FRAMES = 0.3
"""Less is a mark without a sound of its own, and becomes 0."""


@dataclass(frozen=True)
class Size:
    """Widths and depths. The default fits 4 MB at a byte a weight."""

    text_width: int = 160
    text_dilations: Sequence[int] = (1, 2, 4, 1, 2, 4)
    duration_width: int = 128
    pitch_width: int = 96
    pitch_dilations: Sequence[int] = (1, 3, 9)
    decoder_width: int = 192
    decoder_dilations: Sequence[int] = (1, 2, 2, 1, 1, 1)
    expansion: int = 3
    kernel: int = 7

    @property
    def decoder_reach_frames(self) -> int:
        """How far to either side a frame's sound depends on others: seen, and still ringing."""
        ringing = FFT_SAMPLES // HOP_SAMPLES
        return sum(self.decoder_dilations) * (self.kernel // 2) + ringing


TOY = Size(32, (1, 2), 32, 24, (1, 3), 32, (1, 1))
"""For trying the chain out."""

DECODER_MARGIN_FRAMES = 32
"""At least Size.decoder_reach_frames."""


class GatedConv(nn.Module):
    """A residual convolution over the text, with a gate."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.conv = nn.Conv1d(width, 2 * width, 5, padding=2 * dilation, dilation=dilation)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        y = self.conv((self.norm(x) * mask).transpose(1, 2)).transpose(1, 2)
        value, gate = y.chunk(2, -1)
        return x + self.out(torch.tanh(value) * torch.sigmoid(gate))


class FrameBlock(nn.Module):
    """ConvNeXt: a convolution within each channel over time, then a small network at each frame."""

    def __init__(self, width: int, expansion: int, kernel: int, dilation: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(
            width, width, kernel, padding=dilation * (kernel // 2), dilation=dilation, groups=width
        )
        self.norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, width * expansion)
        self.narrow = nn.Linear(width * expansion, width)
        self.scale = nn.Parameter(torch.full((width,), 0.3))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        y = self.conv((x * mask).transpose(1, 2)).transpose(1, 2)
        return x + self.scale * self.narrow(F.silu(self.widen(self.norm(y))))


class Voice(nn.Module):
    """All tensors are (batch, length, channels); masks are 1 where there is something."""

    def __init__(self, size: Size, speakers: int) -> None:
        super().__init__()
        self.size = size
        width, conditioned = size.text_width, size.text_width + POSITION_FEATURES
        self.symbols = nn.Embedding(len(SYMBOLS) + 1, width)
        self.speaker_in = nn.Embedding(speakers, width)
        self.speaker_out = nn.Embedding(speakers, width)
        for embedding in (self.symbols, self.speaker_in, self.speaker_out):
            nn.init.normal_(embedding.weight, 0, 0.3)
        self.text_blocks = nn.ModuleList(GatedConv(width, d) for d in size.text_dilations)
        self.text_norm = nn.LayerNorm(width)

        self.duration_in = nn.Conv1d(width, size.duration_width, 3, padding=1)
        self.duration_norm = nn.LayerNorm(size.duration_width)
        self.duration_mid = nn.Conv1d(size.duration_width, size.duration_width, 3, padding=1)
        self.duration_out = nn.Linear(size.duration_width, 1)

        self.pitch_in = nn.Linear(conditioned, size.pitch_width)
        self.pitch_blocks = nn.ModuleList(
            FrameBlock(size.pitch_width, 2, size.kernel, d) for d in size.pitch_dilations
        )
        self.pitch_norm = nn.LayerNorm(size.pitch_width)
        self.pitch_out = nn.Linear(size.pitch_width, 2)

        self.decoder_in = nn.Linear(conditioned + 2, size.decoder_width)
        self.decoder_blocks = nn.ModuleList(
            FrameBlock(size.decoder_width, size.expansion, size.kernel, d)
            for d in size.decoder_dilations
        )
        self.decoder_norm = nn.LayerNorm(size.decoder_width)
        self.decoder_out = nn.Linear(size.decoder_width, HARMONIC_CEPSTRA + NOISE_CEPSTRA)

        scale = torch.cat([_decay(HARMONIC_CEPSTRA), _decay(NOISE_CEPSTRA)])
        offset = torch.zeros(HARMONIC_CEPSTRA + NOISE_CEPSTRA)
        offset[0], offset[HARMONIC_CEPSTRA] = -3.0, -5.0  # near the level of speech from the start
        self.register_buffer("cepstrum_scale", scale, persistent=False)
        self.register_buffer("cepstrum_offset", offset, persistent=False)

    def encode(self, symbols: Tensor, mask: Tensor, speaker: Tensor) -> tuple[Tensor, Tensor]:
        """(B, L), (B, L, 1), (B,) -> hidden (B, L, width), log(1 + duration in frames) (B, L)."""
        x = self.symbols(symbols) + self.speaker_in(speaker).unsqueeze(1)
        for block in self.text_blocks:
            x = block(x, mask)
        x = (self.text_norm(x) + self.speaker_out(speaker).unsqueeze(1)) * mask
        # Durations shape the hidden state only a little: it is for the sound.
        y = (0.1 * x + 0.9 * x.detach()).transpose(1, 2)
        y = self.duration_norm(F.relu(self.duration_in(y)).transpose(1, 2)) * mask
        y = F.relu(self.duration_mid(y.transpose(1, 2))).transpose(1, 2)
        return x, self.duration_out(y).squeeze(-1)

    def intonation(self, frames: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """(B, T, width + 4) -> log pitch in Hz and the logit of being voiced, each (B, T)."""
        x = self.pitch_in(frames)
        for block in self.pitch_blocks:
            x = block(x, mask)
        log_pitch, voicing = self.pitch_out(self.pitch_norm(x)).unbind(-1)
        return 0.3 * log_pitch + math.log(140.0), voicing

    def filters(
        self, frames: Tensor, pitch_hz: Tensor, voiced: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """(B, T, width + 4), (B, T), (B, T) -> cepstra of the harmonic and of the noise filter."""
        log_pitch = (torch.log(pitch_hz) - math.log(140.0)) / 0.3
        x = self.decoder_in(torch.cat([frames, torch.stack([log_pitch, voiced], -1)], -1))
        for block in self.decoder_blocks:
            x = block(x, mask)
        cepstra = self.decoder_out(self.decoder_norm(x))
        cepstra = cepstra * self.cepstrum_scale + self.cepstrum_offset
        return cepstra[..., :HARMONIC_CEPSTRA], cepstra[..., HARMONIC_CEPSTRA:]


def _decay(count: int) -> Tensor:
    return 1 / torch.sqrt(1 + torch.arange(count) / 3)


def place_in_symbol(lengths: Tensor, positions: Tensor) -> Tensor:
    """Of each frame: where in its symbol it is. `lengths` of its symbol and `positions` from its
    start, in frames, both (..., T) -> (..., T, 4)."""
    near = 8.0  # frames, 100 ms
    return torch.stack(
        [
            positions / lengths,
            torch.clamp(positions / near, max=2.0),
            torch.clamp((lengths - positions) / near, max=2.0),
            torch.clamp(lengths / (2 * near), max=2.0),
        ],
        -1,
    )


def spread(hidden: Tensor, durations: Tensor) -> Tensor:
    """Repeat each symbol's hidden state for its frames: (L, width), (L,) -> (T, width + 4)."""
    symbol = torch.repeat_interleave(torch.arange(len(durations), device=hidden.device), durations)
    starts = torch.cumsum(durations, 0) - durations
    frame = torch.arange(len(symbol), device=hidden.device)
    positions = (frame - starts[symbol]).float() + 0.5
    place = place_in_symbol(durations[symbol].float(), positions)
    return torch.cat([hidden[symbol], place], 1)


def neighbours(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The frame before, itself, the one after; edges repeat. (B, T) -> 3 of (B, T, 1)."""
    before = torch.cat([x[:, :1], x[:, :-1]], 1)
    after = torch.cat([x[:, 1:], x[:, -1:]], 1)
    return before.unsqueeze(-1), x.unsqueeze(-1), after.unsqueeze(-1)


def interpolation_weights() -> np.ndarray:
    """Of the frame before, the frame itself and the one after at each sample of a frame, (3, HOP).

    A frame's value belongs to its middle; between two middles it changes linearly.
    """
    place = (np.arange(HOP_SAMPLES) + 0.5) / HOP_SAMPLES
    before, after = np.maximum(0.5 - place, 0), np.maximum(place - 0.5, 0)
    return np.stack([before, 1 - before - after, after])


class Source(nn.Module):
    """The excitation: pulses at the pitch, band-limited."""

    def __init__(self) -> None:
        super().__init__()
        weights = interpolation_weights()
        cycles = np.cumsum(weights, 1) / SAMPLE_RATE_HZ
        for name, value in (("weights", weights), ("cycles", cycles)):
            self.register_buffer(name, torch.tensor(value, dtype=torch.float32), persistent=False)

    def start_phases(self, pitch_hz: Tensor) -> Tensor:
        """The phase in cycles, 0 to 1, at which each frame starts: (B, T) -> (B, T)."""
        before, here, after = neighbours(pitch_hz.double())
        total = self.cycles[:, -1].double()
        advance = (before * total[0] + here * total[1] + after * total[2]).squeeze(-1)
        phase = torch.cumsum(advance, 1) - advance
        return (phase - torch.floor(phase)).float()

    def _blend(self, x: Tensor, weights: Tensor) -> Tensor:
        before, here, after = neighbours(x)
        return before * weights[0] + here * weights[1] + after * weights[2]

    def forward(self, pitch_hz: Tensor, voiced: Tensor, start_phase: Tensor) -> Tensor:
        """Three of (B, T) -> samples (B, T, HOP_SAMPLES) of constant power, whatever the pitch.

        The sum of all cosines below half the sample rate has a closed form (Dirichlet's kernel).
        """
        pitch, strength = self._blend(pitch_hz, self.weights), self._blend(voiced, self.weights)
        phase = start_phase.unsqueeze(-1) + self._blend(pitch_hz, self.cycles)
        phase = phase - torch.round(phase)
        harmonics = torch.floor(TOP_HARMONIC_HZ / pitch)
        sine = torch.sin(math.pi * phase)
        at_peak = sine.abs() < 1e-4
        safe = torch.where(at_peak, torch.full_like(sine, 1e-4), sine)
        pulses = (torch.sin((2 * harmonics + 1) * math.pi * phase) / safe - 1) / 2
        pulses = torch.where(at_peak, harmonics, pulses)
        return pulses * torch.sqrt(2 * pitch / SAMPLE_RATE_HZ) * strength


def windows(x: Tensor) -> Tensor:
    """Samples by frame, (B, T, HOP) -> what the window of each frame covers, (B, T, 2 HOP).

    It is centred on the frame: half of the one before and half of the one after belong to it.
    """
    half = HOP_SAMPLES // 2
    nothing = torch.zeros_like(x[:, :1, :half])
    before = torch.cat([nothing, x[:, :-1, half:]], 1)
    after = torch.cat([x[:, 1:, :half], nothing], 1)
    return torch.cat([before, x, after], -1)


def overlap_add(frames: Tensor) -> Tensor:
    """Each frame's response (B, T, FFT), from half a hop before it -> samples (B, T * HOP)."""
    half, hops = HOP_SAMPLES // 2, -(-FFT_SAMPLES // HOP_SAMPLES)
    length = frames.shape[1]
    parts = F.pad(frames, (0, hops * HOP_SAMPLES - FFT_SAMPLES)).split(HOP_SAMPLES, -1)
    early = sum(F.pad(part, (0, 0, hop, hops - hop)) for hop, part in enumerate(parts))
    return torch.cat([early[:, :length, half:], early[:, 1 : length + 1, :half]], -1).flatten(1)


def warped_bases(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Cosines and sines (count, BINS) that turn mel-cepstra into log magnitude and phase.

    exp(sum of c_m e^(-j m w')), w' the warped frequency, is a minimum-phase filter.
    """
    frequency = np.linspace(0, np.pi, BINS)
    warped = frequency + 2 * np.arctan(WARP * np.sin(frequency) / (1 - WARP * np.cos(frequency)))
    angles = np.arange(count)[:, None] * warped
    return np.cos(angles), -np.sin(angles)


class Vocoder(nn.Module):
    """Excitation and filters -> samples."""

    def __init__(self) -> None:
        super().__init__()
        self.source = Source()
        self.register_buffer("window", torch.hann_window(WINDOW_SAMPLES), persistent=False)
        for name, count in (("harmonic", HARMONIC_CEPSTRA), ("noise", NOISE_CEPSTRA)):
            for part, basis in zip(("cosine", "sine"), warped_bases(count), strict=True):
                value = torch.tensor(basis, dtype=torch.float32)
                self.register_buffer(f"{name}_{part}", value, persistent=False)

    def _filtered(self, x: Tensor, cepstra: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
        spectrum = torch.fft.rfft(windows(x) * self.window, FFT_SAMPLES)
        log_gain = (cepstra @ cosines).clamp(-14, 6)
        return spectrum * torch.polar(torch.exp(log_gain), cepstra @ sines)

    def forward(self, pitch_hz: Tensor, voiced: Tensor, harmonic: Tensor, noise: Tensor) -> Tensor:
        """(B, T), (B, T), cepstra (B, T, 50) and (B, T, 30) -> samples (B, T * HOP_SAMPLES)."""
        pulses = self.source(pitch_hz, voiced, self.source.start_phases(pitch_hz))
        hiss = NOISE_LEVEL * torch.randn_like(pulses)
        spectrum = self._filtered(pulses, harmonic, self.harmonic_cosine, self.harmonic_sine)
        spectrum = spectrum + self._filtered(hiss, noise, self.noise_cosine, self.noise_sine)
        return overlap_add(torch.fft.irfft(spectrum, FFT_SAMPLES))


def main() -> None:
    size = Size()
    weights = sum(p.numel() for p in Voice(size, 2).parameters())
    print(f"{weights / 1e6:.2f} million weights")
    print(f"the decoder sees {size.decoder_reach_frames} frames to each side")


if __name__ == "__main__":
    main()
