"""Tests of prediction: the choice of answers from logits."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanferry.language.boundaries import snap_to_words
from spanferry.reader import spans as span_module
from spanferry.reader.examples import collect_examples
from spanferry.reader.inference import Logits
from spanferry.reader.prediction import choose_answers
from spanferry.reader.settings import PredictionSettings
from spanferry.reader.windows import cut_windows

from tests.support.tokenizers import word_piece
from tests.support.towns import corpus

DATA = collect_examples([corpus(3)])


def windows(max_length: int = 48):
    return cut_windows(
        word_piece(),
        DATA.questions,
        DATA.contexts,
        DATA.context_of,
        max_length=max_length,
        doc_stride=12,
        max_question_length=16,
    )


def random_logits(cut, seed: int, fine: int = 1_000) -> Logits:
    """Return logits that are multiples of 1/fine. A smaller `fine` gives more equal logits."""
    random = np.random.default_rng(seed)
    bounds = np.concatenate([[0], np.cumsum(cut.lengths)])
    start, end = np.round(random.normal(0, 4, (2, bounds[-1])) * fine) / fine
    return Logits(start.astype(np.float32), end.astype(np.float32), bounds)


def reference_spans(cut, scored: Logits, question: int, given: PredictionSettings, words: bool):
    """Return (text, score) of the best spans of a question, and its null odds. Computes the recipe in plain loops.

    words: extend the spans to whole words, which the recipe does not do.
    """
    spans, null = [], np.inf
    for row in np.flatnonzero(cut.question == question):
        start, end = (flat[scored.bounds[row] : scored.bounds[row + 1]] for flat in (scored.start, scored.end))
        null = min(null, start[0] + end[0])
        base = cut.contexts.bounds[cut.context[row]] + cut.first[row] - cut.offset[row]
        in_context = range(cut.offset[row], cut.offset[row] + cut.last[row] - cut.first[row])
        for s, e in product(np.argsort(-start)[: given.n_best], np.argsort(-end)[: given.n_best]):
            if s in in_context and e in in_context and 0 <= e - s < given.max_answer_length:
                context = DATA.contexts[cut.context[row]]
                span = int(cut.contexts.starts[base + s]), int(cut.contexts.ends[base + e])
                first, last = snap_to_words(context, *span) if words else span
                spans.append((context[first:last], start[s] + end[e]))
    spans.sort(key=lambda one: -one[1])
    return spans[: given.n_best], float(null - spans[0][1]) if spans else float(null)


@pytest.mark.parametrize(
    "given", [PredictionSettings(), PredictionSettings(max_answer_length=3, n_best=5, null_threshold=-2.0)]
)
@pytest.mark.parametrize("max_length", [48, 200])
@pytest.mark.parametrize("words", [True, False])
def test_answers_equal_those_of_the_reference(given, max_length, words):
    cut = windows(max_length)
    scored = random_logits(cut, seed=max_length)
    answers = choose_answers(cut, scored, DATA.ids, DATA.contexts, given, align_to_words=words)
    assert list(answers.predictions) == list(answers.null_odds) == list(dict(answers.n_best())) == list(DATA.ids)
    n_best = dict(answers.n_best())
    for row, question in enumerate(DATA.ids):
        spans, odds = reference_spans(cut, scored, row, given, words)
        assert answers.null_odds[question] == pytest.approx(odds, abs=1e-4)
        assert answers.predictions[question] == ("" if odds > given.null_threshold or not spans else spans[0][0])
        listed = [one.text for one in n_best[question] if one.text]
        assert listed == [text for text, _ in spans][: len(listed)]
        assert len(n_best[question]) in (len(spans), len(spans) + 1)
        assert [one.text for one in n_best[question]].count("") == 1
        assert sum(one.probability for one in n_best[question]) == pytest.approx(1, abs=1e-5)
        shares = [one.probability for one in n_best[question]]
        assert shares == sorted(shares, reverse=True)


def test_questions_of_squad_1_1_always_get_an_answer():
    cut = windows()
    scored = random_logits(cut, seed=1)
    scored.start[scored.bounds[:-1]] = 99  # every window says "no answer"
    silent = choose_answers(cut, scored, DATA.ids, DATA.contexts, PredictionSettings())
    answered = choose_answers(cut, scored, DATA.ids, DATA.contexts, PredictionSettings(), allow_no_answer=False)
    assert set(silent.predictions.values()) == {""}
    assert "" not in answered.predictions.values()
    assert all(one.text for _, listed in answered.n_best() for one in listed)


def test_a_question_without_any_span_gets_no_answer():
    cut = windows(200)
    scored = random_logits(cut, seed=1)
    inside = np.concatenate(
        [
            np.arange(low + off, low + off + size)
            for low, off, size in zip(scored.bounds, cut.offset, cut.last, strict=False)
        ]
    )
    scored.start[inside] = -99
    scored.end[inside] = -99
    answers = choose_answers(cut, scored, DATA.ids, DATA.contexts, PredictionSettings(n_best=2), allow_no_answer=False)
    assert set(answers.predictions.values()) == {""}
    assert not any(listed for _, listed in answers.n_best())
    assert np.isfinite(list(answers.null_odds.values())).all()


@given(seed=st.integers(0, 99), chunk=st.integers(1, 40))
@settings(max_examples=20, deadline=None)
def test_chunks_do_not_change_answers_even_with_equal_scores(seed, chunk):
    cut = windows()
    scored = random_logits(cut, seed, fine=1)
    whole = choose_answers(cut, scored, DATA.ids, DATA.contexts, PredictionSettings())
    before = span_module.CHUNK
    try:
        span_module.CHUNK = chunk
        parts = choose_answers(cut, scored, DATA.ids, DATA.contexts, PredictionSettings())
    finally:
        span_module.CHUNK = before
    assert (parts.predictions, parts.null_odds) == (whole.predictions, whole.null_odds)
    assert list(parts.n_best()) == list(whole.n_best())
