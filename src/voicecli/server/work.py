"""Several things at once, as long as all of them go on."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from voicecli.server.sessions import EndError


async def first_end(*work: Coroutine[Any, Any, Any]) -> EndError | None:
    """Run all of it until one ends. The others are cancelled, and awaited.

    Raises what that one raised, but returns an EndError.
    """
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        try:
            task.result()
        except EndError as end:
            return end
        except asyncio.CancelledError:
            pass
    return None
