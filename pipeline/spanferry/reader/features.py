"""Build features to train on: windows labelled with their answer's tokens, and counts of what was left out."""

from dataclasses import replace
from enum import StrEnum
from typing import Any

import numpy as np
from msgspec import Struct

from spanferry.language.boundaries import snap_to_words
from spanferry.reader.examples import Examples
from spanferry.reader.tokenization import Tokens
from spanferry.reader.windows import Windows, cut_windows


class SkipReason(StrEnum):
    """The reasons for which a question is left out of training."""

    MISMATCH = "mismatch"  # no answer's offset matches its text
    NO_TOKEN = "no_token"  # the tokenizer makes no token of the answer's characters
    NO_WINDOW = "no_window"  # no window holds the whole answer


class QuestionCounts(Struct, frozen=True):
    """Counts of questions; visited = kept + dropped. reasons: the number of dropped questions by reason."""

    visited: int
    kept: int
    dropped: int
    reasons: dict[SkipReason, int]


class WindowSkips(Struct, frozen=True):
    """Counts of windows left out of training: those of dropped questions, and those with a part of the answer."""

    question_dropped: int
    answer_cut: int


class WindowKinds(Struct, frozen=True):
    """Counts of windows to train on: with the answer, of unanswerable questions, with the answer in another window."""

    answer: int
    no_answer: int
    answer_elsewhere: int


class WindowCounts(Struct, frozen=True):
    """Counts of windows; visited = kept + dropped."""

    visited: int
    kept: int
    dropped: int
    reasons: WindowSkips
    kinds: WindowKinds


class FeatureCounts(Struct, frozen=True):
    """Counts of questions and windows of the training data."""

    questions: QuestionCounts
    windows: WindowCounts


def align_answers(
    tokens: Tokens, text: np.ndarray, start: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Find the first and the last token of the characters `[start, end)` of text `text`.

    The three arrays have one entry per answer. The results are counted from the text's first token; last is less than
    first when no token touches the characters. Several tokens may cover one character (the bytes of an "é", or XLM-R's
    "▁" before a word). Then first is the last token that begins there, and last is the first token that ends there, as
    in run_qa.py, unless that would reverse their order.
    """
    # A single search covers all texts: each text's offsets are shifted above those of the texts before it.
    edges = tokens.edges
    lift = np.int64(2 + int(edges.ends.max(initial=0)) + int(end.max(initial=0)))
    owner = np.repeat(np.arange(len(tokens), dtype=np.int64), tokens.counts) * lift
    starts, ends, base = owner + edges.starts, owner + edges.ends, tokens.bounds[text]
    low, high = text * lift + start, text * lift + end
    first_touching = np.searchsorted(ends, low, side="right")
    last_touching = np.searchsorted(starts, high, side="left") - 1
    first = np.maximum(first_touching, np.searchsorted(starts, low, side="right") - 1)
    last = np.minimum(last_touching, np.searchsorted(ends, high, side="left"))
    reversed_order = last < first
    return (
        np.where(reversed_order, first_touching, first) - base,
        np.where(reversed_order, last_touching, last) - base,
    )


def build_training_windows(
    data: Examples, tokenizer: Any, *, max_length: int, doc_stride: int, max_question_length: int
) -> tuple[Windows, FeatureCounts]:
    """Build the features to train on, and count them by kind. The sizes are those of `cut_windows`.

    Answers are extended to whole words (`snap_to_words`), as predictions are.
    A window without any part of the answer is labelled "no answer", which is the right response to it. Windows with
    only a part of the answer are dropped. Questions whose answer cannot be placed are dropped too (`SkipReason`).
    """
    windows = cut_windows(
        tokenizer,
        data.questions,
        data.contexts,
        data.context_of,
        max_length=max_length,
        doc_stride=doc_stride,
        max_question_length=max_question_length,
    )
    first, last = align_answers(windows.contexts, data.context_of.astype(np.int64), *_snap_answers(data))
    question = windows.question
    has_span = data.answerable & (data.start >= 0)
    is_whole = has_span[question] & (first[question] >= windows.first) & (last[question] < windows.last)
    is_touched = has_span[question] & (first[question] < windows.last) & (last[question] >= windows.first)
    in_a_window = np.zeros(len(data), dtype=bool)
    in_a_window[question[is_whole]] = True
    no_token = has_span & (last < first)
    skipped = {
        SkipReason.MISMATCH: data.answerable & (data.start < 0),
        SkipReason.NO_TOKEN: no_token,
        SkipReason.NO_WINDOW: has_span & ~in_a_window & ~no_token,
    }
    dropped = np.logical_or.reduce(list(skipped.values()))
    kept = ~dropped[question] & (is_whole | ~is_touched)
    shift = (windows.offset - windows.first).astype(np.int32)
    start = np.where(is_whole, first[question] + shift, 0).astype(np.int32)
    end = np.where(is_whole, last[question] + shift, 0).astype(np.int32)
    labelled = replace(windows, start=start, end=end).take(np.flatnonzero(kept))
    return labelled, FeatureCounts(
        _count_questions(dropped, skipped), _count_windows(data.answerable[question], kept, is_whole, dropped[question])
    )


def _snap_answers(data: Examples) -> tuple[np.ndarray, np.ndarray]:
    """Return the starts and ends of the answers, extended to whole words; -1 for none."""
    rows = zip(data.context_of.tolist(), data.start.tolist(), data.end.tolist(), strict=True)
    spans = [snap_to_words(data.contexts[at], start, end) if start >= 0 else (-1, -1) for at, start, end in rows]
    start, end = np.array(spans, dtype=np.int32).reshape(-1, 2).T
    return start, end


def _count_questions(dropped: np.ndarray, skipped: dict[SkipReason, np.ndarray]) -> QuestionCounts:
    """Count kept and dropped questions. dropped, skipped: one entry per question."""
    return QuestionCounts(
        visited=len(dropped),
        kept=int((~dropped).sum()),
        dropped=int(dropped.sum()),
        reasons={reason: int(rows.sum()) for reason, rows in skipped.items()},
    )


def _count_windows(
    answerable: np.ndarray, kept: np.ndarray, is_whole: np.ndarray, question_dropped: np.ndarray
) -> WindowCounts:
    """Count windows by kind. All arrays have one entry per window; two describe the question of the window."""
    return WindowCounts(
        visited=len(kept),
        kept=int(kept.sum()),
        dropped=int((~kept).sum()),
        reasons=WindowSkips(
            question_dropped=int(question_dropped.sum()),
            answer_cut=int((~kept & ~question_dropped).sum()),
        ),
        kinds=WindowKinds(
            answer=int((kept & is_whole).sum()),
            no_answer=int((kept & ~answerable).sum()),
            answer_elsewhere=int((kept & ~is_whole & answerable).sum()),
        ),
    )


def describe_skipped(counts: FeatureCounts) -> str:
    """Summarise what was left out: "3 questions (mismatch), ..."; empty when nothing was dropped."""
    parts = [f"{n:,} questions ({reason})" for reason, n in counts.questions.reasons.items() if n]
    if cut := counts.windows.reasons.answer_cut:
        parts.append(f"{cut:,} windows that cut their answer in two")
    return ", ".join(parts)
