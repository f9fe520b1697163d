"""Two builds compared."""

import pyarrow as pa
import pytest
from tiny_build import build

from pipeline import tables
from pipeline.errors import InputError
from pipeline.report.diff import compare, tell

LOST = {"text": None, "start": None, "method": None}


def changed(**rows):
    """The spans with some rows changed, by question id (its first answer)."""
    spans = build().spans.to_pylist()
    for id_, change in rows.items():
        next(row for row in spans if row["question_id"] == id_).update(change)
    return pa.Table.from_pylist(spans, schema=tables.SPANS)


def test_every_change_is_told():
    other = changed(
        boats=LOST | {"reason": "ambiguous"},
        why={"reason": "not_found"},
        mill={"reason": None, "text": "Zandkreek", "start": 3, "method": "marked"},
        dug={"start": 3},
        lock={"text": "oude sluis", "start": 118},
    ).slice(0, 12)
    found = compare(build().spans, other)
    assert {change: [row["question_id"] for row in rows] for change, rows in found.items() if change != "same"} == {
        "gained": ["mill"],
        "lost": ["boats"],
        "moved": ["dug"],
        "reworded": ["lock"],
        "regrounded": ["why"],
        "only_a": ["sign"],
        "only_b": [],
    }
    assert list(tell(found, 1))[:3] == [
        "gained             1  kept only in B",
        "lost               1  kept only in A",
        "moved              1  kept in both, at another place",
    ]
    assert "  boats “91”: “91” at 55, normalised | ambiguous" in tell(found, 1)


def test_builds_of_different_corpora_are_refused():
    elsewhere = changed().set_column(4, "question_id", pa.array([f"x{n}" for n in range(13)]))
    with pytest.raises(InputError, match="no answer in common"):
        compare(build().spans, elsewhere)
