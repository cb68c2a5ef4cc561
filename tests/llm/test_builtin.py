"""The built-in replies: what they understand, what they admit not to, and how they are served."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import datetime
from fractions import Fraction

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecli.llm.builtin import numbers, requests, words
from voicecli.llm.builtin.replies import answer
from voicecli.llm.builtin.requests import REST_UNKNOWN, UNKNOWN, WHO
from voicecli.llm.builtin.transport import ResponderTransport
from voicecli.llm.messages import Message
from voicecli.text.numerals import cardinal

NOW = datetime(2026, 11, 20, 10, 30)  # a Friday


def talk(*said: str, now: datetime = NOW) -> str:
    """The last reply of a conversation in which every reply was heard."""
    messages: list[Message] = []
    for text in said:
        messages.append(Message("user", text))
        messages.append(Message("assistant", answer(messages, now)))
    return messages[-1].content


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        # As a recogniser writes without punctuation, and as one that writes it.
        ("what is seven plus twelve", "Seven plus twelve is nineteen."),
        ("What's 7 + 12?", "Seven plus twelve is nineteen."),
        ("Whats 7 plus 12", "Seven plus twelve is nineteen."),
        ("What is twenty-five plus seventeen?", "Twenty five plus seventeen is forty two."),
        ("twelve minus five", "Twelve minus five is seven."),
        ("how much is five minus twelve", "Five minus twelve is minus seven."),
        ("What's 7-3?", "Seven minus three is four."),
        ("what is minus three plus one", "Minus three plus one is minus two."),
        ("what is six times seven", "Six times seven is forty two."),
        ("6 x 7", "Six times seven is forty two."),
        ("6 × 7 =", "Six times seven is forty two."),
        ("six multiplied by seven", "Six times seven is forty two."),
        ("what is eighty divided by ten", "Eighty divided by ten is eight."),
        ("What is 12/5?", "Twelve divided by five is two point four."),
        (
            "what is twenty divided by three",
            "Twenty divided by three is about six point six seven.",
        ),
        (
            "what is minus two divided by three",
            "Minus two divided by three is about minus zero point six six seven.",
        ),
        ("what is five divided by zero", "No number is divided by zero."),
        ("what is 15% of 80", "Fifteen percent of eighty is twelve."),
        (
            "ten percent of two hundred and fifty",
            "Ten percent of two hundred fifty is twenty five.",
        ),
        (
            "three point one four times two",
            "Three point one four times two is six point two eight.",
        ),
        (
            "what is one hundred and five times two thousand three hundred",
            "One hundred five times two thousand three hundred "
            "is two hundred forty one thousand five hundred.",
        ),
        ("1,000 plus 1", "One thousand plus one is one thousand one."),
        ("two plus two times three", "Two plus two times three is eight."),
        ("one plus two plus three minus four", "One plus two plus three minus four is two."),
        # What a recogniser hears for numbers.
        ("what is six times for", "Six times four is twenty four."),
        ("what is two plus to", "Two plus two is four."),
        # A claim is judged.
        ("seven plus twelve is nineteen", "That is right."),
        ("seven plus twelve equals twenty", "That is not right. Seven plus twelve is nineteen."),
        # Out of reach.
        (
            "a million times a million times a million",
            "One million times one million times one million is more than I can say.",
        ),
    ],
)
def test_arithmetic(asked: str, reply: str) -> None:
    assert talk(asked) == reply


@pytest.mark.parametrize(
    "said",
    [
        ["what is seven plus twelve and times three"],
        ["what is seven plus twelve and then times three"],
        ["what is seven plus twelve", "and times three"],
        ["What's 7 + 12?", "Times 3."],
        ["what is seven plus twelve", "thank you", "and what is that times three"],
        ["what is seven plus twelve", "the answer times three"],
    ],
)
def test_going_on_from_a_result(said: list[str]) -> None:
    assert talk(*said).endswith("Nineteen times three is fifty seven.")


def test_minus_goes_on_from_a_result_if_there_is_one() -> None:
    assert talk("two plus two", "minus five") == "Four minus five is minus one."
    assert talk("minus five plus two") == "Minus five plus two is minus three."
    assert talk("two plus two", "minus five plus two") == "Four minus five plus two is one."
    assert talk("and times three").startswith("Sorry")
    assert talk("five divided by zero", "times three").startswith("Sorry")


@given(
    st.integers(-999, 9999),
    st.sampled_from(["plus", "minus", "times"]),
    st.integers(-999, 9999),
    st.booleans(),
)
def test_sums_in_words_and_digits(a: int, operator: str, b: int, in_words: bool) -> None:
    result = {"plus": a + b, "minus": a - b, "times": a * b}[operator]
    asked = (
        f"{cardinal(a, 'en')} {operator} {cardinal(b, 'en')}" if in_words else f"{a} {operator} {b}"
    )
    reply = talk(f"What is {asked}?")
    assert reply.endswith(f" is {numbers.say_number(Fraction(result))}.")


@given(st.integers(-(10**14), 10**14), st.integers(0, 3))
def test_a_number_that_is_said_is_understood(digits: int, places: int) -> None:
    value = Fraction(digits, 10**places)
    said = numbers.say_number(value)
    heard = words.words_of(said)
    assert numbers.number_at(heard, 0) == (value, len(heard))
    assert re.fullmatch(r"[a-z ]+", said)


@given(st.text(max_size=80), st.text(max_size=80))
def test_there_is_always_an_answer(first: str, second: str) -> None:
    assert talk(first, second).strip()


WORDS = """
what is time day it seven twelve plus minus and times divided by zero say that again my name anna
count from to ten hundred point set a timer for minutes tell me joke hello stop
"""
SALAD = st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join)


@given(st.lists(SALAD, max_size=4))
def test_word_salad(said: list[str]) -> None:
    reply = talk(*said, "what is two plus two")
    assert "is four." in reply


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        ("what time is it", "It is ten thirty."),
        ("What's the time?", "It is ten thirty."),
        ("tell me the time please", "It is ten thirty."),
        ("Could you tell me what time it is now?", "It is ten thirty."),
        ("what day is it today", "Today is Friday."),
        ("What day is tomorrow?", "Tomorrow is Saturday."),
        ("is it friday", "Yes. Today is Friday."),
        ("is it tuesday today", "No. Today is Friday."),
        ("is tomorrow saturday", "Yes. Tomorrow is Saturday."),
        ("what is the date", "Today is November twenty."),
        ("What's today's date?", "Today is November twenty."),
        ("what is the date tomorrow", "Tomorrow is November twenty one."),
        ("what month is it", "It is November."),
        ("what year is it", "It is twenty twenty six."),
        ("what time is it what day is it", "It is ten thirty. Today is Friday."),
        ("good morning what is the date today", "Good morning. Today is November twenty."),
        (
            "What time is it, and what's two plus two?",
            "It is ten thirty. Two plus two is four.",
        ),
    ],
)
def test_time_and_date(asked: str, reply: str) -> None:
    assert talk(asked) == reply


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        ("What day will it be the day after tomorrow?", "The day after tomorrow is Sunday."),
        ("what is the day after tomorrow", "The day after tomorrow is Sunday."),
        ("What day was yesterday?", "Yesterday was Thursday."),
        ("What was yesterday's date?", "Yesterday was November nineteen."),
        (
            "What is the date the day before yesterday?",
            "The day before yesterday was November eighteen.",
        ),
        ("What day is it in three days?", "In three days it is Monday."),
        ("In three days, what day is it?", "In three days it is Monday."),
        ("What day was it 3 days ago?", "Three days ago it was Tuesday."),
        ("What's the date in two weeks?", "In two weeks it is December four."),
        ("what day is it a week from now", "A week from now it is Friday."),
        ("What day is it going to be tomorrow?", "Tomorrow is Saturday."),
        ("What date is next Friday?", "Next Friday is November twenty seven."),
        ("When is Friday?", "Friday is November twenty."),
        ("What date was last Friday?", "Last Friday was November thirteen."),
        ("Was yesterday Thursday?", "Yes. Yesterday was Thursday."),
        ("Is it Friday the day after tomorrow?", "No. The day after tomorrow is Sunday."),
        ("What is the day today?", "Today is Friday."),
    ],
)
def test_other_days(asked: str, reply: str) -> None:
    assert talk(asked) == reply


@pytest.mark.parametrize(
    "asked",
    [
        "What time will it be in two hours?",
        "What time was it an hour ago?",
        "What year will it be in five years?",
        "What month was last month?",
        "What day is Christmas?",
        "What day of the week is the 4th of July?",
        "What day comes after Friday?",
        "What day is it in a billion days?",
    ],
)
def test_other_times_are_not_now(asked: str) -> None:
    assert talk(asked) == UNKNOWN


@pytest.mark.parametrize(
    ("hour", "minute", "reply"),
    [
        (0, 0, "It is twelve o'clock."),
        (17, 0, "It is five o'clock."),
        (9, 1, "It is one minute after nine."),
        (9, 5, "It is five minutes after nine."),
        (12, 45, "It is twelve forty five."),
        (23, 59, "It is eleven fifty nine."),
    ],
)
def test_times_of_day(hour: int, minute: int, reply: str) -> None:
    assert talk("what time is it", now=datetime(2026, 3, 12, hour, minute)) == reply


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        ("count to five", "One, two, three, four, five."),
        ("Please count from 3 to 5.", "Three, four, five."),
        ("count from three to one", "Three, two, one."),
        ("count down from three", "Three, two, one."),
        ("count from minus one to one", "Minus one, zero, one."),
        (
            "count to twelve",
            "One, two, three, four, five, six, seven, eight, nine, ten. Eleven, twelve.",
        ),
        ("count to three and tell me what time it is", "One, two, three. It is ten thirty."),
        ("count to one thousand", "Sorry, I count one hundred numbers and no more."),
        ("count to one hundred", None),
        ("repeat after me the red dog", "The red dog."),
        ("Repeat after me: The red dog, 3 times!", "The red dog, three times!"),
        ("say hello", "Hello."),
        ("can you say good morning", "Good morning."),
        ("please repeat after me one two three", "One two three."),
    ],
)
def test_counting_and_repeating(asked: str, reply: str | None) -> None:
    if reply is None:
        assert talk(asked).endswith("ninety nine, one hundred.")
    else:
        assert talk(asked) == reply


AGAIN = [
    "say that again",
    "What did you say?",
    "can you repeat that",
    "one more time",
    "again please",
]


@pytest.mark.parametrize("again", [*AGAIN, "sorry i did not hear you"])
def test_saying_it_again(again: str) -> None:
    assert talk("what is two plus two", again) == "Two plus two is four."
    assert talk("what is two plus two", again, again) == "Two plus two is four."
    assert talk(again) == "I said nothing so far."


def test_a_reply_that_was_cut_off_is_said_again_in_full() -> None:
    messages = [
        Message("user", "count to five"),
        Message("assistant", "One, two-"),
        Message("user", "say that again"),
    ]
    assert answer(messages, NOW) == "One, two, three, four, five."
    messages[1] = Message("assistant", "Something that another model said.")
    assert answer(messages, NOW) == "Something that another model said."


def test_what_the_user_said() -> None:
    assert talk("count to two", "what did i say") == "You said: Count to two."
    assert talk("what did i say") == "You said nothing so far."


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("my name is anna", "Anna"),
        ("Hello, my name is Zoë.", "Zoë"),
        ("hello i am tom", "Tom"),
        ("I'm Tom.", "Tom"),
        ("call me peter please", "Peter"),
    ],
)
def test_names(asked: str, name: str) -> None:
    assert talk(asked) == f"Nice to meet you, {name}."
    assert talk(asked, "thank you", "what is my name") == f"Your name is {name}."
    assert talk(asked, "do you know my name?") == f"Your name is {name}."


def test_names_that_are_none() -> None:
    assert talk("what is my name") == "I do not know your name."
    assert talk("i am fine", "what is my name") == "I do not know your name."
    assert talk("i am hungry", "what is my name") == "I do not know your name."
    assert talk("my name is anna", "my name is emma", "who am i") == "Your name is Emma."


@pytest.mark.parametrize(
    "asked",
    [
        "who are you",
        "What are you?",
        "what is your name",
        "are you a language model",
        "Are you ChatGPT?",
        "is your name anna",
        "help",
        "i need help",
        "what can you do",
        "what is the capital of france",
        "write a poem about the sea",
    ],
)
def test_it_never_passes_for_a_language_model(asked: str) -> None:
    assert "not a language model" in talk(asked)


@pytest.mark.parametrize(
    "asked",
    [
        "set a timer for ten minutes",
        "Set a timer for 10 minutes, please.",
        "Can you set a 10 minute timer?",
        "start a timer for two hours",
        "cancel the timer",
        "stop the timer",
    ],
)
def test_it_claims_no_timer(asked: str) -> None:
    assert talk(asked) == requests.NO_TIMER


def test_jokes_change_and_stories_are_told() -> None:
    told = [talk(*["tell me another joke"] * n) for n in range(1, len(requests.JOKES) + 1)]
    assert told == list(requests.JOKES)
    assert "horse" in talk("tell me a joke about a horse")
    assert "cat" in talk("Tell me a story!")


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        ("hello", "Hello. How can I help you?"),
        ("hello how are you", "Hello. I am fine, thank you."),
        ("Hey, what's up?", "Hello. I am fine, thank you."),
        ("good evening", "Good evening."),
        ("i am fine thank you", "That is good."),
        ("thank you very much", "You are welcome."),
        ("thank you and goodbye", "You are welcome. Goodbye."),
        ("can you hear me", "Yes, I can hear you."),
        ("are you there", "Yes, I am here."),
        ("stop", "Okay."),
        ("stop stop stop", "Okay."),
        ("please wait", "Okay."),
        ("never mind", "Okay."),
        ("yes", "Okay."),
        ("no thank you", "Okay."),
        ("louder please", "Sorry, I can not do that."),
    ],
)
def test_small_talk(asked: str, reply: str) -> None:
    assert talk(asked) == reply


@pytest.mark.parametrize("asked", ["", "   ", "?!", "..."])
def test_nothing_said(asked: str) -> None:
    assert talk(asked) == "Sorry, I did not hear you."
    assert answer([], NOW) == "Sorry, I did not hear you."


@pytest.mark.parametrize(
    "asked",
    [
        "please open the window and stop",
        "there is no time for that my friend",
        "how do you say hello in french",
        "they say that the moon is made of cheese",
        "twenty seven",
        "wie spät ist es",
    ],
)
def test_what_it_does_not_understand(asked: str) -> None:
    assert talk(asked) == UNKNOWN


def test_what_it_understands_only_in_part() -> None:
    assert talk("what is the time in new york") == f"It is ten thirty. {REST_UNKNOWN}"


def test_the_same_conversation_gives_the_same_answer() -> None:
    messages = [Message("user", "tell me a joke"), Message("user", "what time is it")]
    assert answer(messages, NOW) == answer(messages, NOW)
    assert answer([Message("system", "my name is anna"), *messages], NOW) == "It is ten thirty."


# The transport ------------------------------------------------------------------------------------


def get(method: str, path: str, body: object = None) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = ResponderTransport(clock=lambda: NOW)
        async with httpx.AsyncClient(transport=transport, base_url="http://built-in") as client:
            return await client.request(method, path, json=body)

    return asyncio.run(ask())


def test_it_speaks_as_a_server_does() -> None:
    assert get("GET", "/v1/models").json()["data"] == [{"id": "built-in", "object": "model"}]
    asked = {"model": "built-in", "messages": [{"role": "user", "content": "what time is it"}]}
    response = get("POST", "/v1/chat/completions", asked)
    assert response.headers["content-type"] == "text/event-stream"
    *events, done = [line.removeprefix("data: ") for line in response.text.split("\n\n") if line]
    choices = [json.loads(event)["choices"][0] for event in events]
    contents = [choice["delta"].get("content") for choice in choices]
    assert contents == ["It", " is", " ten", " thirty.", None]
    assert choices[-1]["finish_reason"] == "stop"
    assert done == "[DONE]"


def test_it_has_nothing_else() -> None:
    assert get("GET", "/v1/embeddings").status_code == 404


def test_who_is_short() -> None:
    """What is said when nothing else fits is said often."""
    assert len(UNKNOWN.split()) < 20
    assert len(WHO.split()) < 20


@pytest.mark.parametrize(
    "text",
    [
        "My phone number is 555-123-4567", "Call 555-1234", "My number is (555) 123-4567",
        "It was on 2024-05-03", "Call 0171-123", "Mine is 078-05-1120",
    ],
)  # fmt: skip
def test_numbers_that_are_names_are_no_sums(text: str) -> None:
    assert "minus" not in answer([Message("user", text)], datetime(2026, 1, 1))


def test_differences_without_blanks_are_sums() -> None:
    asked = [Message("user", "What is 100-50-20?")]
    assert answer(asked, datetime(2026, 1, 1)).endswith("is thirty.")
