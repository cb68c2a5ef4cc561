"""What a plug-in made, as the rest of the program may take it: it raises errors of ours alone."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from importlib.metadata import entry_points
from typing import Any

from voicecli.errors import ModelError, SettingsError, VoicecliError, reason

ENTRY_POINTS = "voicecli.engines"
"""The group of those whose modules have one or more of the functions `recognizers`, `voices` and
`language_models`: each returns what it makes by name, with settings as the only argument."""


def maker(kind: str, name: str, noun: str) -> Callable[[Any], Any]:
    """What makes an engine of its settings.

    Raises SettingsError where no plug-in knows the name, ModelError where one can't be loaded.
    """
    known: dict[str, Callable[[Any], Any]] = {}
    for entry_point in entry_points(group=ENTRY_POINTS):
        try:
            known |= getattr(entry_point.load(), kind, dict)()
        except Exception as error:  # somebody else's code
            raise ModelError(
                f"the plug-in {entry_point.name} can't be loaded ({error})",
                f"remove or update it: {entry_point.value}",
            ) from error
    if name not in known:
        raise SettingsError(
            f"there is no {noun} {name!r}", f"plug-ins bring: {', '.join(known) or 'none'}"
        )
    return known[name]


@contextmanager
def told(who: str, error_type: type[VoicecliError]) -> Iterator[None]:
    """Somebody else's code: whatever it raises is told in a sentence, and nothing ends by it."""
    try:
        yield
    except VoicecliError:
        raise
    except Exception as error:
        kind = type(error).__name__
        raise error_type(
            f"{who} failed ({kind}: {reason(error)})", "ask those who made the plug-in"
        ) from error


class Plugged:
    """An engine of a plug-in: all that it has, its exceptions mapped."""

    def __init__(self, engine: Any, who: str, error_type: type[VoicecliError]) -> None:
        """who: for messages. error_type: what its callers expect."""
        self._engine = engine
        self._told = lambda: told(who, error_type)

    def __repr__(self) -> str:
        return repr(self._engine)

    def __getattr__(self, name: str) -> Any:
        engine = self.__dict__["_engine"]
        try:
            value = getattr(engine, name)
        except AttributeError:
            raise  # it has none
        except Exception:
            with self._told():
                raise
        return self._mapped(value) if inspect.isroutine(value) else value

    def _mapped(self, method: Callable[..., Any]) -> Callable[..., Any]:
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            with self._told():  # called here: whoever never starts this leaves nothing unawaited
                return await method(*args, **kwargs)

        def call(*args: Any, **kwargs: Any) -> Any:
            with self._told():
                result = method(*args, **kwargs)
            if hasattr(result, "__aiter__"):
                return self._pieces(result)
            return result

        return awaited if inspect.iscoroutinefunction(method) else call

    async def _pieces(self, pieces: AsyncGenerator[Any, None]) -> AsyncGenerator[Any, None]:
        async with aclosing(pieces):
            while True:
                with self._told():
                    piece = await anext(pieces, _END)
                if piece is _END:
                    return
                yield piece

    async def __aenter__(self) -> Plugged:
        with self._told():
            await self._engine.__aenter__()
        return self

    async def __aexit__(self, *exception: object) -> None:
        with self._told():
            await self._engine.__aexit__(*exception)


_END = object()
