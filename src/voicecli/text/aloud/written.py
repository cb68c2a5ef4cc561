"""A language with tables, and the order of its rules."""

from __future__ import annotations

from voicecli.text.aloud.addresses import Addresses
from voicecli.text.aloud.amounts import Amounts
from voicecli.text.aloud.dates import Dates
from voicecli.text.aloud.names import Names
from voicecli.text.aloud.numbers import Numbers
from voicecli.text.aloud.sums import Sums
from voicecli.text.aloud.words import PlainWords


class WrittenReader(Addresses, Names, PlainWords, Dates, Amounts, Numbers, Sums):
    """All the rules. The first that has an answer wins, so what is more particular comes first."""

    RULES = tuple(
        """
        email url domain path hexadecimal model word weekdays before_number date abbreviation
        initials dotted item equation iso_date numeric_date short_date month_and_year duration
        time reference phone version money_before money_after ordinal decade measure score
        fraction dimensions ratio range year scaled sign operator hash plain roman initialism
        mixed symbol
        """.split()
    )
