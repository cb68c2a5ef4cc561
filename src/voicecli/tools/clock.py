"""The time, here and elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from voicecli.tools.tool import Arguments, Effect, Tool, ToolError, schema, text_in


def clock_tool(now: Callable[[], datetime] = lambda: datetime.now().astimezone()) -> Tool:
    async def get_time(arguments: Arguments) -> str:
        moment = now()
        if zone := text_in(arguments, "timezone", "").strip():
            try:
                moment = moment.astimezone(ZoneInfo(zone))
            except (KeyError, ValueError, OSError):  # no such file, or not the name of one
                raise ToolError(f"there is no time zone {zone!r}; one is Europe/Berlin") from None
        return f"{moment:%A, %Y-%m-%d, %H:%M:%S} {zone or moment.tzname() or ''}".strip()

    zone = {"type": "string", "description": "IANA name, e.g. Asia/Tokyo. Leave out for here."}
    return Tool(
        "get_time",
        "The current date, day of the week and time.",
        schema(timezone=zone),
        get_time,
        Effect.NONE,
    )
