"""The language model: which one answers, and how soon."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing

from voicecli.doctor.findings import Finding, Verdict, failed
from voicecli.engines import Engines
from voicecli.errors import VoicecliError
from voicecli.llm.messages import BUILTIN, LanguageModel, Message
from voicecli.llm.search import FIND_A_MODEL_HINT, LOCAL_BASE_URLS
from voicecli.settings import Settings
from voicecli.timing import now_s

TYPICAL_FIRST_TOKEN_MS = 150.0
"""Of a small model on this machine that is loaded; taken where none could be asked."""

SLOW_MS = 1000.0
"""Until the first token: from here on, people ask whether they were heard."""


async def check(settings: Settings) -> Finding:
    """Ask it a short question, and stop it after the first token."""
    try:
        async with Engines(settings) as engines:
            model = await engines.language_model()
            if model.is_builtin:
                return _builtin(settings, model.remarks)
            first_ms = await _first_token_ms(model)  # it may have to be loaded
            again_ms = await _first_token_ms(model)
    except VoicecliError as error:
        return failed("language model", error)
    values = {
        "model": model.name,
        "where": model.where,
        "local": model.is_local,
        "first_token_ms": round(again_ms),
        "loaded_first_token_ms": round(first_ms),
    }
    text = f"language model {model.title}: first token after {again_ms:.0f} ms"
    if again_ms > SLOW_MS:
        hint = "a smaller model, or one on a GPU, answers sooner"
        return Finding("language model", Verdict.WARN, text, hint, values)
    return Finding("language model", Verdict.OK, text, values=values)


async def _first_token_ms(model: LanguageModel) -> float:
    begun_s = now_s()
    async with aclosing(model.stream([Message("user", "Say hello.")])) as deltas:
        await anext(deltas, None)
    return 1000 * (now_s() - begun_s)


def _builtin(settings: Settings, remarks: Sequence[tuple[str, str]]) -> Finding:
    values = {"model": BUILTIN, "where": "here", "local": True, "first_token_ms": 0}
    if settings.llm.base_url == BUILTIN:
        text = "the built-in replies answer, as you chose"
        return Finding("language model", Verdict.OK, text, values=values)
    ports = ", ".join(url.split(":")[2].split("/")[0] for url in LOCAL_BASE_URLS)
    silent = "".join(f"{message}; " for message, _ in remarks if "does not answer" in message)
    return Finding(
        "language model",
        Verdict.WARN,
        f"no language model: {silent or f'nothing answers on {ports}; '}the built-in replies will",
        f"run: {FIND_A_MODEL_HINT}      or set OPENAI_BASE_URL and OPENAI_API_KEY",
        values,
    )
