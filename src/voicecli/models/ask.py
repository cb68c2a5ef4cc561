"""A model that is named and missing: ask once whether to pull it, where somebody can answer."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from voicecli.errors import ModelMissingError, NetworkError
from voicecli.models import catalogue, store
from voicecli.models.catalogue import Kind

if TYPE_CHECKING:
    from voicecli.models.hub import Hub

SLOW_S = 2.5
"""Whoever hears nothing for longer believes that nothing happens; 5 s from the command on."""

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
    told = (catalogue.package_hint(store.canonical(name)) for name in names)
    hints = list(dict.fromkeys(filter(None, told)))
    with closing(hub), packages_told(hints):
        with _trouble_told(hub, hints):
            offers = list({(offer := look_up(name, hub)).name: offer for name in names}.values())
        with progress.shown(offers) as report:
            return download.pull(offers, hub, report, say=_say)


@contextmanager
def packages_told(hints: Iterable[str]) -> Iterator[None]:
    """Where the hub fails, or has no such model, what else brings it is told along."""
    try:
        yield
    except (NetworkError, ModelMissingError) as error:
        told = dict.fromkeys(filter(None, (error.hint, *hints)))
        raise type(error)(error.message, "; or ".join(told)) from error


@contextmanager
def _trouble_told(hub: Hub, hints: Iterable[str]) -> Iterator[None]:
    """A hub that keeps somebody waiting is told of, and what else brings it, while it is tried
    again."""

    def tell() -> None:
        _say("; ".join((f"voicecli: {hub.trouble}, and is tried again", *hints)))

    timer = threading.Timer(SLOW_S, tell)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201
