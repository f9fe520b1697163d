"""A whole round: build, review by keyboard, export, rebuild. Corrections are in place, and all else is as before."""

import json
import shutil
from pathlib import Path
from typing import Any

from spanferry import tables
from spanferry.cli.review import review
from spanferry.records import SpanRow

import stages.clean
import stages.fetch
from tests.support.browser import NEEDS_CHROMIUM, open_chromium, watch
from tests.support.chain import CLEAN, located
from tests.support.small_squad import FERRY, PARAMS, TOWER, lay_out

OUT = ("--out", "data/small/clean", "--decisions", "data/small/decisions.parquet", "--digests", "digests/small.json")
CORRECTED = ("--corrected", "data/small/corrected.json", "--corrections", "data/small/corrections")
REBUILD = (*CLEAN, *OUT, *CORRECTED)
FETCH = (
    *("--corpus", "small", "--files", "corrections", "--out", "data/small/corrections"),
    *("--links", "links", "--folders", "folders"),
)


def build(run, corrections: str = "") -> str:
    """Build the corpus in the working directory. Returns what stage clean prints."""
    Path("params.yaml").write_text(PARAMS + (f"    corrections: {corrections}\n" if corrections else ""))
    run(stages.fetch.main, *FETCH)
    return run(stages.clean.main, *REBUILD).output


def lay_out_build(run, workdir: Path) -> None:
    """Locate, put the tables where `spanferry review` expects them, and build without corrections."""
    lay_out(workdir)
    located(run)
    for name in ("segments", "located", "translations.parquet"):
        target = Path("data/small") / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(name, target) if Path(name).is_dir() else shutil.copy(name, target)
    build(run)


def questions() -> dict[str, dict[str, Any]]:
    """Return the cleaned questions by id, each with its context."""
    files = [
        json.loads(Path(f"data/small/clean/nl_squadv2_{split}_clean.json").read_bytes()) for split in ("train", "dev")
    ]
    paragraphs = [part for file in files for article in file["data"] for part in article["paragraphs"]]
    return {qa["id"]: {**qa, "context": part["context"]} for part in paragraphs for qa in part["qas"]}


@NEEDS_CHROMIUM
def test_a_review_is_in_place_after_a_rebuild_and_nothing_else_has_changed(workdir: Path, run) -> None:
    lay_out_build(run, workdir)
    before = questions()
    page = run(review, "small", "--order", "random", "--out", "review.html").output
    assert page == "review: small: 5 items to review in review.html\n"
    wrong: list[str] = []
    with open_chromium() as browser:
        shown = browser.new_page()
        watch(shown, wrong)
        shown.goto((workdir / "review.html").as_uri())
        for _ in range(5):
            answer = shown.locator("#target mark").inner_text()
            keys = {
                "12 times a day": ["s", "Shift+ArrowLeft", "Shift+ArrowLeft", "j"],  # too long: "12 times"
                "91 metres": ["1"],
                "91": ["3", "j"],
                "Käthe Müller": ["1"],
                "Nobody": ["q"],
            }[answer]
            for key in keys:
                shown.keyboard.press(key)
            if answer == "Nobody":
                shown.locator("#text").fill("Who was the captain?")
                shown.keyboard.press("Control+Enter")
                shown.keyboard.press("1")
        with shown.expect_download() as started:
            shown.keyboard.press("x")
        started.value.save_as(workdir / "review.json")
    assert wrong == []

    printed = build(run, "review.json")
    assert printed.splitlines()[0] == (
        "clean: small: 5 of 5 reviewed items apply: 1 span replaced, 1 question edited, 1 item dropped as wrong"
    )
    expected = before
    expected["often"]["answers"] = [{"text": "12 times", "answer_start": FERRY.index("12 times")}]
    expected["captain"]["question"] = "Who was the captain?"
    expected["high"]["answers"] = [{"text": "91 metres", "answer_start": TOWER.index("91 metres")}]
    assert questions() == expected
    rows = tables.read(Path("data/small/clean/provenance.parquet"), SpanRow).to_pylist()
    assert {row["question_id"]: (row["method"], row["corrected"]) for row in rows} == {
        "often": ("human", ["span"]),
        "captain": ("exact", ["question"]),
        "high": ("exact", []),
        "builder": ("exact", []),
    }
    record = json.loads(Path("data/small/corrected.json").read_bytes())
    assert [(each["unit"], each["right"], each["extent"], each["wrong"]) for each in record["samples"]] == [
        ("has_answer", 2, 1, 1),
        ("no_answer", 1, 0, 0),
    ]
    files = {path.name: path.read_bytes() for path in Path("data/small/clean").iterdir()}
    build(run, "review.json")
    assert {path.name: path.read_bytes() for path in Path("data/small/clean").iterdir()} == files


def test_a_second_page_shows_the_corrected_build(workdir: Path, run) -> None:
    lay_out_build(run, workdir)
    run(review, "small", "--out", "one.html")
    [item] = [each for each in page_items("one.html") if each["id"] == "often"]
    correction = {"split": "train", "question_id": "often", "seen": item["seen"], "verdict": "extent"}
    correction |= {"context": FERRY.replace("The ferry", "A ferry"), "span": {"start": 26, "text": "12 times"}}
    review_file = {"format": "spanferry-review-1", "corpus": "small", "build": "", "order": "suspicious", "drawn": 5}
    Path("one.json").write_text(json.dumps({**review_file, "items": [correction]}))
    build(run, "one.json")
    run(review, "small", "--out", "two.html")
    [again] = [each for each in page_items("two.html") if each["id"] == "often"]
    assert (again["span"], again["facts"]) == ([26, 34], "human, 100 %")
    second = correction | {"seen": again["seen"], "context": None, "span": {"start": 29, "text": "times"}}
    Path("two.json").write_text(json.dumps({**review_file, "items": [second]}))
    build(run, "[one.json, two.json]")
    assert questions()["often"]["answers"] == [{"text": "times", "answer_start": 29}]
    assert "1 outdated" in build(run, "two.json")
    assert "two.json item 1: outdated: question 'often' has changed since, or is gone" in build(run, "two.json")


def page_items(path: str) -> list[dict[str, Any]]:
    text = Path(path).read_text(encoding="utf-8").partition('id="data">')[2].partition("</script>")[0]
    return json.loads(text)["items"]


def test_a_bad_file_is_refused_where_the_user_has_it(workdir: Path, run, refusal) -> None:
    lay_out_build(run, workdir)
    Path("bad.json").write_text("{")
    before = Path("data/small/decisions.parquet").read_bytes()
    build(run, "bad.json")
    assert refusal(stages.clean.main, *REBUILD).startswith("clean: bad.json: not an export of a review: ")
    assert Path("data/small/decisions.parquet").read_bytes() == before
