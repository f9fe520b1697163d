"""The sheet for people, and what is made of their verdicts."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_build import build

from pipeline.errors import InputError
from pipeline.report.inputs import Build
from pipeline.report.review import COLUMNS, guarded, read_verdicts, sample, score, wilson, write_csv, write_html


def rows(n=50, seed=1):
    tiny = build()
    return sample(Build(tiny.layout, tiny.paragraphs, tiny.spans, tiny.translations), n, seed)


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
        cells = {name: row[name] for name in ("method", "confidence", "stratum_size")}
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
        ("verdict,method,confidence,stratum_size\n,exact,high,3\n", "no verdict yet"),
        ("verdict,method,confidence,stratum_size\nmaybe,exact,high,3\n", "row 2: verdict 'maybe'"),
        ("verdict,method,confidence,stratum_size\nright,magic,high,3\n", "row 2: method 'magic'"),
        ("verdict,method,confidence,stratum_size\nright,exact,high,many\n", "row 2: stratum_size 'many'"),
        ("verdict,method,confidence,stratum_size\nright\n", "row 2: method None"),
    ],
)
def test_bad_sheets_are_one_line(tmp_path, text, told):
    (tmp_path / "sheet.csv").write_text(text)
    with pytest.raises(InputError, match=told):
        read_verdicts(tmp_path / "sheet.csv")
