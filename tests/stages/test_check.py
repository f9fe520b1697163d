"""Tests of stage check, and of what stage clean makes of its table."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import Result
from spanferry import tables
from spanferry.arrow import from_table, schema_of
from spanferry.records import NameDifference, QualityRow, QuestionNames, Signal, SpanRow, TranslationRow

import stages.check
import stages.clean
import stages.locate
import stages.segment
from tests.support.chain import CLEAN, LOCATE, TRANSLATIONS
from tests.support.small_squad import as_json
from tests.support.tiny_encoder import save_encoder
from tests.support.tokenizers import word_piece

CONTEXT = "The harbour of Oostwerd was dug in 1612. It holds 91 boats. Fishermen built it by hand."
DUTCH = {
    "The harbour of Oostwerd was dug in 1612.": "De haven van Oostwerd werd gegraven in 1612.",
    "It holds 91 boats.": "Er liggen 91 boten.",
    "Fishermen built it by hand.": "Vissers bouwden hem met de hand.",
    "When was the harbour of Oostwerd dug?": "Wanneer werd de haven van Oostwerd gegraven?",
    "How many boats does the harbour hold?": "Hoeveel boten liggen er in de haven?",
    "Who built the harbour of Oostwerd?": "Wie bouwde de haven van Oostwerd?",
    "Who paid for the 91 boats in 1612?": "Wie betaalde de 91 boten in 1612?",
    "1612": "1612",
    "91": "91",
    "Fishermen": "Vissers",
    "Harbour": "Haven",
}
PARAMS = """\
build: {corpora: [small]}
language: {source: en, target: nl}
corpora:
  small: {dev: dev.json, translator: mtranslate}
check: {min_quality: 0}
"""
TRAINING = "{epochs: 1, batch: 1, learning_rate: 1e-4}"
CHECK = (
    *("--corpus", "small", "--layout", "segments/layout.parquet", "--paragraphs", "located/paragraphs.parquet"),
    *("--spans", "located/spans.parquet", "--translations", TRANSLATIONS, "--names", "names.parquet"),
    *("--checkpoints", "checkpoints/check-small", "--out", "quality.parquet", "--report", "quality.json"),
    *("--metrics", "quality.metrics.json"),
)
QUESTIONS = {
    "dug": ("When was the harbour of Oostwerd dug?", "1612"),
    "boats": ("How many boats does the harbour hold?", "91"),
    "built": ("Who built the harbour of Oostwerd?", "Fishermen"),
    "paid": ("Who paid for the 91 boats in 1612?", None),
}


@pytest.fixture
def check(workdir: Path, run: Callable[..., Result]) -> Callable[..., dict[str, dict[str, Any]]]:
    """Return a function that checks the corpus with some translations replaced: question id -> row."""

    def checked(names: tuple[QuestionNames, ...] = (), **faults: str | None) -> dict[str, dict[str, Any]]:
        qas = [
            {
                "id": id_,
                "question": text,
                "is_impossible": answer is None,
                "answers": [] if answer is None else [{"text": answer, "answer_start": CONTEXT.index(answer)}],
            }
            for id_, (text, answer) in QUESTIONS.items()
        ]
        document = {"version": "v2.0", "data": [{"title": "Harbour", "paragraphs": [{"context": CONTEXT, "qas": qas}]}]}
        Path("dev.json").write_bytes(as_json(document))
        Path("params.yaml").write_text(PARAMS, encoding="utf-8")
        assert run(stages.segment.main, "--corpus", "small", "--source", ".", "--out", "segments").exit_code == 0
        rows = [
            {"text": text, "translation": translation, "reason": None if translation else "empty"}
            for text, translation in (DUTCH | faults).items()
        ]
        tables.write(pa.Table.from_pylist(rows, schema=schema_of(TranslationRow)), TRANSLATIONS)
        assert run(stages.locate.main, *LOCATE).exit_code == 0
        tables.write(pa.Table.from_pylist([msgspec_row(row) for row in names], schema=schema_of(QuestionNames)), NAMES)
        result = run(stages.check.main, *CHECK)
        assert result.exit_code == 0, result.output
        return {row["question_id"]: row for row in tables.read(Path("quality.parquet"), QualityRow).to_pylist()}

    return checked


NAMES = Path("names.parquet")


def msgspec_row(row: QuestionNames) -> dict[str, Any]:
    import msgspec

    return msgspec.to_builtins(row)


def test_good_translations_have_the_quality_of_their_spans(check) -> None:
    rows = check()
    assert list(rows) == list(QUESTIONS)
    for row in rows.values():
        assert row["quality"] > 0.85
        assert row["reasons"] == []
        of_models = {Signal.SIMILAR, Signal.SAME_EXTENT, Signal.READER_AGREES}
        assert all(row[signal] is None for signal in of_models)
        assert all(row[signal] in (1.0, None) for signal in set(Signal) - of_models - {Signal.SPAN_SURE})
    assert rows["paid"]["span_sure"] is None
    figures = json.loads(Path("quality.json").read_bytes())
    assert (figures["questions"], figures["judged"], figures["low"]) == (4, 4, 0)
    assert json.loads(Path("quality.metrics.json").read_bytes()) == {"quality": figures["mean"]}
    assert sum(group["questions"] for group in figures["distribution"]) == 4


@pytest.mark.parametrize(
    ("text", "fault", "question", "signal", "reason"),
    [
        (
            "Who paid for the 91 boats in 1612?",
            "Wie betaalde de 91 boten in 1621?",
            "paid",
            "same_numbers",
            "The question lacks 1612 and adds 1621.",
        ),
        (
            "When was the harbour of Oostwerd dug?",
            "Wanneer was the harbour of Oostwerd gegraven?",
            "dug",
            "translated",
            "The question leaves “was, the, harbour …” as in the source.",
        ),
        (
            "Fishermen built it by hand.",
            "Vissers bouwden hem hem hem hem hem hem.",
            "built",
            "intact",
            "The sentence of its answer repeats itself.",
        ),
        (
            "How many boats does the harbour hold?",
            "Hoeveel boten liggen er in de haven van deze stad, en wie heeft ze daar ooit met de hand neergelegd?",
            "boats",
            "usual_length",
            "The question has 2.4 times the usual length.",
        ),
        (
            "Who built the harbour of Oostwerd?",
            "Wanneer werd de haven van Oostwerd gegraven?",
            "built",
            "distinct",
            "Another question of the paragraph became the same and has another answer.",
        ),
        (
            "Who built the harbour of Oostwerd?",
            "De haven van Oostwerd.",
            "built",
            "asks",
            "The question has lost its question mark and its question word.",
        ),
    ],
)
def test_a_fault_lowers_the_quality_of_its_question(
    check, text: str, fault: str, question: str, signal: str, reason: str
) -> None:
    before, rows = check(), check(**{text: fault})
    assert rows[question][signal] < 0.5
    assert reason in rows[question]["reasons"]
    assert rows[question]["quality"] < before[question]["quality"] - 0.05
    others = rows.keys() - {question} - ({"dug"} if signal == "distinct" else set())
    # A fault in a sentence lowers the other questions of its paragraph less.
    assert all(rows[other]["quality"] > rows[question]["quality"] for other in others)


def test_names_that_stayed_different_count_and_repaired_questions_are_read(check) -> None:
    question = QUESTIONS["dug"][0]
    names = (NameDifference("Oostwerd", "Oostwerd", "Oostwaard"),)
    translation = "Wanneer werd de haven van Oostwaard gegraven?"
    row = QuestionNames("dev", "dug", question, translation, names, None, None)
    checked = check((row,), **{question: translation})["dug"]
    assert checked["same_names"] == 0.0
    assert checked["reasons"] in (
        [],
        ["The paragraph renders “Oostwerd” as “Oostwerd”, the question “Oostwaard”."],
    )


def test_what_has_no_translation_is_not_judged(check) -> None:
    rows = check(**{QUESTIONS["dug"][0]: None})
    assert rows["dug"]["quality"] is None
    assert rows["dug"]["reasons"] is None
    assert json.loads(Path("quality.json").read_bytes())["judged"] == 3
    assert all(row["quality"] is None for row in check(**{"It holds 91 boats.": None}).values())


def test_clean_drops_what_is_below_the_lowest_quality(check, run) -> None:
    before = check(**{"Who paid for the 91 boats in 1612?": "Wie betaalde de 19 boten in 1621?"})
    limit = before["paid"]["quality"] + 0.01
    arguments = (*CLEAN, "--quality", "quality.parquet")
    assert run(stages.clean.main, *arguments).stdout == "clean: small: 3 of 3 answers kept\n"
    kept = from_table(tables.read(Path("clean/provenance.parquet"), SpanRow), SpanRow)
    assert [row.quality and round(row.quality.quality, 4) for row in kept] == [
        round(before[row.question_id]["quality"], 4) for row in kept
    ]
    Path("params.yaml").write_text(PARAMS.replace("min_quality: 0", f"min_quality: {limit}"), encoding="utf-8")
    assert run(stages.clean.main, *arguments).exit_code == 0
    cleaned = json.loads(Path("clean/nl_squadv2_dev_clean.json").read_bytes())
    ids = {question["id"] for question in cleaned["data"][0]["paragraphs"][0]["qas"]}
    assert ids == {id_ for id_, row in before.items() if row["quality"] >= limit}
    assert "paid" not in ids


def test_the_quality_of_another_build_is_refused(check, refusal) -> None:
    check()
    table = tables.read(Path("quality.parquet"), QualityRow)
    tables.write(table.slice(1), Path("quality.parquet"))
    message = (
        "clean: layout.parquet and quality.parquet are from different builds; run `dvc repro --force check@small`, then"
    )
    assert refusal(stages.clean.main, *CLEAN, "--quality", "quality.parquet").startswith(message)


def test_any_number_of_workers_gives_the_same_bytes(check, run, monkeypatch: pytest.MonkeyPatch) -> None:
    check()
    before = Path("quality.parquet").read_bytes()
    monkeypatch.setattr("spanferry.quality.tables.BATCH", 1)
    run(stages.check.main, *CHECK)
    assert Path("quality.parquet").read_bytes() == before


def test_an_encoder_and_readers_add_their_signals(check, run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random models know nothing, so only the range of their signals is known."""
    check()
    encoder = save_encoder(Path("encoder"), word_piece(), 512)
    opinions = {("dev", "dug"): 1.0, ("dev", "boats"): 1.0, ("dev", "built"): 0.0, ("dev", "paid"): 0.5}
    monkeypatch.setattr(stages.check, "ask", lambda *_: opinions)
    models = f"encoder: {{model: {encoder}}}, reader: {{base: {{model: x}}, training: {TRAINING}}}"
    Path("params.yaml").write_text(PARAMS.replace("min_quality: 0", models), encoding="utf-8")
    result = run(stages.check.main, *CHECK)
    assert result.exit_code == 0, result.output
    rows = tables.read(Path("quality.parquet"), QualityRow).to_pylist()
    for row in rows:
        assert 0 <= row["similar"] <= 1
        assert row["same_extent"] is None if row["question_id"] == "paid" else 0 <= row["same_extent"] <= 1
    agrees = {row["question_id"]: row["reader_agrees"] for row in rows}
    assert agrees == pytest.approx({"dug": 1.0, "boats": 1.0, "built": 0.0, "paid": 1.0}, abs=0.01)
    (built,) = (row for row in rows if row["question_id"] == "built")
    assert "A reader finds another answer." in built["reasons"]
