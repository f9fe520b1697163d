"""Tests of repaired documents: whole documents, the line about them, and the refusal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.errors import InputError
from spanferry.records import Field, Repair, RepairKind
from spanferry.squad import UNSET, Answer, Article, Document, Paragraph, Question, iterate_questions
from spanferry.squad.offsets import describe_recognition, repair_offsets

MILL = "De oude mölen staat aan de Bêrk. Zij is in 1742 gebouwd door brouwer Jürgen Kölk in Köln."
FARM = "A farm stands by the road, and a farm by the canal."


def document(*shifts: int) -> Document:
    """Return a document whose answers are so much too high; the first has plausible answers too."""
    brewer, year, nobody, farm = (
        Answer(text, at + shift)
        for (text, at), shift in zip(
            [("Jürgen Kölk", 69), ("1742", 43), ("Köln", 84), ("farm", 33)], shifts, strict=True
        )
    )
    mill = (
        Question("who", "Wie?", (brewer, Answer("brouwer", 61)), is_impossible=False),
        Question("when", "Wanneer?", (year,), UNSET),
        Question("where", "Waar?", (), is_impossible=True, plausible_answers=(nobody,)),
    )
    paragraphs = (Paragraph(MILL, mill), Paragraph(FARM, (Question("farm", "What?", (farm,)),)))
    return Document((Article(paragraphs, "Mill"), Article((), "Empty")), "v2.0")


RIGHT = document(0, 0, 0, 0)


def test_a_document_counted_in_bytes_is_repaired_as_a_whole() -> None:
    given = document(2, 2, 4, 0)
    repaired = repair_offsets(given)
    assert repaired.document == RIGHT
    assert repaired.repairs == {
        ("who", Field.ANSWERS, 0): Repair(RepairKind.UTF8_BYTES, "Jürgen Kölk", 71),
        ("when", Field.ANSWERS, 0): Repair(RepairKind.UTF8_BYTES, "1742", 45),
        ("where", Field.PLAUSIBLE, 0): Repair(RepairKind.UTF8_BYTES, "Köln", 88),
    }
    assert describe_recognition(repaired.recognition) == (
        "3 answers not at their offsets; 3 repaired: offsets count UTF-8 bytes (3)"
    )
    with pytest.raises(InputError) as caught:
        repaired.refuse("train.json")
    assert str(caught.value) == (
        "train.json: 3 answers not at their offsets; 3 explained: offsets count UTF-8 bytes (3) "
        "(first: data[0].paragraphs[0].qas[0].answers[0]); mend the file, or switch the repair on"
    )


def test_a_document_counted_without_carriage_returns_is_repaired() -> None:
    context = "The old mill stands on the river Berk.\r\nIt was built by Hans Kolk.\r\nIt burned down in 1911."
    answers = [Answer(text, context.replace("\r", "").index(text)) for text in ("Hans Kolk", "1911")]
    questions = (Question(str(n), "What?", (answer,)) for n, answer in enumerate(answers))
    repaired = repair_offsets(Document((Article((Paragraph(context, tuple(questions)),)),)))
    texts = [answer for _, _, _, question in iterate_questions(repaired.document) for answer in question.answers]
    assert texts == [Answer(text, context.index(text)) for text in ("Hans Kolk", "1911")] != answers
    assert {repair.repair for repair in repaired.repairs.values()} == {RepairKind.LINE_ENDS}


def test_an_answer_that_is_refused_for_another_reason_is_neither_evidence_nor_repaired() -> None:
    repaired = repair_offsets(document(2, 2, 4, 0), lambda a, p, q: f"row {q}", lambda part: part.question == 0)
    assert sorted(repaired.repairs) == [("when", Field.ANSWERS, 0), ("where", Field.PLAUSIBLE, 0)]
    assert (repaired.recognition.repaired, repaired.first) == (2, "row 1.answers[0]")


def test_a_right_document_is_returned_as_it_is() -> None:
    repaired = repair_offsets(RIGHT)
    assert repaired.document is RIGHT
    assert (repaired.repairs, repaired.first, describe_recognition(repaired.recognition)) == ({}, None, "")
    repaired.refuse("train.json")


def test_what_nothing_explains_stays_and_is_said() -> None:
    repaired = repair_offsets(document(0, 0, 0, 9))
    assert repaired.document == document(0, 0, 0, 9)
    assert describe_recognition(repaired.recognition) == "1 answer not at its offset"
    mixed = repair_offsets(document(2, 2, 4, 9))
    assert mixed.document == document(0, 0, 0, 9)
    assert describe_recognition(mixed.recognition) == (
        "4 answers not at their offsets; 3 repaired: offsets count UTF-8 bytes (3); 1 not repaired"
    )


@given(st.lists(st.sampled_from([-30, -1, 0, 0, 1, 2, 5, 100]), min_size=4, max_size=4))
def test_an_offset_that_is_right_never_moves_and_a_second_repair_does_nothing(shifts: list[int]) -> None:
    given = document(*shifts)
    repaired = repair_offsets(given)
    before, after = ([q for _, _, _, q in iterate_questions(each)] for each in (given, repaired.document))
    for old, new in zip(before, after, strict=True):
        for field, answers, moved in (
            (Field.ANSWERS, old.answers, new.answers),
            (Field.PLAUSIBLE, old.plausible, new.plausible),
        ):
            context = FARM if old.id == "farm" else MILL
            for index, (a, b) in enumerate(zip(answers, moved, strict=True)):
                is_right = a.answer_start >= 0 and context.startswith(a.text, a.answer_start)
                assert (a != b) == ((old.id, field, index) in repaired.repairs)
                assert not (is_right and a != b)
    again = repair_offsets(repaired.document)
    assert (again.document, again.repairs) == (repaired.document, {})
