"""From features to answers: logits in batches of like length, then the best spans over all windows.

The rules are those of the BERT recipe (`postprocess_qa_predictions` in transformers' examples): in each
window the `n_best` highest starts are paired with the `n_best` highest ends; a pair is an answer when it
lies in the context, in order, and has at most `max_answer_length` tokens. "No answer" scores what the
window scores at [CLS], the least over the windows; a question's *null odds* are that score minus the best
span's. Here all windows are done at once, with numpy.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.reader import models
from pipeline.reader.features import Examples, Windows, cut_windows
from pipeline.reader.runs import Prediction, Training

CHUNK = 2_048  # windows that are post-processed at once (a chunk takes some 20 MB)
MULTIPLE = 8  # batch widths are rounded up to it, for the GPU's sake


@dataclass(frozen=True)
class Logits:
    """The logits of all tokens, window after window: those of window i are `bounds[i]:bounds[i + 1]`."""

    start: np.ndarray  # float32
    end: np.ndarray  # float32
    bounds: np.ndarray  # int64, n + 1


def logits(
    model: Any,
    tokenizer: Any,
    windows: Windows,
    batch: int,
    progress: Callable[[int], object] = lambda _: None,
) -> Logits:
    """Runs the model over all windows, on the device it is on; progress is told of each batch's windows."""
    import torch

    lengths = windows.lengths
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    start, end = (np.empty(bounds[-1], dtype=np.float32) for _ in range(2))
    order = np.argsort(-lengths, kind="stable")
    widest = min(MULTIPLE, int(lengths.max(initial=1)))
    if model.device.type == "cuda":
        torch.set_float32_matmul_precision("high")  # TF32: three digits less than float32, eight times as fast
    model.eval()
    with torch.inference_mode():
        for at in range(0, len(order), batch):
            rows = order[at : at + batch]
            arrays = models.inputs(tokenizer, windows.batch(rows, widest))
            output = model(**{name: torch.from_numpy(array).to(model.device) for name, array in arrays.items()})
            both = torch.stack([output.start_logits, output.end_logits]).float().cpu().numpy()
            for line, row in enumerate(rows):
                place = slice(bounds[row], bounds[row + 1])
                start[place], end[place] = both[:, line, : lengths[row]]
            progress(len(rows))
    return Logits(start, end, bounds)


@dataclass(frozen=True)
class Spans:
    """Candidate answers, the best first within each question.

    question: whose it is. window: where it was found. first, last: code points of the context, last
    exclusive. start, end: its two logits.
    """

    question: np.ndarray
    window: np.ndarray
    first: np.ndarray
    last: np.ndarray
    start: np.ndarray
    end: np.ndarray

    @property
    def score(self) -> np.ndarray:
        return self.start + self.end

    def take(self, rows: np.ndarray) -> "Spans":
        """The spans at these rows, in this order."""
        return Spans(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def _top(values: np.ndarray, k: int) -> np.ndarray:
    """Columns of each row's k highest values, the highest first."""
    k = min(k, values.shape[1])
    some = np.argpartition(-values, k - 1, axis=1)[:, :k]
    return np.take_along_axis(some, np.argsort(-np.take_along_axis(values, some, 1), axis=1, kind="stable"), 1)


def _padded(flat: np.ndarray, bounds: np.ndarray, low: int, high: int) -> np.ndarray:
    """Rows low to high of a ragged array as a matrix, -inf where a row has ended."""
    counts = np.diff(bounds[low : high + 1])
    matrix = np.full((high - low, int(counts.max())), -np.inf, dtype=np.float32)
    matrix[np.arange(matrix.shape[1]) < counts[:, None]] = flat[bounds[low] : bounds[high]]
    return matrix


def _chunk(windows: Windows, scored: Logits, low: int, high: int, n_best: int, longest: int) -> Spans:
    """The up to `n_best` best spans of each of the windows low to high."""
    start, end = (_padded(flat, scored.bounds, low, high) for flat in (scored.start, scored.end))
    starts, ends = _top(start, n_best), _top(end, n_best)
    top_start, top_end = np.take_along_axis(start, starts, 1), np.take_along_axis(end, ends, 1)
    offset = windows.offset[low:high, None]
    size = (windows.last - windows.first)[low:high, None]
    starts, ends = starts - offset, ends - offset  # now in tokens of the window's context
    distance = ends[:, None, :] - starts[:, :, None]
    fits = ((starts >= 0) & (starts < size))[:, :, None] & ((ends >= 0) & (ends < size))[:, None, :]
    score = np.where(
        fits & (distance >= 0) & (distance < longest), top_start[:, :, None] + top_end[:, None, :], -np.inf
    )
    flat = score.reshape(len(score), -1)
    best = np.argsort(-flat, axis=1, kind="stable")[:, :n_best]
    row, rank = np.nonzero(np.isfinite(np.take_along_axis(flat, best, 1)))
    pair = best[row, rank]
    s, e = pair // ends.shape[1], pair % ends.shape[1]
    window = low + row
    base = windows.contexts.bounds[windows.context[window]] + windows.first[window]
    return Spans(
        windows.question[window],
        window,
        windows.contexts.starts[base + starts[row, s]],
        windows.contexts.ends[base + ends[row, e]],
        top_start[row, s],
        top_end[row, e],
    )


def best_spans(windows: Windows, scored: Logits, n_best: int, max_answer_length: int) -> Spans:
    """Each question's up to `n_best` best spans over all its windows, by question, the best first."""
    chunks = [
        _chunk(windows, scored, low, min(low + CHUNK, len(windows)), n_best, max_answer_length)
        for low in range(0, len(windows), CHUNK)
    ]
    names = Spans.__dataclass_fields__
    found = Spans(*(np.concatenate([getattr(chunk, name) for chunk in chunks] or [[]]) for name in names))
    found = found.take(np.flatnonzero(found.last > found.first))
    found = found.take(np.lexsort((-found.score, found.question)))
    rank = np.arange(len(found.question)) - np.searchsorted(found.question, found.question)
    return found.take(np.flatnonzero(rank < n_best))


def null_scores(windows: Windows, scored: Logits, questions: int) -> tuple[np.ndarray, np.ndarray]:
    """What "no answer" scores for each question, and the window that says so (the least sure of it)."""
    at_cls = scored.start[scored.bounds[:-1]] + scored.end[scored.bounds[:-1]]
    order = np.lexsort((at_cls, windows.question))
    first = order[np.searchsorted(windows.question[order], np.arange(questions))]
    return at_cls[first], first


@dataclass(frozen=True)
class Answers:
    """Answers by question id; "" for none. null_odds: how much better "no answer" scores than the best span.

    n_best: up to n answers each, the best first, with text, start_logit, end_logit, probability (over the n).
    """

    predictions: dict[str, str]
    null_odds: dict[str, float]
    n_best: dict[str, list[dict[str, Any]]]


def answers(
    windows: Windows,
    scored: Logits,
    ids: tuple[str, ...],
    contexts: Mapping[int, str] | tuple[str, ...],
    settings: Prediction,
    unanswerable: bool = True,
) -> Answers:
    """Picks each question's answer. ids[i] is question i's, contexts[j] the text of context j.

    unanswerable: whether "" may be given (SQuAD 2.0); without it (1.1) the best span always is.
    """
    found = best_spans(windows, scored, settings.n_best, settings.max_answer_length)
    null, at = null_scores(windows, scored, len(ids))
    bounds = np.searchsorted(found.question, np.arange(len(ids) + 1))
    has_span = bounds[1:] > bounds[:-1]
    best = np.minimum(bounds[:-1], max(len(found.question) - 1, 0))
    odds = np.where(has_span, (null - found.start[best]) - found.end[best], null) if len(found.question) else null
    texts = [
        contexts[windows.context[window]][first:last]
        for window, first, last in zip(found.window.tolist(), found.first.tolist(), found.last.tolist(), strict=True)
    ]
    predictions, n_best = {}, {}
    cls = [scored.start[scored.bounds[at]], scored.end[scored.bounds[at]]]
    for row, question in enumerate(ids):
        low, high = bounds[row], bounds[row + 1]
        silent = not has_span[row] or (unanswerable and odds[row] > settings.null_threshold)
        predictions[question] = "" if silent else texts[low]
        own = (texts[low:high], found.start[low:high], found.end[low:high])
        null_pair = (float(cls[0][row]), float(cls[1][row])) if unanswerable else None
        n_best[question] = _n_best(*own, null_pair, settings.n_best)
    return Answers(predictions, dict(zip(ids, odds.astype(float).tolist(), strict=True)), n_best)


def _n_best(
    texts: list[str], start: np.ndarray, end: np.ndarray, null: tuple[float, float] | None, n_best: int
) -> list[dict[str, Any]]:
    """The list of one question; "no answer" is always in it where it is possible."""
    rows = list(zip(texts, start.tolist(), end.tolist(), (start + end).tolist(), strict=True))
    if null is not None:
        rows.append(("", *null, float(np.float32(null[0]) + np.float32(null[1]))))
        rows.sort(key=lambda row: -row[3])
        rows = rows[:n_best] if "" in (row[0] for row in rows[:n_best]) else [*rows[:n_best], rows[-1]]
    if not rows:
        return []
    weights = np.exp(np.array([row[3] for row in rows]) - max(row[3] for row in rows))
    return [
        {"text": text, "start_logit": s, "end_logit": e, "probability": p}
        for (text, s, e, _), p in zip(rows, (weights / weights.sum()).tolist(), strict=True)
    ]


def predict(
    model: Any,
    tokenizer: Any,
    data: Examples,
    training: Training,
    settings: Prediction,
    unanswerable: bool = True,
    progress: Callable[[int], object] = lambda _: None,
) -> Answers:
    """Answers every question of the examples, in windows as the model was trained on (`training`)."""
    cut = cut_windows(
        tokenizer,
        data.questions,
        data.contexts,
        data.context_of,
        max_length=training.max_length,
        doc_stride=training.doc_stride,
        max_question_length=training.max_question_length,
    )
    scored = logits(model, tokenizer, cut, settings.batch, progress)
    return answers(cut, scored, data.ids, data.contexts, settings, unanswerable)
