"""Tests of the reader: every form in which people have files, what costs a question, and what is refused."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.errors import InputError
from spanferry.records import Field, Reason
from spanferry.squad import (
    UNSET,
    Answer,
    NotSquad,
    Position,
    Question,
    Reading,
    assembly,
    clean,
    iterate_questions,
    read_document,
    read_rows,
    read_squad,
    reader,
    scan_bytes,
)
from spanferry.squad.notes import NoteKind

from tests.support import forms
from tests.support.forms import (
    ANSWER,
    CONTEXT,
    FAULTS,
    FOREIGN,
    FORMS,
    LEFT_OUT,
    OPENED,
    OWNER,
    ROWS,
    Form,
    as_json,
    as_lines,
    mrqa,
    opened,
    paragraph,
    row,
    squad,
)
from tests.support.small_squad import DEV, TRAIN

AT = "data[0].paragraphs[0].qas[0]"


def read_one(raw: bytes) -> Question:
    """Return the first usable question."""
    return next(question for _, _, _, question in iterate_questions(scan_bytes(raw, "FILE").document))


def questions(reading: Reading) -> list[Question]:
    """Return the usable questions."""
    return [question for _, _, _, question in iterate_questions(reading.document)]


def faults(raw: bytes) -> list[tuple[Reason, str, str]]:
    return [(fault.reason, fault.path, fault.message) for fault in scan_bytes(raw, "FILE").faults]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_every_form_is_read_as_the_same_questions(form: Form) -> None:
    reading = scan_bytes(form.raw(), "FILE")
    usable = questions(reading)
    assert tuple(question.id for question in usable) == form.kept
    assert {(question.question, question.impossible) for question in usable} <= {
        ("When?", False),
        ("Whose is it?", True),
    }
    for question in usable:
        assert {(answer.text, answer.answer_start) for answer in question.answers} == (
            set() if question.impossible else {("1612", 19)}
        )
    assert (reading.faults, reading.usable, reading.questions) == ((), len(form.kept), len(form.kept))
    assert {one.context for article in reading.document.data for one in article.paragraphs} == {CONTEXT}


@pytest.mark.parametrize("form", FAULTS, ids=lambda form: form.name)
def test_a_fault_costs_its_question_or_answer_and_no_other(form: Form) -> None:
    reading = scan_bytes(form.raw(), "FILE")
    assert tuple(question.id for _, _, _, question in iterate_questions(reading.document)) == form.kept
    assert len(reading.faults) == 1
    assert reading.check_usable() is reading


@pytest.mark.parametrize("form", FOREIGN, ids=lambda form: form.name)
def test_what_is_refused_is_named_in_one_line_with_an_example(form: Form) -> None:
    with pytest.raises(InputError) as caught:
        scan_bytes(form.raw(), "FILE")
    assert str(caught.value).startswith("FILE: ")
    assert "\n" not in str(caught.value)
    if form.name != "JSON that is cut off":
        assert isinstance(caught.value, NotSquad)
        assert '"answer_start"' in str(caught.value)


def test_the_tables_of_the_documentation_are_these() -> None:
    written = Path("docs/formats.md").read_text(encoding="utf-8")
    for group in (FORMS, FAULTS, FOREIGN):
        assert forms.table(group) in written


# Values


@pytest.mark.parametrize(
    ("value", "id_"),
    [(262, "262"), (262.0, "262"), (2.5, "2.5"), (0, "0"), (-1, "-1"), (10**30, str(10**30)), ("a", "a"), (" ", " ")],
)
def test_ids_are_read_as_text(value: object, id_: str) -> None:
    assert read_one(as_json(opened(id=value))).id == id_


def test_an_id_is_made_from_context_and_question_and_is_the_same_in_every_form() -> None:
    ids = {
        read_one(raw).id
        for raw in (
            as_json(opened(id=LEFT_OUT)),
            as_json(opened(id=None)),
            as_json(opened(id="")),
            as_lines([row(id=None)]),
            as_json(squad(OWNER, OPENED | {"id": None})).replace(b'"q2"', b'"zz"'),
        )
    } - {"zz"}
    assert ids == {"2939f1c3820aff2ba7c3a341"}
    twice = scan_bytes(as_json(squad(*[OPENED | {"id": None}] * 3)), "FILE").document
    made = [question.id for _, _, _, question in iterate_questions(twice)]
    assert made == ["2939f1c3820aff2ba7c3a341", "2939f1c3820aff2ba7c3a341#2", "2939f1c3820aff2ba7c3a341#3"]


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        *((value, False) for value in (False, 0, 0.0, "false", "False", "0", "no")),
        (None, UNSET),
    ],
)
def test_is_impossible_is_read_in_every_way_it_is_written(value: object, flag: object) -> None:
    assert read_one(as_json(opened(is_impossible=value))).is_impossible is flag


@pytest.mark.parametrize("value", [True, 1, 1.0, "true", "TRUE", "1", "yes"])
def test_a_question_is_unanswerable_in_every_way_it_is_written(value: object) -> None:
    raw = as_json(squad({"id": "q", "question": "Who?", "is_impossible": value}))
    assert read_one(raw) == Question("q", "Who?", (), True)


@pytest.mark.parametrize("value", [19, "19", " 19 ", "+19", 19.0, "19.0", "19."])
def test_offsets_are_read_in_every_way_they_are_written(value: object) -> None:
    assert read_one(as_json(opened(answers=[ANSWER | {"answer_start": value}]))).answers == (Answer("1612", 19),)


def test_keys_may_be_written_with_capital_letters() -> None:
    question = {"Id": "q", "QUESTION": "When?", "Answers": [{"Text": "1612", "Answer_Start": 19}]}
    article = {"Title": "Lock", "Paragraphs": [{"Context": CONTEXT, "QAs": [question | {"Is_Impossible": "False"}]}]}
    [(_, article, paragraph, read)] = iterate_questions(scan_bytes(as_json({"Data": [article]}), "FILE").document)
    assert (article.title, paragraph.context) == ("Lock", CONTEXT)
    assert read == Question("q", "When?", (Answer("1612", 19),), False)


@pytest.mark.parametrize("start", [3, -1, 999, -(2**31), 2**31 - 1])
def test_a_wrong_offset_is_no_fault_of_the_form(start: int) -> None:
    assert read_one(as_json(opened(answers=[ANSWER | {"answer_start": start}]))).answers == (Answer("1612", start),)


@pytest.mark.parametrize(
    ("answer", "place", "message"),
    [
        (ANSWER | {"answer_start": 3.5}, ".answer_start", "is the number 3.5, not a whole number"),
        (ANSWER | {"answer_start": True}, ".answer_start", "is true, not a whole number"),
        (ANSWER | {"answer_start": "3x"}, ".answer_start", "is the text '3x', not a whole number"),
        (ANSWER | {"answer_start": "1_9"}, ".answer_start", "is the text '1_9', not a whole number"),
        (ANSWER | {"answer_start": 2**31}, ".answer_start", "is the number 2147483648, outside every text"),
        (ANSWER | {"answer_start": 10**500}, ".answer_start", "is the number inf, not a whole number"),
        (ANSWER | {"answer_start": float("nan")}, ".answer_start", "is the number nan, not a whole number"),
        ({"text": "1742"}, ".answer_start", "is missing, and the text is not in the context"),
        ({"text": "1742", "answer_start": None}, ".answer_start", "is null, and the text is not in the context"),
        ({"text": "e"}, ".answer_start", "is missing, and the text stands 3 times in the context"),
        ({"text": "pened"}, ".answer_start", "is missing, and the text stands only within a word of the context"),
        ("1742", ".answer_start", "is missing, and the text is not in the context"),
        ({"answer_start": 3}, ".text", "is missing"),
        (ANSWER | {"text": ["1612"]}, ".text", "is a list, not a text"),
        (ANSWER | {"text": "\ud800"}, ".text", "has a lone surrogate, which is no character"),
        (1612, "", "is the number 1612, not an object"),
        (None, "", "is null, not an object"),
    ],
)
def test_a_wrong_answer_is_left_out_and_named(answer: object, place: str, message: str) -> None:
    raw = json.dumps(squad(OPENED | {"answers": [ANSWER, answer]}, OWNER)).encode()
    reading = scan_bytes(raw, "FILE")
    assert [(one.reason, one.path, one.message) for one in reading.faults] == [
        (Reason.MALFORMED, f"{AT}.answers[1]{place}", message)
    ]
    assert reading.reasons == {Position(0, 0, 0, Field.ANSWERS, 1): Reason.MALFORMED}
    assert [question.answers for _, _, _, question in iterate_questions(reading.document)] == [
        (Answer("1612", 19),),
        (),
    ]
    alone = scan_bytes(json.dumps(squad(OPENED | {"answers": [answer]}, OWNER)).encode(), "FILE")
    assert [question.id for _, _, _, question in iterate_questions(alone.document)] == ["q2"]


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        ({"question": LEFT_OUT}, ".question", "is missing"),
        ({"question": None}, ".question", "is null, not a text"),
        ({"question": "\udfff"}, ".question", "has a lone surrogate, which is no character"),
        ({"id": [1]}, ".id", "is a list, not a text"),
        ({"id": True}, ".id", "is true, not a text"),
        ({"is_impossible": "maybe"}, ".is_impossible", "is the text 'maybe', not true or false"),
        ({"is_impossible": 2}, ".is_impossible", "is the number 2, not true or false"),
        ({"answers": 1612}, ".answers", "is the number 1612, not a list of answers"),
        ({"answers": {"text": ["1612"], "answer_start": []}}, ".answers", "has 1 texts, but 0 of answer_start"),
    ],
)
def test_a_question_with_a_wrong_value_is_left_out_and_named(changes: Any, place: str, message: str) -> None:
    raw = json.dumps(opened(**changes)).encode()
    assert faults(raw) == [(Reason.MALFORMED, f"{AT}{place}", message)]
    assert [question.id for _, _, _, question in iterate_questions(scan_bytes(raw, "FILE").document)] == ["q2"]


def test_every_fault_of_a_question_is_listed_and_the_first_reason_counts() -> None:
    wrong = {"id": "q2", "question": " ", "answers": [ANSWER, {"text": "x"}], "is_impossible": True}
    reading = scan_bytes(as_json(squad(OPENED, OWNER, wrong)), "FILE")
    assert [fault.reason for fault in reading.faults] == [
        Reason.EMPTY_QUESTION,
        Reason.IMPOSSIBLE_WITH_ANSWERS,
        Reason.MALFORMED,
        Reason.DUPLICATE_ID,
    ]
    assert reading.reasons[Position(0, 0, 2)] is Reason.EMPTY_QUESTION
    assert [question.id for _, _, _, question in iterate_questions(reading.source)] == ["q1", "q2", "q2#2"]


EMPTY = ({"text": "", "answer_start": -1}, {"text": " ", "answer_start": 3}, {"text": None, "answer_start": None})


@pytest.mark.parametrize("empty", EMPTY, ids=str)
def test_answers_without_text_are_left_out_where_nothing_says_that_there_is_no_answer(empty: dict[str, object]) -> None:
    assert read_one(as_json(opened(answers=[empty], is_impossible=True))) == Question("q1", "When?", (), True)
    for flag in (LEFT_OUT, None, False):
        reading = scan_bytes(as_json(opened(answers=[empty], is_impossible=flag)), "FILE")
        assert [(fault.reason, fault.path) for fault in reading.faults] == [(Reason.EMPTY_ANSWER, f"{AT}.answers[0]")]
        assert [question.id for question in questions(reading)] == ["q2"]
    of_row = {key: [value] for key, value in empty.items()}
    assert faults(as_lines([row(answers=of_row), *ROWS[1:]])) == [(Reason.EMPTY_ANSWER, "line 1.answers[0]", "")]


def test_answers_marked_as_not_given_make_a_question_unanswerable() -> None:
    not_given = {"text": None, "answer_start": None, "answer_category": "NOT_GIVEN"}
    assert read_one(as_json(opened(answers=[not_given]))).impossible


def test_plausible_answers_belong_to_unanswerable_questions() -> None:
    plausible = [ANSWER, {"text": "x"}]
    both = squad(OPENED | {"plausible_answers": [ANSWER]}, OWNER | {"plausible_answers": plausible})
    reading = scan_bytes(as_json(both), "FILE")
    assert [(note.kind, note.count) for note in reading.notes] == [(NoteKind.PLAUSIBLE, 1)]
    assert reading.reasons == {Position(0, 0, 1, Field.PLAUSIBLE, 1): Reason.MALFORMED}
    assert [one.plausible for one in questions(reading)] == [(), (Answer("1612", 19),)]


# Doubled keys


def test_a_key_with_the_same_value_twice_is_read_once() -> None:
    raw = as_json(squad(OPENED, OWNER)).replace(b'"id": "q1"', b'"id": "q1", "id": "q1"')
    reading = scan_bytes(raw, "FILE")
    assert (reading.usable, [note.kind for note in reading.notes]) == (2, [NoteKind.SAME_TWICE])


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        ('"id": "q1"', '"id": "q3", "id": "q1"', ["q1"]),
        ('"question": "When?"', '"question": "Who?", "question": "When?"', ["q1"]),
        ('"answer_start": 19', '"answer_start": 3, "answer_start": 19', ["q1"]),
        ('"text": "1612"', '"te\\u0078t": "x", "text" : "1612"', ["q1"]),
        ('"context":', '"context": "other", "context":', ["q1", "q2"]),
        ('"qas":', '"qas": [], "qas":', ["q1", "q2"]),
        ('"paragraphs":', '"paragraphs" : [], "paragraphs":', ["q1", "q2"]),
    ],
)
def test_a_key_with_two_values_costs_what_it_is_about(old: str, new: str, lost: list[str]) -> None:
    other = {"title": "Other", "paragraphs": [paragraph(OPENED | {"id": "other"})]}
    document = squad(OPENED, OWNER)
    raw = as_json(document | {"data": [*document["data"], other]}).decode().replace(old, new, 1).encode()
    reading = scan_bytes(raw, "FILE")
    assert [one.id for one in questions(reading)] == [id_ for id_ in ("q1", "q2", "other") if id_ not in lost]
    assert {fault.reason for fault in reading.faults} == {Reason.MALFORMED}


DOUBLED_ROWS = (
    ('"qid": "q1"', '"qid": "q3", "qid": "q1"', "has the key 'id' twice, with different values"),
    ('"detected_answers":', '"detected_answers": [], "detected_answers":', "has the key 'detected_answers' twice"),
    ('"char_spans":', '"char_spans": [[0, 3]], "char_spans":', "has the key 'char_spans' twice, with different values"),
)


@pytest.mark.parametrize(("old", "new", "message"), DOUBLED_ROWS)
def test_a_key_of_mrqa_with_two_values_costs_what_it_is_about(old: str, new: str, message: str) -> None:
    raw = mrqa(forms.MRQA_QUESTION, forms.MRQA_QUESTION | {"qid": "q2"}).decode().replace(old, new, 1).encode()
    reading = scan_bytes(raw, "FILE")
    assert [one.id for one in questions(reading)] == ["q2"]
    assert [(fault.reason, message in fault.message) for fault in reading.faults] == [(Reason.MALFORMED, True)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"answer": {', '"answer": {"text": "x"}, "answer": {'),
        ('"answers.text": ["1612"]', '"answers.text": ["x"], "answers.text": ["1612"]'),
    ],
)
def test_a_key_of_a_row_with_two_values_costs_the_row(old: str, new: str) -> None:
    single = {key: value for key, value in row(id="q3").items() if key != "answers"} | {"answer": ANSWER}
    raw = as_lines([single, forms.FLAT_ROWS[0], row(id="q4")]).decode().replace(old, new, 1).encode()
    reading = scan_bytes(raw, "FILE")
    assert len(questions(reading)) == 2
    assert [fault.reason for fault in reading.faults] == [Reason.MALFORMED]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('"title":', '"title": "Sluice", "title":', "title"),
        ('"version":', '"version": "1.1", "version":', "version"),
    ],
)
def test_two_titles_or_versions_are_told(old: str, new: str, key: str) -> None:
    reading = scan_bytes(as_json(squad(OPENED)).decode().replace(old, new, 1).encode(), "FILE")
    assert [(note.kind, note.subject) for note in reading.notes] == [(NoteKind.LAST_OF_TWO, key)]
    assert (reading.usable, reading.source.data[0].title, reading.source.version) == (1, "Lock", "v2.0")


def test_two_titles_of_a_row_are_told() -> None:
    raw = as_lines([row(), row(id="q2")]).replace(b'"title":', b'"title": "x", "title":', 1)
    assert [note.kind for note in scan_bytes(raw, "FILE").notes] == [NoteKind.LAST_OF_TWO]


# Other forms


def test_bytes_that_are_no_text_cost_their_line() -> None:
    raw = as_lines(ROWS) + b'{"id": "q3", "context": "\xff"}\n'
    assert faults(raw) == [(Reason.MALFORMED, "line 3", "is not JSON")]


def test_halves_of_characters_and_nan_cost_their_question_and_no_other() -> None:
    raw = json.dumps(squad(OPENED | {"question": "\ud800"}, OWNER | {"note": float("nan")})).encode()
    assert faults(raw) == [(Reason.MALFORMED, f"{AT}.question", "has a lone surrogate, which is no character")]


def test_an_empty_object_of_answers_is_none() -> None:
    assert faults(as_json(opened(answers={}))) == [(Reason.ANSWERABLE_WITHOUT_ANSWERS, AT, "")]
    assert read_one(as_json(squad(OWNER | {"answers": {}}))).impossible


def test_json_lines_of_one_line_are_no_list_of_articles() -> None:
    assert scan_bytes(as_lines(ROWS[:1]), "train.jsonl").notes == ()
    assert scan_bytes(as_lines(ROWS[:1]), "train.jsonl").place(0, 0, 0) == "line 1"
    assert [note.kind for note in scan_bytes(as_lines(ROWS[:1]), "train.json").notes] == [NoteKind.ITEM]


def test_the_key_data_may_begin_with_a_capital() -> None:
    reading = scan_bytes(as_json({"Data": squad(OPENED)["data"]}), "FILE")
    assert [(note.kind, note.subject) for note in reading.notes] == [(NoteKind.OTHER_NAME, "Data for data")]
    assert reading.usable == 1


def test_a_row_that_the_server_has_cut_off_is_left_out() -> None:
    cut_off = [forms.SERVED["rows"][0], forms.SERVED["rows"][1] | {"truncated_cells": ["context"]}]
    raw = as_json(forms.SERVED | {"rows": cut_off})
    assert faults(raw) == [(Reason.MALFORMED, "rows[1]", "has values that the server has cut off: context")]
    assert [fault[0] for fault in faults(raw.replace(b'["context"]', b"3.5"))] == [Reason.MALFORMED]


def test_large_articles_are_read_by_their_paragraphs(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = as_json(squad(OPENED, OPENED | {"id": "q3", "question": " "}, OWNER))
    whole = scan_bytes(raw, "FILE")
    monkeypatch.setattr(reader, "LARGE", 10)
    parts = scan_bytes(raw, "FILE")
    assert (parts.document, parts.faults, parts.notes) == (whole.document, whole.faults, whole.notes)


def test_two_lists_of_data_are_refused() -> None:
    raw = as_json(squad(OPENED)).replace(b'"data":', b'"data": [], "data":')
    with pytest.raises(InputError, match=r"^FILE: the file has the key 'data' twice; only one of them would be read$"):
        scan_bytes(raw, "FILE")


def test_texts_that_look_like_keys_do_not_slow_reading_down() -> None:
    tricky = OPENED | {"question": '"answers": "data" \\": {"id": 1}', "id": '"title":\\'}
    for question in (tricky, OPENED | {"question": ":", "id": "  : x"}):
        assert clean.decode_article(as_json(squad(question)["data"][0])) is not None


def test_further_keys_do_not_slow_reading_down() -> None:
    answer = ANSWER | {"answer_id": 5, "notes": [{"by": "x"}]}
    question = OPENED | {"question": ": when?", "answers": [answer, answer], "document_id": 3}
    read = clean.decode_article(as_json(squad(question, OWNER)["data"][0]))
    assert read is not None
    assert {key: extra.times for key, extra in read.extra_keys.items()} == {
        "answer_id": 2,
        "notes": 2,
        "document_id": 1,
    }
    assert read.article.paragraphs[0].qas[0].answers == (Answer("1612", 19), Answer("1612", 19))


TEXTS = st.text(st.sampled_from('a":\\ \n'), max_size=4)
VALUES = st.recursive(
    TEXTS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)


@given(VALUES, st.sampled_from([None, 1]), st.sampled_from([(",", ":"), (" , ", " : ")]))
def test_keys_are_counted_as_a_parser_counts_them(
    value: object, indent: int | None, separators: tuple[str, str]
) -> None:
    raw = json.dumps(value, indent=indent, separators=separators).encode()
    keys = list(keys_of(value))
    texts = [*keys, *texts_in(value)]
    if not any(key.rstrip(" ").endswith("\\") for key in keys):  # no key of the format does
        assert clean.count_keys(raw) == len(keys) + sum(text.lstrip(" ").startswith(":") for text in texts)


def keys_of(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from keys_of(inner)


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts_in(inner)


# Whole files


BOTH = OPENED | {
    "answers": [ANSWER | {"answer_id": 1}, ANSWER | {"answer_category": "SHORT"}],
    "meta": {"a": [{"b": 1}]},
}
EXTRA_KEYS = [
    squad(
        BOTH | {"id": 3}, OWNER | {"plausible_answers": [ANSWER | {"by": ":x"}]}, {"meta": 1} | OPENED | {"id": None}
    ),
    {"data": [{"url": "u", "paragraphs": [paragraph(BOTH, document_id=3), paragraph(OWNER | {"id": 4}, url={})]}]},
    [paragraph(BOTH, document_id=3, url="v"), paragraph(OWNER, title="Lock")],
    squad(OPENED | {"answers": [ANSWER | {"answer_category": "NOT_GIVEN"}]}, OWNER | {"answer": ANSWER}),
    squad({"guid": "q3", "answers.text": [], "qid": "q4"} | OPENED),
]


def test_a_clean_file_and_the_same_file_read_value_by_value_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    raws = [as_json(value) for value in (TRAIN, DEV)] + [as_lines(ROWS), as_json([paragraph(OPENED, OWNER)])]
    raws += [as_json(value) for value in EXTRA_KEYS] + [form.raw() for form in FORMS]
    at_once = [scan_bytes(raw, "FILE") for raw in raws]
    for name in ("decode_article", "decode_paragraph", "decode_row"):
        monkeypatch.setattr(assembly, name, lambda _: None)
    for raw, reading in zip(raws, at_once, strict=True):
        by_value = scan_bytes(raw, "FILE")
        assert (by_value.document, by_value.notes, by_value.form) == (reading.document, reading.notes, reading.form)
        assert by_value.faults == reading.faults
        assert all(by_value.place(*at) == reading.place(*at) for at in [(0,), (0, 0), (0, 0, 0)])


def test_rows_are_grouped_by_title_and_context() -> None:
    rows = [row(), row(id="b"), row(id="c", context="Other 1612."), row(id="d", title="Other"), row(id="e")]
    reading = read_rows(rows, "hub")
    ids = [(one.title, [[q.id for q in part.qas] for part in one.paragraphs]) for one in reading.source.data]
    assert ids == [("Lock", [["q1", "b"], ["c"]]), ("Other", [["d"]]), ("Lock", [["e"]])]
    assert [reading.place(0, 0, 1), reading.place(0, 1, 0), reading.place(2, 0, 0)] == ["row 1", "row 2", "row 4"]


def test_rows_without_a_title_are_one_article() -> None:
    rows = [row(id=f"{n}", context=f"{n} 1612", title=None) for n in range(3)]
    [article] = scan_bytes(as_lines(rows), "FILE").document.data
    assert (article.title, len(article.paragraphs)) == ("", 3)


def test_spans_of_mrqa_become_answers() -> None:
    question = {
        "qid": "q",
        "question": "When?",
        "detected_answers": [
            {"text": "THE lock", "char_spans": [[0, 7]]},
            {"text": "1612", "char_spans": [[19, 22], [0, 3], [1]]},
        ],
    }
    reading = scan_bytes(mrqa(question, MRQA := forms.MRQA_QUESTION | {"qid": "r"}), "FILE")
    assert read_one(mrqa(MRQA)).answers == (Answer("1612", 19),)
    assert [question.answers for _, _, _, question in iterate_questions(reading.document)] == [
        (Answer("The lock", 0), Answer("1612", 19), Answer("1612", 0)),
        (Answer("1612", 19),),
    ]
    assert faults(mrqa(question)) == [
        (Reason.MALFORMED, "line 2.qas[0].detected_answers[1].char_spans[2]", "is no pair of offsets")
    ]
    for wrong in ({"start": 19.0, "end": [22]}, {"start": [19], "end": None}, {}, 19.0):
        spans = {"text": ["1612"], "char_spans": [wrong]}
        assert [fault[0] for fault in faults(as_lines([row(detected_answers=spans), row(id="b")]))] == [
            Reason.MALFORMED
        ]
    hugging_face = row(
        answers=["1612"], detected_answers={"text": ["1612"], "char_spans": [{"start": [19], "end": [22]}]}
    )
    assert read_one(as_lines([hugging_face])).answers == (Answer("1612", 19),)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "FILE: empty"),
        (b" \n", "FILE: empty"),
        (b"\x1f\x8b\x08\x00", "FILE: damaged gzip: its end is missing"),
        (gzip.compress(b"{}", mtime=0)[:-9], "FILE: damaged gzip: its end is missing"),
        (gzip.compress(b"{}", mtime=0) + b"x", "FILE: damaged gzip: something else follows it"),
        (gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), "FILE: compressed with gzip twice; unpack it once"),
        (gzip.compress(bytes(300 << 20), 9, mtime=0), "unpack to more than 268,435,456"),
        (b"\xff\xfe{", "FILE: not UTF-16 at byte 2"),
        (b'{"data": [{"title": "\xff"}]}', "FILE: not UTF-8 at byte 21; save it as UTF-8"),
        (b'{"data": ' + b"[" * 200_000, "FILE: not JSON: nested too deeply"),
        (b'{"deep": ' + b'{"a":' * 200_000, "FILE: not JSON: nested too deeply"),
        (as_json(TRAIN) + b" x", "FILE: not JSON: Extra data at line 1, column"),
        (b"{'data': []}", "FILE: this is written by Python's print, not JSON"),
        (b"null", "FILE: this is null"),
        (b"[]", "FILE: no questions"),
        (b"{}", "FILE: this is empty objects"),
        (b'{"data": {}}', "FILE: this is objects with the keys data"),
        (b'{"data": [null]}', "FILE: data[0]: this is `data` of values such as null"),
        (b'{"data": []}', "FILE: no questions"),
        (b'{"data": [{"paragraphs": []}]}', "FILE: no questions"),
        (b'{"data": [{"paragraphs": null}]}', "FILE: no usable question: data[0].paragraphs: malformed: is not a list"),
        (as_json(squad(OPENED | {"question": ""})), f"FILE: no usable question: {AT}: empty_question"),
    ],
)
def test_a_file_without_a_usable_question_is_refused_in_one_line(raw: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        scan_bytes(raw, "FILE").check_usable()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig"]
)
@pytest.mark.parametrize("raw", [as_json(TRAIN), as_lines(ROWS)], ids=["json", "lines"])
def test_every_encoding_of_unicode_is_read(encoding: str, raw: bytes) -> None:
    assert scan_bytes(raw.decode().encode(encoding), "FILE").document == scan_bytes(raw, "FILE").document


def test_packed_files_of_several_members_are_read() -> None:
    raw = as_lines(ROWS)
    packed = gzip.compress(raw[:50], mtime=0) + gzip.compress(raw[50:], mtime=0)
    assert scan_bytes(packed, "FILE").usable == 2


def test_damaged_parquet_is_refused_in_one_line() -> None:
    raw = forms.as_parquet(ROWS)
    for damaged in (b"PAR1 and nothing more", raw[:-20], raw[:40] + bytes(40) + raw[80:]):
        with pytest.raises(InputError, match=r"^FILE: (not a readable parquet file|after row)"):
            scan_bytes(damaged, "FILE").check_usable()


def test_a_file_is_named_by_its_path_or_by_the_name_that_is_given(tmp_path: Path) -> None:
    path = tmp_path / "train.json"
    path.write_bytes(as_json({"data": []}))
    with pytest.raises(InputError, match=f"^{path}: no questions$"):
        read_document(path)
    with pytest.raises(InputError, match=r"^elsewhere: no questions$"):
        read_document(path, "elsewhere")
    with pytest.raises(InputError, match=r"Is a directory$"):
        read_squad(tmp_path)
    with pytest.raises(InputError, match=r"none\.json: No such file or directory$"):
        read_squad(tmp_path / "none.json")
