"""Tests of what is usual in a corpus."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.quality.corpus import Histogram, Usual

NAN = float("nan")


@given(st.lists(st.floats(-4, 4), min_size=1, max_size=60))
def test_a_histogram_knows_median_and_spread(values: list[float]) -> None:
    histogram = Histogram()
    for value in values:
        histogram.add([value])
    ordered = sorted(values)
    assert histogram.spread().median == pytest.approx(ordered[(len(values) - 1) // 2], abs=0.011)


def test_lengths_are_compared_with_those_of_the_corpus() -> None:
    """Translations of this corpus have half the length of their texts; one of equal length is unusual."""
    usual = Usual()
    usual.question_lengths.add(np.log(np.linspace(0.45, 0.55, 101)))
    scores = usual.score_lengths((np.log([0.5, 0.56, 1.0, 0.2]), usual.question_lengths))
    assert scores.tolist() == [1.0, 1.0, 0.0, 0.0]


def test_lost_question_marks_count_only_where_they_are_usual() -> None:
    marks, words = np.array([1.0] * 9 + [0.0]), np.full(10, NAN)
    usual = Usual()
    usual.marks.add(marks)
    assert usual.score_asking(marks, words)[[0, 9]].tolist() == pytest.approx([1.0, 0.2])
    without = Usual()
    without.marks.add(np.array([1.0, 0.0]))
    assert without.score_asking(np.array([0.0]), np.array([NAN])).tolist() == [1.0]
    assert np.isnan(usual.score_asking(np.array([NAN]), np.array([NAN]))).all()


def test_similarities_are_compared_with_those_of_the_corpus() -> None:
    usual = Usual()
    usual.similarities["question"].add(np.linspace(0.05, 0.15, 101))
    scores = usual.score_similarity("question", np.array([0.2, 0.1, 0.0, -0.2, NAN]))
    assert scores[:2].tolist() == pytest.approx([1.0, 1.0], abs=0.01)
    assert 0.2 < scores[2] < 0.8
    assert scores[3] == 0.0
    assert np.isnan(scores[4])


def test_an_empty_corpus_has_no_opinion() -> None:
    usual = Usual()
    assert usual.score_lengths((np.array([0.1]), usual.question_lengths)).tolist() == [1.0]
    assert usual.score_unchanged([], 0) == 1.0
