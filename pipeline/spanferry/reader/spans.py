"""Find the best answer spans of each question from the logits of all windows, vectorised with numpy.

The rules are those of the BERT recipe (`postprocess_qa_predictions` in transformers' examples). In each window the
`n_best` highest starts are paired with the `n_best` highest ends. A pair is an answer when both tokens are in the
context, the start is not after the end, it has at most `max_answer_length` tokens, and it is not only blanks. The
score of "no answer" is the sum of the logits at [CLS], in the window of the question where it is lowest. Unlike in the
recipe, spans are extended to whole words (`word_edges`); `align_to_words=False` leaves them as they are.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

import numpy as np

from spanferry.reader.inference import Logits
from spanferry.reader.windows import Windows

CHUNK = 1_024  # windows that are processed at once (a chunk takes some 10 MB)


@dataclass(frozen=True)
class AnswerSpans:
    """Candidate answers, the best first within each question; n entries in each array.

    question, window: indices. first, last: code points of the context, last exclusive. start, end: the logits of the
    span's first and last token.
    """

    question: np.ndarray
    window: np.ndarray
    first: np.ndarray
    last: np.ndarray
    start: np.ndarray
    end: np.ndarray

    @property
    def score(self) -> np.ndarray:
        """The sum of the two logits."""
        return self.start + self.end

    def arrays(self) -> tuple[np.ndarray, ...]:
        """Return the arrays in the order of the fields."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def take(self, rows: np.ndarray) -> "AnswerSpans":
        """Select spans by index, in the given order."""
        return AnswerSpans(*(array[rows] for array in self.arrays()))


def _top_columns(values: np.ndarray, k: int) -> np.ndarray:
    """Return the columns of each row's k highest values in descending order, with equal values from left to right."""
    k = min(k, values.shape[1])
    candidates = np.sort(np.argpartition(-values, k - 1, axis=1)[:, :k], axis=1)
    order = np.argsort(-np.take_along_axis(values, candidates, 1), axis=1, kind="stable")
    return np.take_along_axis(candidates, order, 1)


def _to_matrix(flat: np.ndarray, bounds: np.ndarray, low: int, high: int) -> np.ndarray:
    """Return rows low to high of a ragged array as a matrix, padded with -inf."""
    counts = np.diff(bounds[low : high + 1])
    matrix = np.full((high - low, int(counts.max())), -np.inf, dtype=np.float32)
    matrix[np.arange(matrix.shape[1]) < counts[:, None]] = flat[bounds[low] : bounds[high]]
    return matrix


def _mask_outside(values: np.ndarray, token: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Replace the values of tokens outside the window's context with -inf."""
    return np.where((token >= 0) & (token < size), values, np.float32(-np.inf))


def _window_spans(
    windows: Windows, logits: Logits, low: int, high: int, n_best: int, max_answer_length: int, align_to_words: bool
) -> AnswerSpans:
    """Return up to `n_best` best spans of each of the windows low to high, without spans of nothing but blanks."""
    edges = windows.contexts.edges
    token_starts, token_ends = (edges.word_starts, edges.word_ends) if align_to_words else (edges.starts, edges.ends)
    start, end = (_to_matrix(flat, logits.bounds, low, high) for flat in (logits.start, logits.end))
    starts, ends = _top_columns(start, n_best), _top_columns(end, n_best)
    offset = windows.offset[low:high, None]
    size = (windows.last - windows.first)[low:high, None]
    top_start = _mask_outside(np.take_along_axis(start, starts, 1), starts - offset, size)
    top_end = _mask_outside(np.take_along_axis(end, ends, 1), ends - offset, size)
    score = top_start[:, :, None] + top_end[:, None, :]
    # As an unsigned number, the distance to an end before its start is very large. One comparison tests both order and
    # length.
    distance = (ends[:, None, :].astype(np.int16) - starts[:, :, None].astype(np.int16)).view(np.uint16)
    score[distance >= max_answer_length] = -np.inf
    base = (windows.contexts.bounds[windows.context[low:high]] + windows.first[low:high])[:, None] - offset
    first = token_starts.take(base + starts, mode="clip")  # tokens outside the context are masked
    last = token_ends.take(base + ends, mode="clip")
    score[first[:, :, None] >= last[:, None, :]] = -np.inf
    flat = score.reshape(len(score), -1)
    best = _top_columns(flat, n_best)
    row, rank = np.nonzero(np.take_along_axis(flat, best, 1) > -np.inf)
    s, e = np.divmod(best[row, rank], ends.shape[1])
    window = low + row
    return AnswerSpans(
        windows.question[window], window, first[row, s], last[row, e], top_start[row, s], top_end[row, e]
    )


def find_best_spans(
    windows: Windows, logits: Logits, n_best: int, max_answer_length: int, align_to_words: bool = True
) -> AnswerSpans:
    """Return each question's up to `n_best` best spans over all its windows, by question, the best first.

    align_to_words: extend the spans to whole words, which the recipe does not do.
    """

    def process_chunk(low: int) -> AnswerSpans:
        high = min(low + CHUNK, len(windows))
        return _window_spans(windows, logits, low, high, n_best, max_answer_length, align_to_words)

    with ThreadPoolExecutor() as pool:  # numpy releases Python's lock while it sorts
        spans = _concatenate(list(pool.map(process_chunk, range(0, len(windows), CHUNK))))
    # The spans of one window are in order; only questions with several windows need sorting.
    unsorted = np.flatnonzero(np.bincount(windows.question)[spans.question] > 1)
    order = np.arange(len(spans.question))
    order[unsorted] = unsorted[np.lexsort((-spans.score[unsorted], spans.question[unsorted]))]
    spans = spans.take(order)
    return spans.take(np.flatnonzero(_rank_in_question(spans.question) < n_best))


def find_null_spans(windows: Windows, logits: Logits, questions: int) -> AnswerSpans:
    """Return "no answer" for each question as an empty span, from the window that scores it lowest."""
    start, end = logits.start[logits.bounds[:-1]], logits.end[logits.bounds[:-1]]
    order = np.lexsort((start + end, windows.question))
    window = order[np.searchsorted(windows.question[order], np.arange(questions))]
    empty = np.zeros(questions, dtype=np.int32)
    return AnswerSpans(windows.question[window], window, empty, empty, start[window], end[window])


def insert_null_spans(spans: AnswerSpans, null: AnswerSpans, n_best: int) -> AnswerSpans:
    """Return the n best spans of each question, with "no answer" added even when it is not among the n best."""
    better = spans.question[spans.score >= null.score[spans.question]]
    at = np.searchsorted(spans.question, null.question) + np.bincount(better, minlength=len(null.question))
    pairs = zip(spans.arrays(), null.arrays(), strict=True)
    merged = AnswerSpans(*(np.insert(array, at, inserted) for array, inserted in pairs))
    return merged.take(np.flatnonzero((_rank_in_question(merged.question) < n_best) | (merged.last == 0)))


def extract_texts(windows: Windows, spans: AnswerSpans, contexts: Sequence[str]) -> list[str]:
    """Return the text of each span."""
    context_of = windows.context[spans.window].tolist()
    rows: Iterable[tuple[int, int, int]] = zip(context_of, spans.first.tolist(), spans.last.tolist(), strict=True)
    return [contexts[context][first:last] for context, first, last in rows]


def _concatenate(parts: Sequence[AnswerSpans]) -> AnswerSpans:
    columns = zip(*(part.arrays() for part in parts), strict=True)
    return AnswerSpans(*(np.concatenate(arrays) for arrays in columns))


def _rank_in_question(question: np.ndarray) -> np.ndarray:
    """Return the position, from 0, of each entry of a sorted array among the entries equal to it."""
    counts = np.bincount(question)
    return np.arange(len(question)) - np.repeat(np.cumsum(counts) - counts, counts)
