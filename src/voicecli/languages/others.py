"""Languages of which little is known, and what holds for a language of which nothing is."""

from __future__ import annotations

from dataclasses import replace

from voicecli.languages.en import LANGUAGE as ENGLISH
from voicecli.languages.language import (
    SOUNDS,
    Abbreviations,
    Language,
    Phrases,
    phrases,
    unsaid,
    words,
)
from voicecli.languages.zh import LANGUAGE as CHINESE

_ORDINAL_DOT = words("da nb no nn fi cs sk pl hu hr sl sr et lv is lb tr eu")
_SPACED_ABBREVIATIONS = words("nl cs pl it pt")
_WIDE = words("ja ko")
_UNSPACED = words("ja lo my th")
_PHRASES = {
    "pl": Phrases(
        code="Kod jest na ekranie.",
        table="Tabela jest na ekranie.",
        more_rows="Reszta tabeli jest na ekranie.",
        formula="Wzór jest na ekranie.",
        link_to="link do {}",
        yes="tak",
        no="nie",
        not_understood="Przepraszam, proszę powtórzyć.",
        started_over="Dobrze, zaczynamy od nowa.",
        no_voice="Nie mam głosu dla tego języka; odpowiedź jest na ekranie.",
    ),
    "ru": Phrases(
        code="Код показан на экране.",
        table="Таблица показана на экране.",
        more_rows="Остальная часть таблицы показана на экране.",
        formula="Формула показана на экране.",
        link_to="ссылка на {}",
        yes="да",
        no="нет",
        not_understood="Извините, повторите, пожалуйста.",
        started_over="Хорошо, начнём сначала.",
        no_voice="Для этого языка у меня нет голоса; ответ показан на экране.",
    ),
}  # fmt: skip
_COMMON_WORDS = {
    "pl": words(
        "i w na z do nie się że to jest jak o po co ale dla od za przez przy tym był być są tak "
        "jego jej ich który która które lub czy już tylko może"
    ),
}
_TURNS: dict[str, dict[str, frozenset[str]]] = {
    "ja": {
        "short_answers": phrases(
            "はい, いいえ, いえ, うん, ええ, そうです, 違います, ありがとう, "
            "ありがとうございます, お願いします, "
            "こんにちは, こんばんは, おはよう, おはようございます, さようなら, もう一度, 続けて"
        ),
        "unfinished_ends": words(
            "は が を に へ で も けど けれど ので のに とか でも しかし そして それから だから "
            "または あと 例えば もし "
            "えっと えーと ええと あの あのー その まあ"
        ),
        "finished_ends": words("こんにちは こんばんは では なに 何で なんで いくらで どこで"),
        "backchannels": SOUNDS | words("はい うん ええ へえ そう そうですね なるほど"),
        "stop_words": phrases(
            "ストップ, 止まって, 止めて, やめて, 待って, ちょっと待って, 静かに, 黙って, もういい"
        ),
        "start_over": phrases("最初からやり直して, 最初からやり直し, 全部忘れて, 新しい会話"),
    },
}
"""What is said in a conversation."""
_ENGLISH = ENGLISH.abbreviations
_ABBREVIATIONS = Abbreviations(
    never_end=dict.fromkeys(_ENGLISH.never_end, "")
    | unsaid(
        "sig sig.ra sigg dott dott.ssa prof ing avv sr sra dr dra exmo dhr mevr mw drs mr ir bijv "
        "d.w.z o.a m.b.t p.es ad.es es p.ex por.ex vs cf ca"
    ),
    before_number=dict.fromkeys((*_ENGLISH.before_number, *_ENGLISH.only_before_number), ""),
    may_end=unsaid("inc ltd co s.a s.p.a"),
    end_before_capital=unsaid("etc enz ecc a.m p.m"),
)
"""English ones stand in texts of every language."""


def other(code: str) -> Language:
    """A language without a file of its own."""
    if code == "cmn":
        return CHINESE
    if code == "yue":  # read aloud it is another language
        return replace(CHINESE, code=code, aloud=None)
    return Language(
        code=code,
        common_words=_COMMON_WORDS.get(code, frozenset()),
        is_wide=code in _WIDE,
        is_spaced=code not in _UNSPACED,
        has_ordinal_dot=code in _ORDINAL_DOT,
        has_spaced_abbreviations=code in _SPACED_ABBREVIATIONS,
        abbreviations=_ABBREVIATIONS,
        phrases=_PHRASES.get(code) or ENGLISH.phrases,
        **_TURNS.get(code, {}),  # type: ignore[arg-type]
    )
