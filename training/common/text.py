"""Numbers as people say them. Training text has no digits: synthesisers differ on them."""

from __future__ import annotations

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"))
_IRREGULAR_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def cardinal(number: int) -> str:
    """`-121` -> `minus one hundred twenty one`. Raises ValueError from a trillion on."""
    if abs(number) >= 10**12:
        raise ValueError(f"{number} is too large to say")
    if number < 0:
        return f"minus {cardinal(-number)}"
    if number < 20:
        return ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return TENS[tens - 2] + (f" {ONES[ones]}" if ones else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{ONES[hundreds]} hundred" + (f" {cardinal(rest)}" if rest else "")
    size, name = next(scale for scale in _SCALES if number >= scale[0])
    count, rest = divmod(number, size)
    return f"{cardinal(count)} {name}" + (f" {cardinal(rest)}" if rest else "")


def ordinal(number: int) -> str:
    """`21` -> `twenty first`."""
    words = cardinal(number).split()
    last = words[-1]
    if last in _IRREGULAR_ORDINALS:
        words[-1] = _IRREGULAR_ORDINALS[last]
    elif last.endswith("y"):
        words[-1] = f"{last[:-1]}ieth"
    else:
        words[-1] = f"{last}th"
    return " ".join(words)


def year(number: int) -> str:
    """`1906` -> `nineteen oh six`, `2004` -> `two thousand four`. For 1100 to 2099."""
    century, rest = divmod(number, 100)
    if century == 20 and rest < 10:
        return cardinal(number)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return (
        f"{cardinal(century)} oh {ONES[rest]}"
        if rest < 10
        else f"{cardinal(century)} {cardinal(rest)}"
    )


def clock_time(hour: int, minute: int) -> str:
    """`7, 5` -> `seven oh five`; on the hour `seven o'clock`. Twelve-hour clock."""
    if minute == 0:
        return f"{cardinal(hour)} o'clock"
    return (
        f"{cardinal(hour)} oh {ONES[minute]}"
        if minute < 10
        else f"{cardinal(hour)} {cardinal(minute)}"
    )


def digits(text: str) -> str:
    """`507` -> `five zero seven`."""
    return " ".join(ONES[int(digit)] for digit in text)
