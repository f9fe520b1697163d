"""Tests of the validation of whole files: reports, and that no other error than InputError is raised."""

import json
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spanferry.errors import InputError
from spanferry.squad import Answer, NotSquad, Question, read_document
from spanferry.squad.forms import QUESTIONS
from spanferry.squad.table import BATCH_ROWS
from spanferry.squad.validation import ValidationReport, validate, validate_file, validate_reading
from spanferry.squad.validation.quick_check import is_sound
from spanferry.squad.validation.registry import Level
from spanferry.squad.validation.rules import checks_at


def written(folder: Path, value, name: str = "file.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def article(*questions, context="De haven is van 1612."):
    return {"title": "Haven", "paragraphs": [{"context": context, "qas": list(questions)}]}


def question(id_, *answers, **fields):
    answer_values = [{"text": text, "answer_start": start} for text, start in answers]
    return {"id": id_, "question": f"Vraag {id_}?", "answers": answer_values, **fields}


def plain(report: ValidationReport) -> dict:
    return msgspec.json.decode(msgspec.json.encode(report))


def test_a_whole_report(tmp_path):
    document = {
        "data": [
            article(question("a", ("1612", 16)), question("b", ("1612", 15), ("612", 17))),
            article(question("c", is_impossible=True, plausible_answers=[{"text": "1612", "answer_start": 16}])),
        ]
    }
    assert plain(validate_file(written(tmp_path, document), repair=False)) == {
        "file": str(tmp_path / "file.json"),
        "form": "SQuAD 2.0 json",
        "counts": {
            "articles": 2,
            "paragraphs": 2,
            "questions": 3,
            "no_answer": 1,
            "answers": 3,
            "plausible_answers": 1,
        },
        "findings": [
            {
                "rule": "offset_mismatch",
                "severity": "error",
                "count": 1,
                "examples": [
                    {"path": "data[0].paragraphs[0].qas[1].answers[0]", "told": "'1612' is not at 15 but at 16"}
                ],
            },
            {
                "rule": "cut_in_word",
                "severity": "warning",
                "count": 1,
                "examples": [{"path": "data[0].paragraphs[0].qas[1].answers[1]", "told": "…n is van 1|612|."}],
            },
        ],
        "usable": 3,
        "offsets": "1 answer not at its offset; 1 explained: offsets are wrong, but the text stands only once in the "
        "context (1)",
        "notes": [],
    }


def test_a_document_that_was_read_gives_the_same_report(tmp_path):
    path = written(tmp_path, {"data": [article(question("a", ("1612", 16)), question("b", ("612", 17)))]})
    report = validate_file(path)
    assert [finding.rule for finding in report.findings] == ["cut_in_word"]
    assert validate_reading(read_document(path), path) == report


def test_offsets_that_all_commands_repair_are_no_error_unless_repair_is_off(tmp_path):
    wrong = question("a", ("1612", 15), ("nergens", 3))
    path = written(tmp_path, {"data": [article(wrong, question("b", ("1612", 20)))]})
    report = validate_file(path)
    assert [(finding.rule, finding.severity, finding.count) for finding in report.findings] == [
        ("answer_not_in_context", "error", 1),
        ("repaired_offset", "note", 2),
    ]
    assert [(one.path[-17:], one.message) for one in report.findings[1].examples] == [
        ("qas[0].answers[0]", "'1612' is not at 15 but at 16"),
        ("qas[1].answers[0]", "'1612' is not at 20 but at 16"),
    ]
    assert report.offsets == (
        "3 answers not at their offsets; 2 repaired: offsets are wrong, but the text stands only once in the context "
        "(2); 1 not repaired"
    )
    strict = validate_file(path, repair=False)
    assert [(finding.rule, finding.count) for finding in strict.findings] == [
        ("offset_mismatch", 2),
        ("answer_not_in_context", 1),
    ]
    assert "2 explained" in strict.offsets


def test_all_findings_are_listed(tmp_path):
    report = validate_file(written(tmp_path, {"data": [article(*(question(f"{n}", ("x", 0)) for n in range(40)))]}))
    assert [(finding.rule, finding.count, len(finding.examples)) for finding in report.findings] == [
        ("answer_not_in_context", 40, 40)
    ]
    assert report.errors == 40


def test_malformed_parts_are_reported_and_the_rest_is_checked(tmp_path):
    document = {
        "data": [
            "no article",
            {"title": 7, "paragraphs": [{"context": 1, "qas": []}, {"context": "x"}, "no paragraph"]},
            article({"id": "a"}, {"id": 3}, question("b", ("nergens", 0)), question("c", ("1612", [16]))),
        ]
    }
    report = validate_file(written(tmp_path, document))
    assert [(finding.rule, finding.count) for finding in report.findings] == [
        ("malformed", 7),
        ("answerable_without_answers", 2),
        ("answer_not_in_context", 1),
    ]
    assert [example.path for example in report.findings[0].examples] == [
        "data[0]",
        "data[1].paragraphs[0].context",
        "data[1].paragraphs[1].qas",
        "data[1].paragraphs[2]",
        "data[2].paragraphs[0].qas[0].question",
        "data[2].paragraphs[0].qas[1].question",
        "data[2].paragraphs[0].qas[3].answers[0].answer_start",
    ]
    assert report.findings[2].examples[0].path == "data[2].paragraphs[0].qas[2].answers[0]"


def test_faults_do_not_hide_each_other(tmp_path):
    first = {"id": 262, "question": "Wanneer?", "answers": [{"text": "1612", "answer_start": 3}]}
    second = {"id": 262, "question": " ", "is_impossible": True, "answers": [{"text": "nergens", "answer_start": 0}]}
    report = validate_file(written(tmp_path, {"data": [article(first, second)]}), repair=False)
    assert [(finding.rule, finding.count) for finding in report.findings] == [
        ("empty_question", 1),
        ("duplicate_id", 1),
        ("impossible_with_answers", 1),
        ("offset_mismatch", 1),
        ("answer_not_in_context", 1),
    ]
    assert (report.errors, report.usable, [note.count for note in report.notes]) == (5, 1, [2])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"data": [{"title": "\xff"}]}',
        b'{"data": [{"a": \x01}]}',
        b"nan",
    ],
)
def test_a_file_that_is_not_json_is_refused(content, tmp_path):
    path = tmp_path / "file.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as raised:
        validate_file(path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("content", ["3", '{"a": 1}', '{"rows": []}'])
def test_other_json_is_not_a_squad_file(content, tmp_path):
    path = tmp_path / "file.json"
    path.write_text(content)
    with pytest.raises(NotSquad):
        validate_file(path)


KEYS = ["data", "title", "paragraphs", "context", "qas", "id", "question", "answers", "text"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=12,
)


@settings(deadline=None)
@given(JSON, st.sampled_from(range(4)))
def test_any_json_is_checked_or_refused(tmp_path_factory, value, depth):
    if depth > 2:
        value = [{"context": "x", "qas": [value]}]
    if depth > 1:
        value = [{"paragraphs": value}]
    if depth > 0:
        value = {"data": value}
    path = written(tmp_path_factory.getbasetemp(), value, "any.json")
    with suppress(InputError):
        validate_file(path)


TEXT = st.text(st.sampled_from("ab19.,'’ -(%$é\u0301東서\n"), max_size=12)
SPANS = st.lists(st.tuples(st.integers(-2, 13), st.integers(0, 5)), max_size=3)


@given(TEXT, SPANS, SPANS, st.sampled_from([True, False, msgspec.UNSET]), st.sampled_from(["", "q"]), TEXT)
@example("in 1,2", [(3, 1)], [], False, "q", "q")
def test_valid_questions_break_no_rule(context, spans, plausible, impossible, id_, text):
    def answers(spans):
        return tuple(Answer(text=context[max(start, 0) :][:size], answer_start=start) for start, size in spans)

    generated = Question(
        id=id_, question=text, answers=answers(spans), is_impossible=impossible, plausible_answers=answers(plausible)
    )
    if is_sound(context, generated):
        for answer in (*generated.answers, *generated.plausible):
            assert [name for name, check in checks_at(Level.ANSWER) if check(context, answer) is not None] == []


PARTS = [
    "[",
    "[[",
    "1]",
    "&",
    "amp;",
    "<",
    "b>",
    "\u200b",
    "\u200e",
    "ש",
    "é",
    "e\u0301",
    "\u0301",
    "Ã",
    "©",
    " ",
    "x",
]
TEXTS = st.lists(st.lists(st.sampled_from(PARTS), max_size=6).map("".join), min_size=1, max_size=4)


@settings(deadline=None)
@given(TEXTS)
def test_checking_an_article_at_once_equals_checking_each_text(tmp_path_factory, questions):
    qas = [question(f"{n}", is_impossible=True) | {"question": text} for n, text in enumerate(questions)]
    path = written(tmp_path_factory.getbasetemp(), {"data": [article(*qas, context="één")]}, "texts.json")
    rules = (*checks_at(Level.TEXT), *checks_at(Level.CHARACTERS))
    texts = {f"data[0].paragraphs[0].qas[{n}].question": text for n, text in enumerate(questions)}
    expected = {(name, place) for place, text in texts.items() for name, check in rules if check(text) is not None}
    reported = {
        (finding.rule, example.path) for finding in validate_file(path).findings for example in finding.examples
    }
    assert {(rule, place) for rule, place in reported if rule in dict(rules)} == expected


def parquet(folder: Path, rows: list[dict], schema: pa.Schema = QUESTIONS) -> Path:
    path = folder / "file.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return path


def row(id_, texts=(), starts=(), context="De haven is van 1612."):
    answers = {"text": list(texts), "answer_start": list(starts)}
    return {"id": id_, "title": "Haven", "context": context, "question": f"Vraag {id_}?", "answers": answers}


def test_findings_in_parquet_name_their_row(tmp_path):
    rows = [
        row("a", ["1612"], [16]),
        row("b"),
        row("a", ["1612"], [16]),
        row("d", ["x", "y"], [0], context="xy"),
        row("e", ["y"], [0], context="xy"),
        row(None),
    ]
    report = validate_file(parquet(tmp_path, rows))
    assert (report.form, report.counts.questions, report.counts.no_answer) == ("SQuAD 2.0 parquet", 6, 2)
    assert [(finding.rule, [example.path for example in finding.examples]) for finding in report.findings] == [
        ("malformed", ["row 3.answers"]),
        ("duplicate_id", ["row 2"]),
        ("offset_mismatch", ["row 4.answers[0]"]),
        ("duplicate_question", ["row 2"]),
    ]
    assert [(note.count, note.first) for note in report.notes] == [(1, "row 5")]


def test_a_paragraph_may_be_split_between_batches(tmp_path):
    """Rows are read BATCH_ROWS at a time. A paragraph and an article may continue in the next batch."""
    longest = [row(f"{n}", context="De haven.") for n in range(BATCH_ROWS + 2)]
    report = validate_file(parquet(tmp_path, [*longest, row("last"), row("untitled") | {"title": None}]))
    assert plain(report)["counts"] == {
        "articles": 2,
        "paragraphs": 3,
        "questions": BATCH_ROWS + 4,
        "no_answer": BATCH_ROWS + 4,
        "answers": 0,
        "plausible_answers": 0,
    }


def test_parquet_written_by_datasets_is_read(tmp_path):
    answers = pa.list_(pa.struct([("text", pa.string()), ("answer_start", pa.int64())]))
    names = [("id", pa.string()), ("context", pa.string()), ("question", pa.string()), ("answers", answers)]
    listed = {"id": "a", "context": "x y", "question": "?", "answers": [{"text": "y", "answer_start": 2}]}
    report = validate_file(parquet(tmp_path, [listed], pa.schema(names)))
    assert (report.counts.answers, report.findings) == (1, ())


def test_other_parquet_and_other_bytes_are_refused(tmp_path):
    with pytest.raises(NotSquad, match="without the columns context, question, answers; it has a"):
        validate_file(parquet(tmp_path, [{"a": 1}], pa.schema([("a", pa.int8())])))
    path = tmp_path / "file.parquet"
    path.write_bytes(b"PAR1 and nothing more")
    with pytest.raises(InputError, match="not a readable parquet file"):
        validate_file(path)


def test_all_files_and_checksums_of_a_folder_are_checked(tmp_path):
    good = written(tmp_path, {"data": [article(question("a", ("1612", 16)))]}, "good.json")
    written(tmp_path, {"rows": []}, "other.json")
    (tmp_path / ".hidden").mkdir()
    written(tmp_path / ".hidden", {"data": []})
    digest = sha256(good.read_bytes()).hexdigest()
    (tmp_path / "SHA256SUMS").write_text(f"{digest}  good.json\n{digest}  other.json\n{digest}  ../gone.json\n")
    reports, others = validate(tmp_path)
    assert others == (str(tmp_path / "other.json"),)
    assert [(Path(report.file).name, report.errors) for report in reports] == [("good.json", 0), ("SHA256SUMS", 2)]
    assert [example.path for example in reports[1].findings[0].examples] == ["other.json", "../gone.json"]


def test_a_folder_without_squad_files_cannot_be_checked(tmp_path):
    with pytest.raises(InputError, match="no SQuAD file in it"):
        validate(tmp_path)


def test_missing_paths_and_paths_that_are_not_files_are_refused(tmp_path):
    for place in (tmp_path / "gone.json", Path("/dev/null")):
        with pytest.raises(InputError):
            validate(place)
