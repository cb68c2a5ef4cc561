"""A voice shaped like Piper's (VITS), with random weights: it babbles, at the true speed.

    python tests/data/make_tiny_voice.py tests/data/tiny_voice.onnx
    python tests/data/make_tiny_voice.py tests/data/tiny_voices.onnx --speakers 3

needs `torch` and `onnx`. `--size medium` and `--size high` give voices as large as Piper's: same
layers, widths and costs. The graph has what Piper's own have: noise drawn inside, durations rounded
up, and a HiFi-GAN at its end that is given all frames at once.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

SYMBOLS = "_^$ !',-.:;?abcdefhijklmnopqrstuvwxyzæçðøħŋœɐɑɒɔɕɖəɚɛɜɡɣɪɫɬɯɲɹɾʀʁʃʊʋʌʎʏʒʔʰˈˌːθχᵻ"


@dataclass(frozen=True)
class Size:
    width: int
    text_layers: int
    text_inner: int
    flow_layers: int
    decoder_width: int
    rates: tuple[int, ...]
    kernels: tuple[int, ...]
    dilations: tuple[tuple[int, ...], ...]
    twice: bool
    """Each dilated convolution is followed by a plain one (HiFi-GAN's first kind of block)."""


SIZES = {
    "tiny": Size(8, 1, 16, 1, 8, (4, 4), (3, 5), ((1, 2), (2, 6)), False),
    "medium": Size(192, 6, 768, 4, 256, (8, 8, 4), (3, 5, 7), ((1, 2), (2, 6), (3, 12)), False),
    "high": Size(192, 6, 768, 4, 512, (8, 8, 2, 2), (3, 7, 11), ((1, 3, 5),) * 3, True),
}


def conv(inner: int, outer: int, kernel: int, dilation: int = 1) -> nn.Conv1d:
    return nn.Conv1d(inner, outer, kernel, padding=dilation * (kernel // 2), dilation=dilation)


class TextLayer(nn.Module):
    """Attention and a small network, as in a transformer; (1, width, L) -> the same."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.heads = 2
        self.query_key_value = nn.Conv1d(size.width, 3 * size.width, 1)
        self.out = nn.Conv1d(size.width, size.width, 1)
        self.widen, self.narrow = (
            conv(size.width, size.text_inner, 3),
            conv(size.text_inner, size.width, 3),
        )
        self.norm_1, self.norm_2 = nn.LayerNorm(size.width), nn.LayerNorm(size.width)

    def forward(self, x: Tensor) -> Tensor:
        width = x.shape[1]
        query, key, value = (
            part.reshape(1, self.heads, width // self.heads, -1)
            for part in self.query_key_value(x).chunk(3, 1)
        )
        scores = query.transpose(2, 3) @ key / math.sqrt(width // self.heads)
        attended = value @ torch.softmax(scores, -1).transpose(2, 3)
        x = x + self.out(attended.reshape(1, width, -1))
        x = self.norm_1(x.transpose(1, 2)).transpose(1, 2)
        x = x + self.narrow(F.relu(self.widen(x)))
        return self.norm_2(x.transpose(1, 2)).transpose(1, 2)


class Coupling(nn.Module):
    """One step of the flow, backwards: half of the channels move the other half."""

    def __init__(self, size: Size, speakers: int) -> None:
        super().__init__()
        width = size.width
        self.half = width // 2
        self.pre, self.post = nn.Conv1d(self.half, width, 1), nn.Conv1d(width, self.half, 1)
        layers = range(size.flow_layers)
        self.into = nn.ModuleList(conv(width, 2 * width, 5) for _ in layers)
        self.out = nn.ModuleList(nn.Conv1d(width, 2 * width, 1) for _ in layers)
        self.cond = nn.ModuleList(nn.Conv1d(width, 2 * width, 1) for _ in layers if speakers > 1)

    def forward(self, x: Tensor, mask: Tensor, speaker: Tensor | None) -> Tensor:
        still, moved = x.split(self.half, 1)
        hidden = self.pre(still) * mask
        total = torch.zeros_like(hidden)
        for i, (into, out) in enumerate(zip(self.into, self.out, strict=True)):
            wide = into(hidden)
            if speaker is not None:
                wide = wide + self.cond[i](speaker)
            value, gate = wide.chunk(2, 1)
            residual, skip = out(torch.tanh(value) * torch.sigmoid(gate)).chunk(2, 1)
            hidden = (hidden + residual) * mask
            total = total + skip
        return torch.cat([still, (moved - self.post(total) * mask) * mask], 1)


class Block(nn.Module):
    def __init__(self, width: int, kernel: int, dilations: tuple[int, ...], twice: bool) -> None:
        super().__init__()
        self.dilated = nn.ModuleList(conv(width, width, kernel, d) for d in dilations)
        self.plain = nn.ModuleList(conv(width, width, kernel) for _ in dilations if twice)

    def forward(self, x: Tensor) -> Tensor:
        for i, dilated in enumerate(self.dilated):
            y = dilated(F.leaky_relu(x, 0.1))
            if self.plain:
                y = self.plain[i](F.leaky_relu(y, 0.1))
            x = x + y
        return x


class HiFiGan(nn.Module):
    """(1, width, T) -> samples (1, 1, T * the product of the rates)."""

    def __init__(self, size: Size, speakers: int) -> None:
        super().__init__()
        width = size.decoder_width
        self.conv_pre = conv(size.width, width, 7)
        if speakers > 1:
            self.cond = nn.Conv1d(size.width, width, 1)
        self.ups, self.resblocks = nn.ModuleList(), nn.ModuleList()
        for rate in size.rates:
            self.ups.append(
                nn.ConvTranspose1d(width, width // 2, 2 * rate, rate, padding=rate // 2)
            )
            width //= 2
            for kernel, dilations in zip(size.kernels, size.dilations, strict=True):
                self.resblocks.append(Block(width, kernel, dilations, size.twice))
        self.conv_post = nn.Conv1d(width, 1, 7, padding=3, bias=False)

    def forward(self, x: Tensor, speaker: Tensor | None) -> Tensor:
        x = self.conv_pre(x)
        if speaker is not None:
            x = x + self.cond(speaker)
        n = len(self.resblocks) // len(self.ups)
        for i, up in enumerate(self.ups):
            x = up(F.leaky_relu(x, 0.1))
            x = sum(block(x) for block in self.resblocks[i * n : (i + 1) * n]) / n
        return torch.tanh(self.conv_post(F.leaky_relu(x)))


class Voice(nn.Module):
    def __init__(self, size: Size, speakers: int) -> None:
        super().__init__()
        self.symbols = nn.Embedding(256 if size.width > 8 else len(SYMBOLS), size.width)
        if speakers > 1:
            self.speakers = nn.Embedding(speakers, size.width)
        self.text = nn.Sequential(*(TextLayer(size) for _ in range(size.text_layers)))
        self.proj = nn.Conv1d(size.width, 2 * size.width, 1)
        self.durations = nn.Conv1d(size.width, 1, 3, padding=1)
        self.flow = nn.ModuleList(Coupling(size, speakers) for _ in range(4))
        self.dec = HiFiGan(size, speakers)

    def forward(
        self, ids: Tensor, length: Tensor, scales: Tensor, sid: Tensor | None = None
    ) -> Tensor:
        speaker = None if sid is None else self.speakers(sid).unsqueeze(-1)
        x = self.symbols(ids).transpose(1, 2)
        text_mask = (torch.arange(ids.shape[1]) < length.unsqueeze(1)).unsqueeze(1).float()
        x = self.text(x * text_mask)
        noise = torch.randn_like(x[:, :1]) * scales[2]
        log_durations = 0.9 + 0.5 * torch.tanh(self.durations(x) + 0.3 * noise)
        durations = torch.ceil(torch.exp(log_durations) * text_mask * scales[1])
        ends = torch.cumsum(durations, 2)
        frames = torch.arange(torch.clamp_min(durations.sum(), 1).long())
        frame_mask = (frames < durations.sum((1, 2)).unsqueeze(1)).unsqueeze(1).float()
        before = (frames.view(1, -1, 1) < ends).float()
        path = before - F.pad(before, (1, 0))[..., :-1]
        mean, log_deviation = (self.proj(x) @ path.transpose(1, 2)).chunk(2, 1)
        z = mean + torch.randn_like(mean) * torch.exp(0.1 * log_deviation) * scales[0]
        for step in self.flow:
            z = step(torch.flip(z, [1]), frame_mask, speaker)
        return self.dec(z * frame_mask, speaker)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", choices=SIZES, default="tiny")
    parser.add_argument("--speakers", type=int, default=1)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    size, speakers = SIZES[arguments.size], arguments.speakers
    voice = Voice(size, speakers).eval()
    inputs = [torch.tensor([[1, 0, 20, 0, 25, 0, 2]]), torch.tensor([7])]
    inputs += [torch.tensor([0.667, 1.0, 0.8])] + [torch.tensor([0])] * (speakers > 1)
    torch.onnx.export(
        voice,
        tuple(inputs),
        str(arguments.out),
        opset_version=15,
        input_names=["input", "input_lengths", "scales", "sid"][: len(inputs)],
        output_names=["output"],
        dynamic_axes={
            "input": {0: "batch_size", 1: "phonemes"},
            "input_lengths": {0: "batch_size"},
            "output": {0: "batch_size", 2: "time"},
        },
        dynamo=False,
    )
    config = {
        "audio": {"sample_rate": 22050, "quality": arguments.size},
        "espeak": {"voice": "en-us"},
        "language": {"code": "en_US"},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": {symbol: [i] for i, symbol in enumerate(SYMBOLS)},
        "num_symbols": 256,
        "num_speakers": speakers,
        "speaker_id_map": {f"voice {i}": i for i in range(speakers)} if speakers > 1 else {},
        "hop_length": math.prod(size.rates),
    }
    Path(f"{arguments.out}.json").write_text(
        json.dumps(config, ensure_ascii=False, indent=1) + "\n", "utf-8"
    )


if __name__ == "__main__":
    main()
