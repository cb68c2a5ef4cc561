"""The network: Whisper's architecture, small, with two extra heads that exist in training alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional
from transformers import WhisperConfig, WhisperForConditionalGeneration

from training.recognizer.examples import CHARACTERS, IGNORED, Batch
from training.recognizer.features import N_BANDS
from training.recognizer.tokens import Tokens


@dataclass(frozen=True)
class Shape:
    width: int = 192
    encoder_layers: int = 4
    decoder_layers: int = 2

    @property
    def heads(self) -> int:
        return self.width // 64


SHIPPED = Shape()
TOY = Shape(64, 1, 1)


@dataclass(frozen=True)
class Losses:
    tokens: torch.Tensor
    """Cross-entropy of the transcript."""
    characters: torch.Tensor
    """CTC on the encoder: words that the decoder can't guess."""
    phones: torch.Tensor
    """Cross-entropy of the synthesiser's own phone, 20 ms by 20 ms. Gets the encoder going."""


class Recognizer(nn.Module):
    """Whisper and, on its encoder, a CTC head and a head of phones for each synthesiser."""

    def __init__(self, tokens: Tokens, n_phones: list[int], shape: Shape, attention: str) -> None:
        super().__init__()
        config = WhisperConfig(
            vocab_size=tokens.size,
            d_model=shape.width,
            encoder_layers=shape.encoder_layers,
            decoder_layers=shape.decoder_layers,
            encoder_attention_heads=shape.heads,
            decoder_attention_heads=shape.heads,
            encoder_ffn_dim=4 * shape.width,
            decoder_ffn_dim=4 * shape.width,
            num_mel_bins=N_BANDS,
            dropout=0.0,  # the augmentation does what it would do, and it costs a tenth of the time
            pad_token_id=tokens.end,
            bos_token_id=tokens.end,
            eos_token_id=tokens.end,
            decoder_start_token_id=tokens.start,
            suppress_tokens=None,
            begin_suppress_tokens=None,
            attn_implementation=attention,
        )
        self.whisper = WhisperForConditionalGeneration(config)
        self.characters = nn.Linear(shape.width, len(CHARACTERS) + 1)
        self.phones = nn.ModuleList(nn.Linear(shape.width, n + 1) for n in n_phones)
        self._initialize()
        # Loading a checkpoint would set them free (transformers 5), and they drift.
        self.whisper.model.encoder.embed_positions.requires_grad_(False)

    @torch.no_grad()
    def _initialize(self) -> None:
        """Whisper's own (0.02 everywhere) is too small for this width: its convolutions whisper
        below the position code, and CTC stays on its plateau for hundreds of steps."""
        for name, module in self.whisper.named_modules():
            if isinstance(module, nn.Linear) and name != "proj_out":
                nn.init.xavier_uniform_(module.weight)
            elif isinstance(module, nn.Conv1d):
                nn.init.kaiming_normal_(module.weight)
                module.weight.mul_(1.6)
        decoder, encoder = self.whisper.model.decoder, self.whisper.model.encoder
        nn.init.normal_(decoder.embed_tokens.weight, std=0.05)
        nn.init.normal_(decoder.embed_positions.weight, std=0.03)
        noise = torch.randn(1, N_BANDS, 300) * 0.3 - 0.3
        level = functional.gelu(encoder.conv2(functional.gelu(encoder.conv1(noise)))).std()
        encoder.conv2.weight.mul_(0.45 / level)

    def encode(self, features: torch.Tensor) -> torch.Tensor:
        """(n, 80, frames) of any length up to 3000 -> (n, frames / 2, width)."""
        encoder = self.whisper.model.encoder
        states = functional.gelu(encoder.conv1(features))
        states = functional.gelu(encoder.conv2(states)).transpose(1, 2)
        states = states + encoder.embed_positions.weight[: states.shape[1]]
        for layer in encoder.layers:
            states = layer(states, None)
        return encoder.layer_norm(states)

    def decode(self, states: torch.Tensor, decoder_input: torch.Tensor) -> torch.Tensor:
        """(n, tokens) -> (n, tokens, width), each from the tokens before it."""
        decoder = self.whisper.model.decoder
        return decoder(
            input_ids=decoder_input, encoder_hidden_states=states, use_cache=False
        ).last_hidden_state

    def forward(self, batch: Batch) -> Losses:
        with torch.autocast(batch.features.device.type, torch.bfloat16):
            states = self.encode(batch.features)
            wanted = batch.labels != IGNORED
            logits = self.whisper.proj_out(self.decode(states, batch.decoder_input)[wanted])
            spelled = self.characters(states)
            sounds = [head(states) for head in self.phones]
        tokens = functional.cross_entropy(logits.float(), batch.labels[wanted])
        characters = functional.ctc_loss(
            spelled.float().log_softmax(-1).transpose(0, 1),
            batch.characters,
            batch.n_states,
            batch.n_characters,
            zero_infinity=True,
        )
        phones = tokens.new_zeros(())
        for row, head_logits in enumerate(sounds):
            known = batch.phones[:, row] != IGNORED
            if known.any():
                phones = phones + functional.cross_entropy(
                    head_logits[known].float(), batch.phones[:, row][known]
                )
        return Losses(tokens, characters, phones / len(sounds))

    @torch.no_grad()
    def transcribe(self, features: torch.Tensor, tokens: Tokens, max_tokens: int = 40) -> list[str]:
        """Greedy, without timestamps; to look at while training. Export and evaluate to know."""
        device = features.device
        with torch.autocast(device.type, torch.bfloat16):
            states = self.encode(features)
            written = torch.tensor([[tokens.start, tokens.no_timestamps]] * len(features)).to(
                device
            )
            ended = torch.zeros(len(features), dtype=torch.bool, device=device)
            for _ in range(max_tokens):
                last = self.decode(states, written)[:, -1]
                best = self.whisper.proj_out(last)[:, : tokens.end + 1].argmax(-1)
                written = torch.cat([written, best[:, None]], 1)
                ended |= best == tokens.end
                if ended.all():
                    break
        lines = []
        for row in written[:, 2:].tolist():
            stop = row.index(tokens.end) if tokens.end in row else len(row)
            lines.append(tokens.decode(row[:stop]))
        return lines


def cosine(fraction: float, floor: float = 0.03) -> float:
    """From 1 to `floor` while `fraction` goes from 0 to 1."""
    return max(floor, 0.5 * (1 + math.cos(math.pi * min(1.0, fraction))))
