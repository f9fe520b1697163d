"""Tests of small files on which Spanferry once went wrong: for each the right value. field/ holds them."""

import json
from pathlib import Path

import pytest
from spanferry.records import Reason, RepairKind
from spanferry.squad import iterate_questions, read_document
from spanferry.translation.memory.tmx import PassedOver, read_tmx, read_units

from tests.support.commands import run

FIELD = Path(__file__).parent / "field"
BUILT = ("a1", "Hans Kolk", 74)
BURNED = ("a2", "1911", 107)
OWNER = ("a3", None, None)

READ = {
    "foreign_forms/articles.jsonl": [BUILT, BURNED, OWNER],
    "foreign_forms/bom.json": [BUILT, BURNED, OWNER],
    "foreign_forms/cdqa_noid.json": [("d18dc164d444e79ec42b7714", "Hans Kolk", 74)],
    "foreign_forms/haystack_notgiven.json": [("262", "Hans Kolk", 74), ("263", None, None)],
    "foreign_forms/hf.parquet": [BUILT, ("a2", None, None)],
    "foreign_forms/hf_flat.jsonl": [BUILT, BURNED, OWNER],
    "foreign_forms/hf_flat_array.json": [BUILT, BURNED, OWNER],
    "foreign_forms/hf_flat_data.json": [BUILT, BURNED, OWNER],
    "foreign_forms/is_impossible_01.json": [BUILT, OWNER],
    "foreign_forms/nan.json": [BUILT, OWNER],
    "foreign_forms/null_fields.json": [BUILT, OWNER],
    "foreign_forms/null_is_impossible.json": [BUILT, OWNER],
    "foreign_forms/offset_str.json": [BUILT],
    "foreign_forms/simpletransformers.json": [("00001", "Berk", 33)],
    "foreign_forms/squad.json.gz": [BUILT, BURNED, OWNER],
    "numeric_ids/haystack_export.json": [("262", "Hans Kolk", 74), ("263", None, None)],
    "numeric_ids/hides_the_rest.json": [("262", "1742", 55)],
    "shifted_offsets/byte_offsets.json": [("a1", "Jürgen Kölk", 69)],
    "shifted_offsets/crlf.json": [("a1", "Hans Kolk", 75), ("a2", "1911", 105)],
    "two_opinions/version_float.json": [BUILT, BURNED, OWNER],
}
"""The questions of each file: id, text and offset of the answer."""


def test_every_file_of_questions_is_here() -> None:
    folders = ("foreign_forms", "numeric_ids", "shifted_offsets", "two_opinions")
    assert set(READ) == {str(path.relative_to(FIELD)) for folder in folders for path in (FIELD / folder).iterdir()}


@pytest.mark.parametrize("name", READ)
def test_a_file_of_questions_has_its_right_value(name: str) -> None:
    document = read_document(FIELD / name).repaired_document
    read: list[tuple[str, str | None, int | None]] = []
    for _, _, paragraph, question in iterate_questions(document):
        assert question.impossible == (not question.answers)
        for answer in question.answers:
            assert paragraph.context[answer.answer_start : answer.end] == answer.text
        [(text, start)] = [(one.text, one.answer_start) for one in question.answers] or [(None, None)]
        read.append((question.id, text, start))
    assert read == READ[name]


@pytest.mark.parametrize("name", READ)
def test_validate_agrees(name: str) -> None:
    done = run("validate", "--json", FIELD / name)
    [report] = json.loads(done.stdout)["files"]
    assert report["usable"] == len(READ[name])
    assert done.exit_code == (1 if name == "numeric_ids/hides_the_rest.json" else 0)


def test_faults_do_not_hide_each_other() -> None:
    reading = read_document(FIELD / "numeric_ids/hides_the_rest.json")
    assert [fault.reason for fault in reading.faults] == [
        Reason.EMPTY_QUESTION,
        Reason.IMPOSSIBLE_WITH_ANSWERS,
        Reason.DUPLICATE_ID,
    ]
    [report] = json.loads(run("validate", "--json", FIELD / "numeric_ids/hides_the_rest.json").stdout)["files"]
    assert [finding["rule"] for finding in report["findings"]] == [
        "empty_question",
        "duplicate_id",
        "impossible_with_answers",
        "answer_not_in_context",
        "repaired_offset",
    ]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [("byte_offsets.json", {RepairKind.ONCE}), ("crlf.json", {RepairKind.LINE_ENDS})],
)
def test_what_was_wrong_with_offsets_is_known(name: str, kinds: set[RepairKind]) -> None:
    repaired = read_document(FIELD / "shifted_offsets" / name).repaired
    assert {repair.repair for repair in repaired.repairs.values()} == kinds


def test_indented_translations_are_those_of_the_flat_file() -> None:
    flat, indented = (
        list(read_tmx(FIELD / "tmx_indent" / name, "en", "nl")) for name in ("mill_flat.tmx", "mill_indent.tmx")
    )
    assert flat == indented
    texts = {text for text, _ in indented}
    for _, _, paragraph, question in iterate_questions(read_document(FIELD / "tmx_indent/mill.json").document):
        assert {paragraph.context, question.question, question.answers[0].text} <= texts


def test_what_an_import_passes_over_is_known() -> None:
    passed_over = PassedOver()
    assert list(read_units(FIELD / "tmx_nothing_imported/otherpair.tmx", "en", "nl", passed_over)) == []
    assert passed_over.other_languages == {("en-US", "de-DE"): 3}
    assert list(read_units(FIELD / "tmx_nothing_imported/empty.tmx", "en", "nl", passed_over)) == []
    assert passed_over.total == 3


@pytest.mark.parametrize(
    ("predictions", "message"),
    [
        ("int_pred.json", "question 'd2' needs a text as its answer, not the number 1742"),
        ("null_pred.json", "question 'd1' needs a text as its answer, not null (for no answer, write \"\")"),
    ],
)
def test_evaluate_names_the_question(predictions: str, message: str) -> None:
    folder = FIELD / "evaluate_messages"
    done = run("evaluate", "--gold", folder / "nl_gold.json", "--predictions", folder / predictions)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr


def test_evaluate_names_the_question_of_wrong_odds() -> None:
    folder = FIELD / "evaluate_messages"
    files = ("--gold", folder / "nl_gold.json", "--predictions", folder / "nl_pred.json")
    done = run("evaluate", *files, "--null-odds", folder / "nan_odds.json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "question 'd1' needs a finite number as its null odds" in done.stderr
    assert json.loads(run("evaluate", *files).stdout)["exact"] == pytest.approx(200 / 3)
