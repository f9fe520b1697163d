"""Tests of corrections: what they change, what they leave, and when they are refused."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from spanferry.arrow import from_table
from spanferry.cleaning import target_texts
from spanferry.corrections.corpus import CorrectedCorpus, correct_corpus, make_finder
from spanferry.corrections.files import PlacedItem, ReviewedItem, SelectedSpan
from spanferry.corrections.items import Item, Passage, question_items
from spanferry.corrections.reading import read_review
from spanferry.errors import InputError
from spanferry.records import Correction, Field, Method, Reason, SpanRow, Verdict
from spanferry.selection import select

from tests.support.tiny_build import HARBOUR, MARKUP, PLACES, QUESTIONS, build

TINY = build()
TEXTS = target_texts(TINY.layout, TINY.translations)
ROWS = list(enumerate(from_table(TINY.spans, SpanRow)))


def items(id_: str, context: str | None = None) -> list[Item]:
    """Return the items of a question of the build."""
    split, *_, texts = PLACES[id_]
    question, translation, impossible = QUESTIONS[id_]
    rows = [(number, row) for number, row in ROWS if row.question_id == id_]
    passage = Passage(texts[0], context or texts[1])
    return question_items(split, id_, question, translation, passage, impossible, rows)


def said(item: Any, file: Any = "a.json", *, random: Any = False, at: Any = "", **values: Any) -> PlacedItem:
    """Return what a person says about an item. at: the text to select."""
    if at:
        context = values.get("context") or item.passage.target
        values["span"] = SelectedSpan(context.index(at), at)
    given = ReviewedItem(split=item.split, question_id=item.question_id, seen=item.seen, **values)
    return PlacedItem(file, f"{file} item 1", random, given)


def correct(*files: list[PlacedItem]) -> CorrectedCorpus:
    finder = make_finder(("en", "nl"), 0.5)
    return correct_corpus(TINY.layout, TINY.paragraphs, TINY.spans, TEXTS.find_question, files, finder)


def rows_of(corrected: CorrectedCorpus, id_: str) -> list[SpanRow]:
    return [row for row in from_table(corrected.spans, SpanRow) if row.question_id == id_]


def test_a_selected_span_replaces_that_of_all_answers_that_looked_the_same() -> None:
    [lock, fuzzy] = items("lock")
    corrected = correct([said(fuzzy, verdict=Verdict.EXTENT, at="oude sluis")])
    before, after = (rows_of(each, "lock") for each in (CorrectedCorpus(TINY.paragraphs, TINY.spans), corrected))
    assert after[:2] == before[:2]
    placement = after[2].placement
    assert placement is not None
    assert (placement.text, placement.start, placement.method) == (
        "oude sluis", HARBOUR[1].index("oude sluis"), Method.HUMAN,
    )  # fmt: skip
    assert after[2].corrected == (Correction.SPAN,)
    assert after[2].candidates[0].text == "sluis"
    figures = corrected.record.figures
    assert figures is not None
    assert (figures.items, figures.applied, figures.spans, figures.outdated) == (1, 1, 1, 0)
    assert corrected.paragraphs.equals(TINY.paragraphs)
    assert lock.rows != fuzzy.rows


def test_nothing_else_changes() -> None:
    corrected = correct([said(items("dug")[0], verdict=Verdict.WRONG, at="91")])
    others = [(old, new) for (_, old), new in zip(ROWS, from_table(corrected.spans, SpanRow), strict=True)]
    assert [new.question_id for old, new in others if old != new] == ["dug"]


@pytest.mark.parametrize("changed", ["question", "translation", "context", "span"])
def test_an_item_that_has_changed_since_is_left_and_listed(changed: str) -> None:
    [dug] = items("dug")
    other = {
        "question": {"question": "When was it dug?"},
        "translation": {"translation": "Wanneer is hij gegraven?"},
        "context": {"passage": Passage(HARBOUR[0], HARBOUR[1] + " ")},
        "span": {"span": (0, 2)},
    }[changed]
    stale = Item(**({name: getattr(dug, name) for name in dug.__dataclass_fields__} | other))
    corrected = correct([said(stale, verdict=Verdict.WRONG, random=True)])
    assert corrected.spans.equals(TINY.spans)
    [outdated] = corrected.record.outdated
    assert (outdated.place, outdated.question_id) == ("a.json item 1", "dug")
    assert corrected.record.samples == ()


def test_an_edited_context_carries_all_spans_of_its_paragraph() -> None:
    [dug] = items("dug")
    context = HARBOUR[1].replace("De haven", "De grote haven 🧀").replace("Er liggen 91 boten", "Hij telt 91 boten")
    corrected = correct([said(dug, context=context)])
    assert corrected.paragraphs["context"].to_pylist()[0] == context
    assert corrected.paragraphs["context"].to_pylist()[2] == HARBOUR[1], "the dev paragraph is another one"
    for id_, text in [("dug", "1612"), ("boats", "91")]:
        [row] = rows_of(corrected, id_)
        assert row.placement is not None
        assert context[slice(*row.placement.span)] == row.placement.text == text
        assert (row.corrected, row.placement.method != Method.HUMAN) == ((Correction.CONTEXT,), True)
    [why] = rows_of(corrected, "why")
    assert why.candidates[0].start == context.index("omdat")


def test_answers_whose_text_an_edit_changes_are_found_again_or_lost() -> None:
    [dug] = items("dug")
    context = HARBOUR[1].replace("91 boten", "eenennegentig boten")
    corrected = correct([said(dug, context=context)])
    [boats] = rows_of(corrected, "boats")
    assert boats.placement is not None
    assert boats.placement.text == "eenennegentig"
    gone = correct([said(dug, context=HARBOUR[1].replace(" Er liggen 91 boten.", ""))])
    [boats] = rows_of(gone, "boats")
    assert boats.placement is None
    assert boats.reason in (Reason.NOT_FOUND, Reason.LOW_CONFIDENCE)
    figures = gone.record.figures
    assert figures is not None
    assert (figures.contexts, figures.lost) == (1, 1)


def test_a_span_may_be_selected_in_the_edited_context() -> None:
    [dug] = items("dug")
    corrected = correct([said(dug, context=HARBOUR[1].replace("1612", "het jaar 1612"), at="het jaar 1612")])
    [row] = rows_of(corrected, "dug")
    assert row.placement is not None
    assert (row.placement.text, row.corrected) == ("het jaar 1612", (Correction.SPAN, Correction.CONTEXT))
    figures = corrected.record.figures
    assert figures is not None
    assert (figures.found_again, figures.lost) == (0, 0)


def test_an_edited_question_is_its_translation() -> None:
    corrected = correct([said(items("sign")[0], question="Welk 🧀 staat er?")])
    assert corrected.questions == {("dev", "sign"): "Welk 🧀 staat er?"}
    [row] = rows_of(corrected, "sign")
    assert row.corrected == (Correction.QUESTION,)


def test_what_is_judged_wrong_without_a_correction_is_dropped() -> None:
    judged = [items("dug")[0], items("mayor")[0], items("lock")[0]]
    corrected = correct([said(item, f"{item.question_id}", verdict=Verdict.WRONG) for item in judged])
    selection = select(TINY.layout, corrected.paragraphs, corrected.spans, TINY.translations, corrected.dropped)
    reasons = dict(zip(*(selection.questions[name].to_pylist() for name in ("id", "reason")), strict=True))
    assert (reasons["dug"], reasons["mayor"], reasons["lock"]) == (Reason.JUDGED_WRONG, Reason.JUDGED_WRONG, None)
    assert rows_of(corrected, "lock")[0].reason is Reason.JUDGED_WRONG
    figures = corrected.record.figures
    assert figures is not None
    assert figures.dropped == 3
    edited = correct([said(items("mayor")[0], verdict=Verdict.WRONG, question="Wie was de burgemeester?")])
    assert edited.dropped == {}


def test_verdicts_on_a_random_sample_are_counted_by_unit() -> None:
    random = {"random": True}
    sample = [
        said(items("dug")[0], verdict=Verdict.RIGHT, **random),
        said(items("boats")[0], verdict=Verdict.WRONG, at="1612", **random),
        said(items("mayor")[0], verdict=Verdict.RIGHT, **random),
        said(items("sign")[0], question="Welk teken?", **random),
    ]
    corrected = correct(sample, [said(items("lock")[0], verdict=Verdict.WRONG)])
    counts = [(each.unit, each.right, each.extent, each.wrong) for each in corrected.record.samples]
    assert counts == [("has_answer", 1, 0, 1), ("no_answer", 1, 0, 0)]


def test_a_later_file_may_correct_what_an_earlier_one_made() -> None:
    [dug] = items("dug")
    context = HARBOUR[1].replace("1612", "1613")
    first = [said(dug, context=context, at="1613")]
    [row] = rows_of(correct(first), "dug")
    split, *_, texts = PLACES["dug"]
    passage = Passage(texts[0], context)
    question, translation, _ = QUESTIONS["dug"]
    [seen] = question_items(split, "dug", question, translation, passage, False, [(0, row)])
    second = [said(seen, "b.json", at="in 1613")]
    [row] = rows_of(correct(first, second), "dug")
    assert row.placement is not None
    assert row.placement.text == "in 1613"
    assert correct(second).record.outdated, "alone it is about another build"


def test_reviewers_of_the_same_build_may_correct_different_things() -> None:
    [dug], [boats] = items("dug"), items("boats")
    one = [said(dug, context=HARBOUR[1].replace("De haven", "De grote haven"))]
    other = [said(boats, "b.json", at="91 boten"), said(dug, "b.json", question="Wanneer?")]
    for files in [(one, other), (other, one)]:
        corrected = correct(*files)
        [row] = rows_of(corrected, "boats")
        assert row.placement is not None
        assert corrected.paragraphs["context"][0].as_py()[slice(*row.placement.span)] == "91 boten"
        assert row.corrected == (Correction.SPAN, Correction.CONTEXT)
        assert corrected.questions == {("train", "dug"): "Wanneer?"}


@pytest.mark.parametrize(
    ("one", "other", "about"),
    [
        ({"at": "in 1612"}, {"at": "1612 gegraven"}, "the span of question 'dug'"),
        ({"question": "Wanneer?"}, {"question": "Hoe laat?"}, "the question of question 'dug'"),
        ({"context": HARBOUR[1] + " Ja."}, {"context": HARBOUR[1] + " Nee."}, "the context"),
        ({"verdict": Verdict.RIGHT}, {"verdict": Verdict.WRONG}, "the verdict of question 'dug'"),
        ({"context": HARBOUR[1].replace("in 1612", "ooit")}, {"at": "in 1612"}, "the span of question 'dug'"),
    ],
)
def test_files_that_contradict_each_other_are_refused(one: dict, other: dict, about: str) -> None:
    [dug] = items("dug")
    with pytest.raises(InputError) as caught:
        correct([said(dug, "one.json", **one)], [said(dug, "two.json", **other)])
    assert str(caught.value) == (
        f"one.json item 1 and two.json item 1: they contradict each other about {about}; remove one of them"
    )


def test_equal_corrections_of_two_files_agree() -> None:
    [dug] = items("dug")
    twice = {"verdict": Verdict.EXTENT, "at": "in 1612", "context": HARBOUR[1] + " Ja.", "question": "Wanneer?"}
    corrected = correct([said(dug, **twice)], [said(dug, "b.json", **twice)])
    figures = corrected.record.figures
    assert figures is not None
    assert (figures.spans, figures.contexts, figures.questions) == (1, 1, 1)


@pytest.mark.parametrize("swapped", [False, True])
def test_a_correction_wins_over_the_same_verdict_without_one(swapped: bool) -> None:
    [dug] = items("dug")
    files = [[said(dug, verdict=Verdict.WRONG, at="91")], [said(dug, "b.json", verdict=Verdict.WRONG)]]
    [row] = rows_of(correct(*(files[::-1] if swapped else files)), "dug")
    assert row.placement is not None
    assert row.placement.text == "91"


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("id_", ["dug", "mayor"])
@pytest.mark.parametrize("name", ["question", "context"])
def test_an_edited_text_wins_over_a_bare_wrong_in_any_order(name: str, id_: str, swapped: bool) -> None:
    item = items(id_)[0]
    text = {"question": "Wanneer precies?", "context": item.passage.target + " Ja."}[name]
    files = [[said(item, verdict=Verdict.WRONG, **{name: text})], [said(item, "b.json", verdict=Verdict.WRONG)]]
    corrected = correct(*(files[::-1] if swapped else files))
    assert corrected.dropped == {}
    assert Reason.JUDGED_WRONG not in {row.reason for row in rows_of(corrected, id_)}
    figures = corrected.record.figures
    assert figures is not None
    assert (figures.dropped, figures.questions + figures.contexts) == (0, 1)


def test_the_span_that_was_shown_is_no_correction() -> None:
    [dug] = items("dug")
    corrected = correct([said(dug, verdict=Verdict.WRONG, at="1612")])
    assert rows_of(corrected, "dug")[0].reason is Reason.JUDGED_WRONG
    [row] = rows_of(correct([said(dug, at="in 1612")], [said(dug, "b.json", at="1612")]), "dug")
    assert row.placement is not None
    assert row.placement.text == "in 1612"


def test_offsets_count_code_points() -> None:
    start = MARKUP[1].index("staan")
    assert MARKUP[1].index("🧀") < start
    [row] = rows_of(correct([said(items("sign")[0], at="staan erin")]), "sign")
    assert row.field is Field.PLAUSIBLE
    assert row.placement is not None
    assert row.placement.start == start


FILE = {"format": "spanferry-review-1", "corpus": "tiny", "build": "b", "order": "random", "drawn": 3, "items": []}
ITEM = {"split": "train", "question_id": "dug", "seen": "0"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "my.json: not an export of a review: Input data was truncated"),
        ("[1]", "my.json: not an export of a review: [0]: must be keys with values, not a whole number"),
        ({**FILE, "items": [{**ITEM, "verdict": "good"}]}, "my.json: not an export of a review: items[0].v"),
        ({**FILE, "items": [ITEM, {**ITEM, "question": "\n"}]}, "my.json item 2: its question is empty"),
        ({**FILE, "items": [{**ITEM, "span": {"start": -1, "text": "a"}}]}, "my.json: not an export of a review: it"),
        ({**FILE, "itmes": []}, "my.json: not an export of a review: there is no key itmes"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_in_one_line(tmp_path, content, message: str) -> None:
    (tmp_path / "1.json").write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(InputError) as caught:
        read_review(tmp_path / "1.json", "my.json")
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_malformed_file_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text("{")
    with pytest.raises(
        InputError, match=r"; export it again, by key x of the review page, or from Label Studio as JSON"
    ):
        read_review(tmp_path / "1.json", "my.json")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_a_file_in_another_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "1.json").write_text(json.dumps({**FILE, "items": [ITEM]}), encoding=encoding)
    assert [item.said.question_id for item in read_review(tmp_path / "1.json", "my.json")] == ["dug"]


def test_damaged_utf16_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_bytes(json.dumps(FILE).encode("utf-16")[:-1])
    with pytest.raises(InputError, match=r"^my.json: not UTF-16 at byte [\d,]+; export it again"):
        read_review(tmp_path / "1.json", "my.json")


def test_a_file_of_another_corpus_is_told_as_that() -> None:
    [dug] = items("dug")
    [foreign] = [said(dug, "b.json", verdict=Verdict.WRONG)]
    foreign = replace(foreign, said=structs.replace(foreign.said, question_id="elsewhere"))
    message = r"^b.json: it belongs to another corpus: none of its 1 items is about a question of this one; name it in"
    with pytest.raises(InputError, match=message):
        correct([said(dug, verdict=Verdict.RIGHT)], [foreign])


def test_a_span_that_its_context_does_not_have_is_refused() -> None:
    with pytest.raises(InputError, match=r"^a.json item 1: its context does not have '1613' at 0$"):
        correct([said(items("dug")[0], span=SelectedSpan(0, "1613"))])
