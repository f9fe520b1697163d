"""Count what was lost between the source and the cleaned files, once for all reports.

layout, spans, Selection ──count_losses()──> LossFigures ──> loss.json
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry import breakdown
from spanferry.arrow import index_of, numpy_of
from spanferry.loss_figures import (
    PARTS,
    REFERENCE,
    TOTAL,
    AnswerTally,
    ArticleRow,
    BreakdownRow,
    Breakdowns,
    ConfidenceRow,
    Drift,
    HasAnswerTally,
    LossFigures,
    Part,
    Tally,
    Units,
    ratio,
)
from spanferry.records import SPLITS, Field, Method, RepairKind
from spanferry.selection import KEPT, REASONS, Selection

METHODS, REPAIRS = tuple(Method), tuple(RepairKind)


def count_losses(layout: pa.Table, spans: pa.Table, selection: Selection, language: str) -> LossFigures:
    """Count everything that needs neither gold spans, nor verdicts, nor the counts of stage rescue.

    layout, spans: the tables that the selection refers to. language: code of the source language, for the rules of
    `breakdown`.
    """
    questions = group_questions(layout, selection, language)
    answers = group_answers(layout, spans, selection, language)
    breakdowns = Breakdowns(
        question_word=tuple(count_groups(questions, "question_word", breakdown.QUESTION_WORDS)),
        answer_length=tuple(count_groups(answers, "answer_length", breakdown.LENGTH_GROUPS)),
        answer_type=tuple(count_groups(answers, "answer_type", breakdown.ANSWER_TYPES)),
        position=tuple(count_groups(answers, "position", breakdown.POSITIONS)),
        article=tuple(count_articles(questions)),
    )
    train, dev, total = (count_units(part, layout, spans, selection, breakdowns, answers) for part in PARTS)
    return LossFigures(
        train=train,
        dev=dev,
        total=total,
        breakdowns=breakdowns,
        confidence=tuple(count_confidences(answers)),
        reference=REFERENCE,
    )


def mixture_distance(rows: Sequence[BreakdownRow]) -> float | None:
    """Return the total variation distance, 0 to 1, between the distributions of kept and visited over the groups.

    0.02 means that 2 of 100 kept items would have to change group to match the source. None when nothing was visited
    or nothing was kept.
    """
    visited, kept = sum(row.visited for row in rows), sum(row.kept for row in rows)
    if not visited or not kept:
        return None
    return ratio(sum(abs(row.visited / visited - row.kept / kept) for row in rows), 2)


def is_in_part(part: Part, splits: pa.ChunkedArray) -> np.ndarray:
    """Return a mask of the rows that are in a part; `total` includes all rows."""
    return np.ones(len(splits), bool) if part == TOTAL else numpy_of(pc.equal(splits, part))


def count_units(
    part: Part, layout: pa.Table, spans: pa.Table, selection: Selection, breakdowns: Breakdowns, answers: pa.Table
) -> Units:
    """Count each unit in a part of the corpus. answers: rows of `group_answers`."""
    in_part = is_in_part(part, selection.questions["split"])
    is_impossible = numpy_of(selection.questions["is_impossible"])
    codes = index_of(selection.questions["reason"], REASONS, KEPT)
    paragraph_codes = index_of(selection.paragraphs, REASONS, KEPT)
    questions = tally_reasons(codes[in_part])
    has_answer = tally_reasons(codes[in_part & ~is_impossible])
    no_answer = tally_reasons(codes[in_part & is_impossible])
    return Units(
        paragraphs=tally_reasons(paragraph_codes[is_in_part(part, layout["split"])]),
        questions=questions,
        has_answer=HasAnswerTally(
            visited=has_answer.visited,
            kept=has_answer.kept,
            dropped=has_answer.dropped,
            reasons=has_answer.reasons,
            kept_share=ratio(has_answer.kept, has_answer.visited),
        ),
        no_answer=no_answer,
        answers=tally_answers(part, Field.ANSWERS, spans, selection),
        plausible_answers=tally_answers(part, Field.PLAUSIBLE, spans, selection),
        drift=measure_drift(part, questions, no_answer, breakdowns, answers),
    )


def tally_reasons(codes: np.ndarray) -> Tally:
    """Count reason codes: KEPT, or indices into REASONS."""
    dropped = np.bincount(codes[codes != KEPT], minlength=len(REASONS))
    return Tally(
        visited=len(codes),
        kept=int((codes == KEPT).sum()),
        dropped=int(dropped.sum()),
        reasons={reason: int(n) for reason, n in zip(REASONS, dropped, strict=True)},
    )


def tally_answers(part: Part, field: Field, spans: pa.Table, selection: Selection) -> AnswerTally:
    """Count the answers of one field (`answers` or `plausible_answers`)."""
    codes = index_of(selection.answers, REASONS, KEPT)
    rows = is_in_part(part, spans["split"]) & numpy_of(pc.equal(spans["field"], field.value))
    tally = tally_reasons(codes[rows])
    repaired = np.bincount(index_of(spans["repair"], REPAIRS, len(REPAIRS))[rows], minlength=len(REPAIRS) + 1)
    kept = spans.filter(pa.array(rows & (codes == KEPT)))
    methods = np.bincount(index_of(kept["method"], METHODS), minlength=len(METHODS))
    return AnswerTally(
        visited=tally.visited,
        kept=tally.kept,
        dropped=tally.dropped,
        reasons=tally.reasons,
        repaired={kind: int(n) for kind, n in zip(REPAIRS, repaired, strict=False)},
        methods={method: int(n) for method, n in zip(METHODS, methods, strict=True)},
        probability=ratio(pc.sum(kept["probability"]).as_py() or 0, pc.count(kept["probability"]).as_py()),
    )


def group_questions(layout: pa.Table, selection: Selection, language: str) -> pa.Table:
    """Return the questions with an answer: split, article, title, question_word, kept (0 or 1)."""
    questions = selection.questions.filter(pc.invert(selection.questions["is_impossible"]))
    return pa.table(
        {
            **{name: layout[name].take(questions["paragraph"]) for name in ("split", "article", "title")},
            "question_word": breakdown.group_by_question_word(questions["question"].combine_chunks(), language),
            "kept": pc.cast(pc.is_null(questions["reason"]), pa.int64()),
        }
    )


def group_answers(layout: pa.Table, spans: pa.Table, selection: Selection, language: str) -> pa.Table:
    """Return the answers without the plausible ones: split, group of each breakdown, words, probability, kept (0/1)."""
    is_counted = pc.equal(spans["field"], Field.ANSWERS.value).combine_chunks()
    answers = spans.filter(is_counted)
    paragraphs = selection.questions["paragraph"].take(selection.owners.filter(is_counted))
    texts = answers["source_text"].combine_chunks()
    context_lengths = pc.utf8_length(layout["context"]).take(paragraphs).combine_chunks()
    return pa.table(
        {
            "split": answers["split"],
            "answer_length": breakdown.group_by_length(texts),
            "answer_type": breakdown.group_by_type(texts, language),
            "position": breakdown.group_by_position(answers["source_start"].combine_chunks(), context_lengths),
            "words": breakdown.count_words(texts),
            "probability": answers["probability"],
            "kept": pc.cast(pc.is_null(selection.answers.filter(is_counted)), pa.int64()),
        }
    )


def count_groups(rows: pa.Table, name: str, groups: Sequence[str]) -> Iterator[BreakdownRow]:
    """Yield a row for each part and each group, empty ones included. name: the column that holds the group."""
    counted = rows.group_by(["split", name]).aggregate([("kept", "count"), ("kept", "sum")])
    names = ("split", name, "kept_count", "kept_sum")
    by_group = {
        (split, group): (visited, kept)
        for split, group, visited, kept in zip(*(counted[column].to_pylist() for column in names), strict=True)
    }
    for part in PARTS:
        for group in groups:
            counts = [by_group.get((split, group), (0, 0)) for split in SPLITS if part in (split, TOTAL)]
            visited, kept = sum(count for count, _ in counts), sum(count for _, count in counts)
            yield BreakdownRow(split=part, group=group, visited=visited, kept=kept, dropped=visited - kept)


def count_articles(questions: pa.Table) -> Iterator[ArticleRow]:
    """Yield a row for each article that has questions with an answer. Two articles may have the same title."""
    grouped = questions.group_by(["split", "article", "title"], use_threads=False)
    counted = grouped.aggregate([("kept", "count"), ("kept", "sum")])
    names = ("split", "article", "title", "kept_count", "kept_sum")
    for split, article, title, visited, kept in zip(*(counted[name].to_pylist() for name in names), strict=True):
        yield ArticleRow(split=split, article=article, group=title, visited=visited, kept=kept, dropped=visited - kept)


def count_confidences(answers: pa.Table) -> Iterator[ConfidenceRow]:
    """Yield the number of kept answers in each group of probability, for each part."""
    edges = [below for _, below in breakdown.CONFIDENCE_GROUPS if below is not None]
    groups = [group for group, _ in breakdown.CONFIDENCE_GROUPS]
    for part in PARTS:
        is_kept = is_in_part(part, answers["split"]) & (numpy_of(answers["kept"]) == 1)
        kept = answers.filter(pa.array(is_kept))
        bins = np.digitize(kept["probability"].drop_null().to_numpy(), edges)
        for group, n in zip(groups, np.bincount(bins, minlength=len(groups)), strict=True):
            yield ConfidenceRow(split=part, group=group, kept=int(n))


def measure_drift(part: Part, questions: Tally, no_answer: Tally, breakdowns: Breakdowns, answers: pa.Table) -> Drift:
    """Measure how the kept items of a part differ from its source. answers: rows of `group_answers`."""
    before = ratio(no_answer.visited, questions.visited)
    after = ratio(no_answer.kept, questions.kept)
    visited = answers.filter(pa.array(is_in_part(part, answers["split"])))
    kept = visited.filter(pc.equal(visited["kept"], 1))

    def distance(rows: Sequence[BreakdownRow]) -> float | None:
        return mixture_distance([row for row in rows if row.split == part])

    return Drift(
        no_answer_share_before=before,
        no_answer_share_after=after,
        always_no_answer_before=None if before is None else round(100 * before, 2),
        always_no_answer_after=None if after is None else round(100 * after, 2),
        words_before=ratio(pc.sum(visited["words"]).as_py() or 0, len(visited)),
        words_after=ratio(pc.sum(kept["words"]).as_py() or 0, len(kept)),
        question_word_distance=distance(breakdowns.question_word),
        answer_length_distance=distance(breakdowns.answer_length),
        answer_type_distance=distance(breakdowns.answer_type),
        position_distance=distance(breakdowns.position),
    )
