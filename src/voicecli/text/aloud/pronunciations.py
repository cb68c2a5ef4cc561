"""The user's own words, and how they are said: one `word = how to say it` a line."""

from __future__ import annotations

from pathlib import Path

from voicecli.errors import SettingsError
from voicecli.settings import TtsSettings


def pronunciations_of(settings: TtsSettings) -> dict[str, str]:
    """Those that the settings name; raises SettingsError."""
    if settings.pronunciations is None:
        return {}
    return load_pronunciations(Path(settings.pronunciations).expanduser())


def load_pronunciations(path: Path) -> dict[str, str]:
    """Read a file; what follows a `#` at the beginning of a line is a comment.

    Raises SettingsError, which names the line.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise SettingsError(
            f"the pronunciations in {path} can't be read ({reason})", "check tts.pronunciations"
        ) from error
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        word, equals, said = (part.strip() for part in line.partition("="))
        if not (word and equals and said):
            raise SettingsError(
                f"{path} line {number} is not a pronunciation: {line.strip()!r}",
                "write a word, an equals sign, and how to say it: GIF = jif",
            )
        found[word] = said
    return found
