"""What a language is: tables, and no code. docs/languages.md tells how to add one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voicecli.languages.aloud import Aloud


def words(text: str) -> frozenset[str]:
    """A set of words, written as a text."""
    return frozenset(text.split())


def phrases(text: str) -> frozenset[str]:
    """A set of words and phrases, written as a text with commas."""
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def unsaid(text: str) -> dict[str, str]:
    """Abbreviations that are read as they are written; the text has them without the last stop."""
    return {f"{short}.": "" for short in text.split()}


SOUNDS = words("mhm mm mmm hm hmm uh-huh ah oh aha okay ok haha ha")
"""Listeners make these in every language."""


@dataclass(frozen=True, kw_only=True)
class Abbreviations:
    """Each as it is written -> as it is said; "" where it is said as it is written.

    Which table it stands in tells whether its full stop may end a sentence. Case counts when it is
    read aloud, and not where sentences are cut.
    """

    never_end: Mapping[str, str] = field(default_factory=dict)
    """A name or an example follows: "Mr.", "e.g."."""
    before_number: Mapping[str, str] = field(default_factory=dict)
    """An abbreviation only if a number follows: "Fig. 5"."""
    only_before_number: Mapping[str, str] = field(default_factory=dict)
    """The same, and it is not read as one elsewhere: "No. 5" is, "No." is not."""
    may_end: Mapping[str, str] = field(default_factory=dict)
    """The next word tells: it ends the sentence before one of `sentence_starters`."""
    end_before_capital: Mapping[str, str] = field(default_factory=dict)
    """It ends the sentence before any word with a capital: "etc."."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Only read aloud: where sentences are cut, other rules know it ("z. B.") or it has no stop."""
    suffixes: frozenset[str] = frozenset()
    """Those that words may end in, each one of the others too: German "Hauptstr."."""


@dataclass(frozen=True)
class Phrases:
    """What is said in place of what can't be read aloud."""

    code: str
    table: str
    more_rows: str
    formula: str
    link_to: str
    """`{}` is the address."""
    yes: str
    """For a table's cell with nothing but a check mark."""
    no: str
    not_understood: str
    """Asks to hear it again."""
    started_over: str
    """Says that what came before is forgotten."""
    no_voice: str
    """In place of a reply in letters that this language's voice can't read."""


@dataclass(frozen=True, kw_only=True)
class Language:
    """All that is known of a language, but for its grammar (in `text.aloud`).

    What is empty is not known: the code that reads it then does without.
    """

    code: str
    """ISO 639-1 where there is one."""

    phrases: Phrases

    # A conversation

    short_answers: frozenset[str] = frozenset()
    """Words and phrases that are a whole turn, alone or together."""
    unfinished_ends: frozenset[str] = frozenset()
    """Hardly a sentence ends with these words: what they ask for follows. Fillers announce more."""
    finished_ends: frozenset[str] = frozenset()
    """Phrases that may end one all the same: "I think so", "come in"."""
    phone_number: str = ""
    """A pattern of a phone number's digits, where one can tell that it is whole. A digit word is
    its first letter."""
    digit_words: frozenset[str] = frozenset()
    """Said among digits, besides their names: "oh", "double"."""
    digit_homophones: frozenset[str] = frozenset()
    """Words for which digits are taken: "to"."""
    backchannels: frozenset[str] = SOUNDS
    """Listeners say these words to be polite, not to take the turn."""
    stop_words: frozenset[str] = frozenset({"stop"})
    """Words and phrases that end an answer, and ask for none."""
    start_over: frozenset[str] = frozenset()
    """Phrases that begin the conversation anew: what came before is forgotten."""

    user_labels: frozenset[str] = frozenset({"user", "human"})
    """What stands before a colon where a model goes on to play the user."""
    own_labels: frozenset[str] = frozenset({"assistant", "ai"})
    """The same for itself."""

    common_words: frozenset[str] = frozenset()
    """Those by which a text is known to be in it: the sixty or so most frequent."""

    # Sentences

    is_wide: bool = False
    """Whether a character is a syllable or more."""
    is_spaced: bool = True
    """Whether blanks stand between words."""
    has_ordinal_dot: bool = False
    """Whether "3." is "third"."""
    has_spaced_abbreviations: bool = False
    """Whether a small letter and a full stop is part of an abbreviation: "z. B.", "p. ex."."""
    abbreviations: Abbreviations = Abbreviations()
    sentence_starters: frozenset[str] = frozenset()
    """Words that begin sentences: capitalised, they show that what stood before was an end."""
    before_label: frozenset[str] = frozenset()
    """After these words a single letter is a label, not somebody's initial: "vitamin C."."""
    pronoun_of_one_letter: str = ""
    """English "I", which is no initial after a word in small letters."""

    # Reading aloud

    aloud: Aloud | None = None
    """Without it only whole numbers are written out."""
