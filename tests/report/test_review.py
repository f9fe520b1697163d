"""Tests of the review sheet: a sample of kept answers for people to judge."""

import csv
import dataclasses
import io

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from spanferry.arrow import schema_of
from spanferry.records import SpanRow
from spanferry.report.review import COLUMNS, current_verdicts, draw_sample, escape_formula, write_csv, write_html
from spanferry.report.verdicts import JudgedSpan, Verdict

from tests.support.tiny_build import build


def rows(size=50, seed=1):
    return draw_sample(build().report_build(), size, seed)


def test_the_sample_is_even_across_strata_and_reproducible():
    assert [row.question_id for row in rows()] == ["dug", "boats", "lock", "lock", "sign"]
    drawn = rows(3)
    assert sorted(row.method for row in drawn) == ["exact", "fuzzy", "normalised"]
    assert [row.stratum_size for row in rows()] == [3, 1, 3, 1, 3]
    assert rows(4, seed=7) == rows(4, seed=7)


def test_the_sheet_marks_the_span(tmp_path):
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
    assert not escape_formula(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert escape_formula(text).endswith(text)


def test_a_verdict_is_current_while_its_span_is_unchanged():
    judged = [JudgedSpan(Verdict.RIGHT, row.method, row.confidence, row.stratum_size, row.key) for row in rows()]
    assert current_verdicts(build().report_build(), judged) == judged
    changed = build().spans.to_pylist()
    dug, boats = (next(row for row in changed if row["question_id"] == id_) for id_ in ("dug", "boats"))
    dug |= {"start": 3}  # another place
    boats |= {"method": "marked", "probability": 0.7}  # the same place, but another method
    other = dataclasses.replace(build(), spans=pa.Table.from_pylist(changed, schema=schema_of(SpanRow)))
    current = current_verdicts(other.report_build(), judged)
    assert [row.key for row in current] == [row.key for row in judged[1:]]
    assert current[0] == JudgedSpan(Verdict.RIGHT, "marked", "50 to 80 %", 1, judged[1].key)
