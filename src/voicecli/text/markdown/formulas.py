"""Formulas in LaTeX."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

_MATH_SIGN = re.compile(r"[\\^_{}=<>+]|^[A-Za-z]'*$|^\d*[a-z]$|[a-z]\(")

_LATEX_SYMBOLS = {
    "times": "×", "cdot": "×", "div": "÷", "pm": "±", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥",
    "neq": "≠", "ne": "≠", "approx": "≈", "infty": "∞", "to": "→", "rightarrow": "→",
    "Rightarrow": "→", "sqrt": "√", "degree": "°", "circ": "°", "percent": "%", "ldots": "…",
    "dots": "…", "cdots": "…", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ",
    "epsilon": "ε", "theta": "θ", "lambda": "λ", "mu": "µ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "phi": "φ", "omega": "ω", "Delta": "Δ", "Sigma": "Σ", "Omega": "Ω", "sum": "∑",
    "left": "", "right": "", "quad": " ", "qquad": " ", "displaystyle": "",
    "in": " in ", "int": "∫", "text": "", "mathrm": "", "mathbf": "", "mathbb": "",
}  # fmt: skip
_SUPERSCRIPTS = {"2": "²", "3": "³"}
_GROUP = re.compile(
    r"\\[dt]?frac\s*\{(?P<over>[^{}]*)\}\s*\{(?P<under>[^{}]*)\}|\\sqrt\s*\{(?P<root>[^{}]*)\}"
    r"|\^\s*\{(?P<power>[^{}]*)\}|_\s*\{(?P<index>[^{}]*)\}"
    r"|\\(?:text|mathrm|mathbf|mathbb|mathit|boxed|operatorname)\s*\{(?P<plain>[^{}]*)\}"
)
"""A group that has no other in it."""
_SIMPLE = re.compile(r"[\w.,²³√π]*\Z")
_DEGREE = re.compile(r"\^\s*(?:\\circ|\{\\circ\})")
_ROWS = re.compile(r"\s*\\\\(?:\[[^\[\]]*\])?\s*")
"""What ends a row of several formulas, and the space that it leaves."""
_LATEX_COMMAND = re.compile(r"\\([A-Za-z]+)(?=(\{?))")
_LATEX_POWER = re.compile(r"\^([23])(?!\d)")


def math_rule(state: StateInline, silent: bool) -> bool:
    """`$...$` and `\\(...\\)`; a `$` that is money is not (pandoc's rule, and a sign of maths)."""
    src, start = state.src, state.pos
    if src.startswith(("\\(", "\\["), start):
        closer = "\\)" if src[start + 1] == "(" else "\\]"
        close = src.find(closer, start + 2, state.posMax)
        content, end = src[start + 2 : close], close + 2
        if close < 0:
            return False
    elif src[start] == "$":
        marker = "$$" if src.startswith("$$", start) else "$"
        begin = start + len(marker)
        close = src.find(marker, begin, state.posMax)
        content, end = src[begin:close], close + len(marker)
        if close <= begin or (marker == "$" and content != content.strip()):
            return False
        is_money = src[end : end + 1].isdigit() or not _MATH_SIGN.search(content)
        if marker == "$" and is_money:
            return False
    else:
        return False
    if not silent:
        state.push("formula", "", 0).content = content
    state.pos = end
    return True


def say_formula(latex: str) -> str:
    """LaTeX as characters that `spoken` knows: "\\frac{1}{2}" is "1/2"."""
    latex = _ROWS.sub(", ", _DEGREE.sub("°", latex)).replace("&", " ")
    n_found = 1
    while n_found:
        latex, n_found = _GROUP.subn(_say_group, latex)
    latex = _LATEX_POWER.sub(lambda m: _SUPERSCRIPTS[m[1]], latex)
    latex = _LATEX_COMMAND.sub(lambda m: _LATEX_SYMBOLS.get(m[1], m[1] + " " * len(m[2])), latex)
    return re.sub(r"[{}\\]", "", latex.replace("_", " ")).strip()


def _say_group(found: re.Match[str]) -> str:
    if found["over"] is not None:
        return f"{_in_brackets(found['over'])}/{_in_brackets(found['under'])}"
    if found["root"] is not None:
        return f"√{_in_brackets(found['root'])}"
    if found["power"] is not None:
        return f"^{_in_brackets(found['power'])}"
    return found["plain"] if found["index"] is None else f" {found['index']}"


def _in_brackets(operand: str) -> str:
    return operand if _SIMPLE.match(operand) else f"({operand})"
