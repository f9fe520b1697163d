"""Tests of confidence intervals and the significance of differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.reader.significance import Difference, bootstrap_interval, number_paragraphs, run_paired_test

from tests.support.towns import corpus


def scores(*values: float) -> dict[str, float]:
    return {f"q{n}": value for n, value in enumerate(values)}


def test_paragraphs_are_numbered_in_order():
    assert list(number_paragraphs(corpus(3)).values()) == [0] * 5 + [1] * 5 + [2] * 5


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.integers(1, 9))
def test_intervals_contain_the_mean_and_are_reproducible(values, size):
    paragraph_of = {f"q{n}": n // size for n in range(len(values))}
    low, high = bootstrap_interval(scores(*values), paragraph_of)
    assert (low, high) == bootstrap_interval(scores(*values), paragraph_of)
    assert 0 <= low <= high <= 100 + 1e-9
    if len(set(paragraph_of.values())) == 1:
        assert low == pytest.approx(high)


def test_a_paragraph_with_equal_scores_counts_as_one_question():
    values = np.repeat(np.random.default_rng(1).integers(0, 2, 40), 10).astype(float)
    questions = scores(*values)
    alone = bootstrap_interval(questions, {question: n for n, question in enumerate(questions)})
    together = bootstrap_interval(questions, {question: n // 10 for n, question in enumerate(questions)})
    assert together[1] - together[0] > 2.5 * (alone[1] - alone[0])  # sqrt(10) in theory


def test_a_clear_difference_is_significant_and_no_difference_is_not():
    better, worse = scores(*[1.0] * 45, *[0.0] * 5), scores(*[1.0] * 20, *[0.0] * 30)
    paragraph_of = {question: n for n, question in enumerate(better)}
    difference = run_paired_test(better, worse, paragraph_of)
    assert (difference.difference, difference.total) == (50.0, 50)
    assert difference.p < 0.001
    assert difference.low > 30
    same = run_paired_test(worse, worse, paragraph_of)
    assert (same.difference, same.p) == (0.0, 1.0)


def test_only_common_questions_are_compared():
    assert run_paired_test({"a": 1.0}, {"b": 1.0}, {"a": 0}) == Difference(0.0, 0.0, 0.0, 1.0, 0)
    assert run_paired_test({"a": 1.0, "b": 0.0}, {"b": 0.0}, {"a": 0, "b": 1}).total == 1
