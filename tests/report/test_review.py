"""The sheet for people, and what is made of their verdicts."""

import csv
import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.arrow import schema_of
from spanferry.errors import InputError
from spanferry.records import SpanRow
from spanferry.report.inputs import Build
from spanferry.report.review import (
    COLUMNS,
    guarded,
    read_verdicts,
    sample,
    score,
    standing,
    wilson,
    write_csv,
    write_html,
)

from tests.support.tiny_build import build

SEEN = ("method", "confidence", "stratum_size", "key")
HEAD = "verdict,method,confidence,stratum_size,key"


def built(spans=None):
    tiny = build()
    return Build(tiny.layout, tiny.paragraphs, tiny.spans if spans is None else spans, tiny.translations)


def rows(n=50, seed=1):
    return sample(built(), n, seed)


def test_strata_are_drawn_evenly_and_always_alike():
    assert [row["question_id"] for row in rows()] == ["dug", "boats", "lock", "lock", "sign"]
    drawn = rows(3)
    assert sorted(row["method"] for row in drawn) == ["exact", "fuzzy", "normalised"]
    assert [row["stratum_size"] for row in rows()] == [3, 1, 3, 1, 3]
    assert rows(4, seed=7) == rows(4, seed=7)


def test_sheet_marks_the_span(tmp_path):
    write_csv(rows(), tmp_path / "review.csv")
    read = list(csv.DictReader(io.StringIO((tmp_path / "review.csv").read_text("utf-8-sig"), newline="")))
    assert tuple(read[0]) == COLUMNS
    assert read[2]["target"].endswith("In 1991 werd ⟦de oude sluis⟧ herbouwd.")
    assert read[2]["source"].endswith("In 1991 ⟦the old lock⟧ was rebuilt.")
    write_html(rows(), "tiny", ("en", "nl"), tmp_path / "review.html")
    html = (tmp_path / "review.html").read_text("utf-8")
    assert "<mark>de oude sluis</mark>" in html
    assert "<script" not in html
    assert "&lt;script&gt;" in html


@given(st.text(max_size=30))
def test_no_cell_starts_as_a_formula(text):
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert guarded(text).endswith(text)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_verdicts_come_back_from_any_spreadsheet(tmp_path, delimiter):
    text = io.StringIO()
    sheet = csv.DictWriter(text, COLUMNS, restval="", delimiter=delimiter)
    sheet.writeheader()
    for row, verdict in zip(rows(), ("Right", "extent ", "wrong", "", "right"), strict=True):
        cells = {name: row[name] for name in SEEN}
        sheet.writerow({"verdict": verdict, "note": "a; b, c", **cells})
    (tmp_path / "sheet.csv").write_text(text.getvalue(), "utf-8")
    judged = read_verdicts(tmp_path / "sheet.csv")
    assert [row["verdict"] for row in judged] == ["right", "extent", "wrong", "right"]
    found = score(judged)
    assert [(row["method"], row["judged"], row["right"]) for row in found] == [
        ("exact", 3, 2),
        ("normalised", 1, 0),
        ("total", 4, 2),
    ]


def test_a_stratum_weighs_as_much_as_it_has():
    judged = [{"verdict": "right", "method": "exact", "confidence": "high", "stratum_size": 90}] * 2
    judged += [{"verdict": "wrong", "method": "exact", "confidence": "low", "stratum_size": 10}] * 2
    exact, total = score(judged)
    assert exact["precision"] == 0.9
    assert total == exact | {"method": "total"}
    assert exact["low"] < 0.9 < exact["high"]


def test_a_verdict_stands_as_long_as_what_was_judged():
    judged = [{"verdict": "right", **{name: row[name] for name in SEEN}} for row in rows()]
    assert standing(built(), judged) == judged
    changed = build().spans.to_pylist()
    dug, boats = (next(row for row in changed if row["question_id"] == id_) for id_ in ("dug", "boats"))
    dug |= {"start": 3}  # another place
    boats |= {"method": "marked", "probability": 0.7}  # the same place, found in another way
    left = standing(built(pa.Table.from_pylist(changed, schema=schema_of(SpanRow))), judged)
    assert [row["key"] for row in left] == [row["key"] for row in judged[1:]]
    assert left[0] == judged[1] | {"method": "marked", "confidence": "50 to 80 %", "stratum_size": 1}


@given(st.floats(0, 1), st.floats(1, 1e6))
def test_wilson_holds_the_share_and_stays_within(share, n):
    low, high = wilson(share, n)
    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1
    assert low < high


def test_wilson_by_the_book():
    # Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263 gives 0.2553 to 0.3662.
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n1,2\n", "no column 'confidence'"),
        (f"{HEAD}\n,exact,high,3,k0123456789ab\n", "no verdict yet"),
        (f"{HEAD}\nmaybe,exact,high,3,k0123456789ab\n", "row 2: verdict 'maybe'"),
        (f"{HEAD}\nright,magic,high,3,k0123456789ab\n", "row 2: method 'magic'"),
        (f"{HEAD}\nright,exact,high,many,k0123456789ab\n", "row 2: stratum_size 'many'"),
        (f"{HEAD}\nright,exact,high,3,1234\n", "row 2: key '1234'"),
        (f"{HEAD}\nright\n", "row 2: method None"),
    ],
)
def test_bad_sheets_are_one_line(tmp_path, text, told):
    (tmp_path / "sheet.csv").write_text(text)
    with pytest.raises(InputError, match=told):
        read_verdicts(tmp_path / "sheet.csv")
