import json

import msgspec
import pytest
from msgspec.structs import replace
from spanferry.errors import InputError
from spanferry.reader.comparison import NOT_MEASURED, compare, language_lines, lines, pair_lines, render
from spanferry.reader.evaluation import evaluate
from spanferry.reader.published import published
from spanferry.reader.run_report import Details, figures

from tests.reader.test_metrics import NULL_ODDS, PREDICTIONS
from tests.support.tiny import RUN
from tests.support.towns import corpus

LANGUAGES = {"fi": {"exact": 50.0, "f1": 75.0, "total": 20}}


@pytest.fixture
def reports(tmp_path):
    """Reports of two runs: one right now and then, one that never answers."""
    for name, predictions in (("dutch-mbert", PREDICTIONS), ("silent", dict.fromkeys(PREDICTIONS, ""))):
        found = evaluate(corpus(4), predictions, null_odds=NULL_ODDS, threshold=9, language="nl")
        scores = {
            one: (float(found.scores.exact[one]), float(found.scores.f1[one]), found.paragraph_of[one])
            for one in found.scores.exact
        }
        details = Details(RUN, {}, {"language": LANGUAGES} if name == "silent" else {}, scores)
        flat = figures(found, published().get(name))
        (tmp_path / name).mkdir()
        (tmp_path / name / "details.json").write_bytes(msgspec.json.encode(details))
        (tmp_path / f"{name}.json").write_text(json.dumps(flat))
    return tmp_path


def test_measured_and_published_stand_side_by_side(reports):
    runs = {"dutch-mbert": RUN, "silent": RUN, "tydiqa-distilmbert": RUN, "never made": RUN}
    found = compare(runs, reports, published())
    shown = lines(found)
    assert [row["EM/F1"] for row in shown] == ["40.00/61.08", "20.00/20.00", NOT_MEASURED, NOT_MEASURED]
    assert [row["Published EM/F1"] for row in shown] == ["67.38/71.36", "–", "63.85/75.70", "–"]
    assert [row["Always no answer"] for row in shown] == ["20.00", "20.00", "–", "–"]
    assert shown[0]["Published HasAns"] == "47.42/57.76"
    assert shown[1]["HasAns"] == "0.00/0.00"
    languages = language_lines(found)
    assert languages[0] == {
        "Run": "silent",
        "Language": "fi",
        "Questions": "20",
        "EM/F1": "50.00/75.00",
        "Published EM/F1": "–",
    }
    assert len(languages) == 1 + 9
    assert languages[1]["EM/F1"] == NOT_MEASURED
    (pair,) = pair_lines(found)
    assert (pair["Runs"], pair["EM"][:6]) == ("dutch-mbert − silent", "+20.00")


def test_every_form_says_the_same(reports):
    found = compare({"dutch-mbert": RUN, "dutch-bertje": RUN}, reports, published())
    markdown, page = (render(found, f"comparison.{ending}.jinja") for ending in ("md", "html"))
    for text in (markdown, page):
        for cell in (
            "40.00/61.08",
            "67.38/71.36",
            NOT_MEASURED,
            "64.25/68.45",
            "huggingface.co/henryk",
            "scores 61.49 there",
        ):
            assert cell in text
    assert markdown == render(found, "comparison.md.jinja")
    assert "scores 61.49 there\n- dutch-bertje: " in markdown
    assert msgspec.json.decode(msgspec.json.encode(found))["rows"][0]["run"] == "dutch-mbert"
    assert "params.yaml has no runs" in render(compare({}, reports, {}), "comparison.html.jinja")


def test_markup_in_names_is_escaped(reports):
    page = render(compare({"<b>": RUN}, reports, {}), "comparison.html.jinja")
    assert "<b>" not in page
    assert "&lt;b&gt;" in page


def test_a_name_cannot_break_the_table(reports):
    run = replace(RUN, base=replace(RUN.base, model="a|b\n\nc", scratch=None))
    markdown = render(compare({"x": run}, reports, {}), "comparison.md.jinja")
    assert "| a\\|b\\n\\nc |" in markdown


def test_figures_of_other_settings_are_not_shown(reports):
    changed = replace(RUN, training=replace(RUN.training, seed=1))
    assert compare({"dutch-mbert": changed}, reports, {}).rows[0].figures is None


def test_figures_without_their_details_are_another_copy_s(reports):
    (reports / "silent" / "details.json").unlink()
    assert lines(compare({"silent": RUN}, reports, {}))[0]["EM/F1"] == NOT_MEASURED


def test_a_broken_report_is_told(reports):
    (reports / "silent.json").write_text("{")
    with pytest.raises(InputError, match=r"silent\.json"):
        compare({"silent": RUN}, reports, {})


def test_published_figures_have_their_sources():
    rows = published()
    assert list(rows) == ["dutch-mbert", "dutch-bertje", "dutch-robbert", "tydiqa-distilmbert", "xquad-tydiqa-mbert"]
    assert all(row.source.startswith("https://huggingface.co/") for row in rows.values())
    assert rows["tydiqa-distilmbert"].languages["sw"] == {"exact": 74.51, "f1": 81.15}
    totals = rows["dutch-mbert"].figures
    assert totals["HasAns_total"] + totals["NoAns_total"] == totals["total"]
