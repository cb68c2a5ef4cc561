"""What is said in place of what can't be read aloud, by language."""

from __future__ import annotations

from typing import NamedTuple


class Phrases(NamedTuple):
    code: str
    table: str
    more_rows: str
    formula: str
    link_to: str
    yes: str
    """For a table's cell with nothing but a check mark."""
    no: str


_PHRASES = {
    "en": Phrases(
        "Code shown on screen.",
        "Table shown on screen.",
        "The rest of the table is shown on screen.",
        "Formula shown on screen.",
        "link to {}",
        "yes",
        "no",
    ),
    "de": Phrases(
        "Der Code steht auf dem Bildschirm.",
        "Die Tabelle steht auf dem Bildschirm.",
        "Der Rest der Tabelle steht auf dem Bildschirm.",
        "Die Formel steht auf dem Bildschirm.",
        "Link zu {}",
        "ja",
        "nein",
    ),
    "fr": Phrases(
        "Le code est affiché à l'écran.",
        "Le tableau est affiché à l'écran.",
        "Le reste du tableau est affiché à l'écran.",
        "La formule est affichée à l'écran.",
        "lien vers {}",
        "oui",
        "non",
    ),
    "es": Phrases(
        "El código se muestra en pantalla.",
        "La tabla se muestra en pantalla.",
        "El resto de la tabla se muestra en pantalla.",
        "La fórmula se muestra en pantalla.",
        "enlace a {}",
        "sí",
        "no",
    ),
    "it": Phrases(
        "Il codice è mostrato sullo schermo.",
        "La tabella è mostrata sullo schermo.",
        "Il resto della tabella è mostrato sullo schermo.",
        "La formula è mostrata sullo schermo.",
        "link a {}",
        "sì",
        "no",
    ),
    "pt": Phrases(
        "O código é mostrado na tela.",
        "A tabela é mostrada na tela.",
        "O resto da tabela é mostrado na tela.",
        "A fórmula é mostrada na tela.",
        "link para {}",
        "sim",
        "não",
    ),
    "nl": Phrases(
        "De code staat op het scherm.",
        "De tabel staat op het scherm.",
        "De rest van de tabel staat op het scherm.",
        "De formule staat op het scherm.",
        "link naar {}",
        "ja",
        "nee",
    ),
    "pl": Phrases(
        "Kod jest na ekranie.",
        "Tabela jest na ekranie.",
        "Reszta tabeli jest na ekranie.",
        "Wzór jest na ekranie.",
        "link do {}",
        "tak",
        "nie",
    ),
    "ru": Phrases(
        "Код показан на экране.",
        "Таблица показана на экране.",
        "Остальная часть таблицы показана на экране.",
        "Формула показана на экране.",
        "ссылка на {}",
        "да",
        "нет",
    ),
    "zh": Phrases(
        "代码已显示在屏幕上。",
        "表格已显示在屏幕上。",
        "表格的其余部分已显示在屏幕上。",
        "公式已显示在屏幕上。",
        "链接到{}",
        "是",
        "否",
    ),
}
_PHRASES["cmn"] = _PHRASES["yue"] = _PHRASES["zh"]


def phrases_in(language: str) -> Phrases:
    """`language` is an ISO 639 code; English for one that is not known."""
    return _PHRASES.get(language, _PHRASES["en"])
