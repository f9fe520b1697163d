"""Tests of word links: what they sum to, which words they connect, and how well a run covers an answer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.encoder import EncodedText
from spanferry.language import language_of
from spanferry.projection.word_links import AnswerLinks, WindowLinks, link_windows, word_vectors

from tests.support.shown import answer_query, show, tokenized, unshow
from tests.support.tiny_encoder import DictionaryEncoder

MEANINGS = {
    "hond": "dog",
    "rode": "red",
    "de": "the",
    "slaapt": "sleeps",
    "een": "a",
    "twaalfde": "12th",
    "eeuw": "century",
}
LANGUAGES = language_of("en"), language_of("nl")
WORD = st.sampled_from(["dog", "sleeps", "hond", "de", "the", ".", "1.250", "水"])


def linked(source: str, target: str, window: tuple[int, int] = (0, 0)) -> WindowLinks | None:
    encoder = DictionaryEncoder(MEANINGS)
    texts = tokenized(source), tokenized(target)
    encoded = tuple(encoder.encode_text(text.text[slice(*text.window_span(window))]) for text in texts)
    return link_windows(*texts, window, encoded, LANGUAGES)


def best_run(shown: str, target: str) -> str:
    """Return the target with the run in brackets that covers the answer best."""
    query, text = answer_query(shown, None), tokenized(target)
    links = linked(query.source.text, target, query.window)
    assert links
    answer = links.of_answer((query.start, query.text), query.source, query.span)
    assert answer
    low, high = text.window_range(query.window)
    runs = np.array([(one, other) for one in range(high - low) for other in range(one + 1, high - low + 1)])
    best = runs[answer.coverage(runs).argmax()] + low
    return show(target, *text.span_of(*best.tolist()))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("The red ⟦dog⟧ sleeps.", "De rode ⟦hond⟧ slaapt."),
        ("The ⟦red dog⟧ sleeps.", "De ⟦rode hond⟧ slaapt."),
        ("The ⟦12th century⟧ had a dog.", "Een hond had de ⟦twaalfde eeuw⟧."),
        ("A dog.\nThe ⟦red dog⟧ sleeps.", "Een hond.\nDe ⟦rode hond⟧ slaapt."),
    ],
)
def test_the_run_with_the_same_meanings_covers_an_answer_best(source, target):
    assert best_run(source, unshow(target)[0]) == target


@given(st.lists(WORD, min_size=1, max_size=12), st.lists(WORD, min_size=1, max_size=12))
def test_links_are_shares_and_both_sides_weigh_the_same(source, target):
    links = linked(" ".join(source), " ".join(target))
    assert links
    np.testing.assert_allclose(links.forward.sum(axis=1), 1)
    np.testing.assert_allclose(links.backward.sum(axis=0), 1)
    np.testing.assert_allclose(links.source_weights.sum(), links.target_weights.sum())
    text = tokenized(" ".join(source))
    answer = links.of_answer((0, text.text), text, (0, len(text.text)))
    assert answer
    # The whole source is covered by the whole target, up to the rounding of the links.
    assert answer.coverage(np.array([[0, len(target)]]))[0] == pytest.approx(1, abs=0.02)
    assert all(0 <= value <= 1 for value in answer.coverage(np.array([[at, at + 1] for at in range(len(target))])))


def test_a_window_without_tokens_has_no_links():
    assert linked("The dog sleeps.", " ") is None
    links = linked("The dog sleeps.", "De hond.")
    assert links
    assert links.of_answer((3, " "), tokenized("The dog sleeps."), (3, 4)) is None


def test_a_token_has_the_mean_vector_of_its_pieces():
    text = tokenized("foto's hier")
    pieces = EncodedText(
        np.array([(0, 2), (2, 6), (6, 11)]), np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float32)
    )
    first, second = word_vectors(text, (0, 0), pieces)
    expected = np.array([0.25, 0.25, -0.5])  # (1/2, 1/2, 0), less the mean of both words
    np.testing.assert_allclose(first, expected / np.linalg.norm(expected), atol=1e-6)
    np.testing.assert_allclose(second, -first, atol=1e-6)


def test_coverage_is_dices_coefficient():
    links = AnswerLinks(0, "x", (0.0, 1.5, 0.5), (1.0, 1.0, 1.0), 1.0)
    runs = np.array([[1, 2], [1, 3], [0, 1], [0, 3]])
    np.testing.assert_allclose(links.coverage(runs), [1.5 / 2, 2 / 3, 0, 2 / 4])
