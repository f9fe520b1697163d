"""From features to answers: logits in batches of like length, then the best spans over all windows.

The rules are those of the BERT recipe (`postprocess_qa_predictions` in transformers' examples): in each
window the `n_best` highest starts are paired with the `n_best` highest ends; a pair is an answer when it
lies in the context, in order, and has at most `max_answer_length` tokens. "No answer" scores what the
window scores at [CLS], the least over the windows; a question's *null odds* are that score minus the best
span's. Here all windows are done at once, with numpy.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec import Struct

from spanferry.reader import models
from spanferry.reader.features import Examples, Windows, cut_windows
from spanferry.reader.runs import Prediction, Training

CHUNK = 1_024  # windows that are post-processed at once (a chunk takes some 10 MB)
MULTIPLE = 8  # batch widths are rounded up to it, for the GPU's sake


@dataclass(frozen=True)
class Logits:
    """The logits of all tokens, window after window: those of window i are `bounds[i]:bounds[i + 1]`."""

    start: np.ndarray  # float32
    end: np.ndarray  # float32
    bounds: np.ndarray  # int64, n + 1


def logits(
    model: Any,
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
    if model.device.type == "cuda":
        torch.set_float32_matmul_precision("high")  # TF32: three digits less than float32, eight times as fast
    model.eval()
    with torch.inference_mode():
        for at in range(0, len(order), batch):
            rows = order[at : at + batch]
            arrays = models.inputs(model, windows.batch(rows, MULTIPLE))
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
    """Columns of each row's k highest values, the highest first, among equal ones the leftmost."""
    k = min(k, values.shape[1])
    some = np.sort(np.argpartition(-values, k - 1, axis=1)[:, :k], axis=1)
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
    offset = windows.offset[low:high, None]
    size = (windows.last - windows.first)[low:high, None]
    top_start = _within(np.take_along_axis(start, starts, 1), starts - offset, size)
    top_end = _within(np.take_along_axis(end, ends, 1), ends - offset, size)
    score = top_start[:, :, None] + top_end[:, None, :]
    # As unsigned numbers, an end before its start is very far away: one comparison does for both.
    apart = (ends[:, None, :].astype(np.int16) - starts[:, :, None].astype(np.int16)).view(np.uint16)
    score[apart >= longest] = -np.inf
    flat = score.reshape(len(score), -1)
    best = _top(flat, n_best)
    row, rank = np.nonzero(np.take_along_axis(flat, best, 1) > -np.inf)
    s, e = np.divmod(best[row, rank], ends.shape[1])
    window = low + row
    base = (windows.contexts.bounds[windows.context[window]] + windows.first[window]) - offset[row, 0]
    first = windows.contexts.starts[base + starts[row, s]]
    last = windows.contexts.ends[base + ends[row, e]]
    found = Spans(windows.question[window], window, first, last, top_start[row, s], top_end[row, e])
    return found.take(np.flatnonzero(last > first))


def _within(values: np.ndarray, token: np.ndarray, size: np.ndarray) -> np.ndarray:
    """The values whose token is one of the window's context, -inf for the others."""
    return np.where((token >= 0) & (token < size), values, np.float32(-np.inf))


def best_spans(windows: Windows, scored: Logits, n_best: int, max_answer_length: int) -> Spans:
    """Each question's up to `n_best` best spans over all its windows, by question, the best first."""

    def chunk(low: int) -> Spans:
        return _chunk(windows, scored, low, min(low + CHUNK, len(windows)), n_best, max_answer_length)

    with ThreadPoolExecutor() as pool:  # numpy sorts without Python's lock
        chunks = list(pool.map(chunk, range(0, len(windows), CHUNK)))
    found = _together(chunks)
    # A window's spans are in order; only questions with several windows need sorting.
    several = np.flatnonzero(np.bincount(windows.question)[found.question] > 1)
    order = np.arange(len(found.question))
    order[several] = several[np.lexsort((-found.score[several], found.question[several]))]
    found = found.take(order)
    return found.take(np.flatnonzero(_ranks(found.question) < n_best))


def null_spans(windows: Windows, scored: Logits, questions: int) -> Spans:
    """ "No answer" for each question as an empty span, in the window that is the least sure of it."""
    start, end = scored.start[scored.bounds[:-1]], scored.end[scored.bounds[:-1]]
    order = np.lexsort((start + end, windows.question))
    window = order[np.searchsorted(windows.question[order], np.arange(questions))]
    nowhere = np.zeros(questions, dtype=np.int32)
    return Spans(windows.question[window], window, nowhere, nowhere, start[window], end[window])


class Candidate(Struct, frozen=True, gc=False):
    """One of a question's best answers; its probability is a share among those."""

    text: str
    start_logit: float
    end_logit: float
    probability: float


@dataclass(frozen=True)
class Answers:
    """Answers by question id; "" for none. null_odds: how much better "no answer" scores than the best span.

    spans: each question's best spans, the best first. null: "no answer" for each question as an empty span,
    None where it is not possible. `n_best` makes records of both.
    """

    predictions: dict[str, str]
    null_odds: dict[str, float]
    spans: Spans
    null: Spans | None
    limit: int  # of the records a question
    windows: Windows
    contexts: Sequence[str]

    def n_best(self) -> Iterator[tuple[str, list[Candidate]]]:
        """Each question with its candidates, "no answer" among them; logits to four decimals, shares to six."""
        spans = self.spans if self.null is None else _with_null(self.spans, self.null, self.limit)
        first = np.flatnonzero(np.diff(spans.question, prepend=-1))
        counts = np.diff(np.append(first, len(spans.question)))
        weights = np.exp(spans.score - np.repeat(spans.score[first], counts)).astype(float)
        shares = weights / np.repeat(np.add.reduceat(weights, first) if len(first) else weights, counts)
        logits = (each.astype(float).round(4).tolist() for each in (spans.start, spans.end))
        rows = list(map(Candidate, _texts(self.windows, spans, self.contexts), *logits, shares.round(6).tolist()))
        bounds = np.searchsorted(spans.question, np.arange(len(self.predictions) + 1)).tolist()
        for question, low, high in zip(self.predictions, bounds[:-1], bounds[1:], strict=True):
            yield question, rows[low:high]


def answers(
    windows: Windows,
    scored: Logits,
    ids: Sequence[str],
    contexts: Sequence[str],
    settings: Prediction,
    unanswerable: bool = True,
) -> Answers:
    """Picks each question's answer. ids[i] is question i's, contexts[j] the text of context j.

    unanswerable: whether "" may be given (SQuAD 2.0); without it (1.1) the best span always is.
    """
    found = best_spans(windows, scored, settings.n_best, settings.max_answer_length)
    null = null_spans(windows, scored, len(ids))
    low, high = np.searchsorted(found.question, [np.arange(len(ids)), np.arange(1, len(ids) + 1)])
    has_span = high > low
    odds = null.score.copy()
    best = found.take(low[has_span])
    odds[has_span] = (odds[has_span] - best.start) - best.end
    silent = ~has_span | (unanswerable & (odds > settings.null_threshold))
    texts = _texts(windows, found.take(low[~silent]), contexts)
    predictions = dict.fromkeys(ids, "") | dict(zip(np.array(ids, dtype=object)[~silent], texts, strict=True))
    null_odds = dict(zip(ids, odds.astype(float).tolist(), strict=True))
    possible = null if unanswerable else None
    return Answers(predictions, null_odds, found, possible, settings.n_best, windows, contexts)


def _texts(windows: Windows, spans: Spans, contexts: Sequence[str]) -> list[str]:
    owners = windows.context[spans.window].tolist()
    places = zip(owners, spans.first.tolist(), spans.last.tolist(), strict=True)
    return [contexts[context][first:last] for context, first, last in places]


def _with_null(found: Spans, null: Spans, n_best: int) -> Spans:
    """The n best of each question, "no answer" among them; it stays in the list even when it is worse."""
    better = found.question[found.score >= null.score[found.question]]
    place = np.searchsorted(found.question, null.question) + np.bincount(better, minlength=len(null.question))
    both = Spans(*(np.insert(getattr(found, name), place, getattr(null, name)) for name in Spans.__dataclass_fields__))
    return both.take(np.flatnonzero((_ranks(both.question) < n_best) | (both.last == 0)))


def _together(parts: Sequence[Spans]) -> Spans:
    """Spans one after the other."""
    return Spans(*(np.concatenate([getattr(part, name) for part in parts]) for name in Spans.__dataclass_fields__))


def _ranks(question: np.ndarray) -> np.ndarray:
    """Where each entry of a sorted array stands among its equals, from 0."""
    counts = np.bincount(question)
    return np.arange(len(question)) - np.repeat(np.cumsum(counts) - counts, counts)


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
    scored = logits(model, cut, settings.batch, progress)
    return answers(cut, scored, data.ids, data.contexts, settings, unanswerable)
