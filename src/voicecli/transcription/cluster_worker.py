"""What a process of a cluster does: windows -> segments, with a model of its node."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from voicecli.errors import ModelError
from voicecli.models import find_stt
from voicecli.settings import Settings, SttSettings
from voicecli.stt.whisper import Decoding
from voicecli.transcription.loading import Workers, recognizer
from voicecli.transcription.recognition import HearsWindows, Recognized, SpokenLanguage
from voicecli.transcription.windows import Window


@dataclass(frozen=True)
class ClusterJob:
    """What every worker has to do the same."""

    stt: SttSettings
    decoding: Decoding
    n_threads: int
    word_times: bool
    tells_languages: bool
    digest: str
    """SHA-256 of the model's weights: a node may have others of the same name."""
    voicecli: str = field(default_factory=lambda: version("voicecli"))


@dataclass(frozen=True)
class Spoken:
    """A SpokenLanguage on its way."""

    code: str | None
    before: str | None
    is_heard_here: bool


class ClusterWorker:
    """Of one process somewhere in the cluster."""

    def __init__(self, job: ClusterJob) -> None:
        self._job = job
        self._made: HearsWindows | None = None

    def prepare(self) -> None:
        """Load the model, where that has not been done. Raises ModelError."""
        if self._made is None:
            self._made = self._make()

    def recognize(
        self, windows: Sequence[Window], spoken: Sequence[Spoken], of_window: Sequence[int]
    ) -> tuple[list[Recognized], list[str]]:
        """And the languages that were heard. of_window: the index of each window's language.

        To be called after `prepare`. Raises ModelError.
        """
        assert self._made is not None
        languages = [_as_language(one) for one in spoken]
        found = self._made.recognize(
            windows,
            [languages[i] for i in of_window],
            to_hear=[
                language
                for one, language in zip(spoken, languages, strict=True)
                if one.is_heard_here
            ],
        )
        return found, [language.code() for language in languages]

    def _make(self) -> HearsWindows:
        job, host = self._job, socket.gethostname()
        if (here := version("voicecli")) != job.voicecli:
            raise ModelError(
                f"{host} has voicecli {here}, and this is {job.voicecli}",
                "all nodes need the same version",
            )
        try:
            digest = digest_of(find_stt(job.stt.model, job.stt.only_language))
        except ModelError as error:
            raise ModelError(f"{host}: {error.message}", error.hint) from error
        if digest != job.digest:
            raise ModelError(
                f"the model {job.stt.model} of {host} is another than the one here",
                "pull it anew on both: voicecli models pull",
            )
        return recognizer(
            Settings(stt=job.stt),
            job.decoding,
            Workers(1, job.n_threads),
            notices=lambda message, hint: None,
            word_times=job.word_times,
            tells_languages=job.tells_languages,
        )


def _as_language(spoken: Spoken) -> SpokenLanguage:
    before = None if spoken.before is None else SpokenLanguage(spoken.before)
    return SpokenLanguage(spoken.code, before)


def digest_of(folder: Path) -> str:
    """Of a recogniser's weights."""
    with (folder / "model.bin").open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
