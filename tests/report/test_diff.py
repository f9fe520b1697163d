"""Tests of the comparison of two builds."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.arrow import schema_of
from spanferry.errors import InputError
from spanferry.records import SpanRow
from spanferry.report.diff import ChangeKind, compare_builds, diff_lines, shorten_to_difference

from tests.support.tiny_build import build

LINES = """\
                              A   B  change
questions with an answer      8   8       =
  that still have it          4   4       =
answers, plausible ones too  13  12      -1
  kept                        6   5      -1
    exact                     4   3      -1
    normalised                1   0      -1
    fuzzy                     1   1       =
    marked                    0   1      +1
  lost                        7   7       =
    source_mismatch           1   1       =
    context_untranslated      1   0      -1
    not_found                 2   3      +1
    below_threshold           2   1      -1
    ambiguous                 1   2      +1

gained             1  kept only in B
lost               1  kept only in A
moved              1  kept in both, at another place
reworded           1  kept in both, with another text
regrounded         1  lost in both, for another reason
same               7  the same place or reason in both
only_a             1  in the source of A only

gained: 1 answer
  mill “Zandkreek” → “Zandkreek”
    A  context_untranslated
    B  “Zandkreek” at 3, marked

lost: 1 answer
  boats “91” → “91”
    A  “91” at 55, normalised
    B  ambiguous

moved: 1 answer
  dug “1612” → “1612”
    A  “1612” at 30, exact
    B  “1612” at 3, exact

reworded: 1 answer
  lock “the old lock” → “de oude sluis”
    A  “de oude sluis” at 127, exact
    B  “oude sluis” at 118, exact

regrounded: 1 answer
  why “because the river had silted up” → “want de stroom verzandde”
    A  below_threshold
    B  not_found"""
LOST = {"text": None, "start": None, "method": None}


def changed(**rows):
    """Return the spans with changed columns. rows: question id -> columns of the row of its first answer."""
    spans = build().spans.to_pylist()
    for id_, change in rows.items():
        next(row for row in spans if row["question_id"] == id_).update(change)
    return pa.Table.from_pylist(spans, schema=schema_of(SpanRow))


def test_every_kind_of_change_is_shown():
    other = changed(
        boats=LOST | {"reason": "ambiguous"},
        why={"reason": "not_found"},
        mill={"reason": None, "text": "Zandkreek", "start": 3, "method": "marked"},
        dug={"start": 3},
        lock={"text": "oude sluis", "start": 118},
    ).slice(0, 12)
    changes = compare_builds(build().spans, other)
    changed_ids = {kind: [change.question_id for change in rows] for kind, rows in changes.items()}
    assert len(changed_ids.pop(ChangeKind.SAME)) == 7
    assert changed_ids == {
        "gained": ["mill"],
        "lost": ["boats"],
        "moved": ["dug"],
        "reworded": ["lock"],
        "regrounded": ["why"],
        "only_a": ["sign"],
        "only_b": [],
    }
    assert "\n".join(diff_lines(changes, 1)) == LINES


def test_texts_are_shortened_to_their_difference():
    one = "als middel om de ontwikkeling van de staat te bevorderen"
    assert shorten_to_difference(one, f"{one} en te meten") == (
        "… staat te bevorderen",
        "… staat te bevorderen en te meten",
    )
    assert shorten_to_difference(one, one.replace("ontwikkeling", "groei")) == (
        "… middel om de ontwikkeling van de staat …",
        "… middel om de groei van de staat …",
    )
    assert shorten_to_difference("de sluis", "sluis") == ("de sluis", "sluis")


@given(st.lists(st.sampled_from("abc"), min_size=1), st.lists(st.sampled_from("abc"), min_size=1))
def test_different_texts_stay_different(one, two):
    shortened = shorten_to_difference(" ".join(one), " ".join(two))
    assert (shortened[0] == shortened[1]) == (one == two)


def test_equal_examples_are_shown_once():
    spans = build().spans.slice(0, 1).to_pylist()
    twice = [pa.Table.from_pylist([spans[0], {**spans[0], "index": 1}], schema=schema_of(SpanRow)) for _ in "ab"]
    moved = twice[1].set_column(twice[1].column_names.index("start"), "start", pa.array([3, 3], pa.int32()))
    assert sum("dug" in line for line in diff_lines(compare_builds(twice[0], moved), 5)) == 1


def test_builds_of_different_corpora_are_refused():
    elsewhere = changed().set_column(4, "question_id", pa.array([f"x{n}" for n in range(13)]))
    with pytest.raises(InputError, match="no answer in common"):
        compare_builds(build().spans, elsewhere)
