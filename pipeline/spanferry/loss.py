"""What was lost between the source and the cleaned files, counted once for every report.

    layout, spans, Selection ──count()──> loss.json

Every tally is `visited = kept + dropped` with all of `Reason` (and, for answers, `Method`)
present; docs/loss.md tells every key. Numbers that stand in objects are DVC metrics; lists of rows are not, so
that `dvc metrics` stays readable. A share of nothing is null.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry import breakdown as strata
from spanferry.records import SPLITS, Field, Method
from spanferry.selection import KEPT, REASONS, Selection, codes, numpy

Row = dict[str, Any]

TOTAL = "total"
METHODS = tuple(Method)
BREAKDOWNS = {  # in the order they are shown; articles follow
    "question_word": strata.QUESTION_WORDS,
    "answer_length": strata.LENGTH_GROUPS,
    "answer_type": strata.TYPES,
    "position": strata.POSITIONS,
}

MODEL_CARD = (
    "model card of henryk/bert-base-multilingual-cased-finetuned-dutch-squad2, huggingface/transformers @02f6d24"
)
# Questions of SQuAD2.0 in English, and of them in the reference's Dutch: as its card reports them, and as
# exactly as is known: of the dev set the card's evaluation counts total, HasAns_total and NoAns_total.
REFERENCE = tuple(
    {"split": split, "unit": unit, "reported": reported, "visited": visited, "kept": kept, "source": MODEL_CARD}
    for split, unit, reported, visited, kept in (
        ("train", "questions", "130K → 99K", 130_000, 99_000),
        ("dev", "questions", "12K → 10K", 11_873, 9_669),
        ("dev", "has_answer", "5,928 → 3,724", 5_928, 3_724),
        ("dev", "no_answer", "5,945 → 5,945", 5_945, 5_945),
    )
)


def count(layout: pa.Table, spans: pa.Table, selection: Selection, language: str) -> dict[str, Any]:
    """The figures of loss.json but curve, gold, people and verdicts, which `report.build` adds.

    layout, spans: what the selection were decided on. language: the source's, for the rules of `strata`.
    """
    asked, answers = _asked(layout, selection, language), _answers(layout, spans, selection, language)
    breakdowns = {
        name: list(_breakdown(asked if name == "question_word" else answers, name, groups))
        for name, groups in BREAKDOWNS.items()
    }
    figures: dict[str, Any] = {
        "breakdowns": {**breakdowns, "article": _articles(asked)},
        "confidence": list(_confidence(answers)),
        "reference": [dict(row) for row in REFERENCE],
    }
    for split in (*SPLITS, TOTAL):
        figures[split] = _units(split, layout, spans, selection)
        figures[split]["drift"] = _drift(split, figures[split], breakdowns, answers)
    return figures


def distance(rows: Sequence[Row]) -> float | None:
    """How far the kept are from the visited, as distributions over groups: total variation, 0 to 1.

    0.02 says that 2 of 100 would have to change group to make what was kept look like the source.
    """
    visited, kept = sum(row["visited"] for row in rows), sum(row["kept"] for row in rows)
    if not visited or not kept:
        return None
    return _share(sum(abs(row["visited"] / visited - row["kept"] / kept) for row in rows), 2)


def _share(part: float, whole: float) -> float | None:
    return round(float(part) / float(whole), 6) if whole else None


def _in(split: str, column: pa.ChunkedArray) -> np.ndarray:
    return np.ones(len(column), bool) if split == TOTAL else numpy(pc.equal(column, split))


def _tally(found: np.ndarray) -> Row:
    dropped = np.bincount(found[found != KEPT], minlength=len(REASONS))
    return {
        "visited": len(found),
        "kept": int((found == KEPT).sum()),
        "dropped": int(dropped.sum()),
        "reasons": {reason.value: int(n) for reason, n in zip(REASONS, dropped, strict=True)},
    }


def _units(split: str, layout: pa.Table, spans: pa.Table, selection: Selection) -> Row:
    here, impossible = _in(split, selection.questions["split"]), numpy(selection.questions["is_impossible"])
    questions, answers = codes(selection.questions["reason"], REASONS), codes(selection.answers, REASONS)
    units = {
        "paragraphs": _tally(codes(selection.paragraphs, REASONS)[_in(split, layout["split"])]),
        "questions": _tally(questions[here]),
        "has_answer": _tally(questions[here & ~impossible]),
        "no_answer": _tally(questions[here & impossible]),
    }
    units["has_answer"]["yield"] = _share(units["has_answer"]["kept"], units["has_answer"]["visited"])
    for field in Field:
        rows = _in(split, spans["split"]) & numpy(pc.equal(spans["field"], field.value))
        kept = spans.filter(pa.array(rows & (answers == KEPT)))
        found = np.bincount(codes(kept["method"], METHODS), minlength=len(METHODS))
        units[field.value] = {
            **_tally(answers[rows]),
            "methods": {method.value: int(n) for method, n in zip(METHODS, found, strict=True)},
            "probability": _share(pc.sum(kept["probability"]).as_py() or 0, pc.count(kept["probability"]).as_py()),
        }
    return units


def _asked(layout: pa.Table, selection: Selection, language: str) -> pa.Table:
    """has_answer questions: split, article, title, question_word, kept."""
    asked = selection.questions.filter(pc.invert(selection.questions["is_impossible"]))
    return pa.table(
        {
            **{name: layout[name].take(asked["paragraph"]) for name in ("split", "article", "title")},
            "question_word": strata.question_words(asked["question"].combine_chunks(), language),
            "kept": pc.cast(pc.is_null(asked["reason"]), pa.int64()),
        }
    )


def _answers(layout: pa.Table, spans: pa.Table, selection: Selection, language: str) -> pa.Table:
    """Answers of has_answer questions: split, the groups they fall into, words, probability, kept."""
    counted = pc.equal(spans["field"], Field.ANSWERS.value)
    answers = spans.filter(counted)
    paragraphs = selection.questions["paragraph"].take(selection.owners.filter(counted.combine_chunks()))
    texts = answers["source_text"].combine_chunks()
    contexts = pc.utf8_length(layout["context"]).take(paragraphs).combine_chunks()
    return pa.table(
        {
            "split": answers["split"],
            "answer_length": strata.lengths(texts),
            "answer_type": strata.types(texts, language),
            "position": strata.positions(answers["source_start"].combine_chunks(), contexts),
            "words": strata.word_counts(texts),
            "probability": answers["probability"],
            "kept": pc.cast(pc.is_null(selection.answers.filter(counted.combine_chunks())), pa.int64()),
        }
    )


def _breakdown(rows: pa.Table, name: str, groups: Sequence[str]) -> Iterator[Row]:
    """A row for each split and each group, also where there is nothing."""
    counted = rows.group_by(["split", name]).aggregate([("kept", "count"), ("kept", "sum")]).to_pylist()
    of = {(row["split"], row[name]): (row["kept_count"], row["kept_sum"]) for row in counted}
    for group in groups:
        of[TOTAL, group] = tuple(sum(of.get((split, group), (0, 0))[i] for split in SPLITS) for i in (0, 1))
    for split in (*SPLITS, TOTAL):
        for group in groups:
            visited, kept = of.get((split, group), (0, 0))
            yield {"split": split, "group": group, "visited": visited, "kept": kept, "dropped": visited - kept}


def _articles(asked: pa.Table) -> list[Row]:
    """A row for each article that has has_answer questions; two may bear one title."""
    counted = asked.group_by(["split", "article", "title"], use_threads=False)
    return [
        {
            "split": row["split"],
            "article": row["article"],
            "group": row["title"],
            "visited": row["kept_count"],
            "kept": row["kept_sum"],
            "dropped": row["kept_count"] - row["kept_sum"],
        }
        for row in counted.aggregate([("kept", "count"), ("kept", "sum")]).to_pylist()
    ]


def confidence(probability: float) -> str:
    """The group of a calibrated probability."""
    return next(name for name, below in CONFIDENCES if below is None or probability < below)


CONFIDENCES = (("under 50 %", 0.5), ("50 to 80 %", 0.8), ("80 to 95 %", 0.95), ("95 % and over", None))


def _confidence(answers: pa.Table) -> Iterator[Row]:
    edges = [below for _, below in CONFIDENCES if below is not None]
    for split in (*SPLITS, TOTAL):
        kept = answers.filter(pa.array(_in(split, answers["split"]) & (numpy(answers["kept"]) == 1)))
        bins = np.digitize(kept["probability"].drop_null().to_numpy(), edges)
        for (group, _), n in zip(CONFIDENCES, np.bincount(bins, minlength=len(CONFIDENCES)), strict=True):
            yield {"split": split, "group": group, "kept": int(n)}


def _drift(split: str, units: Row, breakdowns: dict[str, list[Row]], answers: pa.Table) -> Row:
    questions, no_answer = units["questions"], units["no_answer"]
    before = _share(no_answer["visited"], questions["visited"])
    after = _share(no_answer["kept"], questions["kept"])
    here = answers.filter(pa.array(_in(split, answers["split"])))
    kept = here.filter(pc.equal(here["kept"], 1))
    return {
        "no_answer_share_before": before,
        "no_answer_share_after": after,
        "always_no_answer_before": None if before is None else round(100 * before, 2),
        "always_no_answer_after": None if after is None else round(100 * after, 2),
        "words_before": _share(pc.sum(here["words"]).as_py() or 0, len(here)),
        "words_after": _share(pc.sum(kept["words"]).as_py() or 0, len(kept)),
        **{
            f"{name}_distance": distance([row for row in rows if row["split"] == split])
            for name, rows in breakdowns.items()
        },
    }
