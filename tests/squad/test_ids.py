"""Tests of ids: who keeps an id that several questions have."""

import pytest
from spanferry.records import Reason
from spanferry.squad import iterate_questions, scan_bytes
from spanferry.squad.notes import NoteKind

from tests.support.forms import ANSWER, CONTEXT, OPENED, as_json, as_lines, paragraph, row, squad

BAD = {
    "no text": {"question": " "},
    "no answers": {"answers": []},
    "a wrong value": {"is_impossible": "maybe"},
    "answers that are all faulty": {"answers": [{"text": "1612", "answer_start": [3]}]},
}


def source_ids(raw: bytes) -> list[str]:
    return [question.id for _, _, _, question in iterate_questions(scan_bytes(raw, "FILE").source)]


def kept(raw: bytes) -> list[tuple[str, str]]:
    document = scan_bytes(raw, "FILE").document
    return [(question.id, question.question) for _, _, _, question in iterate_questions(document)]


@pytest.mark.parametrize("bad", BAD.values(), ids=list(BAD))
def test_a_question_that_is_left_out_has_no_claim_to_its_id(bad: dict[str, object]) -> None:
    raw = as_json(squad(OPENED | bad, OPENED | {"question": "And when?"}))
    reading = scan_bytes(raw, "FILE")
    assert kept(raw) == [("q1", "And when?")]
    assert source_ids(raw) == ["q1#2", "q1"]
    assert Reason.DUPLICATE_ID not in {fault.reason for fault in reading.faults}
    assert [(note.kind, note.count, note.first) for note in reading.notes] == [
        (NoteKind.FREED_ID, 1, "data[0].paragraphs[0].qas[1]")
    ]


def test_a_question_of_a_context_without_text_has_no_claim_either() -> None:
    raw = as_json({"data": [{"paragraphs": [paragraph(OPENED, context=" "), paragraph(OPENED)]}]})
    assert kept(raw) == [("q1", "When?")]


def test_the_first_of_several_usable_questions_keeps_the_id() -> None:
    raw = as_json(squad(*[OPENED | {"question": text} for text in ("a?", "b?", " ", "c?")]))
    reading = scan_bytes(raw, "FILE")
    assert kept(raw) == [("q1", "a?")]
    assert source_ids(raw) == ["q1", "q1#2", "q1#3", "q1#4"]
    assert [(fault.path[-6:], fault.message) for fault in reading.faults if fault.reason is Reason.DUPLICATE_ID] == [
        (f"qas[{n}]", "'q1' is already the id of data[0].paragraphs[0].qas[0]") for n in (1, 2, 3)
    ]


def test_a_new_id_is_one_that_the_file_does_not_have() -> None:
    questions = [OPENED | {"id": id_} for id_ in ("q1", "q1", "q1#2", "q1#2")]
    assert source_ids(as_json(squad(*questions))) == ["q1", "q1#3", "q1#2", "q1#2#2"]


def test_ids_are_compared_in_all_articles_and_forms() -> None:
    articles = [{"title": title, "paragraphs": [paragraph(OPENED)]} for title in "ab"]
    assert kept(as_json({"data": articles})) == [("q1", "When?")]
    assert kept(as_lines([row(), row(question="Who?"), row(id=1), row(id="1")])) == [("q1", "When?"), ("1", "When?")]


def test_made_ids_of_equal_questions_are_numbered() -> None:
    question = {"question": "When?", "answers": [ANSWER]}
    made = "2939f1c3820aff2ba7c3a341"
    raw = as_json({"data": [{"paragraphs": [{"context": CONTEXT, "qas": [question, OPENED, question]}]}]})
    assert [id_ for id_, _ in kept(raw)] == [made, "q1", f"{made}#2"]
    assert scan_bytes(raw, "FILE").faults == ()
