"""The two formats: is it a model, and what do its files tell of it? Reads no weights."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from voicecli.errors import ModelCorruptError
from voicecli.models import catalogue
from voicecli.printable import in_one_line

MULTILINGUAL_TOKENS = 51865
"""CTranslate2 takes a Whisper model for multilingual from this many tokens on."""

VOICE_RATES_HZ = (4_000, 192_000)
"""Piper's voices have 16000 or 22050."""


def check_stt(folder: Path) -> None:
    """Raise ModelCorruptError where faster-whisper could not load the folder; reads no weights.

    The tokenizer is asked for because faster-whisper fetches a missing one from the network.
    """
    if not folder.is_dir():
        raise ModelCorruptError(
            f"{folder} is a file; a speech recognition model is a folder with model.bin in it",
            "name the folder",
        )
    names = {file.name for file in folder.iterdir() if file.is_file() and file.stat().st_size}
    if missing := missing_files(names):
        foreign = "model.bin" in missing and names & {"model.safetensors", "pytorch_model.bin"}
        raise ModelCorruptError(
            f"{folder} is not a faster-whisper model: no {', no '.join(missing)} in it",
            "it is a Transformers model: convert it with ct2-transformers-converter"
            if foreign
            else _fetch_again(folder),
        )
    _read_json(folder / "config.json")
    with (folder / "model.bin").open("rb") as file:
        head = file.read(64)
    if _ct2_spec(head) != "WhisperSpec":
        raise ModelCorruptError(
            f"{folder / 'model.bin'} is not a CTranslate2 Whisper model",
            _fetch_again(folder),
        )
    _check_vocabulary(folder)


def _check_vocabulary(folder: Path) -> None:
    """Weights, vocabulary and tokenizer must belong together: otherwise what is recognised is
    spelt with the words of another model."""
    rows = _rows_of_weights(folder / "model.bin")
    tokens = _vocabulary(folder)
    if rows is not None and tokens and rows != len(tokens):
        raise ModelCorruptError(
            f"{folder} is put together from two models: the weights know {rows} tokens, the "
            f"vocabulary {len(tokens)}",
            _fetch_again(folder),
        )
    for token, index in _special_tokens(folder / "tokenizer.json"):
        if index >= len(tokens) or tokens[index] != token:
            raise ModelCorruptError(
                f"{folder} is put together from two models: its tokenizer has {token} as number "
                f"{index}, its vocabulary doesn't",
                _fetch_again(folder),
            )


def missing_files(names: Collection[str]) -> list[str]:
    """What a folder, or a repository, with these files lacks to be a recogniser."""
    missing = sorted({"model.bin", "config.json", "tokenizer.json"} - set(names))
    if not any(catalogue.VOCABULARY_FILES.fullmatch(name) for name in names):
        missing.append("vocabulary.json")
    return missing


def check_voice(onnx: Path) -> None:
    """Raise ModelCorruptError where Piper could not load the voice; reads no weights."""
    if onnx.suffix != ".onnx":
        raise ModelCorruptError(
            f"{onnx} is not a Piper voice: its name doesn't end in .onnx",
            "name the .onnx file; its .onnx.json must lie beside it",
        )
    if onnx.stat().st_size == 0:
        raise ModelCorruptError(f"{onnx} is empty", _fetch_again(onnx.parent))
    config_path = config_of(onnx)
    if not config_path.is_file():
        raise ModelCorruptError(
            f"{onnx} has no {config_path.name} beside it", "a voice is these two files together"
        )
    config = _read_json(config_path)
    for key in ("audio", "phoneme_id_map"):
        if not isinstance(config.get(key), dict):
            raise ModelCorruptError(
                f"{config_path} is not a Piper voice's: no {key!r} in it", _fetch_again(onnx.parent)
            )
    if not config["phoneme_id_map"]:
        raise ModelCorruptError(
            f"{config_path} knows no phonemes: 'phoneme_id_map' is empty",
            _fetch_again(onnx.parent),
        )
    rate_hz = config["audio"].get("sample_rate")
    if type(rate_hz) is not int or not VOICE_RATES_HZ[0] <= rate_hz <= VOICE_RATES_HZ[1]:
        raise ModelCorruptError(
            f"{config_path} names a sample rate that no voice has: {rate_hz!r:.40}",
            _fetch_again(onnx.parent),
        )


def _ct2_spec(head: bytes) -> str:
    """The kind of model that a CTranslate2 file says it holds.

    Its header: u32 version, u16 length, that many bytes of the specification's name with a NUL.
    """
    if len(head) < 6:
        return ""
    _, length = struct.unpack_from("<IH", head)
    return head[6 : 6 + length].rstrip(b"\0").decode("ascii", "replace")


def _rows_of_weights(path: Path) -> int | None:
    """How many tokens the weights know; None where that can't be told. Reads headers alone.

    A CTranslate2 file: u32 version, the specification's name, u32 revision, u32 number of
    variables; of each the name, u8 rank, u32 dimensions, u8 type, u32 number of bytes, the bytes
    (`python/ctranslate2/specs/model_spec.py`, version 6).
    """

    def number(layout: str) -> int:
        return struct.unpack(layout, file.read(struct.calcsize(layout)))[0]

    try:
        with path.open("rb") as file:
            number("<I")
            file.seek(number("<H"), 1)
            number("<I")
            for _ in range(number("<I")):
                name = file.read(number("<H")).rstrip(b"\0")
                shape = [number("<I") for _ in range(number("<B"))]
                number("<B")
                file.seek(number("<I"), 1)
                if name == b"decoder/embeddings/weight":
                    return shape[0]
    except (struct.error, OSError, IndexError):
        pass
    return None


def _special_tokens(tokenizer: Path) -> Iterator[tuple[str, int]]:
    """Those that a `tokenizer.json` adds to the words. They stand at its head; parsing all of it
    would take 30 ms."""
    with tokenizer.open("rb") as file:
        head = file.read(1_000_000).partition(b'"normalizer"')[0].decode("utf-8", "replace")
    for entry in re.finditer(r'"id":\s*(\d+),\s*"content":\s*"(<\|[^"\\]+\|>)"', head):
        yield entry[2], int(entry[1])


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelCorruptError(
            f"{path} can't be read as JSON: {error}", _fetch_again(path.parent)
        ) from error
    if not isinstance(content, dict):
        raise ModelCorruptError(f"{path} holds no JSON object", _fetch_again(path.parent))
    return content


def _fetch_again(folder: Path) -> str:
    """What to do about a broken model: the folder of a pulled one has its name up to the @."""
    name, at, _ = folder.name.replace("--", "/").partition("@")
    if at and any(catalogue.can_be(name, kind) for kind in ("stt", "voice")):
        return f"fetch it again: voicecli models pull {name}"
    return "take its files again from where it came from, or choose another: voicecli models"


def config_of(onnx: Path) -> Path:
    return onnx.with_name(onnx.name + ".json")


def only_voice_in(folder: Path) -> Path:
    voices = sorted(folder.glob("*.onnx"))
    if len(voices) != 1:
        found = ", ".join(voice.name for voice in voices) or "none"
        raise ModelCorruptError(
            f"{folder} should hold one .onnx file, and holds: {found}", "name the .onnx file"
        )
    return voices[0]


# -- what its files tell of it ----------------------------------------------------------------


def stt_languages(folder: Path) -> tuple[str, ...]:
    """ISO 639 codes that a recogniser knows, from its vocabulary.

    faster-whisper offers every language where CTranslate2 calls the model multilingual, and
    English alone otherwise.
    """
    tokens = _vocabulary(folder)
    if len(tokens) < MULTILINGUAL_TOKENS:
        return ("en",) if tokens else ()
    marks = (token for token in tokens if token.startswith("<|"))
    codes = (re.fullmatch(r"<\|([a-z]{2,3})\|>", mark) for mark in marks)
    return tuple(sorted(code[1] for code in codes if code))


def _vocabulary(folder: Path) -> list[str]:
    """A recogniser's tokens by number; none where they can't be read."""
    try:
        if (listed := folder / "vocabulary.json").is_file():
            tokens = [str(token) for token in json.loads(listed.read_text("utf-8"))]
        else:
            # Not splitlines(): a token may be one of Unicode's other line ends.
            text = (folder / "vocabulary.txt").read_bytes().decode()
            tokens = text.removesuffix("\n").split("\n")
    except (OSError, ValueError, TypeError, RecursionError):
        return []
    return tokens


def voice_languages(onnx: Path) -> tuple[str, ...]:
    """ISO 639 code of a voice."""
    language = voice_language(onnx)
    return (language.split("-")[0],) if language else ()


def voice_language(onnx: Path) -> str:
    """As a voice's configuration says, e.g. en-GB; older ones only name espeak's. Empty without."""
    config = voice_config(onnx)
    try:
        language = config.get("language", {})
        code = language.get("code") or language.get("family") or config["espeak"]["voice"]
    except (KeyError, AttributeError, TypeError):
        return ""
    return str(code).replace("_", "-")


def voice_config(onnx: Path) -> dict[str, Any]:
    """What a voice's configuration says; nothing where it can't be read."""
    try:
        content = json.loads(config_of(onnx).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def domain_of(folder: Path) -> str:
    """What alone a recogniser understands, where its card has a line `understands: ...`."""
    try:
        card = (folder / "README.md").read_text("utf-8", "replace")
    except OSError:
        return ""
    stated = re.search(r"^understands:[ \t]*(\S.*)$", card, re.M)
    return in_one_line(stated[1]) if stated else ""


def licence_in(folder: Path) -> str:
    """The licence that a model's card states, in one line; empty where none does.

    Cards of the hub have `license: mit` at the top, those of Piper `* License: ...` in a list.
    """
    for card in sorted(folder.iterdir()):
        if not catalogue.CARD_FILES.fullmatch(card.name):
            continue
        if licence := licence_of(card.read_text("utf-8", "replace")):
            return licence
    return ""


def licence_of(card: str) -> str:
    """The licence in the text of a card."""
    stated = re.search(r"^[\s*#-]*licen[sc]e\**:\**[ \t]*(\S.*)$", card, re.I | re.M)
    return in_one_line(stated[1].strip("\"' \t"))[:100] if stated else ""
