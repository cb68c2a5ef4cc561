"""Write the sentences that the teacher speaks: all of them ours.

    python -m training.voice.text WORK --sentences 5600

writes `WORK/sentences.txt`, one sentence a line, the same for the same seed. Three kinds:

- `sentences.txt`, written for wide phonetic coverage, all of them;
- sentences filled from the word lists in `words.txt`: what an assistant says, and nonsense that
  has the rhythm of English;
- strings of words, so that each word of the lists is heard a few times in foreign company.

The sentences of `evaluation.txt` are never among them.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from training.common.text import cardinal, clock_time, digits, ordinal, year

HERE = Path(__file__).parent
MAX_WORDS = 24
"""Longer ones cost memory in training; the network sees no further than a second or two anyway."""

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = (
    "January February March April May June July August September October November December"
).split()
LETTERS = "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z".split()


def sections(path: Path) -> dict[str, list[str]]:
    """The lines below each `[heading]`."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("["):
            lines = found.setdefault(line.strip("[]"), [])
        elif line.strip():
            lines.append(line.strip())
    return found


def evaluation_sentences() -> dict[str, list[str]]:
    """Sentences for listening tests by machine, by kind. None is trained on."""
    return sections(HERE / "evaluation.txt")


def written_sentences() -> list[str]:
    return (HERE / "sentences.txt").read_text("utf-8").splitlines()


class Words:
    """The word lists by kind, to draw from."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self.lists = {
            kind: [
                word.strip()
                for line in lines
                for word in (line.split(",") if "," in line else line.split())
            ]
            for kind, lines in sections(HERE / "words.txt").items()
        }

    def drawer(self, kind: str) -> Callable[[], str]:
        """What gives another word of the kind each time."""
        return lambda: self._draw.choice(self.lists[kind])

    def all(self) -> list[str]:
        return [word for words in self.lists.values() for word in words]


def spoken_sentences(draw: random.Random, words: Words) -> Iterator[str]:
    """Without end: a sentence of each pattern in turn, filled at random."""
    pick, number = draw.choice, draw.randint
    noun, plural, verb, action = map(words.drawer, ("noun", "plural", "verb", "action"))
    adjective, adverb, device = map(words.drawer, ("adjective", "adverb", "device"))
    name, surname, place = map(words.drawer, ("name", "surname", "place"))
    topic = words.drawer("topic")

    def one(choices: str) -> str:
        return pick(choices.split("|"))

    def clock() -> str:
        suffix = one("|| in the morning| in the afternoon| at night| a m| p m")
        return clock_time(number(1, 12), number(0, 59)) + suffix

    def amount() -> str:
        return cardinal(number(2, 10 ** number(1, 6)))

    patterns: list[Callable[[], str]] = [
        lambda: f"The {adjective()} {noun()} {verb()} the {adjective()} {noun()} {adverb()}.",
        lambda: (
            f"{name()} {verb()} the {noun()} {adverb()}, but {name()} {verb()} some {plural()}."
        ),
        lambda: f"My {noun()} and your {noun()} are not as {adjective()} as these {plural()}.",
        lambda: f"Why is the {noun()} in {place()} so {adjective()}?",
        lambda: f"Did {name()} {surname()} really say that the {noun()} was {adjective()}?",
        lambda: (
            f"{one('Shall I|Could you|Please|Do not')} turn {one('on|off|up|down')} the "
            f"{device()}{one('.|?| again.|, please.')}"
        ),
        lambda: (
            f"Okay, the {device()} is {one('on|off|ready|set')}, and the {noun()} is {adjective()}."
        ),
        lambda: f"It is {clock()} in {place()}.",
        lambda: (
            f"{one('Today is|The meeting is on|It arrives on')} {pick(DAYS)}, {pick(MONTHS)} "
            f"{ordinal(number(1, 31))}, {one('at|around|after')} {clock()}."
        ),
        lambda: (
            f"It will be {cardinal(number(-20, 110))} degrees in {place()}, with "
            f"{cardinal(number(1, 100))} percent humidity."
        ),
        lambda: f"That makes {amount()} dollars and {cardinal(number(1, 99))} cents.",
        lambda: (
            f"From {year(number(1100, 2099))} to {year(number(1100, 2099))}, {place()} had a king."
        ),
        lambda: f"The answer is {cardinal(number(0, 120))} point {digits(str(number(0, 999)))}.",
        lambda: (
            f"{cardinal(number(0, 100))} {one('plus|minus|times|divided by')} "
            f"{cardinal(number(1, 100))} is {cardinal(number(0, 10000))}."
        ),
        lambda: (
            f"I counted {amount()} {plural()}, and only {cardinal(number(2, 90))} were "
            f"{adjective()}."
        ),
        lambda: (
            f"Your number is {digits(str(number(100, 999)))}, {digits(str(number(1000, 9999)))}."
        ),
        lambda: (
            f"Your timer for {cardinal(number(1, 59))} minutes and {cardinal(number(2, 59))} "
            "seconds is done."
        ),
        lambda: f"{name()}, where is the {adjective()} {noun()} that {name()} {verb()}?",
        lambda: f"Yes, the {noun()} is {adjective()}; no, the {plural()} are {adjective()}!",
        lambda: f"What {one('is|exactly is|do you know about|does she think of')} {topic()}?",
        lambda: (
            f"I can {action()}, {action()}, and {action()}, but I cannot {action()} {adverb()}."
        ),
        lambda: (
            f"You {one('should|must|could|would|might|may|cannot')} {action()} before "
            f"{one('she|he|it|we|they')} {verb()} the {noun()}."
        ),
        lambda: f"{topic()} and {topic()} have more in common than {topic()}.",
        lambda: (
            f"{one('Doctor|Mister|Professor|Captain|Sergeant')} {surname()} {verb()} "
            f"{one('her|his|our|their|my')} {noun()} in {place()}."
        ),
        lambda: (
            f"We bought {plural()}, a {adjective()} {noun()}, {cardinal(number(2, 40))} "
            f"{plural()}, and {one('some|a little|plenty of|no')} {noun()}."
        ),
        lambda: (
            f"{one('First|Then|Finally|However|Instead|Well|Actually')}, {one('I|you|we|they')} "
            f"{verb()} it: the {noun()}, the {noun()}, and the {noun()}."
        ),
        lambda: (
            f"{adverb()}, {one('she|he|somebody|nobody|everyone')} {verb()} the {noun()}'s "
            f"{adjective()} {plural()}."
        ),
        lambda: (
            f"How {one('much|long|far|often|well|soon')} did the {noun()} {action()} {adverb()}?"
        ),
        lambda: (
            f"{one('There is|This is|That was|Here is|It is|Was it')} a {adjective()} {noun()} "
            f"{one('of|for|with|without|from|like|under|above')} {plural()}."
        ),
        lambda: (
            f"If the {noun()} is {adjective()}, {action()} the {noun()}; otherwise, {action()} it."
        ),
        lambda: f"It is spelled {', '.join(draw.sample(LETTERS, number(3, 7)))}.",
        lambda: (
            f"{name()} isn't {adjective()}, but {one('she|he')}'s {adjective()}, and they're "
            f"{adjective()}, I think."
        ),
        lambda: (
            f"{one('Hello|Thanks|Goodbye|Good morning|Sorry|Right|Sure|No')}, {name()}"
            f"{one('.|!|?')}"
        ),
        lambda: (
            f"{pick([noun, adjective, name, place, plural, action, topic, adverb])()}"
            f"{one('.|.|!|?')}"
        ),
        lambda: f"{one('a|the|no|my')} {adjective()} {noun()}{one('.|.|!|?')}",
        lambda: f"{cardinal(number(0, 10 ** number(1, 9)))}.",
        lambda: f"{ordinal(number(1, 999))} {one('of|in|at')} {pick(MONTHS)}.",
    ]
    while True:
        for pattern in patterns:
            yield _capitalised(pattern())


def word_strings(draw: random.Random, words: Words) -> Iterator[str]:
    """Without end: all words of the lists in random order, a few at a time; then all again."""
    while True:
        pool = words.all()
        draw.shuffle(pool)
        while pool:
            taken = [pool.pop() for _ in range(min(len(pool), draw.randint(3, 8)))]
            text = draw.choice([" ", " ", ", "]).join(taken)
            yield _capitalised(text + draw.choice([".", ".", "?", "!"]))


def training_sentences(count: int, seed: int = 1) -> list[str]:
    """`count` sentences in random order: ours as they are, 70 % patterns, the rest word strings."""
    draw = random.Random(seed)
    words = Words(draw)
    held_out = {text for texts in evaluation_sentences().values() for text in texts}
    chosen = dict.fromkeys(written_sentences()[:count])
    patterned, strings = spoken_sentences(draw, words), word_strings(draw, words)
    while len(chosen) < count:
        sentence = next(patterned if draw.random() < 0.7 else strings)
        if sentence not in held_out and len(sentence.split()) <= MAX_WORDS:
            chosen[sentence] = None
    sentences = list(chosen)
    draw.shuffle(sentences)
    return sentences


def _capitalised(text: str) -> str:
    return text[0].upper() + text[1:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--sentences", type=int, default=5600)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    sentences = training_sentences(arguments.sentences)
    (arguments.work / "sentences.txt").write_text("\n".join(sentences) + "\n", "utf-8")
    spoken = sum(len(sentence.split()) for sentence in sentences)
    different = len({word.strip(",.;:?!") for s in sentences for word in s.lower().split()})
    print(f"{len(sentences)} sentences, {spoken} words, {different} different ones")


if __name__ == "__main__":
    main()
