"""Tests of the names of a row's columns."""

import pytest
from spanferry.errors import FetchError
from spanferry.hub.rows import rename

FLAT = {"passage": "Built in 1612.", "question": "When?", "found.text": ["1612"], "found.answer_start": [9]}


def test_a_column_may_have_dots_in_its_name() -> None:
    columns = {"context": "passage", "answers.text": "found.text", "answers.answer_start": "found.answer_start"}
    assert list(rename([FLAT], columns, "x")) == [
        {"question": "When?", "context": "Built in 1612.", "answers": {"text": ["1612"], "answer_start": [9]}}
    ]


def test_a_column_that_a_flat_row_does_not_have_is_named() -> None:
    with pytest.raises(FetchError, match=r"^x: columns\.answers: no column 'found' \(it has: passage, question, "):
        list(rename([FLAT], {"context": "passage", "answers": "found"}, "x"))
