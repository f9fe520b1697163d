"""Tests of windows: the translated sentences in which an answer is searched for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.projection.windows import find_window, mark_window

# "Snow fell.  Then it thawed.\n\nAll was wet."
TEXT = "Snow fell.  Then it thawed.\n\nAll was wet."
SENTENCES = [(0, 10), (12, 27), (29, 41)]


@pytest.mark.parametrize(
    ("answer", "sentences"),
    [
        ("Snow", (0, 0)),
        ("Snow fell.", (0, 0)),
        ("it thawed", (1, 1)),
        ("wet.", (2, 2)),
        ("fell.  Then", (0, 1)),
        ("thawed.\n\nAll", (1, 2)),
        (TEXT, (0, 2)),
        ("  Then", (1, 1)),
        ("fell.  ", (0, 0)),
        ("  ", (0, 0)),
        ("\n\n", (1, 1)),
    ],
)
def test_a_window_consists_of_the_sentences_that_the_answer_touches(answer, sentences):
    start = TEXT.index(answer)
    assert find_window(SENTENCES, start, start + len(answer)) == sentences


@given(st.data())
def test_a_window_has_exactly_the_sentences_that_the_answer_overlaps(data):
    lengths = data.draw(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9)), min_size=1, max_size=6))
    sentences, at = [], 0
    for gap, length in lengths:
        sentences.append((at + gap, at + gap + length))
        at = sentences[-1][1]
    start = data.draw(st.integers(0, at - 1))
    end = data.draw(st.integers(start + 1, at))
    first, last = find_window(sentences, start, end)
    touched = [n for n, (low, high) in enumerate(sentences) if start < high and low < end]
    assert 0 <= first <= last < len(sentences)
    if touched:
        assert (first, last) == (touched[0], touched[-1])


def test_the_window_is_sent_with_the_answer_between_markers():
    assert mark_window(TEXT, SENTENCES, 20, 26, ("[", "]")) == "Then it [thawed]."
    assert mark_window(TEXT, SENTENCES, 5, 16, ("«", "»")) == "Snow «fell.  Then» it thawed."


def test_an_answer_that_begins_before_its_sentence_is_sent_whole():
    assert mark_window(TEXT, SENTENCES, 10, 16, ("[", "]")) == "[  Then] it thawed."
