"""Tests of stage report."""

import json

import pytest
from spanferry.cli.sample import sample

from stages.report import main as report
from tests.support.tiny_build import build, write_spans
from tests.support.tiny_project import REPORT, fill_in, invoke, lay_out_project


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lay_out_project(tmp_path)
    return tmp_path


def test_figures_and_page(project):
    result = invoke(report, *REPORT)
    assert result.exit_code == 0, result.output
    assert result.output == ("report: tiny: 3 of 8 answerable questions kept (37.5 %); reports/tiny/loss.html\n")
    assert json.loads((project / "reports/tiny/loss.json").read_text())["gold"] is None


def test_gold_and_verdicts_beside_the_source_are_used(project):
    gold = {"dug": {"answers": [{"text": "1612", "start": 30}]}}
    (project / "data/tiny/judgements/gold.json").write_text(json.dumps(gold))
    invoke(sample, "tiny", "-n", "3")
    fill_in(project / "reports/tiny/review.csv", project / "data/tiny/judgements/verdicts.csv")
    assert invoke(report, *REPORT).exit_code == 0
    figures = json.loads((project / "reports/tiny/loss.json").read_text())
    assert (figures["gold"]["questions"], figures["gold"]["exact"]) == (1, 1)
    assert [row["method"] for row in figures["people"]] == ["exact", "normalised", "fuzzy", "total"]
    assert figures["verdicts"] == {"counted": 3, "outdated": 0}
    page = (project / "reports/tiny/loss.html").read_text()
    assert "people, all methods" in page
    assert "3 judged: 3 right" in page


def test_verdicts_on_another_build_are_not_counted(project):
    invoke(sample, "tiny", "-n", "3")
    fill_in(project / "reports/tiny/review.csv", project / "data/tiny/judgements/verdicts.csv")
    spans = build().report_build().spans.to_pylist()
    for row in spans:
        if row["text"] is not None:
            row["start"] += 1
    write_spans(build().spans.from_pylist(spans, schema=build().spans.schema), project / "data/tiny/clean")
    assert invoke(report, *REPORT).exit_code == 0
    figures = json.loads((project / "reports/tiny/loss.json").read_text())
    assert (figures["people"], figures["verdicts"]) == ([], {"counted": 0, "outdated": 3})
    page = (project / "reports/tiny/loss.html").read_text()
    assert "no verdict is about a span of this build" in page
    assert "3 of 3 verdicts are not counted" in page


def test_a_damaged_input_gives_a_one_line_error_and_no_output(project):
    (project / "data/tiny/clean/rejected.jsonl").write_text("{")
    result = invoke(report, *REPORT)
    assert result.exit_code == 2
    assert result.output.startswith("report: data/tiny/clean/rejected.jsonl: not rejected answers")
    assert result.output.count("\n") == 1
    assert not (project / "reports").exists()
