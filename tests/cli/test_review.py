"""Tests of `spanferry review`."""

import json
import shutil
from pathlib import Path

import pytest
from spanferry import tables
from spanferry.arrow import to_table
from spanferry.cli.review import review
from spanferry.records import Quality, QualityRow

from tests.support import tiny_clean
from tests.support.tiny_project import invoke, lay_out_project


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lay_out_project(tmp_path)
    tiny_clean.write(tmp_path / "data" / "tiny")
    return tmp_path


def shown(path: str) -> list[str]:
    """Return the question ids of a page, in order."""
    data = Path(path).read_text(encoding="utf-8").partition('id="data">')[2].partition("</script>")[0]
    return [item["id"] for item in json.loads(data)["items"]]


def test_the_order_is_that_of_the_spans_probability_without_a_check(project):
    assert invoke(review, "tiny").output == "review: tiny: 6 items to review in reports/tiny/review-suspicious.html\n"
    assert shown("reports/tiny/review-suspicious.html") == ["lock", "boats", "dug", "lock", "mayor", "sign"]


def test_the_order_is_that_of_the_quality_with_a_check(project):
    signals = dict.fromkeys(name for name in Quality.__struct_fields__ if name not in ("quality", "reasons"))
    rows = [
        QualityRow("dev", "sign", Quality(quality=0.25, reasons=("Its sign is odd.",), **signals)),
        QualityRow("train", "dug", Quality(quality=0.5, reasons=(), **signals)),
        QualityRow("train", "mill", None),
    ]
    tables.write(to_table(rows, QualityRow), project / "data/tiny/quality.parquet")
    invoke(review, "tiny")
    assert shown("reports/tiny/review-suspicious.html")[:2] == ["sign", "dug"]
    assert "Its sign is odd." in Path("reports/tiny/review-suspicious.html").read_text(encoding="utf-8")


def test_a_random_sample_depends_on_its_seed_alone(project):
    for seed, path in [(1, "a.html"), (1, "b.html"), (2, "c.html")]:
        invoke(review, "tiny", "-n", "4", "--order", "random", "--seed", str(seed), "--out", path)
    assert Path("a.html").read_bytes() == Path("b.html").read_bytes()
    assert shown("a.html") != shown("c.html")
    assert len(shown("a.html")) == 4


def test_a_corpus_that_was_not_built_is_refused(project):
    shutil.rmtree(project / "data/tiny/clean")
    result = invoke(review, "tiny")
    assert (result.exit_code, result.stderr) == (
        2, "review: data/tiny/clean: does not exist; build it with `dvc repro clean@tiny`\n",
    )  # fmt: skip
    assert "there is no such corpus" in invoke(review, "other").stderr


def test_tasks_for_label_studio_have_their_spans_marked(project):
    output = invoke(review, "tiny", "--format", "label-studio").output
    assert output == "review: tiny: 6 items to review in reports/tiny/review-suspicious.json\n"
    tasks = json.loads(Path("reports/tiny/review-suspicious.json").read_bytes())
    assert [task["data"]["question_id"] for task in tasks] == ["lock", "boats", "dug", "lock", "mayor", "sign"]
    for task in tasks:
        for result in task["predictions"][0]["result"]:
            if result["type"] == "labels":
                value = result["value"]
                assert task["data"]["target"][value["start"] : value["end"]] == value["text"]
    assert Path("reports/tiny/review-suspicious.xml").read_text(encoding="utf-8").startswith("<View>")
