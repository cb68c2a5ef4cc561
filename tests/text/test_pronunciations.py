from __future__ import annotations

from pathlib import Path

import pytest

from voicecli.errors import SettingsError
from voicecli.text.aloud import spoken
from voicecli.text.aloud.pronunciations import load_pronunciations


def test_words_and_how_they_are_said(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("# ours\n\nGIF = jif\nnginx = engine x\nLinus=[[ l'i:nUs ]]\n")
    found = load_pronunciations(file)
    assert found == {"GIF": "jif", "nginx": "engine x", "Linus": "[[ l'i:nUs ]]"}
    assert spoken("A GIF from nginx.", "en", found) == "A jif from engine x."


@pytest.mark.parametrize("line", ["GIF", "= jif", "GIF =", "GIF: jif"])
def test_a_line_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "words.txt"
    file.write_text(f"a = b\n{line}\n")
    with pytest.raises(SettingsError, match="line 2 is not a pronunciation"):
        load_pronunciations(file)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="can't be read"):
        load_pronunciations(tmp_path / "missing.txt")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="no UTF-8 text"):
        load_pronunciations(tmp_path / "bytes")
