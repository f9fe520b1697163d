"""The report's stage and commands, called as a shell calls them."""

import csv
import json

import pytest
from click.testing import CliRunner
from spanferry.cli.loss import loss
from spanferry.cli.sample import sample

from stages.report import main as report
from tests.support.tiny_build import build, write_clean

PARAMS = """
build: {corpora: [tiny], runs: []}
language: {source: en, target: nl}
corpora: {tiny: {dev: dev.json, translator: memory}}
"""
STAGE = [
    *("--corpus", "tiny", "--source", "data/tiny/source", "--layout", "data/tiny/segments/layout.parquet"),
    *("--paragraphs", "data/tiny/located/paragraphs.parquet", "--translations", "data/tiny/translations.parquet"),
    *("--clean", "data/tiny/clean", "--out", "reports/tiny"),
]


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text(PARAMS)
    build().write(tmp_path / "data" / "tiny")
    (tmp_path / "data" / "tiny" / "source").mkdir()
    return tmp_path


def fill_in(sheet, judged):
    """What a person does: "right" in each row."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with judged.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(row | {"verdict": "right"} for row in rows)


def run(command, *arguments):
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def test_stage(project):
    done = run(report, *STAGE)
    assert done.exit_code == 0, done.output
    assert done.output == ("report: tiny: 3 of 8 answerable questions kept (37.5 %); reports/tiny/loss.html\n")
    assert json.loads((project / "reports/tiny/loss.json").read_text())["gold"] is None


def test_stage_takes_gold_and_verdicts_that_lie_with_the_source(project):
    gold = {"dug": {"answers": [{"text": "1612", "start": 30}]}}
    (project / "data/tiny/source/gold.json").write_text(json.dumps(gold))
    run(sample, "tiny", "-n", "3")
    fill_in(project / "reports/tiny/review.csv", project / "data/tiny/source/verdicts.csv")
    assert run(report, *STAGE).exit_code == 0
    figures = json.loads((project / "reports/tiny/loss.json").read_text())
    assert (figures["gold"]["questions"], figures["gold"]["exact"]) == (1, 1)
    assert [row["method"] for row in figures["people"]] == ["exact", "normalised", "fuzzy", "total"]
    assert figures["verdicts"] == {"counted": 3, "outdated": 0}
    page = (project / "reports/tiny/loss.html").read_text()
    assert "people, all methods" in page
    assert "3 judged: 3 right" in page


def test_verdicts_on_another_build_are_not_counted(project):
    run(sample, "tiny", "-n", "3")
    fill_in(project / "reports/tiny/review.csv", project / "data/tiny/source/verdicts.csv")
    spans = build().spans.to_pylist()
    for row in spans:
        if row["text"] is not None:
            row["start"] += 1
    write_clean(build().spans.from_pylist(spans, schema=build().spans.schema), project / "data/tiny/clean")
    assert run(report, *STAGE).exit_code == 0
    figures = json.loads((project / "reports/tiny/loss.json").read_text())
    assert (figures["people"], figures["verdicts"]) == ([], {"counted": 0, "outdated": 3})
    page = (project / "reports/tiny/loss.html").read_text()
    assert "no verdict is on a span of this build" in page
    assert "3 of 3 verdicts are not counted" in page


def test_stage_with_a_damaged_input_is_one_line_and_writes_nothing(project):
    (project / "data/tiny/clean/rejected.jsonl").write_text("{")
    done = run(report, *STAGE)
    assert done.exit_code == 2
    assert done.output.startswith("report: data/tiny/clean/rejected.jsonl: not rejected answers")
    assert done.output.count("\n") == 1
    assert not (project / "reports").exists()


def test_show(project):
    run(report, *STAGE)
    told = run(loss, "show", "tiny").output
    assert "dev                5     2     3   40.0 %      12K → 10K      81.4 %" in told
    assert "2  below_threshold: Something resembles the translated answer, but not enough." in told
    assert "nearest “omdat de rivier was verzand”" in told
    assert json.loads(run(loss, "show", "tiny", "--json").output)["dev"]["no_answer"]["kept"] == 1
    missing = run(loss, "show", "none")
    assert (missing.exit_code, missing.output.count("\n")) == (2, 1)


def test_diff_of_a_corpus_and_a_folder(project):
    spans = build().spans.to_pylist()
    spans[0]["start"] = 3
    tiny = build()
    write_clean(tiny.spans.from_pylist(spans, schema=tiny.spans.schema), project / "other")
    told = run(loss, "diff", "tiny", "other").output
    assert told.splitlines()[:4] == ["A: tiny", "B: other", "", "                              A   B  change"]
    assert told.splitlines()[-6:] == [
        "same              12  the same place or reason in both",
        "",
        "moved: 1 answer",
        "  dug “1612” → “1612”",
        "    A  “1612” at 30, exact",
        "    B  “1612” at 3, exact",
    ]
    assert list(json.loads(run(loss, "diff", "tiny", "other", "--json").output)["moved"][0]) == [
        *("split", "question_id", "field", "index", "a", "b")
    ]
    assert run(loss, "diff", "tiny", "nowhere").exit_code == 2
    assert run(loss, "diff", "tiny", "tiny@HEAD").exit_code == 2  # no repository here


def test_sample_and_score(project):
    assert run(sample, "tiny", "-n", "3").output == "sample: tiny: 3 answers to judge in reports/tiny/review.csv\n"
    sheet = project / "reports/tiny/review.csv"
    fill_in(sheet, sheet)
    told = run(sample, "--score", str(sheet)).output
    assert told.splitlines()[1].startswith("exact            1      1       0      0    100.0 %")
    assert len(json.loads(run(sample, "--score", str(sheet), "--json").output)) == 4
    assert run(sample).exit_code == 2
    assert run(sample, "tiny", "-n", "0").exit_code == 2
