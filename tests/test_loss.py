"""Counting what was lost: whole figures of a build written by hand, and invariants of any."""

import random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanferry.arrow import schema_of
from spanferry.errors import InputError
from spanferry.loss import BREAKDOWNS, TOTAL, count, distance
from spanferry.records import SPLITS, Method, Reason, SourceParagraph, SpanRow, TargetParagraph, TranslationRow
from spanferry.selection import decide

from tests.support.tiny_build import build

NO_REASONS = dict.fromkeys((r.value for r in Reason), 0)
NO_METHODS = dict.fromkeys((m.value for m in Method), 0)


def figures(tiny=None):
    tiny = tiny or build()
    return count(tiny.layout, tiny.spans, decide(tiny.layout, tiny.paragraphs, tiny.spans, tiny.translations), "en")


def test_fates_of_questions_and_answers():
    tiny = build()
    selection = decide(tiny.layout, tiny.paragraphs, tiny.spans, tiny.translations)
    assert dict(zip(selection.questions["id"].to_pylist(), selection.questions["reason"].to_pylist(), strict=True)) == {
        "dug": None,
        "boats": None,
        "why": "below_threshold",
        "mayor": None,  # its plausible answer is lost, the question stays
        "mill": "context_untranslated",
        "lock": None,  # one of three answers is lost
        "builders": "ambiguous",  # got further than source_mismatch
        "silent": "question_untranslated",  # although its answer was found
        "tag": "below_threshold",
        "sign": None,
    }
    assert selection.paragraphs.to_pylist() == [None, "context_untranslated", None, None]
    lost = [row for row, reason in zip(tiny.spans.to_pylist(), selection.answers.to_pylist(), strict=True) if reason]
    assert [row["question_id"] for row in lost] == [
        "why",
        "mayor",
        "mill",
        "lock",
        "builders",
        "builders",
        "silent",
        "tag",
    ]


def test_the_order_of_spans_does_not_matter():
    tiny = build()
    order = list(range(tiny.spans.num_rows))
    random.Random(3).shuffle(order)
    shuffled = decide(tiny.layout, tiny.paragraphs, tiny.spans.take(order), tiny.translations)
    straight = decide(tiny.layout, tiny.paragraphs, tiny.spans, tiny.translations)
    assert shuffled.questions.equals(straight.questions)
    assert shuffled.answers.equals(straight.answers.take(pa.array(order)))


def test_a_native_corpus_has_no_untranslated_question():
    tiny = build()
    selection = decide(tiny.layout, tiny.paragraphs, tiny.spans, None)
    assert "question_untranslated" not in selection.questions["reason"].to_pylist()


def test_figures_of_dev():
    dev = figures()["dev"]
    assert dev == {
        "paragraphs": {"visited": 2, "kept": 2, "dropped": 0, "reasons": NO_REASONS},
        "questions": {
            "visited": 5,
            "kept": 2,
            "dropped": 3,
            "reasons": NO_REASONS | {"question_untranslated": 1, "below_threshold": 1, "ambiguous": 1},
        },
        "has_answer": {
            "visited": 4,
            "kept": 1,
            "dropped": 3,
            "yield": 0.25,
            "reasons": NO_REASONS | {"question_untranslated": 1, "below_threshold": 1, "ambiguous": 1},
        },
        "no_answer": {"visited": 1, "kept": 1, "dropped": 0, "reasons": NO_REASONS},
        "answers": {
            "visited": 7,
            "kept": 2,
            "dropped": 5,
            "reasons": NO_REASONS
            | {"source_mismatch": 1, "question_untranslated": 1, "not_found": 1, "below_threshold": 1, "ambiguous": 1},
            "methods": NO_METHODS | {"exact": 1, "fuzzy": 1},
            "probability": 0.765,
        },
        "plausible_answers": {
            "visited": 1,
            "kept": 1,
            "dropped": 0,
            "reasons": NO_REASONS,
            "methods": NO_METHODS | {"exact": 1},
            "probability": 0.98,
        },
        "drift": {
            "no_answer_share_before": 0.2,
            "no_answer_share_after": 0.5,
            "always_no_answer_before": 20.0,
            "always_no_answer_after": 50.0,
            "words_before": 1.571429,
            "words_after": 2.0,
            "question_word_distance": 0.75,
            "answer_length_distance": 0.357143,
            "answer_type_distance": 0.285714,
            "position_distance": 0.428571,
        },
    }


def test_breakdowns_of_all():
    found = figures()["breakdowns"]
    rows = [row for row in found["answer_type"] if row["split"] == TOTAL]
    assert rows == [
        {"split": "total", "group": "date", "visited": 1, "kept": 1, "dropped": 0},
        {"split": "total", "group": "number", "visited": 1, "kept": 1, "dropped": 0},
        {"split": "total", "group": "name", "visited": 3, "kept": 0, "dropped": 3},
        {"split": "total", "group": "clause", "visited": 1, "kept": 0, "dropped": 1},
        {"split": "total", "group": "phrase", "visited": 5, "kept": 2, "dropped": 3},
    ]
    assert found["article"] == [
        {"split": "train", "article": 0, "group": "Oostwerd", "visited": 4, "kept": 2, "dropped": 2},
        {"split": "dev", "article": 0, "group": "Oostwerd_(dev)", "visited": 3, "kept": 1, "dropped": 2},
        {"split": "dev", "article": 1, "group": '</script><b>"Markup"</b>', "visited": 1, "kept": 0, "dropped": 1},
    ]


def test_an_empty_corpus_has_all_keys_and_null_shares():
    empty = figures(
        type(build())(
            *(
                schema.empty_table()
                for schema in (
                    schema_of(SourceParagraph),
                    schema_of(TargetParagraph),
                    schema_of(SpanRow),
                    schema_of(TranslationRow),
                )
            )
        )
    )
    full = figures()
    assert empty[TOTAL].keys() == full[TOTAL].keys()
    assert empty[TOTAL]["has_answer"] == {"visited": 0, "kept": 0, "dropped": 0, "yield": None, "reasons": NO_REASONS}
    assert set(empty[TOTAL]["drift"].values()) == {None}


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from([None, *Reason]), min_size=13, max_size=13))
def test_visited_is_kept_and_dropped_in_every_count(reasons):
    tiny = build()
    changed = [
        row | ({"reason": None, "text": "x", "method": "exact"} if reason is None else {"reason": reason.value})
        for row, reason in zip(tiny.spans.to_pylist(), reasons, strict=True)
    ]
    spans = pa.Table.from_pylist(changed, schema=schema_of(SpanRow))
    found = count(tiny.layout, spans, decide(tiny.layout, tiny.paragraphs, spans, tiny.translations), "en")
    units = [(split, unit) for split in (*SPLITS, TOTAL) for unit in found[split] if unit != "drift"]
    for split, unit in units:
        tally = found[split][unit]
        assert tally["visited"] == tally["kept"] + tally["dropped"]
        assert tally["dropped"] == sum(tally["reasons"].values())
        assert tally["kept"] == sum(tally.get("methods", {"": tally["kept"]}).values())
        assert tally["visited"] == (
            found["train"][unit]["visited"] + found["dev"][unit]["visited"] if split == TOTAL else tally["visited"]
        )
        assert list(tally["reasons"]) == list(Reason)
    for split in (*SPLITS, TOTAL):
        asked = found[split]["has_answer"], found[split]["no_answer"]
        for name in ("visited", "kept", "dropped"):
            assert found[split]["questions"][name] == sum(tally[name] for tally in asked)
            for breakdown in BREAKDOWNS:
                unit = "has_answer" if breakdown == "question_word" else "answers"
                rows = [row for row in found["breakdowns"][breakdown] if row["split"] == split]
                assert sum(row[name] for row in rows) == found[split][unit][name]


def test_distance():
    rows = [{"visited": 50, "kept": 40}, {"visited": 50, "kept": 10}]
    assert distance(rows) == pytest.approx(0.3)
    assert distance([{"visited": 9, "kept": 9}]) == 0
    assert distance([{"visited": 9, "kept": 0}]) is None


def test_tables_of_different_builds_are_refused():
    tiny = build()
    with pytest.raises(InputError, match="not of the same build"):
        decide(tiny.layout, tiny.paragraphs.slice(1), tiny.spans, tiny.translations)
    with pytest.raises(InputError, match="question 'dug' is not in the layout"):
        decide(tiny.layout.slice(2), tiny.paragraphs.slice(2), tiny.spans, tiny.translations)
    with pytest.raises(InputError, match="none for question 'dug'"):
        decide(tiny.layout, tiny.paragraphs, tiny.spans.slice(1), tiny.translations)
