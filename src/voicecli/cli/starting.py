"""What commands begin with: their settings, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voicecli.settings.loading import Loaded


def load(
    options: Mapping[str, object],
    *,
    profile: str | None = None,
    persona: str | None = None,
    warns: bool = True,
) -> Loaded:
    """The settings, with the options over them; where they say offline, this process has no
    network. warns: what is odd about them is told. All threads share one heap. Raises
    SettingsError."""
    from voicecli.cli.streams import tell
    from voicecli.memory import share_one_heap
    from voicecli.settings import loading

    share_one_heap()
    loaded = loading.load(options, profile=profile, persona=persona)
    for warning in loaded.warnings if warns else ():
        tell(warning)
    if loaded.settings.offline:
        from voicecli.models import forbid_network

        forbid_network()
    return loaded
