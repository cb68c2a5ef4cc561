"""A calculator. An expression is parsed, and only what is listed here is computed."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from voicecli.tools.tool import Arguments, Effect, Tool, ToolError, schema, text_in

MAX_CHARS = 400
MAX_BITS = 4096
"""Of a result's numerator or denominator, 1200 digits: more would take time, and nobody would
listen."""
DIGITS = 12
"""Significant ones, of what is no whole number."""

Number = Fraction | float

_CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau}
_FUNCTIONS: Mapping[str, Callable[..., Number]] = {
    **{name: getattr(math, name) for name in ("sin", "cos", "tan", "asin", "acos", "atan")},
    **{name: getattr(math, name) for name in ("exp", "log10", "log2", "degrees", "radians")},
    "log": math.log,
    "ln": math.log,
    "sqrt": lambda x: _power(x, Fraction(1, 2)),
    "abs": abs,
    "min": min,
    "max": max,
    "round": lambda x, digits=0: _round(x, digits),
    "floor": lambda x: Fraction(math.floor(x)),
    "ceil": lambda x: Fraction(math.ceil(x)),
    "factorial": lambda x: _factorial(x),
}
_BINARY: Mapping[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: lambda a, b: Fraction(a // b),
    ast.Mod: operator.mod,
    ast.Pow: lambda a, b: _power(a, b),
}


_WRITTEN = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "^": "**", "√": "sqrt"})
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%(?:\s*(of)\b|(?=\s*(?:\Z|[-+*/),])))")
"""`15% of 80`, `20%`; but `17 % 5` is what is left of a division."""


def calculate(expression: str) -> str:
    """The value of `2 * (3 + 4) ** 2`, exact where it is a fraction; raises ToolError."""
    try:
        value = _checked(_value(_parsed(expression)))
        return _shown(value)
    except ZeroDivisionError:
        raise ToolError("nothing can be divided by zero") from None
    except (OverflowError, MemoryError, RecursionError):
        raise ToolError("the result is too large") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise ToolError(f"this can't be calculated: {error}") from None


def _parsed(expression: str) -> ast.expr:
    if len(expression) > MAX_CHARS:
        raise ToolError(f"the expression is longer than {MAX_CHARS} characters")
    text = expression.strip().rstrip("= ").translate(_WRITTEN)
    text = _PERCENT.sub(lambda match: f"({match[1]}/100){'*' if match[2] else ''}", text)
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        raise ToolError(f"{expression!r} is no expression such as 2 * (3 + 4)") from None


def _value(node: ast.expr) -> Number:
    match node:
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int(number)):
            return Fraction(number)
        case ast.Constant(value=float()):
            return Fraction(ast.unparse(node)) if "inf" not in ast.unparse(node) else math.inf
        case ast.Name(id=name) if name in _CONSTANTS:
            return _CONSTANTS[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _checked(_BINARY[type(op)](_value(left), _value(right)))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            return _checked(_FUNCTIONS[name](*map(_value, args)))
    raise ToolError(f"{ast.unparse(node)!r} is nothing that this calculator knows")


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, Fraction) and base >= 0 and exponent == Fraction(1, 2):
        root = _exact_root(base)
        if root is not None:
            return root
    if isinstance(base, Fraction) and isinstance(exponent, Fraction) and exponent.denominator == 1:
        if abs(base) == 1:
            exponent = exponent % 2
        bits = max(base.numerator.bit_length(), base.denominator.bit_length())
        if bits * abs(exponent) > MAX_BITS:
            raise OverflowError
        return base ** int(exponent)
    value = float(base) ** float(exponent)
    if isinstance(value, complex):
        raise ValueError("there is no such root of a negative number")
    return value


def _exact_root(value: Fraction) -> Fraction | None:
    root = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator))
    return root if root * root == value else None


def _round(value: Number, digits: Number) -> Fraction:
    if abs(digits) > MAX_BITS:
        raise OverflowError
    return Fraction(round(Fraction(value), int(digits)))


def _factorial(value: Number) -> Fraction:
    if value != int(value) or not 0 <= value <= 400:
        raise ValueError("factorial is of whole numbers up to 400")
    return Fraction(math.factorial(int(value)))


def _checked(value: Number) -> Number:
    if isinstance(value, int):
        value = Fraction(value)
    if isinstance(value, Fraction):
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
            raise OverflowError
    elif not math.isfinite(value):
        raise OverflowError
    return value


def _shown(value: Number) -> str:
    if isinstance(value, float) and abs(value) < 1e-15:
        return "0"
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        value = Fraction(int(value))
    if isinstance(value, Fraction) and value.denominator == 1:
        return str(value.numerator)
    return format(float(value), f".{DIGITS}g")


async def _run(arguments: Arguments) -> str:
    return calculate(text_in(arguments, "expression"))


CALCULATOR = Tool(
    "calculate",
    "The exact value of an arithmetic expression, e.g. 15% of 80, 2 * (3 + 4) ** 2, sqrt(2), "
    f"17 % 5. Knows {', '.join(_FUNCTIONS)}, pi and e.",
    schema("expression", expression={"type": "string", "description": "In digits and operators."}),
    _run,
    Effect.NONE,
)
