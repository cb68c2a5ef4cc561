"""Download pip's wheel from PyPI into a folder, for a Python that came without pip.

Needs nothing but the standard library. Prints where the wheel lies; `python WHEEL/pip install ...`
runs it.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import urlopen

RELEASE_URL = "https://pypi.org/pypi/pip/json"
TIMEOUT_S = 60


def fetch(url: str) -> bytes:
    with urlopen(url, timeout=TIMEOUT_S) as response:
        return response.read()


def main(folder: Path) -> None:
    try:
        files = json.loads(fetch(RELEASE_URL))["urls"]
        wheel = next(file for file in files if file["packagetype"] == "bdist_wheel")
        content = fetch(urljoin(RELEASE_URL, wheel["url"]))
    except OSError as error:
        sys.exit(f"voicecli: pip could not be fetched from PyPI: {error}")
    if hashlib.sha256(content).hexdigest() != wheel["digests"]["sha256"]:
        sys.exit(f"voicecli: {wheel['filename']} arrived damaged; try again.")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / wheel["filename"]
    path.write_bytes(content)
    print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
