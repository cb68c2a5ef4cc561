"""A key that is held, on a clock of the test's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from voicecli.terminal.hold import HeldKey


class Timer:
    """What asyncio.TimerHandle is to `HeldKey`."""

    def __init__(self, at_s: float, call: Callable[[], None]) -> None:
        self.at_s, self.call, self.is_cancelled = at_s, call, False

    def cancel(self) -> None:
        self.is_cancelled = True


class Bar:
    """The space bar; notes when it began and ended something."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.noted: list[tuple[str, float]] = []
        self._timers: list[Timer] = []
        self.key = HeldKey(
            lambda: self.noted.append(("begin", round(self.now_s, 2))),
            lambda: self.noted.append(("end", round(self.now_s, 2))),
            self._call_later,  # pyrefly: ignore[bad-argument-type]
        )

    def _call_later(self, delay_s: float, call: Callable[[], None]) -> Timer:
        self._timers.append(Timer(self.now_s + delay_s, call))
        return self._timers[-1]

    def until(self, at_s: float) -> None:
        due = [one for one in self._timers if not one.is_cancelled and one.at_s <= at_s]
        for timer in sorted(due, key=lambda one: one.at_s):
            if not timer.is_cancelled:
                self.now_s = timer.at_s
                timer.cancel()
                timer.call()
        self.now_s = at_s

    def pressed(self, *at_s: float) -> None:
        for one in at_s:
            self.until(one)
            self.key.pressed()


def test_pressed_and_pressed_again() -> None:
    bar = Bar()
    bar.pressed(1.0, 3.0)
    bar.until(9)
    assert bar.noted == [("begin", 1.0), ("end", 3.12)]
    bar.pressed(10.0)
    assert bar.noted[-1] == ("begin", 10.0)


def test_let_go() -> None:
    bar = Bar()
    bar.pressed(1.0)
    bar.until(4)
    bar.key.let_go()
    bar.until(9)
    bar.key.let_go()
    bar.until(10)
    assert bar.noted == [("begin", 1.0), ("end", 4.0)]


@pytest.mark.parametrize(("first_s", "every_s"), [(0.25, 0.03), (0.5, 0.033), (0.66, 0.1)])
def test_a_key_that_repeats_is_held_until_it_no_longer_does(first_s: float, every_s: float) -> None:
    bar = Bar()
    times = [1 + first_s + every_s * i for i in range(20)]
    bar.pressed(1.0, *times)
    assert bar.noted == [("begin", 1.0)]
    bar.until(9)
    assert bar.noted == [("begin", 1.0), ("end", round(times[-1] + 0.3, 2))]
