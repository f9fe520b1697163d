"""Tests of carrying spans through edits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.corrections.editing import Edit

BEFORE = "De haven 🧀 werd in 1612 gegraven. Er liggen 91 boten."


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (BEFORE, "91 boten"),
        ("De oude haven 🧀🧀 werd toen in 1612 gegraven. Er liggen 91 boten.", "91 boten"),
        ("Er liggen 91 boten.", "91 boten"),
        ("De haven 🧀 werd in 1612 gegraven. Er liggen 92 boten.", None),
        ("De haven 🧀 werd in 1612 gegraven. Er liggen 91 grote boten.", None),
        ("", None),
    ],
)
def test_a_span_moves_with_its_text(after: str, expected: str | None) -> None:
    start = BEFORE.index("91 boten")
    carried = Edit(BEFORE, after).carry((start, start + 8))
    assert (None if carried is None else after[slice(*carried)]) == expected


@given(st.text("ab 🧀.", max_size=30), st.text("ab 🧀.", max_size=30), st.data())
def test_a_carried_span_has_the_same_text(before: str, after: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(start, len(before)))
    carried = Edit(before, after).carry((start, end))
    if carried is not None:
        assert after[slice(*carried)] == before[start:end]
