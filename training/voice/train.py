"""Train the voice, on the GPU where there is one, else on one CPU core.

    python -m training.voice.train WORK --steps 6500

reads `WORK/features.npz` and `WORK/audio.npy`; writes `WORK/checkpoint.pt` and `WORK/log.jsonl`.
Started again, it goes on from the checkpoint. `--minutes` ends it earlier: the learning rate then
falls with the time that is used instead of with the steps.
`python -m training.common.plot WORK/log.jsonl WORK/log.png` draws the log.

The loss compares spectra, never phases: mean difference of log magnitudes at three resolutions and
on the mel scale. The teacher's own durations and pitch drive the sound; the networks that predict
them have losses of their own.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from training.voice.features import HOP_SAMPLES, SAMPLE_RATE_HZ, Corpus
from training.voice.model import TOY, Size, Vocoder, Voice, spread
from training.voice.teacher import SPEAKERS

HELD_OUT_LINES = 50
"""The last sentences are not trained on, by no speaker."""

MAX_FRAMES = 900
"""Longer examples (11 s) would fill a batch alone."""

BATCH_FRAMES = 1600
"""20 s of speech a step, padding included."""

LEARNING_RATE = 1.5e-3
WARM_UP_STEPS = 100
EMA_DECAY = 0.999
RESOLUTIONS = (512, 1024, 2048)
MEL_BANDS = 80
LOSS_WEIGHTS = {"spectrum": 1.0, "mel": 2.0, "duration": 1.0, "pitch": 5.0, "voicing": 1.0}
HELD_OUT_EVERY = 1000
SAVE_EVERY = 250
LOG_EVERY = 50


@dataclass
class Batch:
    """Examples side by side; shorter ones are filled up with zeros, and masks say where."""

    symbols: Tensor
    durations: Tensor
    symbol_mask: Tensor
    speakers: Tensor
    pitch_hz: Tensor
    voiced: Tensor
    frame_mask: Tensor
    lengths: list[int]
    """Frames of each example."""
    samples: Tensor
    """float32, all examples behind one another, without filling."""

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE_HZ


class Examples:
    """The corpus in memory-mapped form, cut into batches."""

    def __init__(self, work: Path, device: torch.device) -> None:
        self.corpus = Corpus.load(work)
        self._audio = np.load(work / "audio.npy", mmap_mode="r")
        self._device = device
        self.frames = np.diff(self.corpus.frame_offsets)
        held_out = self.corpus.sentences > self.corpus.sentences.max() - HELD_OUT_LINES
        self.training = np.flatnonzero(~held_out & (self.frames <= MAX_FRAMES)).tolist()
        self.held_out = np.flatnonzero(held_out & (self.frames <= MAX_FRAMES)).tolist()

    def epoch(self, number: int) -> list[list[int]]:
        """All training examples in batches of similar length, in an order that `number` decides."""
        draw = random.Random(number)
        order = self.training[:]
        draw.shuffle(order)
        batches: list[list[int]] = []
        for start in range(0, len(order), 256):
            pool = sorted(order[start : start + 256], key=lambda i: self.frames[i])
            batch: list[int] = []
            for index in pool:
                if batch and (len(batch) + 1) * self.frames[index] > BATCH_FRAMES:
                    batches.append(batch)
                    batch = []
                batch.append(index)
            batches.append(batch)
        draw.shuffle(batches)
        return batches

    def batch(self, indices: list[int]) -> Batch:
        corpus = self.corpus

        def cut(values: np.ndarray, offsets: np.ndarray, factor: int = 1) -> list[Tensor]:
            spans = [(offsets[i] * factor, offsets[i + 1] * factor) for i in indices]
            return [torch.from_numpy(np.array(values[a:b])) for a, b in spans]

        def filled(parts: list[Tensor], value: float = 0) -> Tensor:
            stacked = torch.nn.utils.rnn.pad_sequence(parts, True, value)
            return stacked.to(self._device, non_blocking=True)

        symbols = cut(corpus.symbols, corpus.symbol_offsets)
        durations = cut(corpus.durations, corpus.symbol_offsets)
        pitch = cut(corpus.pitch_hz, corpus.frame_offsets)
        voiced = cut(corpus.voiced, corpus.frame_offsets)
        samples = cut(self._audio, corpus.frame_offsets, HOP_SAMPLES)
        return Batch(
            filled(symbols),
            filled(durations),
            filled([torch.ones(len(part), 1) for part in symbols]),
            torch.from_numpy(corpus.speakers[indices]).to(self._device),
            filled(pitch, 140.0),
            filled(voiced),
            filled([torch.ones(len(part), 1) for part in pitch]),
            [len(part) for part in pitch],
            torch.cat(samples).to(self._device).float() / 32768,
        )


def mel_filters(fft_samples: int) -> Tensor:
    """Triangles on the mel scale: (MEL_BANDS, bins), each of sum 1."""
    bins = np.linspace(0, SAMPLE_RATE_HZ / 2, fft_samples // 2 + 1)
    top = 2595 * np.log10(1 + SAMPLE_RATE_HZ / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, MEL_BANDS + 2) / 2595) - 1)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    triangles = np.maximum(0, np.minimum(rising, falling))
    triangles /= triangles.sum(1, keepdims=True) + 1e-8
    return torch.tensor(triangles, dtype=torch.float32)


class SpectralLoss(torch.nn.Module):
    """Mean difference of the log magnitudes of two signals, in nepers."""

    def __init__(self) -> None:
        super().__init__()
        for size in RESOLUTIONS:
            self.register_buffer(f"window_{size}", torch.hann_window(size), persistent=False)
        self.register_buffer("mel", mel_filters(1024), persistent=False)

    def _magnitude(self, samples: Tensor, size: int) -> Tensor:
        window = getattr(self, f"window_{size}")
        spectrum = torch.stft(samples, size, size // 4, window=window, return_complex=True)
        power = spectrum.real.square() + spectrum.imag.square()
        return torch.sqrt(power / (size / 4) ** 2 + 1e-9)

    def forward(self, made: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
        """Samples (N,) each -> loss of the plain spectra, loss of the mel spectra."""
        total = made.new_zeros(())
        mel_loss = total
        for size in RESOLUTIONS:
            ours, theirs = self._magnitude(made, size), self._magnitude(wanted, size)
            total = total + (ours.log() - theirs.log()).abs().mean() / len(RESOLUTIONS)
            if size == 1024:
                bands = [torch.log(self.mel @ x + 1e-4) for x in (ours, theirs)]
                mel_loss = (bands[0] - bands[1]).abs().mean()
        return total, mel_loss


class Trainer:
    """The networks, the optimiser, and how far they are."""

    def __init__(self, work: Path, size: Size, device: torch.device) -> None:
        torch.manual_seed(0)
        self.work, self.device, self.size = work, device, size
        self.examples = Examples(work, device)
        self.voice = Voice(size, len(SPEAKERS)).to(device)
        self.vocoder = Vocoder().to(device)
        self.spectral_loss = SpectralLoss().to(device)
        self.optimiser = torch.optim.AdamW(
            self.voice.parameters(), LEARNING_RATE, betas=(0.9, 0.98), weight_decay=1e-3
        )
        self.averaged = {k: v.clone() for k, v in self.voice.state_dict().items()}
        self.step, self.minutes, self.hours_heard = 0, 0.0, 0.0

    @property
    def checkpoint(self) -> Path:
        return self.work / "checkpoint.pt"

    def save(self) -> None:
        unfinished = self.checkpoint.with_suffix(".part")
        torch.save(
            {
                "size": asdict(self.size),
                "averaged": self.averaged,
                "voice": self.voice.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "step": self.step,
                "minutes": self.minutes,
                "hours_heard": self.hours_heard,
            },
            unfinished,
        )
        unfinished.rename(self.checkpoint)

    def resume(self) -> None:
        """Go on from the checkpoint if there is one. Raises ValueError if it is of another size."""
        if not self.checkpoint.exists():
            return
        stored = torch.load(self.checkpoint, map_location=self.device)
        if stored["size"] != asdict(self.size):
            raise ValueError(f"{self.checkpoint} holds a network of another size: remove it first")
        self.voice.load_state_dict(stored["voice"])
        self.optimiser.load_state_dict(stored["optimiser"])
        self.averaged = stored["averaged"]
        self.step, self.minutes = stored["step"], stored["minutes"]
        self.hours_heard = stored["hours_heard"]
        torch.manual_seed(self.step)
        print(f"going on from step {self.step}", flush=True)

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """See LOSS_WEIGHTS."""
        half = torch.autocast(self.device.type, torch.bfloat16)
        with half:
            hidden, log_durations = self.voice.encode(
                batch.symbols, batch.symbol_mask, batch.speakers
            )
        hidden, mask = hidden.float(), batch.frame_mask
        frames = torch.nn.utils.rnn.pad_sequence(
            [spread(h, d) for h, d in zip(hidden, batch.durations, strict=True)], True
        )
        with half:
            log_pitch, voicing = self.voice.intonation(frames, mask)
            harmonic, noise = self.voice.filters(frames, batch.pitch_hz, batch.voiced, mask)
        samples = self.vocoder(batch.pitch_hz, batch.voiced, harmonic.float(), noise.float())
        made = [s[: n * HOP_SAMPLES] for s, n in zip(samples, batch.lengths, strict=True)]
        spectrum, mel = self.spectral_loss(torch.cat(made), batch.samples)
        is_symbol, is_frame = batch.symbol_mask.squeeze(-1), mask.squeeze(-1)
        is_voiced = is_frame * batch.voiced
        duration_error = (log_durations.float() - torch.log1p(batch.durations.float())).abs()
        pitch_error = (log_pitch.float() - torch.log(batch.pitch_hz)).abs()
        voicing_error = F.binary_cross_entropy_with_logits(
            voicing.float(), batch.voiced, reduction="none"
        )
        return {
            "spectrum": spectrum,
            "mel": mel,
            "duration": (duration_error * is_symbol).sum() / is_symbol.sum(),
            "pitch": (pitch_error * is_voiced).sum() / is_voiced.sum().clamp(min=1),
            "voicing": (voicing_error * is_frame).sum() / is_frame.sum(),
        }

    def learn(self, batch: Batch, progress: float) -> dict[str, float]:
        """One step; `progress` from 0 to 1 sets the learning rate."""
        rate = LEARNING_RATE * min(1.0, (self.step + 1) / WARM_UP_STEPS)
        rate *= 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        losses = self.losses(batch)
        self.optimiser.zero_grad()
        sum(LOSS_WEIGHTS[name] * loss for name, loss in losses.items()).backward()
        norm = torch.nn.utils.clip_grad_norm_(self.voice.parameters(), 2.0)
        if torch.isfinite(norm):
            self.optimiser.step()
        self.step += 1
        decay = min(EMA_DECAY, self.step / (self.step + 20))
        with torch.no_grad():
            for name, value in self.voice.state_dict().items():
                self.averaged[name].lerp_(value, 1 - decay)
        return {name: loss.item() for name, loss in losses.items()}

    def held_out_losses(self) -> dict[str, float]:
        """Of the averaged weights."""
        learning = {k: v.clone() for k, v in self.voice.state_dict().items()}
        self.voice.load_state_dict(self.averaged)
        with torch.no_grad(), torch.random.fork_rng():
            torch.manual_seed(0)
            each = [self.losses(self.examples.batch([i])) for i in self.examples.held_out]
        self.voice.load_state_dict(learning)
        return {name: float(np.mean([e[name].item() for e in each])) for name in LOSS_WEIGHTS}

    def batches(self) -> Iterator[list[int]]:
        """From where we are on, without end."""
        number, done = 0, 0
        while True:
            epoch = self.examples.epoch(number)
            yield from epoch[max(0, self.step - done) :]
            done += len(epoch)
            number += 1

    def run(self, steps: int, minutes: float) -> None:
        self.resume()
        log = Log(self.work / "log.jsonl", self.step)
        sums: dict[str, float] = dict.fromkeys(LOSS_WEIGHTS, 0.0)
        count, since = 0, time.monotonic()
        for indices in self.batches():
            progress = max(self.step / steps, self.minutes / minutes)
            if progress >= 1:
                break
            batch = self.examples.batch(indices)
            for name, loss in self.learn(batch, progress).items():
                sums[name] += loss
            self.hours_heard += batch.seconds / 3600
            count += 1
            now = time.monotonic()
            self.minutes, since = self.minutes + (now - since) / 60, now
            if self.step % LOG_EVERY == 0:
                self._note(log, {name: total / count for name, total in sums.items()})
                sums, count = dict.fromkeys(LOSS_WEIGHTS, 0.0), 0
            if self.step % SAVE_EVERY == 0:
                self.save()
            if self.step % HELD_OUT_EVERY == 0:
                self._note(log, self.held_out_losses(), "held-out ")
        self.save()
        self._note(log, self.held_out_losses(), "held-out ")

    def _note(self, log: Log, losses: dict[str, float], prefix: str = "") -> None:
        entry = {"step": self.step, "minutes": self.minutes, "hours": self.hours_heard}
        entry |= {f"{prefix}{name}": loss for name, loss in losses.items()}
        entry = {name: round(value, 4) for name, value in entry.items()}
        log.write(entry)
        print("  ".join(f"{name} {value:g}" for name, value in entry.items()), flush=True)


class Log:
    """`log.jsonl`: a line of losses each time, for training.common.plot."""

    def __init__(self, path: Path, step: int) -> None:
        """Lines behind `step`, of a run that was broken off, are removed."""
        self._path = path
        lines = path.read_text("utf-8").splitlines(keepends=True) if path.exists() else []
        kept = [line for line in lines if json.loads(line)["step"] <= step]
        path.write_text("".join(kept), "utf-8")

    def write(self, entry: dict[str, float]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def load_voice(checkpoint: Path) -> Voice:
    """The averaged weights, on the CPU, ready to speak."""
    stored = torch.load(checkpoint, map_location="cpu")
    voice = Voice(Size(**stored["size"]), len(SPEAKERS))
    voice.load_state_dict(stored["averaged"])
    return voice.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--steps", type=int, default=6500)
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--threads", type=int, default=1, help="on the CPU; more are slower")
    parser.add_argument("--toy", action="store_true", help="a tiny network, to try the chain out")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    print(f"training on {device}", flush=True)
    Trainer(arguments.work, TOY if arguments.toy else Size(), device).run(
        arguments.steps, arguments.minutes
    )


if __name__ == "__main__":
    main()
