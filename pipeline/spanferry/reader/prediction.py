"""Predict answers: cut windows, compute logits, find the best spans, and choose between a span and "no answer".

A question's *null odds* are the score of "no answer" minus that of its best span (`spans` defines both scores). The
question is left unanswered when they exceed `PredictionSettings.null_threshold`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec import Struct

from spanferry.reader.examples import Examples
from spanferry.reader.inference import Logits, compute_logits
from spanferry.reader.limits import check_length
from spanferry.reader.settings import PredictionSettings, TrainingSettings
from spanferry.reader.spans import AnswerSpans, extract_texts, find_best_spans, find_null_spans, insert_null_spans
from spanferry.reader.windows import Windows, cut_windows


class AnswerCandidate(Struct, frozen=True, gc=False):
    """One of a question's best answers. probability: softmax over the candidates of the question."""

    text: str
    start_logit: float
    end_logit: float
    probability: float


@dataclass(frozen=True)
class PredictedAnswers:
    """Answers by question id; "" for no answer. null_odds: score of "no answer" minus that of the best span.

    spans: each question's best spans, the best first. null: "no answer" for each question as an empty span, None
    when it is not allowed. limit: the maximum number of candidates per question that `n_best` yields.
    """

    predictions: dict[str, str]
    null_odds: dict[str, float]
    spans: AnswerSpans
    null: AnswerSpans | None
    limit: int
    windows: Windows
    contexts: Sequence[str]

    def n_best(self) -> Iterator[tuple[str, list[AnswerCandidate]]]:
        """Yield each question with its candidates, "no answer" among them.

        Logits are rounded to four decimals, probabilities to six.
        """
        spans = self.spans if self.null is None else insert_null_spans(self.spans, self.null, self.limit)
        first = np.flatnonzero(np.diff(spans.question, prepend=-1))
        counts = np.diff(np.append(first, len(spans.question)))
        # In float64: the last digits of numpy's float32 exp depend on the processor.
        weights = np.exp((spans.score - np.repeat(spans.score[first], counts)).astype(float))
        shares = weights / np.repeat(np.add.reduceat(weights, first) if len(first) else weights, counts)
        logits = (each.astype(float).round(4).tolist() for each in (spans.start, spans.end))
        texts = extract_texts(self.windows, spans, self.contexts)
        candidates = list(map(AnswerCandidate, texts, *logits, shares.round(6).tolist()))
        bounds = np.searchsorted(spans.question, np.arange(len(self.predictions) + 1)).tolist()
        for question, low, high in zip(self.predictions, bounds[:-1], bounds[1:], strict=True):
            yield question, candidates[low:high]

    def certainties(self) -> Iterator[tuple[str, float]]:
        """Yield each question with the probability of its answer in `n_best`, 0 if the answer is not there."""
        for question, candidates in self.n_best():
            answer = self.predictions[question]
            yield question, next((each.probability for each in candidates if each.text == answer), 0.0)


def choose_answers(
    windows: Windows,
    logits: Logits,
    ids: Sequence[str],
    contexts: Sequence[str],
    settings: PredictionSettings,
    allow_no_answer: bool = True,
    align_to_words: bool = True,
) -> PredictedAnswers:
    """Choose each question's answer. ids[i] is the id of question i, contexts[j] the text of context j.

    allow_no_answer: true for SQuAD 2.0; false for 1.1, where the best span is always the answer. align_to_words: extend
    answers to whole words.
    """
    spans = find_best_spans(windows, logits, settings.n_best, settings.max_answer_length, align_to_words)
    null = find_null_spans(windows, logits, len(ids))
    low, high = np.searchsorted(spans.question, [np.arange(len(ids)), np.arange(1, len(ids) + 1)])
    has_span = high > low
    odds = null.score.copy()
    best = spans.take(low[has_span])
    odds[has_span] = (odds[has_span] - best.start) - best.end
    unanswered = ~has_span | (allow_no_answer & (odds > settings.null_threshold))
    texts = extract_texts(windows, spans.take(low[~unanswered]), contexts)
    predictions = dict.fromkeys(ids, "") | dict(zip(np.array(ids, dtype=object)[~unanswered], texts, strict=True))
    null_odds = dict(zip(ids, odds.astype(float).tolist(), strict=True))
    allowed_null = null if allow_no_answer else None
    return PredictedAnswers(predictions, null_odds, spans, allowed_null, settings.n_best, windows, contexts)


def predict(
    model: Any,
    tokenizer: Any,
    data: Examples,
    training: TrainingSettings,
    settings: PredictionSettings,
    allow_no_answer: bool = True,
    progress: Callable[[int], object] = lambda _: None,
) -> PredictedAnswers:
    """Answer every question of the examples, with the window sizes that the model was trained with (`training`).

    progress is called with the number of windows of each batch. Raises InputError when these windows are more than the
    model can take.
    """
    check_length("training.max_length", training.max_length, model, tokenizer)
    windows = cut_windows(
        tokenizer,
        data.questions,
        data.contexts,
        data.context_of,
        max_length=training.max_length,
        doc_stride=training.doc_stride,
        max_question_length=training.max_question_length,
    )
    logits = compute_logits(model, windows, settings.batch, progress)
    return choose_answers(windows, logits, data.ids, data.contexts, settings, allow_no_answer)
