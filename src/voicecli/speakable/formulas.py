"""Formulas in LaTeX."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

_MATH_SIGN = re.compile(r"[\\^_{}=<>+]|^[A-Za-z]$|^\d*[a-z]$|[a-z]\(")

_LATEX_SYMBOLS = {
    "times": "×", "cdot": "×", "div": "÷", "pm": "±", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥",
    "neq": "≠", "ne": "≠", "approx": "≈", "infty": "∞", "to": "→", "rightarrow": "→",
    "Rightarrow": "→", "sqrt": "√", "degree": "°", "circ": "°", "percent": "%", "ldots": "…",
    "dots": "…", "cdots": "…", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ",
    "epsilon": "ε", "theta": "θ", "lambda": "λ", "mu": "µ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "phi": "φ", "omega": "ω", "Delta": "Δ", "Sigma": "Σ", "Omega": "Ω", "sum": "∑",
    "left": "", "right": "", "quad": " ", "qquad": " ", "displaystyle": "", "mathrm": "",
    "text": "", "mathbf": "", "boxed": "", "operatorname": "",
}  # fmt: skip
_SUPERSCRIPTS = {"2": "²", "3": "³"}
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_LATEX_COMMAND = re.compile(r"\\([A-Za-z]+)")
_LATEX_POWER = re.compile(r"\^\{?([23])\}?(?!\d)")


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
        if close <= begin or content[0].isspace() or content[-1].isspace():
            return False
        if src[end : end + 1].isdigit() or not _MATH_SIGN.search(content):
            return False
    else:
        return False
    if not silent:
        state.push("formula", "", 0).content = content
    state.pos = end
    return True


def say_formula(latex: str) -> str:
    """LaTeX as characters that `spoken` knows: "\\frac{1}{2}" is "1/2"."""
    for _ in range(4):
        latex, n_found = _FRACTION.subn(r"\1/\2", latex)
        if not n_found:
            break
    latex = _LATEX_POWER.sub(lambda m: _SUPERSCRIPTS[m[1]], latex)
    latex = _LATEX_COMMAND.sub(lambda m: _LATEX_SYMBOLS.get(m[1], m[1]), latex)
    return re.sub(r"[{}\\]", "", latex.replace("_", " ")).strip()
