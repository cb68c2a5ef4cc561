"""The trained network -> a voice for Piper: one ONNX file and its JSON.

    python -m training.voice.export WORK --out models/voice-en/en_US-voicecli-low.onnx

The graph takes what Piper feeds (`input`, `input_lengths`, `scales`, and `sid`, the speaker) and
gives the audio (`output`) and the frames of each phoneme id (`durations`, Piper's alignments). It
draws no random numbers: the noise is a table in the file, read from its start by each sentence, so
the same text always gives the same samples.

It can be cut in two at the tensor `decoder_input`, (1, channels, frames). What is behind it sees at
most 32 frames to either side and knows its place from its input, so it may run on any stretch of
frames; with 32 frames more on either side, thrown away afterwards, the samples are the same, bit by
bit.

Weights are stored as int8 with a scale for each output channel, and turned back into floats once,
when the file is loaded. Then, too, the Fourier matrices are made, which are larger than the file.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnx.compose
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from training.voice.features import HOP_SAMPLES, SAMPLE_RATE_HZ
from training.voice.model import (
    BINS,
    DECODER_MARGIN_FRAMES,
    FFT_SAMPLES,
    HARMONIC_CEPSTRA,
    MIN_DURATION_FRAMES,
    NOISE_CEPSTRA,
    NOISE_LEVEL,
    PITCH_RANGE_HZ,
    WARP,
    WINDOW_SAMPLES,
    Source,
    Voice,
    overlap_add,
    place_in_symbol,
    windows,
)
from training.voice.symbols import piper_ids, symbol_of_piper_id
from training.voice.teacher import SPEAKERS
from training.voice.train import load_voice

DECODER_INPUT = "decoder_input"
NOISE_FRAMES = 256
"""The noise repeats after 3.2 s."""

QUANTISED_FROM = 2000
"""Smaller tensors stay float32."""


class TextPart(nn.Module):
    """Phoneme ids -> durations and the decoder's input."""

    def __init__(self, voice: Voice) -> None:
        super().__init__()
        self.voice = voice
        self.source = Source()
        self.register_buffer("symbol_of_id", torch.from_numpy(symbol_of_piper_id()))

    def forward(self, ids: Tensor, length: Tensor, scales: Tensor, speaker: Tensor):
        ids = ids[0, : length[0]]
        symbol_of_each = self.symbol_of_id[ids]
        said = torch.nonzero(symbol_of_each).squeeze(1)
        symbols = symbol_of_each[said].unsqueeze(0)
        hidden, log_durations = self.voice.encode(
            symbols, torch.ones_like(symbols).float().unsqueeze(-1), speaker
        )
        durations = torch.exp(log_durations[0]) - 1
        durations = torch.where(
            durations < MIN_DURATION_FRAMES, torch.zeros_like(durations), durations
        )
        # Rounding the ends, not the durations, keeps the tempo exact.
        ends = torch.round(torch.cumsum(durations * scales[1], 0))
        starts = torch.cat([torch.zeros(1), ends[:-1]])
        lengths = ends - starts
        of_each_id = torch.zeros_like(ids).float().scatter(0, said, lengths)

        frame = torch.arange(ends[-1].long())
        symbol = (ends.unsqueeze(0) <= frame.unsqueeze(1).float()).long().sum(1)
        place = place_in_symbol(lengths[symbol], frame.float() + 0.5 - starts[symbol])
        frames = torch.cat([hidden[0][symbol], place], 1).unsqueeze(0)
        everywhere = torch.ones_like(frames[..., :1])
        log_pitch, voicing = self.voice.intonation(frames, everywhere)
        pitch_hz = torch.exp(log_pitch).clamp(*PITCH_RANGE_HZ)
        excitation = [
            pitch_hz,
            (voicing > 0).float(),
            self.source.start_phases(pitch_hz),
            (frame % NOISE_FRAMES).float().unsqueeze(0),
        ]
        decoder_input = torch.cat([frames, torch.stack(excitation, -1)], -1).transpose(1, 2)
        return decoder_input, of_each_id.unsqueeze(0)


class SoundPart(nn.Module):
    """The decoder's input, of a sentence or some frames of it -> samples (1, 1, T * HOP_SAMPLES).

    Everything is a matrix product with one row a frame, or concerns each frame by itself: the order
    of the additions, and so the last bit, doesn't depend on how many frames there are.
    """

    def __init__(self, voice: Voice) -> None:
        super().__init__()
        self.voice = voice
        self.source = Source()
        generator = np.random.default_rng(0)
        noise = generator.standard_normal((NOISE_FRAMES, HOP_SAMPLES)).clip(-4, 4)
        frequency = torch.linspace(0, math.pi, BINS, dtype=torch.float64)
        bend = torch.arctan(WARP * torch.sin(frequency) / (1 - WARP * torch.cos(frequency)))
        inverse_scale = torch.full((BINS, 1), 2.0 / FFT_SAMPLES)
        inverse_scale[0] = inverse_scale[-1] = 1.0 / FFT_SAMPLES
        for name, value in {
            "noise": torch.from_numpy(np.round(noise * 32).astype(np.int8)),
            "bin": torch.arange(BINS).unsqueeze(1),
            "sample": torch.arange(FFT_SAMPLES),
            "window": torch.hann_window(WINDOW_SAMPLES),
            "warped": (frequency + 2 * bend).float(),
            "order": torch.arange(HARMONIC_CEPSTRA).float().unsqueeze(1),
            "inverse_scale": inverse_scale,
        }.items():
            self.register_buffer(name, value)

    def forward(self, decoder_input: Tensor) -> Tensor:
        frames = decoder_input.transpose(1, 2)
        pitch_hz, voiced, start_phase, place = frames[..., -4:].unbind(-1)
        angle = (self.bin * self.sample % FFT_SAMPLES).float() * (2 * math.pi / FFT_SAMPLES)
        cosine, sine = torch.cos(angle), torch.sin(angle)
        fourier = torch.cat([cosine, -sine])[:, :WINDOW_SAMPLES].transpose(0, 1)
        fourier = fourier * self.window.unsqueeze(1)
        inverse = torch.cat([cosine * self.inverse_scale, -sine * self.inverse_scale])

        # The noise comes round, so the table's first frame follows its last.
        hiss = self.noise.float() * (NOISE_LEVEL / 32)
        half = HOP_SAMPLES // 2
        before = torch.cat([hiss[-1:, half:], hiss[:-1, half:]])
        after = torch.cat([hiss[1:, :half], hiss[:1, :half]])
        hiss_spectra = torch.cat([before, hiss, after], 1) @ fourier

        pulses = windows(self.source(pitch_hz, voiced, start_phase)) @ fourier
        hiss = hiss_spectra[place.long()]
        everywhere = torch.ones_like(frames[..., :1])
        harmonic, noise = self.voice.filters(frames[..., :-4], pitch_hz, voiced, everywhere)
        real, imaginary = self._filtered(pulses, harmonic, HARMONIC_CEPSTRA)
        more_real, more_imaginary = self._filtered(hiss, noise, NOISE_CEPSTRA)
        spectrum = torch.cat([real + more_real, imaginary + more_imaginary], -1)
        return overlap_add(spectrum @ inverse).unsqueeze(1)

    def _filtered(self, spectrum: Tensor, cepstra: Tensor, count: int) -> tuple[Tensor, Tensor]:
        angles = self.order[:count] * self.warped
        gain = torch.exp((cepstra @ torch.cos(angles)).clamp(-14, 6))
        phase = cepstra @ -torch.sin(angles)
        by_real, by_imaginary = gain * torch.cos(phase), gain * torch.sin(phase)
        real, imaginary = spectrum[..., :BINS], spectrum[..., BINS:]
        return (
            real * by_real - imaginary * by_imaginary,
            real * by_imaginary + imaginary * by_real,
        )


def to_onnx(voice: Voice, path: Path) -> None:
    """Write the graph of a trained network, weights at int8.

    Raises ValueError if its decoder sees further than the file would promise.
    """
    if voice.size.decoder_reach_frames > DECODER_MARGIN_FRAMES:
        raise ValueError(f"the decoder sees {voice.size.decoder_reach_frames} frames to each side")
    ids = torch.tensor([[1, 0, 20, 0, 59, 0, 24, 0, 100, 0, 10, 0, 2]])
    inputs = (ids, torch.tensor([ids.shape[1]]), torch.tensor([0.667, 1.0, 0.8]), torch.tensor([0]))
    by_text = {"input": {0: "batch", 1: "phonemes"}, "durations": {0: "batch", 1: "phonemes"}}
    by_batch = {"input_lengths": {0: "batch"}, "sid": {0: "batch"}}
    by_frame = {DECODER_INPUT: {0: "batch", 2: "frames"}, "output": {0: "batch", 2: "samples"}}
    text_part = TextPart(voice).eval()
    with torch.no_grad():
        decoder_input, _ = text_part(*inputs)
    text = _exported(
        text_part,
        inputs,
        ["input", "input_lengths", "scales", "sid"],
        [DECODER_INPUT, "durations"],
        by_text | by_batch | by_frame,
    )
    sound = _exported(
        SoundPart(voice).eval(), (decoder_input,), [DECODER_INPUT], ["output"], by_frame
    )
    model = onnx.compose.merge_models(
        onnx.compose.add_prefix(text, "text/", rename_inputs=False, rename_outputs=False),
        onnx.compose.add_prefix(sound, "sound/", rename_inputs=False, rename_outputs=False),
        io_map=[(DECODER_INPUT, DECODER_INPUT)],
        outputs=["output", "durations"],
    )
    model.graph.output.sort(key=lambda output: output.name != "output")  # Piper wants it first
    quantise(model)
    for key, value in {
        "decoder_input": DECODER_INPUT,
        "decoder_margin_frames": str(DECODER_MARGIN_FRAMES),
        "hop_samples": str(HOP_SAMPLES),
    }.items():
        model.metadata_props.add(key=key, value=value)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def _exported(
    part: nn.Module,
    inputs: tuple[Tensor, ...],
    input_names: list[str],
    output_names: list[str],
    axes: dict[str, dict[int, str]],
) -> onnx.ModelProto:
    written = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's, about shapes that are constant indeed
        torch.onnx.export(
            part,
            inputs,
            written,
            input_names=input_names,
            output_names=output_names,
            dynamic_axes={k: v for k, v in axes.items() if k in input_names + output_names},
            opset_version=17,
            # Folded, the Fourier matrices would be in the file.
            do_constant_folding=False,
            dynamo=False,
        )
    return onnx.load_model_from_string(written.getvalue())


def quantise(model: onnx.ModelProto) -> None:
    """Store large float weights as int8 and a scale for each of the first axis.

    A Cast and a Mul give them back; onnxruntime runs those once, when it loads the file.
    """
    graph = model.graph
    for tensor in list(graph.initializer):
        weight = numpy_helper.to_array(tensor)
        if weight.dtype != np.float32 or weight.ndim < 2 or weight.size < QUANTISED_FROM:
            continue
        others = tuple(range(1, weight.ndim))
        scale = np.maximum(np.abs(weight).max(others, keepdims=True) / 127, 1e-12)
        rounded = np.round(weight / scale).astype(np.int8)
        name = tensor.name
        graph.initializer.remove(tensor)
        graph.initializer.extend(
            [
                numpy_helper.from_array(rounded, f"{name}.int8"),
                numpy_helper.from_array(scale.astype(np.float32), f"{name}.scale"),
            ]
        )
        nodes = [
            helper.make_node("Cast", [f"{name}.int8"], [f"{name}.float"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}.float", f"{name}.scale"], [name]),
        ]
        for node in reversed(nodes):
            graph.node.insert(0, node)


def piper_config() -> dict[str, object]:
    """What Piper keeps beside the graph."""
    return {
        "dataset": "voicecli",
        "audio": {"sample_rate": SAMPLE_RATE_HZ, "quality": "low"},
        "espeak": {"voice": "en-us"},
        "language": {
            "code": "en_US",
            "family": "en",
            "region": "US",
            "name_native": "English",
            "name_english": "English",
            "country_english": "United States",
        },
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_map": {},
        "phoneme_id_map": piper_ids(),
        "num_symbols": 256,
        "num_speakers": len(SPEAKERS),
        "speaker_id_map": {speaker: index for index, speaker in enumerate(SPEAKERS)},
        "hop_length": HOP_SAMPLES,
        "piper_version": "1.8.0",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    to_onnx(load_voice(arguments.work / "checkpoint.pt"), arguments.out)
    config = json.dumps(piper_config(), ensure_ascii=False, indent=1)
    Path(f"{arguments.out}.json").write_text(f"{config}\n", "utf-8")
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
