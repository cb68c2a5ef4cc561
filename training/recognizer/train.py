"""Train the recogniser: on a CPU, on a GPU, in one process or several.

    python -m training.recognizer.train WORK --samples 300000
    python -m training.recognizer.train WORK --samples 300000 --init WORK/start.pt
    torchrun --nproc-per-node 2 -m training.recognizer.train WORK --samples 300000     # two cores

Goes on from WORK/NAME.pt where there is one (`--name`), even in another number of processes or
with another `--samples`: the learning rate follows a cosine over the samples. WORK/NAME.jsonl is
the log that `python -m training.common.plot` draws. What is kept for export is the running average
of the weights.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import distributed

from training.common.clips import Clips
from training.recognizer import text
from training.recognizer.examples import Batch, Examples, batches, phone_ids
from training.recognizer.features import log_mel, power_spectrum
from training.recognizer.model import SHIPPED, TOY, Losses, Recognizer, Shape, cosine
from training.recognizer.tokens import Tokens

DEV_SETS = ("test-flite-seen", "test-espeak-held", "test-festival-ked")
DEV_CLIPS = 48
AVERAGE_DECAY = 0.998
"""Of the running average: the last five hundred steps or so."""


def build(work: Path, shape: Shape, device: torch.device) -> tuple[Recognizer, Tokens]:
    tokens = Tokens.load(work / "tokenizer.json")
    n_phones = [len(table) for table in phone_ids(work)]
    # On a CPU the fused attention is slower than the plain one at these lengths (bfloat16).
    attention = "eager" if device.type == "cpu" else "sdpa"
    return Recognizer(tokens, n_phones, shape, attention).to(device), tokens


# Errors while training ----------------------------------------------------------------------------


def word_errors(said: list[str], heard: list[str]) -> int:
    """Substitutions, deletions and insertions (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        last, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (word != other))
    return row[-1]


def dev_errors(model: Recognizer, tokens: Tokens, work: Path) -> dict[str, float]:
    """Word error rates of short sets, in per cent, at trimmed windows."""
    device = next(model.parameters()).device
    model.eval()
    rates = {}
    for name in DEV_SETS:
        if not (work / "clips" / f"{name}.jsonl").exists():
            continue
        clips = Clips(work / "clips" / name)
        chosen = range(min(DEV_CLIPS, len(clips)))
        features = [log_mel(power_spectrum(np.pad(clips.samples(i), 4800))) for i in chosen]
        n_frames = max(len(f) for f in features) + 20
        padded = np.zeros(
            (len(features), features[0].shape[1], n_frames + n_frames % 2), np.float32
        )
        for row, f in zip(padded, features, strict=True):
            row[:, : len(f)] = f.T
        heard = model.transcribe(torch.from_numpy(padded).to(device), tokens)
        pairs = [(text.words_of(clips[i].text), text.words_of(heard[i])) for i in chosen]
        errors = sum(word_errors(said, words) for said, words in pairs)
        rates[name] = round(100 * errors / sum(len(said) for said, _ in pairs), 1)
    model.train()
    return rates


# State --------------------------------------------------------------------------------------------


def averaged(average: dict[str, torch.Tensor], model: Recognizer, step: int) -> None:
    """Move the running average towards the weights, faster at first."""
    decay = min(AVERAGE_DECAY, (1 + step) / (10 + step))
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                average[name].lerp_(value, 1 - decay)


def load_start(model: Recognizer, path: Path) -> None:
    """Weights by warm_start.py: without the heads, and without the positions, which are fixed."""
    missing, unexpected = model.whisper.load_state_dict(torch.load(path), strict=False)
    if unexpected or any("embed_positions" not in name for name in missing):
        raise ValueError(f"{path} doesn't fit: missing {missing}, unexpected {unexpected}")


class Stream(torch.utils.data.IterableDataset):
    """Batches without end, in this process or in the workers of a DataLoader.

    `progress` is a tensor of one number in shared memory, from 0 to 1: augmentation, silences and
    the share of long windows grow with it.
    """

    def __init__(
        self, work: Path, tokens: Tokens, seed: int, frames: int, batch: int, progress: torch.Tensor
    ) -> None:
        self._work, self._tokens, self._seed = work, tokens, seed
        self._frames, self._batch, self._progress = frames, batch, progress

    def __iter__(self) -> Iterator[Batch]:
        worker = torch.utils.data.get_worker_info()
        seed = self._seed
        if worker is not None:
            torch.set_num_threads(1)
            seed += 7919 * worker.id
        return batches(
            Examples(self._work, self._tokens, seed),
            frames_per_batch=self._frames,
            max_examples=self._batch,
            progress=self._progress.item,
            seed=seed,
        )


# The loop -----------------------------------------------------------------------------------------


def total_loss(losses: Losses, fraction: float) -> torch.Tensor:
    """The phones guide at first; the transcript counts in the end."""
    phones_weight = 1.0 - 0.8 * fraction
    return losses.tokens + 0.6 * losses.characters + phones_weight * losses.phones


def share_gradients(parameters: list[torch.nn.Parameter]) -> None:
    """The mean over all processes."""
    flat = torch.cat([p.grad.reshape(-1) for p in parameters])
    distributed.all_reduce(flat)
    flat /= distributed.get_world_size()
    at = 0
    for p in parameters:
        p.grad.copy_(flat[at : at + p.numel()].view_as(p))
        at += p.numel()


def train(arguments: argparse.Namespace) -> None:
    rank, world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if world > 1:
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    torch.manual_seed(arguments.seed)
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    work: Path = arguments.work
    model, tokens = build(work, TOY if arguments.smoke else SHIPPED, device)
    if arguments.init:
        load_start(model, arguments.init)
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in parameters if p.ndim > 1], "weight_decay": 0.02},
            {"params": [p for p in parameters if p.ndim == 1], "weight_decay": 0.0},
        ],
        lr=arguments.lr,
        betas=(0.9, 0.98),
        foreach=True,
    )
    average = {name: value.clone() for name, value in model.state_dict().items()}
    step = seen = 0
    minutes_before = 0.0
    checkpoint = work / f"{arguments.name}.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device)
        model.load_state_dict(state["model"])
        average = state["average"]
        optimizer.load_state_dict(state["optimizer"])
        step, seen, minutes_before = state["step"], state["samples"], state["minutes"]
    log = work / f"{arguments.name}.jsonl"
    started = time.monotonic()
    recent: list[tuple[float, ...]] = []

    def minutes() -> float:
        return minutes_before + (time.monotonic() - started) / 60

    def save() -> None:
        if rank:
            return
        state = {
            "model": model.state_dict(),
            "average": average,
            "optimizer": optimizer.state_dict(),
            "step": step,
            "samples": seen,
            "minutes": minutes(),
        }
        torch.save(state, checkpoint.with_suffix(".part"))
        checkpoint.with_suffix(".part").replace(checkpoint)

    def note(**values: object) -> None:
        line = {"step": step, "samples": seen, "minutes": round(minutes(), 2)} | values
        with log.open("a") as file:
            file.write(json.dumps(line) + "\n")
        print(line, flush=True)

    progress = torch.zeros(1).share_memory_()
    # A resumed run goes on with other examples, not with those that it began with.
    seed = 1_000_003 * arguments.seed + 31 * rank + seen
    stream = Stream(work, tokens, seed, arguments.frames, arguments.batch, progress)
    source = iter(stream)
    if arguments.workers:
        source = iter(
            torch.utils.data.DataLoader(stream, batch_size=None, num_workers=arguments.workers)
        )
    model.train()
    seen_at_start = seen
    while seen < arguments.samples:
        fraction = seen / arguments.samples
        progress[0] = fraction
        batch = next(source).to(device)
        rate = arguments.lr * min(1, (step + 1) / arguments.warm_up) * cosine(fraction)
        for group in optimizer.param_groups:
            group["lr"] = rate
        losses = model(batch)
        optimizer.zero_grad(set_to_none=False)
        total_loss(losses, fraction).backward()
        if world > 1:
            share_gradients(parameters)
        norm = torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        step += 1
        seen += _all_together(len(batch.features), world)
        averaged(average, model, step)
        recent.append((*(x.item() for x in vars(losses).values()), norm.item()))
        if rank == 0 and step % arguments.log_every == 0:
            means = [round(float(x), 4) for x in np.mean(recent, 0)]
            recent.clear()
            per_s = (seen - seen_at_start) / (time.monotonic() - started)
            names = ("tokens", "characters", "phones", "gradient")
            values = dict(zip(names, means, strict=True))
            note(**values, rate=round(rate, 7), samples_per_s=round(per_s, 1))
        if step % arguments.save_every == 0:
            save()
        if rank == 0 and step % arguments.dev_every == 0:
            note(errors=_with_average(model, average, tokens, work))
    save()
    if rank == 0:
        note(errors=_with_average(model, average, tokens, work))
    if world > 1:
        distributed.destroy_process_group()


def _all_together(n: int, world: int) -> int:
    """Examples of this step in all processes."""
    if world == 1:
        return n
    count = torch.tensor([n])
    distributed.all_reduce(count)
    return int(count)


def _with_average(
    model: Recognizer, average: dict[str, torch.Tensor], tokens: Tokens, work: Path
) -> dict[str, float]:
    """Errors of the averaged weights; the model's own come back afterwards."""
    own = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(average)
    errors = dev_errors(model, tokens, work)
    model.load_state_dict(own)
    return errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--samples", type=int, default=300_000, help="in all, over all processes")
    parser.add_argument("--name", default="recognizer", help="of the checkpoint and the log")
    parser.add_argument("--init", type=Path, help="weights by warm_start.py, for a new run")
    parser.add_argument("--lr", type=float, default=1.2e-3)
    parser.add_argument("--warm-up", type=int, default=150, help="steps")
    parser.add_argument("--frames", type=int, default=9000, help="10 ms each, a batch and process")
    parser.add_argument("--batch", type=int, default=40, help="most examples of a batch")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=0, help="of a CPU process; 0: torch decides")
    parser.add_argument("--workers", type=int, default=0, help="processes that make batches")
    parser.add_argument("--log-every", type=int, default=50)
    parser.add_argument("--save-every", type=int, default=400)
    parser.add_argument("--dev-every", type=int, default=800)
    parser.add_argument("--smoke", action="store_true", help="a toy network")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
