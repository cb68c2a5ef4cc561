"""A language with tables, and the order of its rules."""

from __future__ import annotations

from voicecli.spoken.addresses import Addresses
from voicecli.spoken.amounts import Amounts
from voicecli.spoken.dates import Dates
from voicecli.spoken.numbers import Numbers
from voicecli.spoken.sums import Sums
from voicecli.spoken.words import Words


class WrittenLanguage(Addresses, Words, Dates, Amounts, Numbers, Sums):
    """All the rules. The first that has an answer wins, so what is more particular comes first."""

    RULES = (
        "email",
        "url",
        "domain",
        "path",
        "word",
        "weekdays",
        "before_number",
        "date",
        "abbreviation",
        "initials",
        "dotted",
        "item",
        "equation",
        "iso_date",
        "numeric_date",
        "short_date",
        "duration",
        "time",
        "phone",
        "version",
        "money_before",
        "money_after",
        "ordinal",
        "decade",
        "measure",
        "score",
        "fraction",
        "dimensions",
        "ratio",
        "range",
        "year",
        "scaled",
        "sign",
        "operator",
        "hash",
        "plain",
        "roman",
        "initialism",
        "mixed",
        "symbol",
    )
