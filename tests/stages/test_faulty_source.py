"""A source with faulty questions from fetch to report: each costs itself, and every count adds up."""

import json
from collections import Counter
from pathlib import Path

import pytest
from spanferry import tables
from spanferry.cli.evaluate import evaluate
from spanferry.cli.validate import validate
from spanferry.records import SpanRow

from tests.campaigns.targets import STAGES
from tests.support.small_squad import DEV, FERRY, PARAMS, TOWER, as_json

SAIL = {"text": "12 times a day", "answer_start": 28}
HIGH = {"text": "91 metres", "answer_start": 13}


def question(id_: object, text: object, *answers: object, **fields: object) -> dict[str, object]:
    return {"id": id_, "question": text, "answers": list(answers), **fields}


TRAIN = {
    "version": 2.0,
    "data": [
        {
            "title": "Ferry",
            "paragraphs": [
                {
                    "context": FERRY,
                    "document_id": 7,
                    "qas": [
                        question(1, "How often does it sail?", SAIL),
                        question(2, " ", SAIL),
                        question(1, "How often a day?", SAIL, SAIL),
                        question(3, "Who was its captain?", is_impossible=1),
                        question(4, "Who was its engineer?"),
                        question(5, "When does it sail?", SAIL, is_impossible=True),
                        question(6, "How often, please?", SAIL, {"text": "12", "answer_start": None}),
                        question(7, "How often at all?", {"text": "", "answer_start": 0}, is_impossible=False),
                        None,
                    ],
                },
                {"context": "", "qas": [question(8, "What is this?", SAIL)]},
                {"context": TOWER, "qas": [question(9, "How high is it?", HIGH)]},
            ],
        }
    ],
}
LOST = {
    "malformed": 1,
    "empty_context": 1,
    "empty_question": 1,
    "duplicate_id": 1,
    "answerable_without_answers": 1,
    "impossible_with_answers": 1,
    "empty_answer": 1,
}


@pytest.fixture
def built(workdir: Path, run) -> Path:
    Path("train.json").write_bytes(as_json(TRAIN))
    Path("dev.json").write_bytes(as_json(DEV))
    Path("params.yaml").write_text(PARAMS, encoding="utf-8")
    for command, arguments in STAGES.values():
        result = run(command, *arguments)
        assert result.exit_code == 0, result.output
    return workdir


def test_every_count_adds_up(built: Path) -> None:
    figures = json.loads(Path("reports/small/loss.json").read_bytes())["train"]
    for unit in ("paragraphs", "questions", "has_answer", "no_answer", "answers", "plausible_answers"):
        tally = figures[unit]
        assert tally["visited"] == tally["kept"] + tally["dropped"], unit
        assert tally["dropped"] == sum(tally["reasons"].values()), unit
    assert (figures["questions"]["visited"], figures["questions"]["kept"]) == (11, 4)
    assert {reason: n for reason, n in figures["questions"]["reasons"].items() if n} == LOST
    assert {reason: n for reason, n in figures["paragraphs"]["reasons"].items() if n} == {"empty_context": 1}
    kept = tables.read(Path("clean/provenance.parquet"), SpanRow)
    rejected = [row for row in map(json.loads, Path("clean/rejected.jsonl").read_text().splitlines())]
    assert len(rejected) == figures["answers"]["dropped"]
    assert Counter(row["reason"] for row in rejected) == Counter(
        {reason: n for reason, n in figures["answers"]["reasons"].items() if n}
    )
    assert {row["reason"] for row in rejected} == set(LOST)
    assert kept.num_rows - 3 == figures["answers"]["kept"] == 3  # dev has 3


def test_the_cleaned_file_has_the_whole_questions_only(built: Path, run) -> None:
    path = Path("clean/nl_squadv2_train_clean.json")
    cleaned = json.loads(path.read_bytes())
    questions = [qa for article in cleaned["data"] for paragraph in article["paragraphs"] for qa in paragraph["qas"]]
    assert [(qa["id"], len(qa["answers"])) for qa in questions] == [("1", 1), ("3", 0), ("6", 1), ("9", 1)]
    result = run(validate, path)
    assert (result.exit_code, "note" in result.stdout) == (0, False)


def test_the_page_names_the_reasons(built: Path) -> None:
    page = Path("reports/small/loss.html").read_text(encoding="utf-8")
    assert "question empty in the source" in page


def test_fetch_validate_plan_and_evaluate_say_the_same(built: Path, run) -> None:
    command, arguments = STAGES["fetch"]
    said = [line.removeprefix("fetch: small: train.json: ") for line in run(command, *arguments).stdout.splitlines()]
    told = said[: len(said) - 1]
    assert "7 of 11 questions left out" in told
    assert "10 × id that is a number: read as a text (first: data[0].paragraphs[0].qas[0].id)" in told
    Path("predictions.json").write_text('{"1": "12 times a day"}')
    evaluated = run(evaluate, "--gold", "train.json", "--predictions", "predictions.json")
    lines = [line.removeprefix("evaluate: train.json: ") for line in evaluated.stderr.splitlines()]
    assert lines[: len(told)] == told
    assert json.loads(evaluated.stdout)["total"] == 1
    report = run(validate, "train.json", "--json")
    [validated] = json.loads(report.stdout)["files"]
    assert (report.exit_code, validated["counts"]["questions"], validated["usable"]) == (1, 11, 4)
    assert {f["rule"]: f["count"] for f in validated["findings"] if f["severity"] == "error"} == LOST | {
        "malformed": 2,  # of the sixth question, one of two answers
    }
