"""Tests of loss counts: all figures of a build written by hand, and the invariants of any build."""

import dataclasses

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanferry.arrow import schema_of
from spanferry.files import write_json
from spanferry.loss import count_losses, mixture_distance
from spanferry.loss_figures import PARTS, TOTAL, BreakdownRow, LossFigures, read_figures
from spanferry.records import Method, Reason, RepairKind, SourceParagraph, SpanRow, TargetParagraph, TranslationRow
from spanferry.report.wording import describe_repairs

from tests.support.tiny_build import Tiny, build

NO_REASONS = dict.fromkeys((r.value for r in Reason), 0)
NO_REPAIRS = dict.fromkeys((r.value for r in RepairKind), 0)
NO_METHODS = dict.fromkeys((m.value for m in Method), 0)


BREAKDOWNS = ("question_word", "answer_length", "answer_type", "position")


def count(tiny: Tiny) -> LossFigures:
    return count_losses(tiny.layout, tiny.spans, tiny.selection(), "en")


def figures(tiny: Tiny | None = None) -> dict:
    """Return the figures in the form of loss.json."""
    return msgspec.json.decode(msgspec.json.encode(count(tiny or build())))


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
            "repaired": NO_REPAIRS,
            "methods": NO_METHODS | {"exact": 1, "fuzzy": 1},
            "probability": 0.765,
        },
        "plausible_answers": {
            "visited": 1,
            "kept": 1,
            "dropped": 0,
            "reasons": NO_REASONS,
            "repaired": NO_REPAIRS,
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


def test_repaired_answers_are_counted_kept_and_lost_ones_alike():
    tiny = build()
    rows = tiny.spans.to_pylist()
    for row, repair in zip(rows, ("utf8_bytes", "utf8_bytes", "once", "shifted"), strict=False):
        row |= {"repair": repair, "given_text": row["source_text"], "given_start": 7}
    spans = pa.Table.from_pylist(rows, schema=schema_of(SpanRow))
    counted = dataclasses.replace(tiny, spans=spans)
    train = figures(counted)["train"]
    assert train["answers"]["repaired"] == NO_REPAIRS | {"utf8_bytes": 2, "once": 1}
    assert train["plausible_answers"]["repaired"] == NO_REPAIRS | {"shifted": 1}
    assert describe_repairs(count(counted)) == (
        "4 wrong offsets of the source repaired: 2 counted in bytes, 1 all too high or too low by the same number, "
        "1 found because the text stands only once in the context."
    )
    assert describe_repairs(count(tiny)) == ""


def test_breakdowns_of_all():
    counted = figures()["breakdowns"]
    rows = [row for row in counted["answer_type"] if row["split"] == TOTAL]
    assert rows == [
        {"split": "total", "group": "date", "visited": 1, "kept": 1, "dropped": 0},
        {"split": "total", "group": "number", "visited": 1, "kept": 1, "dropped": 0},
        {"split": "total", "group": "name", "visited": 3, "kept": 0, "dropped": 3},
        {"split": "total", "group": "clause", "visited": 1, "kept": 0, "dropped": 1},
        {"split": "total", "group": "phrase", "visited": 5, "kept": 2, "dropped": 3},
    ]
    assert counted["article"] == [
        {"split": "train", "article": 0, "group": "Oostwerd", "visited": 4, "kept": 2, "dropped": 2},
        {"split": "dev", "article": 0, "group": "Oostwerd_(dev)", "visited": 3, "kept": 1, "dropped": 2},
        {"split": "dev", "article": 1, "group": '</script><b>"Markup"</b>', "visited": 1, "kept": 0, "dropped": 1},
    ]


def test_an_empty_corpus_has_all_keys_and_null_shares():
    records = (SourceParagraph, TargetParagraph, SpanRow, TranslationRow)
    empty = figures(Tiny(*(schema_of(record).empty_table() for record in records)))
    full = figures()
    assert empty[TOTAL].keys() == full[TOTAL].keys()
    assert empty[TOTAL]["has_answer"] == {"visited": 0, "kept": 0, "dropped": 0, "yield": None, "reasons": NO_REASONS}
    assert set(empty[TOTAL]["drift"].values()) == {None}


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from([None, *Reason]), min_size=13, max_size=13))
def test_visited_is_the_sum_of_kept_and_dropped_in_every_count(reasons):
    tiny = build()
    changed = [
        row | ({"reason": None, "text": "x", "method": "exact"} if reason is None else {"reason": reason.value})
        for row, reason in zip(tiny.spans.to_pylist(), reasons, strict=True)
    ]
    spans = pa.Table.from_pylist(changed, schema=schema_of(SpanRow))
    counted = figures(dataclasses.replace(tiny, spans=spans))
    units = [(split, unit) for split in PARTS for unit in counted[split] if unit != "drift"]
    for split, unit in units:
        tally = counted[split][unit]
        assert tally["visited"] == tally["kept"] + tally["dropped"]
        assert tally["dropped"] == sum(tally["reasons"].values())
        assert tally["kept"] == sum(tally.get("methods", {"": tally["kept"]}).values())
        assert tally["visited"] == (
            counted["train"][unit]["visited"] + counted["dev"][unit]["visited"] if split == TOTAL else tally["visited"]
        )
        assert list(tally["reasons"]) == list(Reason)
    for split in PARTS:
        sorts = counted[split]["has_answer"], counted[split]["no_answer"]
        for name in ("visited", "kept", "dropped"):
            assert counted[split]["questions"][name] == sum(tally[name] for tally in sorts)
            for breakdown in BREAKDOWNS:
                unit = "has_answer" if breakdown == "question_word" else "answers"
                rows = [row for row in counted["breakdowns"][breakdown] if row["split"] == split]
                assert sum(row[name] for row in rows) == counted[split][unit][name]


def row(visited: int, kept: int) -> BreakdownRow:
    return BreakdownRow(split=TOTAL, group="", visited=visited, kept=kept, dropped=visited - kept)


def test_mixture_distance():
    assert mixture_distance([row(50, 40), row(50, 10)]) == pytest.approx(0.3)
    assert mixture_distance([row(9, 9)]) == 0
    assert mixture_distance([row(9, 0)]) is None


def test_figures_are_read_as_written(tmp_path):
    counted = count(build())
    write_json(tmp_path / "loss.json", counted)
    assert read_figures(tmp_path / "loss.json") == counted
