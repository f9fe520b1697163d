"""Tests of the table that compares the figures of runs with published ones."""

import json
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from spanferry.errors import InputError
from spanferry.reader.comparison import Comparison, compare_runs
from spanferry.reader.comparison_page import render_comparison
from spanferry.reader.comparison_tables import (
    NOT_MEASURED,
    format_languages,
    format_pairs,
    format_runs,
    render_markdown,
)
from spanferry.reader.evaluation import evaluate
from spanferry.reader.metrics import Averages
from spanferry.reader.published import PublishedResult, read_published
from spanferry.reader.run_report import RunDetails, collect_scores, flatten_figures
from spanferry.reader.settings import Run
from spanferry.reader.training_record import TrainingRecord

from tests.reader.test_card import COUNTS
from tests.reader.test_metrics import NULL_ODDS, PREDICTIONS
from tests.support.tiny import RUN
from tests.support.towns import corpus

LANGUAGES = {"fi": Averages(exact=50.0, f1=75.0, total=20)}
AWARE = {"fi": Averages(exact=60.0, f1=80.0, total=20)}
RECORD = TrainingRecord(RUN.base.name, None, RUN, COUNTS, 240, ())


def compared(runs: dict[str, Run], reports: Path, published: dict[str, PublishedResult], **codes: str) -> Comparison:
    """Compare runs whose corpus is in Dutch. codes: run -> another language of its corpus."""
    return compare_runs(runs, reports, published, {name: {"towns": codes.get(name, "nl")} for name in runs})


@pytest.fixture
def reports(tmp_path):
    """Write the reports of two runs: one is sometimes right, and one never answers."""
    for name, predictions in (("dutch-mbert", PREDICTIONS), ("silent", dict.fromkeys(PREDICTIONS, ""))):
        evaluation = evaluate(corpus(4), predictions, null_odds=NULL_ODDS, threshold=9, language="nl")
        breakdown = {"language": LANGUAGES, "own_language": AWARE} if name == "silent" else {}
        details = RunDetails(RUN, RECORD, breakdown, collect_scores(evaluation), {"towns": "nl"})
        flat = flatten_figures(evaluation, read_published().get(name))
        (tmp_path / name).mkdir()
        (tmp_path / name / "details.json").write_bytes(msgspec.json.encode(details))
        (tmp_path / f"{name}.json").write_text(json.dumps(flat))
    return tmp_path


def test_measured_and_published_figures_share_a_row(reports):
    runs = {"dutch-mbert": RUN, "silent": RUN, "tydiqa-distilmbert": RUN, "never made": RUN}
    languages = {name: {"towns": "nl"} for name in runs} | {"tydiqa-distilmbert": {"tydiqa": "mul"}}
    comparison = compare_runs(runs, reports, read_published(), languages)
    rows = format_runs(comparison)
    assert [row["EM/F1"] for row in rows] == ["40.00/61.08", "20.00/20.00", NOT_MEASURED, NOT_MEASURED]
    assert [row["Published EM/F1"] for row in rows] == ["67.38/71.36", "–", "63.85/75.70", "–"]
    assert [row["Always no answer"] for row in rows] == ["20.00", "20.00", "–", "–"]
    assert rows[0]["Published HasAns"] == "47.42/57.76"
    assert rows[1]["HasAns"] == "0.00/0.00"
    languages = format_languages(comparison)
    assert languages[0] == {
        "Run": "silent",
        "Language": "fi",
        "Questions": "20",
        "EM/F1": "50.00/75.00",
        "Published EM/F1": "–",
        "Own articles EM/F1": "60.00/80.00",
    }
    assert len(languages) == 1 + 9
    assert languages[1]["EM/F1"] == NOT_MEASURED
    (pair,) = format_pairs(comparison)
    assert (pair["Runs"], pair["EM"][:6]) == ("dutch-mbert − silent", "+20.00")


def test_markdown_and_page_hold_the_same_figures(reports):
    comparison = compared({"dutch-mbert": RUN, "dutch-bertje": RUN}, reports, read_published())
    markdown, page = render_markdown(comparison), render_comparison(comparison)
    assert "40.00/61.08" in markdown
    assert NOT_MEASURED in markdown
    assert ">40.00<" in page
    assert ">61.08<" in page
    assert page == render_comparison(comparison)
    for text in (markdown, page):
        for cell in (
            "67.38/71.36",
            "64.25/68.45",
            "huggingface.co/henryk",
            "scores 61.49 there",
        ):
            assert cell in text
    assert markdown == render_markdown(comparison)
    assert "scores 61.49 there\n- dutch-bertje: " in markdown
    assert msgspec.json.decode(msgspec.json.encode(comparison))["rows"][0]["run"] == "dutch-mbert"
    assert "params.yaml has no runs" in render_comparison(compared({}, reports, {}))


def test_markup_in_names_is_escaped(reports):
    page = render_comparison(compared({"<i>": RUN}, reports, {}))
    assert "<i>" not in page
    assert "&lt;i&gt;" in page


def test_a_name_cannot_break_the_table(reports):
    run = replace(RUN, base=replace(RUN.base, model="a|b\n\nc", scratch=None))
    markdown = render_markdown(compared({"x": run}, reports, {}))
    assert "| a\\|b\\n\\nc |" in markdown


def test_figures_of_other_settings_are_omitted(reports):
    changed = replace(RUN, training=replace(RUN.training, seed=1))
    assert compared({"dutch-mbert": changed}, reports, {}).rows[0].figures is None


def test_a_language_has_only_its_own_figures(reports):
    german = compared({"dutch-mbert": RUN}, reports, read_published(), **{"dutch-mbert": "de"})
    (row,) = german.rows
    assert (row.figures, row.published) == (None, None)  # the figures were measured in Dutch, and published for Dutch
    assert "utch" not in render_markdown(german).replace("dutch-mbert", "")


def test_figures_without_details_are_omitted(reports):
    (reports / "silent" / "details.json").unlink()
    assert format_runs(compared({"silent": RUN}, reports, {}))[0]["EM/F1"] == NOT_MEASURED


def test_a_broken_report_is_an_error(reports):
    (reports / "silent.json").write_text("{")
    with pytest.raises(InputError, match=r"silent\.json"):
        compared({"silent": RUN}, reports, {})


def test_published_figures_have_their_sources():
    rows = read_published()
    assert list(rows) == ["dutch-mbert", "dutch-bertje", "dutch-robbert", "tydiqa-distilmbert", "xquad-tydiqa-mbert"]
    assert all(row.source.startswith("https://huggingface.co/") for row in rows.values())
    assert rows["tydiqa-distilmbert"].languages["sw"] == {"exact": 74.51, "f1": 81.15}
    totals = rows["dutch-mbert"].figures
    assert totals["HasAns_total"] + totals["NoAns_total"] == totals["total"]
