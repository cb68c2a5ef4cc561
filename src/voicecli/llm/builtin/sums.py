"""Sums, said in words or digits."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from voicecli.llm.builtin.numbers import SOUND_LIKE, number_at, say_number
from voicecli.llm.builtin.words import Word

_OPERATORS: dict[tuple[str, ...], str] = {
    ("plus",): "plus",
    ("minus",): "minus",
    ("less",): "minus",
    ("times",): "times",
    ("multiplied", "by"): "times",
    ("divided", "by"): "divided by",
    ("over",): "divided by",
    ("percent", "of"): "percent of",
}


def _operator_at(words: Sequence[Word], at: int) -> tuple[str, int] | None:
    texts = tuple(word.text for word in words[at : at + 2])
    for spelled, operator in _OPERATORS.items():
        if texts[: len(spelled)] == spelled:
            return operator, at + len(spelled)
    return None


def _operand_at(
    words: Sequence[Word], at: int, result: Fraction | None, after_operator: bool
) -> tuple[Fraction, int] | None:
    """A number, or "that" and "the answer" for the last result."""
    if found := number_at(words, at):
        return found
    texts = [word.text for word in words[at : at + 2]]
    if after_operator and texts and texts[0] in SOUND_LIKE:
        return Fraction(SOUND_LIKE[texts[0]]), at + 1
    if result is not None and texts == ["the", "answer"]:
        return result, at + 2
    if result is not None and texts and texts[0] in ("that", "it"):
        return result, at + 1
    return None


def calculation(
    words: Sequence[Word], at: int, result: Fraction | None
) -> tuple[list[tuple[str, Fraction | None]], Fraction | None, int] | None:
    """The calculation that starts at words[at].

    Returns its steps as said and their values (None: a division by zero), the result that the user
    claims if any, and the index behind it; None where there is no calculation. One step is a chain
    by the usual precedence; "and times three" is a step that takes the whole before it.
    """
    steps: list[tuple[str, Fraction | None]] = []
    start = _operand_at(words, at, result, after_operator=False)
    # "minus five" after a result goes on from it, as "times three" does.
    joined = _skip_joiner(words, at)
    if result is not None and _operator_at(words, joined):
        start = (result, joined)
    if start is None:
        return None
    first, at = start
    while True:
        operands, operators = [first], []
        while operator := _operator_at(words, at):
            operand = _operand_at(words, operator[1], result, after_operator=True)
            if operand is None:
                break
            operators.append(operator[0])
            operands.append(operand[0])
            at = operand[1]
        if not operators:
            break
        spoken = say_number(operands[0])
        for operator_name, value in zip(operators, operands[1:], strict=True):
            spoken += f" {operator_name} {say_number(value)}"
        result = evaluate(operands, operators)
        steps.append((spoken, result))
        joined = _skip_joiner(words, at)
        if result is None or joined == at or not _operator_at(words, joined):
            break
        first, at = result, joined
    if not steps:
        return None
    if at < len(words) and words[at].text == "is" and (claimed := number_at(words, at + 1)):
        return steps, claimed[0], claimed[1]
    return steps, None, at


def _skip_joiner(words: Sequence[Word], at: int) -> int:
    while at < len(words) and words[at].text in ("and", "then"):
        at += 1
    return at


def evaluate(operands: Sequence[Fraction], operators: Sequence[str]) -> Fraction | None:
    """Times, divided by and percent of before plus and minus; None for a division by zero."""
    terms = [operands[0]]
    for operator, value in zip(operators, operands[1:], strict=True):
        if operator == "divided by" and value == 0:
            return None
        match operator:
            case "plus":
                terms.append(value)
            case "minus":
                terms.append(-value)
            case "times":
                terms[-1] *= value
            case "divided by":
                terms[-1] /= value
            case "percent of":
                terms[-1] *= value / 100
    return sum(terms, Fraction(0))
