"""Memory that nobody uses, and the C library keeps all the same. Only glibc is asked; others have
nothing to ask for."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

M_ARENA_MAX = -8
"""glibc, malloc.h."""


def share_one_heap() -> None:
    """From now on no thread gets a heap of its own. Each would keep what models need for a moment,
    and here every model has a thread. Only before there are threads."""
    if mallopt := _glibc("mallopt"):
        mallopt(M_ARENA_MAX, 1)


def give_back() -> None:
    """To the system, what is free: loading a model takes twice its size. Tens of milliseconds."""
    if malloc_trim := _glibc("malloc_trim"):
        malloc_trim(0)


def _glibc(name: str) -> Callable[..., int] | None:
    try:
        return getattr(ctypes.CDLL(None), name, None)
    except (OSError, TypeError):  # Windows has no library without a name
        return None
