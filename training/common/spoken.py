"""What a synthesiser gives."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Spoken:
    """Synthesised speech and where its phones are."""

    samples: npt.NDArray[np.float32]
    """Mono, in -1..1."""
    sample_rate_hz: int
    phones: list[tuple[str, float]]
    """Each with the second at which it ends; the empty name is silence. Empty where unknown."""
    pitch_hz: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    """Fundamental frequency every 5 ms, 0 where unvoiced. Empty where unknown."""
