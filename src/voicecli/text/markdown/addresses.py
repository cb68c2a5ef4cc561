"""What a person would say of an address."""

from __future__ import annotations

import re


def host_of(url: str) -> str:
    """The part of an address that a person would say."""
    rest = re.sub(r"\A[a-z]+:(?://)?", "", url, flags=re.I)
    host = re.split(r"[/?#]", rest, maxsplit=1)[0].rsplit("@", 1)[-1]
    return re.sub(r"\Awww\.|:\d+\Z", "", host, flags=re.I)
