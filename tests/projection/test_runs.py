"""Tests of runs: the features by which runs of words are ranked."""

import numpy as np
import pytest
from spanferry.language import language_of
from spanferry.projection.phrase import make_phrase
from spanferry.projection.runs import (
    RANK_WEIGHTS,
    Proof,
    RunFeatures,
    prove,
    share_of_best,
    weigh_phrase,
    weigh_window,
)

from tests.support.shown import assert_chosen, decide, tokenized


def proof_of(phrase: str, text: str, code: str) -> Proof:
    """Return what a whole text proves of a phrase."""
    target, language = tokenized(text), language_of(code)
    window = weigh_window(target, (0, len(target.token_texts)), language)
    return prove([[weigh_phrase(make_phrase(phrase, phrase, language), language)]], [window])


def share_in(proof: Proof, low: int, high: int) -> float:
    """Return the share that a run of the first window proves."""
    return float(proof.proven(np.array([high - low]))[-1, low, 0])


def proven(code: str, phrase: str, text: str) -> float:
    """Return the share of a phrase that a whole text proves."""
    end = len(tokenized(text).token_texts)
    return share_in(proof_of(phrase, text, code), 0, end)


@pytest.mark.parametrize(
    ("code", "phrase", "text", "least", "most"),
    [
        ("ru", "битовые строки", "строками битов", 0.55, 0.9),  # inflected, in another order
        ("ru", "удаленный", "данные", 0.0, 0.0),  # a look-alike
        ("nl", "de grote stad", "grote", 0.5, 0.6),
        ("nl", "stad", "stad", 1.0, 1.0),
        ("nl", "1991", "1992", 0.0, 0.0),  # numbers have no other forms
        ("zh", "难度", "困难", 0.5, 0.5),
        ("ar", "ألمانيا", "بألمانيا", 1.0, 1.0),  # clitics do not count
    ],
)
def test_the_share_that_is_proven(code, phrase, text, least, most):
    assert least <= proven(code, phrase, text) <= most


def test_a_longer_run_proves_no_less():
    proof = proof_of("grote oude dam", "De oude grote dam brak.", "nl")
    shares = {(low, high): share_in(proof, low, high) for low in range(6) for high in range(low + 1, 7)}
    assert all(shares[low, high] <= shares[low, high + 1] for low, high in shares if high < 6)
    assert all(shares[low, high] <= shares[low - 1, high] for low, high in shares if low > 0)
    assert shares[1, 4] == pytest.approx(1.0)


def test_of_several_phrases_the_one_that_is_proven_best_counts():
    target, language = tokenized("the Big Apple groeit"), language_of("nl")
    phrases = [weigh_phrase(make_phrase(text, text, language), language) for text in ("Grote Appel", "Big Apple")]
    proof = prove([phrases], [weigh_window(target, (0, 4), language)])
    assert [share_in(proof, 1, 3), share_in(proof, 3, 4)] == pytest.approx([1.0, 1 / 4])
    assert proof.likeness()[0].tolist() == pytest.approx([0.0, 1.0, 1.0, 1 / 2])


def test_answers_that_are_compared_together_do_not_mix():
    texts = {"grote oude dam": "De oude grote dam brak.", "Big Apple": "the Big Apple groeit"}
    apart = [proof_of(phrase, text, "nl") for phrase, text in texts.items()]
    language = language_of("nl")
    phrases = [[weigh_phrase(make_phrase(phrase, phrase, language), language)] for phrase in texts]
    windows = [weigh_window(text, (0, len(text.token_texts)), language) for text in map(tokenized, texts.values())]
    together = prove(phrases, windows)
    for number, (own, window) in enumerate(zip(apart, windows, strict=True)):
        width = len(window.words)
        assert together.likeness()[number, :width].tolist() == own.likeness()[0].tolist()
        for n in range((2, 4)[number]):
            expected = own.proven(np.array([n + 1]))[n, :, 0]
            assert together.proven(np.array([2, 4]))[n, : width - n, number].tolist() == expected[: width - n].tolist()


@pytest.mark.parametrize(
    ("code", "names", "source", "translation", "target"),
    [
        ("es", ("Madrid", "Granada"), "In {} they saw the ⟦mandrill⟧.", "mandril", "En Madrid vieron al simio."),
        ("ru", ("Windows", "Linux"), "On {} he saw the ⟦widow⟧.", "widowed", "На Windows он увидел вдову."),
    ],
)
def test_a_word_that_another_source_word_explains_is_hardly_chosen(code, names, source, translation, target):
    explained, other = (decide(source.format(name), target, translation, code=code) for name in names)
    assert other.chosen
    assert target[slice(*other.chosen.span)] == names[0]
    assert (explained.probability or 0.0) < 0.4 < 0.5 < (other.probability or 0.0)


def test_the_rank_is_the_weighted_sum_of_the_features():
    features = RunFeatures.zeros(2)
    for name in RANK_WEIGHTS:
        features[name] = np.array([0.0, 1.0])
    features["marks"] = 0.0
    assert features["proven"].tolist() == [0.0, 1.0]
    assert features.ranks.tolist() == pytest.approx([0.0, sum(RANK_WEIGHTS.values()) - RANK_WEIGHTS["marks"]])


def test_the_share_of_the_best_run_counts_runs_that_nearly_equal_it():
    ranks, starts, ends = np.zeros(3), np.array([0, 0, 20]), np.array([10, 9, 30])
    owners = np.zeros(3, int)
    assert share_of_best(ranks, starts, ends, owners, np.array([0]), 0.8).tolist() == pytest.approx([2 / 3])
    assert share_of_best(ranks, starts, ends, owners, np.array([2]), 0.8).tolist() == pytest.approx([1 / 3])


def test_other_word_order_and_forms_are_found():
    assert_chosen("They are ⟦bit strings⟧ then.", "битовые строки", "Тогда они являются ⟦строками битов⟧.", code="ru")


def test_a_compound_is_less_probable_than_the_word_itself():
    whole = decide("It is ⟦production⟧ here.", "Hier is productie.", "productie")
    part = decide("It is ⟦production⟧ here.", "Hier is massaproductie.", "productie")
    assert whole.probability is not None
    assert part.probability is not None
    assert part.probability < 0.9 < whole.probability
