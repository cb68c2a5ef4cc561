"""A model that is named and missing: ask once whether to pull it, where somebody can answer."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from voicecli.errors import ModelMissingError, NetworkError
from voicecli.models import catalogue, store
from voicecli.models.catalogue import Kind

Ask = Callable[[str], bool]
"""Puts a yes-or-no question to the user."""


def ensure_stt(name: str | None, *, ask: Ask | None, offline: bool = False) -> Path:
    """`find_stt`, and where the recogniser is missing and `ask` says yes, pull it.

    :param ask: None where nobody can answer; `on_terminal()` knows.
    :param offline: don't even ask.
    :raises ModelMissingError: with the command that fetches it.
    """
    return _ensure(name, "stt", store.find_stt, None if offline else ask)


def ensure_voice(name: str | None, *, ask: Ask | None, offline: bool = False) -> Path:
    """`find_voice`, likewise."""
    return _ensure(name, "voice", store.find_voice, None if offline else ask)


def on_terminal() -> Ask | None:
    """Asks on stderr and reads stdin, where both are a terminal; None otherwise."""
    if sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty():
        return _ask
    return None


def _ask(question: str) -> bool:
    print(f"{question} [Y/n] ", end="", file=sys.stderr, flush=True)  # noqa: T201
    answer = sys.stdin.readline()
    return answer.strip().lower() in ("y", "yes") or answer == "\n"


def _ensure(
    name: str | None, kind: Kind, find: Callable[[str | None], Path], ask: Ask | None
) -> Path:
    try:
        return find(name)
    except ModelMissingError as missing:
        if name is None or ask is None or not catalogue.can_be(name, kind):
            raise
        if not ask(f"{missing}: pull it{catalogue.size_known(name)} now?"):
            raise
    pull_shown([name])
    return find(name)


def pull_shown(names: list[str], *, offline: bool = False) -> list[Path]:
    """Pull models with everything that the user should see of it, on stderr.

    :raises VoicecliError: as `look_up` and `pull` do; where a package has the same bytes, its hint
        names that too.
    """
    # Only here, because httpx and rich take their time to import.
    from voicecli.models import download, progress
    from voicecli.models.hub import Hub
    from voicecli.models.offers import look_up

    hub = Hub(offline=offline)
    try:
        offers = list({(offer := look_up(name, hub)).name: offer for name in names}.values())
        with progress.shown(offers) as report:
            return download.pull(offers, hub, report, say=_say)
    except NetworkError as error:
        hints = [error.hint, *filter(None, map(catalogue.package_hint, names))]
        raise NetworkError(error.message, "; or ".join(dict.fromkeys(hints))) from error
    finally:
        hub.close()


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201
