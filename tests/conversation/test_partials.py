from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicecli.conversation.partials import Agreement


def test_two_recognitions_in_a_row_commit_what_they_share() -> None:
    agreement = Agreement()
    assert agreement.feed("what") == ("", "what")
    assert agreement.feed("what is seven") == ("what", "is seven")
    assert agreement.feed("what is eleven plus") == ("what is", "eleven plus")
    assert agreement.feed("what is eleven plus twelve") == ("what is eleven plus", "twelve")


def test_committed_words_stay() -> None:
    agreement = Agreement()
    agreement.feed("what is")
    assert agreement.feed("what is it") == ("what is", "it")
    assert agreement.feed("that was it now") == ("what is", "it now")


@given(st.lists(st.text("ab ", max_size=12), max_size=12))
def test_committed_only_grows(texts: list[str]) -> None:
    agreement, before = Agreement(), ""
    for text in texts:
        committed, _ = agreement.feed(text)
        assert committed.startswith(before)
        before = committed


def test_of_half_a_second_nothing_is_committed() -> None:
    agreement = Agreement()
    agreement.feed("Like your", 0.5)
    assert agreement.feed("Like your car", 0.9) == ("", "Like your car")
    assert agreement.feed("Like your country", 1.5) == ("", "Like your country")
    assert agreement.feed("Like your country can", 2.0) == ("Like your country", "can")
