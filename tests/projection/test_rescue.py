"""Tests of rescue: which answers are translated again between markers, and what that changes."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace
from spanferry.arrow import from_table, to_table
from spanferry.projection.locate_tables import locate_table
from spanferry.projection.rescue_tables import rescue_table
from spanferry.projection.settings import RescueSettings
from spanferry.records import Method, Reason, SourceParagraph

from tests.support.corpora import DUTCH, layout, translations

CONTEXT = "The Crow hangs here. It is big."
KNOWN = {
    "The Crow hangs here.": "De Kraai hangt hier.",
    "It is big.": "Hij is groot.",
    "Crow": "qqq",
    "big": "groot",
}
SETTINGS = RescueSettings()


class Engine:
    """A translator that answers from a dict and records its requests."""

    def __init__(self, known: dict[str, str | None]) -> None:
        self.known = known
        self.requests: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> dict[str, str | None]:
        self.requests.append(list(texts))
        return {text: self.known.get(text) for text in texts}


def rescued(engine: Engine, *answers: tuple[int, str], context=CONTEXT, known=KNOWN, cut=(20,), settings=SETTINGS):
    table = layout(context, *answers, cut=cut)
    paragraphs, spans = locate_table(table, translations(known), DUTCH, 1)
    spans, cost = rescue_table(table, paragraphs, spans, engine, DUTCH, settings, 1)
    return spans.to_pylist(), cost


def test_an_answer_without_a_span_is_requested_with_markers_and_located():
    engine = Engine({"The [Crow] hangs here.": "De [Kraai] hangt hier."})
    spans, cost = rescued(engine, (4, "Crow"), (27, "big"))
    assert engine.requests == [["The [Crow] hangs here."]]
    assert (spans[0]["text"], spans[0]["start"], spans[0]["method"]) == ("Kraai", 3, Method.MARKED)
    assert spans[0]["marked"] == "De [Kraai] hangt hier."
    assert (spans[1]["text"], spans[1]["marked"]) == ("groot", None)
    assert {name: n for name, n in cost.items() if n} == {"texts": 1, "characters": 22, "rescued": 1}


def test_the_next_marker_style_is_tried_only_when_the_first_is_lost():
    engine = Engine(
        {
            "The [Crow] hangs here.": "De Kraai hangt hier.",
            "The «Crow» hangs here.": "De «Kraai» hangt hier.",
        }
    )
    spans, cost = rescued(engine, (4, "Crow"))
    assert engine.requests == [["The [Crow] hangs here."], ["The «Crow» hangs here."]]
    assert (spans[0]["text"], spans[0]["marked"]) == ("Kraai", "De «Kraai» hangt hier.")
    assert (cost["texts"], cost["rescued"]) == (2, 1)


@pytest.mark.parametrize("response", [None, "", "De Kraai hangt hier.", "De [] hangt hier.", "De [ ] hangt hier."])
def test_spans_do_not_change_when_all_markers_are_lost(response):
    engine = Engine({"The [Crow] hangs here.": response, "The «Crow» hangs here.": response})
    table = layout(CONTEXT, (4, "Crow"), cut=(20,))
    paragraphs, before = locate_table(table, translations(KNOWN), DUTCH, 1)
    after, cost = rescue_table(table, paragraphs, before, engine, DUTCH, SETTINGS, 1)
    assert after.drop(["marked"]).equals(before.drop(["marked"]))
    assert (cost["markers_lost"], cost["texts"]) == (1, 2)


def test_the_number_of_styles_is_limited_by_the_rounds():
    engine = Engine({})
    rescued(engine, (4, "Crow"), settings=RescueSettings(rounds=1))
    assert engine.requests == [["The [Crow] hangs here."]]


def test_a_probable_answer_is_not_requested():
    engine = Engine({})
    _, cost = rescued(engine, (27, "big"), settings=RescueSettings(below=0.5))
    assert engine.requests == []
    assert not any(cost.values())


def test_equal_answers_are_requested_once():
    engine = Engine({"The [Crow] hangs here.": "De [Kraai] hangt hier."})
    spans, cost = rescued(engine, (4, "Crow"), (4, "Crow"))
    assert engine.requests == [["The [Crow] hangs here."]]
    assert [row["text"] for row in spans] == ["Kraai"] * 2
    assert cost["rescued"] == 1


def test_overlapping_answers_of_one_sentence_are_requested_separately():
    engine = Engine(
        {
            "The [Crow] hangs here.": "De [Kraai] hangt hier.",
            "[The Crow] hangs here.": "[De Kraai] hangt hier.",
            "The [Crow hangs] here.": "De [Kraai hangt] hier.",
        }
    )
    spans, _ = rescued(engine, (4, "Crow"), (0, "The Crow"), (4, "Crow hangs"))
    assert [row["text"] for row in spans] == ["Kraai", "De Kraai", "Kraai hangt"]


def test_an_answer_across_two_sentences_is_requested_with_both():
    context, known = (
        "The Watch hangs.\nIt is big.",
        {"The Watch hangs.": "De Wacht hangt.", "It is big.": "Hij is groot."},
    )
    engine = Engine({"The Watch [hangs.\nIt] is big.": "De Wacht [hangt.\nHij] is groot."})
    spans, _ = rescued(engine, (10, "hangs.\nIt"), context=context, known=known, cut=(16,))
    assert engine.requests[0] == ["The Watch [hangs.\nIt] is big."]
    assert spans[0]["text"] == "hangt.\nHij"


def test_a_paragraph_that_was_translated_whole_is_requested_whole():
    whole = {CONTEXT: "De Kraai hangt hier. Hij is groot.", "The Crow hangs here.": None}
    engine = Engine({"The [Crow] hangs here. It is big.": "De [Kraai] hangt hier. Hij is groot."})
    spans, _ = rescued(engine, (4, "Crow"), known=KNOWN | whole)
    assert engine.requests == [["The [Crow] hangs here. It is big."]]
    assert (spans[0]["text"], spans[0]["start"]) == ("Kraai", 3)


def test_brackets_of_the_text_are_not_markers():
    context = "The Crow[21] hangs here."
    engine = Engine({"The «Crow»[21] hangs here.": "De «Kraai»[21] hangt hier."})
    spans, _ = rescued(engine, (4, "Crow"), context=context, known={context: "De Kraai[21] hangt hier."}, cut=())
    assert engine.requests == [["The «Crow»[21] hangs here."]]
    assert spans[0]["text"] == "Kraai"


@pytest.mark.parametrize(
    ("answer", "known", "reason"),
    [
        ((5, "Crow"), KNOWN, Reason.SOURCE_MISMATCH),
        ((4, "Crow"), KNOWN | {"It is big.": None}, Reason.CONTEXT_UNTRANSLATED),
    ],
)
def test_answers_that_rescue_cannot_repair_are_not_requested(answer, known, reason):
    engine = Engine({})
    spans, cost = rescued(engine, answer, known=known)
    assert engine.requests == []
    assert (spans[0]["reason"], cost["texts"]) == (reason, 0)


def test_an_answer_that_the_reader_refuses_keeps_its_reason_though_another_question_has_the_same():
    engine = Engine({"The [Crow] hangs here.": "De [Kraai] hangt hier."})
    [row] = from_table(layout(CONTEXT, (4, "Crow"), (4, "Crow"), cut=(20,)), SourceParagraph)
    first, second = row.questions
    table = to_table([replace(row, questions=(replace(first, reason=Reason.EMPTY_QUESTION), second))], SourceParagraph)
    paragraphs, spans = locate_table(table, translations(KNOWN), DUTCH, 1)
    spans, cost = rescue_table(table, paragraphs, spans, engine, DUTCH, SETTINGS, 1)
    assert [(row["reason"], row["text"]) for row in spans.to_pylist()] == [
        (Reason.EMPTY_QUESTION, None),
        (None, "Kraai"),
    ]
    assert cost["rescued"] == 1
