"""What is said: the sentences of the domain, as people write them, drawn from a grammar.

    python -m training.recognizer.text            # the words, and fifty sentences
    python -m training.recognizer.text --count 9 --seed 2

Every text here is ours. Numbers are words without hyphens ("forty two"), as voicecli's responder
writes them; numbers counted up or down are separated by commas, other digits by spaces.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
from collections.abc import Callable
from functools import cache

from training.common.text import ONES, cardinal

DIGITS = ONES[:10]
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = (
    "January February March April May June July August September October November December"
).split()
NAMES = (
    "Anna Alice Bob David Emma Jack Maria Peter Sam Tom John Mary Michael Sarah James Linda Robert "
    "Lisa Paul Laura Mark Julia Daniel Sophie Thomas Kate Chris Nina Martin Eva Alex Ben Max Lucy "
    "Oliver Mia Leo Ella Adam Grace Henry Clara George Ruth Frank Helen Simon Jane Kevin Susan"
).split()
COLORS = "red green blue yellow black white brown orange pink gray".split()
ANIMALS = "cat dog horse bird fish cow sheep pig mouse bear lion duck".split()
THINGS = (
    "house car tree table chair door window book cup phone clock lamp garden kitchen river "
    "mountain apple bread coffee tea water milk cake money letter"
).split()

HOMOPHONES = frozenset("to too two for four fore no know hear here by bye right write".split())
"""Not in word salad: nobody could tell them from their homophones there."""


def words_of(sentence: str) -> list[str]:
    """Lower case, without punctuation: what word errors are counted on."""
    return re.findall(r"[a-z]+(?:'[a-z]+)*", sentence.lower())


# Slots --------------------------------------------------------------------------------------------

Rng = random.Random


def _digits(rng: Rng) -> str:
    return " ".join(rng.choice(DIGITS) for _ in range(rng.randint(2, 7)))


def _counting(rng: Rng) -> str:
    first, n, step = rng.randint(0, 30), rng.randint(3, 10), rng.choice((1, 1, 1, -1))
    first = rng.choice((1, 1, first))
    first = max(first, n) if step < 0 else first
    return ", ".join(cardinal(first + step * i) for i in range(n))


def _number(rng: Rng) -> str:
    return cardinal(rng.randint(0, 99) if rng.random() < 0.6 else rng.randint(0, 20))


def _big_number(rng: Rng) -> str:
    kind = rng.random()
    if kind < 0.45:
        return cardinal(rng.randint(100, 999))
    if kind < 0.6:
        return cardinal(rng.randint(1, 99) * 100)
    if kind < 0.8:
        return cardinal(rng.randint(1000, 9999))
    if kind < 0.9:
        return cardinal(rng.randint(1, 999) * 1000)
    return cardinal(rng.randint(1, 20) * rng.choice((10**6, 10**9)))


def _value(rng: Rng) -> str:
    """A number as a result may be: minus, decimal, large."""
    kind = rng.random()
    said = _big_number(rng) if kind < 0.12 else _number(rng)
    if 0.12 <= kind < 0.24:
        said += " point " + " ".join(rng.choice(DIGITS) for _ in range(rng.randint(1, 3)))
    return ("minus " if rng.random() < 0.08 else "") + said


def _clock_time(rng: Rng) -> str:
    hour = cardinal(rng.randint(1, 12))
    return f"{hour} o'clock" if rng.random() < 0.3 else f"{hour} {cardinal(rng.randint(10, 59))}"


def _minutes_after(rng: Rng) -> str:
    n = rng.randint(1, 9)
    return f"{cardinal(n)} minute{'s' if n > 1 else ''} after {cardinal(rng.randint(1, 12))}"


def _duration(rng: Rng) -> str:
    n = rng.choice((rng.randint(1, 60), rng.choice((1, 2, 3, 5, 10, 15, 20, 30, 45))))
    unit = rng.choice(("second", "minute", "minute", "minute", "hour"))
    return f"{cardinal(n)} {unit}{'s' if n > 1 else ''}"


def _year(rng: Rng) -> str:
    return f"twenty {cardinal(rng.randint(20, 49))}"


SLOTS: dict[str, Callable[[Rng], str]] = {
    "digit": lambda rng: rng.choice(DIGITS),
    "digits": _digits,
    "counting": _counting,
    "number": _number,
    "small": lambda rng: cardinal(rng.randint(0, 20)),
    "many": lambda rng: cardinal(rng.randint(2, 20)),
    "big_number": _big_number,
    "value": _value,
    "operator": lambda rng: rng.choice(("plus", "minus", "times", "divided by")),
    "time": _clock_time,
    "minutes_after": _minutes_after,
    "duration": _duration,
    "day": lambda rng: rng.choice(DAYS),
    "month": lambda rng: rng.choice(MONTHS),
    "day_number": lambda rng: cardinal(rng.randint(1, 31)),
    "year": _year,
    "name": lambda rng: rng.choice(NAMES),
    "color": lambda rng: rng.choice(COLORS),
    "animal": lambda rng: rng.choice(ANIMALS),
    "animals": lambda rng: rng.choice("cats dogs horses birds cows pigs lions ducks".split()),
    "thing": lambda rng: rng.choice(THINGS),
    "salad": lambda rng: _salad(rng, rng.choice((1, 2, 3, 4))),
    "word": lambda rng: rng.choice(known_words()),
}

# The grammar --------------------------------------------------------------------------------------
# {slot} or {rule}; (one|the other); [perhaps]. A number in front of a line is its weight.

RULES: dict[str, str] = {
    "calculation": """
        8 {number} {operator} {number}
        2 {small} {operator} {small}
        1 {big_number} {operator} {value}
        1 {value} {operator} {value}
        1 {number} {operator} {number} {operator} {small}
        1 {number} percent of {number}
        1 {number} multiplied by {small}
    """,
    "arithmetic": """
        8 What is {calculation}?
        2 How much is {calculation}?
        2 {calculation}.
        1 [Okay,] tell me what is {calculation}.
        1 And what is {calculation}?
        4 {calculation} is {value}.
        2 The answer is {value}.
        1 And (plus|minus|times|divided by) {number}?
        1 What is {operator} {number}?
        1 What is that {operator} {number}?
        1 {calculation} is about {value}.
        1 Calculate {calculation}[, please].
        1 That is not right. {calculation} is {value}.
    """,
    "digits_and_numbers": """
        9 {digit}.
        4 {number}.
        1 {big_number}.
        1 {value}.
        4 {digits}.
        3 {counting}.
        2 My (number|phone number) is {digits}.
        1 The number is {value}.
        2 Count [down] (to|from) {number}[, please].
        2 Count from {number} to {number}.
        1 Count down from {small} to {digit}.
        1 [Number] {number}, please.
    """,
    "timer": """
        5 [Please] set a timer for {duration}[, please].
        2 Start a timer for {duration}[, please].
        1 Wait {duration}.
        1 A timer for {duration}, please.
        1 Timer set for {duration}.
        1 Set an alarm for {time}.
        1 Remind me in {duration}.
        1 Remind me at {time} to (call {name}|go home|stop|eat|buy {thing}).
        1 (Stop|Cancel|Start|Pause) the (timer|alarm)[, please].
        1 How much time is left?
    """,
    "clock": """
        3 It is {time}.
        2 It is {minutes_after}.
        2 The time is {time}.
        1 It is now {time}.
        1 Is it {time}?
        1 Yes, it is {time}.
        1 See you at {time}.
        1 Call me at {time}.
    """,
    "calendar": """
        2 {day}.
        2 {month}.
        2 (Today|Tomorrow) is {day}.
        1 It is {day}.
        1 It is {month}.
        1 Is it {day}[ today]?
        1 Is (today|tomorrow) {day}?
        1 See you on {day}.
        1 See you in {month}.
        1 [And] what about {day}?
        1 {month} {day_number}.
        3 (Today|Tomorrow) is {month} {day_number}.
        1 It is {month} {day_number}.
        1 The date is {month} {day_number}.
        1 Today is {day}, {month} {day_number}.
        2 (Yes|No). (Today|Tomorrow) is {day}.
        1 It is {year}.
        1 {day} or {day}?
        1 Not {day} but {day}.
        1 My birthday is in {month}.
        1 My birthday is [on] {month} {day_number}.
        1 I am free on {day}[ morning| evening| night].
    """,
    "names": """
        4 My name is {name}.
        2 I am {name}.
        2 Hello, {name}.
        2 Hello, my name is {name}.
        1 Hello, I am {name}.
        1 Hi, I am {name}.
        1 Good (morning|evening), {name}.
        1 Goodbye, {name}.
        3 Nice to meet you, {name}.
        2 Thank you, {name}.
        1 How are you, {name}?
        1 Is your name {name}?
        1 Who is {name}?
        2 Your name is {name}.
        1 Call me {name}.
        1 {name}.
        1 Call {name}[, please].
        1 Where is {name}?
        1 {name} and {name} are (here|at home|friends).
        1 This is my friend {name}.
    """,
    "things": """
        1 {color}.
        1 {animal}.
        1 {thing}.
        2 The {color} {animal}.
        1 The {color} {thing}.
        1 I like {color}.
        1 I like the color {color}.
        1 Is it {color}?
        1 It is {color}.
        1 The color is {color}.
        1 I have a {color} {animal}.
        1 I have a {animal}.
        1 Where is the [{color}] {animal}?
        1 Where is my {thing}?
        1 Do you like the {animal}?
        1 Do you have a {thing}?
        1 I need a {thing}.
        1 What is a {animal}?
        1 The {animal} is in the (house|garden|river|kitchen|car).
        1 Tell me a story about a {animal}.
        1 Tell me [a|another] joke about a {animal}.
        1 {many} {color} and {many} {color}.
        1 {many} {animals} and {many} {animals}.
        1 I have {many} {animals}.
    """,
    "assistant": """
        2 What is the weather like (today|tomorrow|on {day})?
        1 Is it (cold|warm|hot) [today|outside]?
        1 It is (cold|warm|hot|too cold|too hot) (today|outside|in the {thing}).
        1 (Will it|Does it) (rain|snow) (today|tomorrow|on {day})?
        2 [Please] turn (on|off) the (light|lights|radio|music|lamp)[, please].
        2 [Please] (open|close) the (door|window|book)[, please].
        1 Play some music[, please].
        1 Play the next song.
        1 What is the news [today]?
        1 Read [me] the (news|letter|book)[, please].
        1 I am (happy|tired|hungry|sad|cold|ready|busy|at home|at work).
        1 Are you (happy|tired|hungry|ready|busy|a computer|a person|real)?
        1 Can you (sing|read|write|speak|help me|hear me|open the door)?
        1 I (want|need|would like) (some water|a cup of tea|some coffee|some help).
        1 I (want|need|would like) to (go home|eat|sing|read|write).
        1 Where do you (live|come from)?
        1 What do you (like|think|mean|want)?
        1 I do not (like|want|need) (it|that|this|the {thing}).
        1 How do (I|you) say {word}?
        1 I have a new {thing}.
        1 (Good idea|Very good|Well done|That is great|That is funny|That is nice).
        1 I (think|hope|know) so.
        1 Maybe (later|tomorrow|not).
        1 (Can|Could) you (speak|talk) a little (louder|slower|faster|quieter)[, please]?
    """,
    "repeat": """
        3 Repeat after me: {salad}.
        2 Repeat after me: {echo}
        1 Say {salad}.
        1 Say: {echo}
        1 Please repeat after me: {echo}
        1 You said: {echo}
    """,
    "echo": """
        1 The {color} {animal}.
        1 {counting}.
        1 {phrase}
        1 {arithmetic}
        1 {calendar}
        1 {things}
    """,
    "polite": """
        2 Please, {request}
        1 Okay, {request}
        1 Can you hear me? {request}
        1 Hello. {request}
        1 Hello, {request}
        1 And then, {request}
        1 Thank you. {phrase}
        1 Yes. {phrase}
        1 No. {phrase}
        1 Okay. {request}
    """,
    "request": """
        1 {arithmetic}
        2 {phrase}
        1 {timer}
    """,
    "sentence": """
        17 {arithmetic}
        15 {digits_and_numbers}
        7 {timer}
        5 {clock}
        8 {calendar}
        7 {names}
        6 {things}
        5 {assistant}
        34 {phrase}
        5 {repeat}
        5 {polite}
        9 {salad}.
    """,
}

PHRASES = """
    Hello. Hi. Hey. Yes. No. Stop. Wait. Cancel. Pause. Continue. Okay. Please. Help. Help me.
    Thanks. Bye. Goodbye. Bye bye. Louder. Quieter. Slower. Faster. Louder, please. Slower, please.
    Start over. Never mind. Not now. Go on. Go ahead. Go back. Again. One more time. Come again.
    Say that again. Say it again. Say that again, please. Please say that again. Can you say that
    again? Can you repeat that? Repeat that. Repeat that, please. Repeat after me. Repeat. What did
    you say? What did you just say? What did I say? What did I just say? Yes, please. No, thank
    you. No, thanks. Thank you. Thank you very much. Thank you so much. Thanks a lot. You are
    welcome. Thank you. Goodbye. Goodbye and thank you. Good morning. Good evening. Good night.
    Good afternoon. Good morning, how are you? Hello, how are you? How are you? How are you today?
    How is it going? I am fine. I am fine, thank you. I am good. I am okay. I am well. I am here. I
    am sorry. Sorry. That is good. That is okay. That is right. That is not right. What is your
    name? Who are you? What are you? Tell me about yourself. Where are you from? How old are you?
    Where are you? Are you there? Are you still there? Can you hear me? Do you hear me? I can hear
    you. Yes, I can hear you. Yes, I am here. Nice to meet you. I do not know. I do not understand.
    What is my name? Do you know my name? Say my name. Who am I? I do not know your name. I have no
    name. Tell me a joke. Tell me another joke. Another joke, please. One more joke. Do you know a
    joke? Tell me a story. Tell me another story. Tell me more. Tell me a joke about a cow. And
    then? And then what? What time is it? What time is it now? What is the time? Tell me the time.
    Give me the time. The time, please. What day is it? What day is it today? What day is today?
    What day is tomorrow? What is today? What is the date? What is the date today? What is today's
    date? Tell me the date. What month is it? What year is it? What is the year? What is the month?
    Is it Monday? Is it morning? What can you do? What can I do? What can I say? What can I ask?
    What do you know? Can you help me? Please help me. I need help. How can I help you? What can I
    do for you? I have a question. What is your question? What is the answer? One moment. One
    moment, please. Wait, please. Please wait. Stop, please. Please stop. Stop talking. Stop it. Be
    quiet. Speak louder. Speak louder, please. Speak slower. Speak slower, please. Speak faster.
    Speak faster, please. Speak quieter, please. Can you speak louder? Can you speak slower? Can
    you speak up? Talk louder. Let us start over. Set a timer. Cancel the timer. Stop the timer.
    Start the timer. What is on today? I like it. I do not like it. See you. See you later. See you
    soon. See you today. See you tomorrow. Have a good day. Have a nice day. Have a nice evening.
    Have a good night. Here is a joke. Here is a story. Sorry, I did not hear you. Sorry, I do not
    understand. Sorry, I do not understand the rest. Sorry, I can not do that. Sorry, I have no
    timer. I can not do that. What is the number? How much is it? How much is that? Is that right?
    Are you a language model? Are you a robot? Are you a computer? Can you count to ten? Count to
    ten. Count to ten, please. Count from one to five. One, two, three. Let us go. Let me think.
    Why? Why not? Who is there? Where is it? When? How? What? What is this? What is that? What now?
    What else? Really? Right. Good. Great. Fine. Well. Of course. All right. Not yet. Maybe. Later.
    Tomorrow. Today. Now. Nothing. That is all. That is all, thank you. Thank you. Goodbye. Hello,
    can you hear me? Okay, thank you. Okay, goodbye. Tell me a joke, please. Please tell me a joke.
    Please tell me a story. Please tell me the time. I am only the built-in responder, not a
    language model. I can tell you the time, the day and the date. I know plus, minus, times and
    divided by. I can count, repeat after you, and tell a joke or a story. I am the built-in
    responder, not a language model. I know only a few things. Say help. I have no name. Why is
    nobody a friend of seven? Seven ate nine. What did zero say to eight? Nice belt. Where does a
    cow go on Saturday night? To the moo vies. Time for a new clock. Dam. What time is it when a
    horse sits on your clock? What does a fish say when it swims into a wall? One night a black cat
    and a white horse meet. I need help, says the cat. I can not go on. Then we go on my four legs,
    says the horse. In the morning they are home. Thank you, says the cat, and see you tomorrow. No
    number is divided by zero. That is all I know. Say: repeat after me, and then some words. I did
    not say one word. Okay. What is your question? Okay. How can I help you? Hello. How can I help
    you? Sorry, I count one hundred numbers and no more. That is more than I can say. That is less
    than I can say.
"""
"""Requests and small talk without slots, and what voicecli's built-in responder says."""

MUST_WORK = """
    What is seven plus twelve? What is twelve minus five? What is six times seven? What is forty
    two divided by six? What is ninety nine minus thirty three? What is twenty five plus seventeen?
    How much is two plus two? How much is eighty divided by ten? Seven plus twelve is nineteen. Six
    times seven is forty two. The answer is nineteen. The answer is forty two. The number is
    eleven. One, two, three, four, five. Six, seven, eight, nine, zero. Three one four one five
    nine. My number is five five five one two. Twenty seven. Set a timer for ten minutes. Set a
    timer for five minutes, please. Please set a timer for one hour. Set a timer for thirty
    seconds. Start a timer for two hours. Timer set for ten minutes. Timer set for thirty seconds.
    Repeat after me: the red dog. Repeat after me: good morning. Repeat after me: one, two, three.
    Repeat after me: blue green yellow. Say hello. My name is Anna. My name is Peter. My name is
    David. My name is Emma. Hello, my name is Tom. Nice to meet you, Sam. It is ten thirty. It is
    five o'clock. The time is twelve forty five. Today is Friday. Today is Monday. Is it Tuesday?
    Today is March twelve. The date is November twenty. See you on Sunday. I like the color blue. I
    have a black cat. Where is the white horse? The yellow bird. Tell me a joke about a fish. Do
    you like the dog?
"""
"""Sentences with slots that are promised to work: never held out of the training."""

OPEN_WORDS = (
    "about above accept across address adult advice again age agree airport almost along "
    "although amazing angle anger animal ankle answer apartment arrive art artist august aunt "
    "autumn baby balance balloon banana basket beach beauty become believe benefit beyond "
    "bicycle blanket blood board bottle bottom branch breakfast breathe bridge bright brother "
    "building burn butter button camera candle captain carpet carry castle catch century chance "
    "change cheap cheese chicken choose church circle city class clean climb cloud collect "
    "common company compare complete concert condition copy corner cotton country courage cousin "
    "cover create crowd culture current curtain customer damage dance danger daughter decide "
    "deep defend deliver depend describe desert design develop diamond different dinner "
    "direction discover disease distance doctor dollar double doubt dream dress drink drive "
    "early earth effort empty energy engine enjoy enough enter escape evidence examine example "
    "except exercise explain express extreme factory fail family famous farmer fashion father "
    "favorite feather fence festival field fight figure finger finish flag floor flower follow "
    "foreign forest forget fortune freedom fresh fruit furniture future gather gentle giant gift "
    "glass gold government grandfather grass ground group guess guitar hammer handle harbor "
    "harvest health heart heavy history holiday honest hospital hotel huge human hunger hurry "
    "husband imagine important improve include increase industry insect island jacket jewel "
    "journey judge juice jump justice keep kingdom knife knowledge ladder language large laugh "
    "leader leather lesson library limit liquid listen machine magic manage market marriage "
    "material measure medicine member memory message metal middle military mirror mistake modern "
    "moment monkey mother motor movement muscle museum mystery narrow nation nature necessary "
    "needle neighbor nephew noise north notice object ocean offer office opinion opposite order "
    "ordinary oven owner package page paint palace paper parent party passage patient pattern "
    "peace pencil pepper perfect period permit picture piece pilot pioneer planet plastic "
    "pleasure pocket poem police polish popular position potato powder power practice prepare "
    "present president pressure prince prison private problem produce promise protect"
).split()
"""Words outside the domain. Clips with them get random domain words for a transcript, which teaches
the recogniser to be unsure where it can't know. Every fifth is left to the evaluation."""


def _lines(block: str) -> list[str]:
    return [line.strip() for line in block.strip().splitlines()]


def _sentences(block: str) -> list[str]:
    return re.findall(r"\S[^.?!]*[.?!]", " ".join(_lines(block)))


@cache
def phrases() -> tuple[str, ...]:
    """Sentences without slots, each once."""
    return tuple(dict.fromkeys(_sentences(PHRASES)))


@cache
def _never_held_out() -> frozenset[str]:
    return frozenset(" ".join(words_of(sentence)) for sentence in must_work_and_phrases())


def must_work_and_phrases() -> tuple[str, ...]:
    return phrases() + tuple(_sentences(MUST_WORK))


def templates(rule: str) -> list[str]:
    """The lines of a rule, without their weights."""
    return _rule(rule)[0]


@cache
def _rule(name: str) -> tuple[list[str], list[float]]:
    lines, weights = [], []
    for line in _lines(RULES[name]):
        weight, template = line.split(" ", 1)
        lines.append(template)
        weights.append(float(weight))
    return lines, weights


def _expand(template: str, rng: Rng) -> str:
    """The innermost brackets first, until none is left."""
    while match := re.search(r"\{(\w+)\}|\(([^()\[\]{}]*)\)|\[([^()\[\]{}]*)\]", template):
        slot, either, perhaps = match.groups()
        if slot is not None:
            chosen = _draw(slot, rng)
        elif either is not None:
            chosen = rng.choice(either.split("|"))
        else:
            chosen = rng.choice(perhaps.split("|")) if rng.random() < 0.5 else ""
        template = template[: match.start()] + chosen + template[match.end() :]
    return template


def _draw(name: str, rng: Rng) -> str:
    if name in SLOTS:
        return SLOTS[name](rng)
    if name == "phrase":
        if rng.random() < 0.15:
            return rng.choice(_sentences(MUST_WORK))
        return rng.choice(phrases())
    templates, weights = _rule(name)
    return _expand(rng.choices(templates, weights)[0], rng)


_PROPER = frozenset((*DAYS, *MONTHS, *NAMES, "I"))


def _tidy(text: str) -> str:
    """One space between words, a capital after each full stop, lower case after commas and "
    "colons."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"\s+([,.?!])", r"\1", text)
    text = re.sub(r"([.?!])\.+", r"\1", text)
    text = re.sub(
        r"([,:] )([A-Z][a-z]*)",
        lambda m: m[1] + (m[2] if m[2] in _PROPER else m[2].lower()),
        text,
    )
    return re.sub(r"(^|[.?!] )([a-z])", lambda m: m[1] + m[2].upper(), text)


def draw(rng: Rng, *, salad: bool = True) -> str:
    """One utterance of the domain: a sentence, or a few short ones."""
    while True:
        text = _tidy(_draw("sentence", rng))
        if len(words_of(text)) > 24:
            continue
        if salad or not _is_salad(text):
            return text


_salads: set[str] = set()


def _is_salad(text: str) -> bool:
    return text.rstrip(".").lower() in _salads


@cache
def _written_words() -> frozenset[str]:
    """The words of the domain as they are written inside a sentence."""
    texts = (*must_work_and_phrases(), *_grammar_samples())
    words = {word for text in texts for word in re.findall(r"[A-Za-z]+(?:'[a-z]+)*", text)}
    return frozenset(word if word in _PROPER else word.lower() for word in words)


@cache
def known_words() -> tuple[str, ...]:
    """Those of the domain's words that don't sound like others."""
    return tuple(sorted(_written_words() - HOMOPHONES))


def _grammar_samples() -> list[str]:
    """Every rule without salad, often enough to have said every word."""
    rng = random.Random(0)
    names = [
        name for name in RULES if name not in ("repeat", "echo", "polite", "request", "sentence")
    ]
    templates = [t.replace("{word}", "hello") for name in names for t in _rule(name)[0]]
    samples = [_expand(template, rng) for template in templates for _ in range(40)]
    return samples + [
        *NAMES,
        *COLORS,
        *ANIMALS,
        *THINGS,
        *DAYS,
        *MONTHS,
        "Repeat after me",
        "You said",
    ]


@cache
def vocabulary() -> tuple[str, ...]:
    """All words of the domain, in lower case."""
    return tuple(sorted({word.lower() for word in _written_words()}))


def _salad(rng: Rng, n_words: int) -> str:
    """Random words of the domain; the first as it stands inside a sentence."""
    text = " ".join(rng.choice(known_words()) for _ in range(n_words))
    _salads.add(text.lower())
    return text


def draw_open(rng: Rng, *, held_out: bool = False) -> tuple[str, list[bool]]:
    """A sentence partly or wholly outside the domain; and for each of its words whether it is "
    "outside."""
    outside = [w for i, w in enumerate(OPEN_WORDS) if (i % 5 == 4) == held_out]
    known = [w for w in known_words() if w.lower() not in OPEN_WORDS]
    share = rng.choice((0.3, 0.6, 1.0))
    marks = [rng.random() < share for _ in range(rng.randint(2, 8))]
    words = [rng.choice(outside if mark else known) for mark in marks]
    return _tidy(" ".join(words) + "."), marks


def is_held_out(text: str) -> bool:
    """Whether a sentence belongs to the evaluation: one in sixteen of those of four words and "
    "more."""
    words = words_of(text)
    key = " ".join(words)
    if len(words) < 4 or key in _never_held_out():
        return False
    return int(hashlib.md5(key.encode()).hexdigest(), 16) % 16 == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(len(vocabulary()), "words:", " ".join(vocabulary()), "\n")
    rng = random.Random(arguments.seed)
    for _ in range(arguments.count):
        print(draw(rng))


if __name__ == "__main__":
    main()
