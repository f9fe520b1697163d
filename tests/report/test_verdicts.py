"""Tests of verdicts: reading them from a sheet, and estimating precision from them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from spanferry.errors import InputError
from spanferry.records import Method
from spanferry.report.review import COLUMNS, draw_sample
from spanferry.report.verdicts import JudgedSpan, Verdict, read_verdicts, score_verdicts, wilson_interval

from tests.support.tiny_build import build

HEAD = "verdict,method,confidence,stratum_size,key"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_verdicts_of_any_spreadsheet_are_read(tmp_path, delimiter):
    text = io.StringIO()
    sheet = csv.DictWriter(text, COLUMNS, restval="", delimiter=delimiter)
    sheet.writeheader()
    rows = draw_sample(build().report_build(), 50, 1)
    for row, verdict in zip(rows, ("Right", "extent ", "wrong", "", "right"), strict=True):
        cells = {name: getattr(row, name) for name in ("method", "confidence", "stratum_size", "key")}
        sheet.writerow({"verdict": verdict, "note": "a; b, c", **cells})
    (tmp_path / "sheet.csv").write_text(text.getvalue(), "utf-8")
    judged = read_verdicts(tmp_path / "sheet.csv")
    assert [row.verdict for row in judged] == ["right", "extent", "wrong", "right"]
    assert [(row.method, row.judged, row.right) for row in score_verdicts(judged)] == [
        ("exact", 3, 2),
        ("normalised", 1, 0),
        ("total", 4, 2),
    ]


def test_a_stratum_is_weighted_by_its_size():
    judged = [JudgedSpan(Verdict.RIGHT, Method.EXACT, "high", 90, "")] * 2
    judged += [JudgedSpan(Verdict.WRONG, Method.EXACT, "low", 10, "")] * 2
    exact, total = score_verdicts(judged)
    assert exact.precision == 0.9
    assert total == replace(exact, method="total")
    assert exact.low < 0.9 < exact.high


@given(st.floats(0, 1), st.floats(1, 1e6))
def test_the_wilson_interval_contains_the_share_and_stays_between_0_and_1(share, n):
    low, high = wilson_interval(share, n)
    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1
    assert low < high


def test_the_wilson_interval_equals_published_values():
    # Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263 gives 0.2553 to 0.3662.
    assert wilson_interval(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@pytest.mark.parametrize(
    ("text", "message"),
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
def test_bad_sheets_give_a_one_line_error(tmp_path, text, message):
    (tmp_path / "sheet.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        read_verdicts(tmp_path / "sheet.csv")
