"""Tests of locating with word links: which candidate is chosen, and how probable it is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.projection.decision import Decision
from spanferry.projection.linked_confidence import LinkedEvidence, linked_features, linked_probability
from spanferry.projection.linking import locate_linked
from spanferry.projection.word_links import link_windows
from spanferry.records import Method

from tests.support.corpora import DUTCH
from tests.support.shown import answer_query, show, tokenized
from tests.support.tiny_encoder import DictionaryEncoder

MEANINGS = {"hond": "dog", "stad": "town", "steden": "cities", "stam": "tribe", "de": "the", "zag": "saw"}
SHARE = st.floats(0, 1)
EVIDENCE = st.builds(LinkedEvidence, coverage=SHARE, margin=SHARE, lexical=SHARE, beside_unit=st.booleans())


def decide(source: str, target: str, translation: str | None) -> Decision:
    query, text, encoder = answer_query(source, translation), tokenized(target), DictionaryEncoder(MEANINGS)
    one, other = (
        encoder.encode_text(each.text[slice(*each.window_span(query.window))]) for each in (query.source, text)
    )
    linked = link_windows(query.source, text, query.window, (one, other), (DUTCH.source, DUTCH.target))
    assert linked
    links = linked.of_answer((query.start, query.text), query.source, query.span)
    assert links
    return locate_linked(DUTCH, query, text, links)


@pytest.mark.parametrize(
    ("source", "translation", "target", "method"),
    [
        # The translation on its own resembles the right word, or nothing, or is missing.
        ("The tribe saw the ⟦cities⟧.", "stad", "De stam zag ⟦de steden⟧.", Method.FUZZY),
        ("The tribe saw the ⟦cities⟧.", "qqq", "De stam zag ⟦de steden⟧.", Method.LINKED),
        ("The tribe saw the ⟦cities⟧.", None, "De stam zag de ⟦steden⟧.", Method.LINKED),
        # It occurs, so both kinds of evidence agree.
        ("The tribe saw the ⟦cities⟧.", "steden", "De stam zag de ⟦steden⟧.", Method.EXACT),
        # It occurs twice.
        ("The ⟦dog⟧ saw the tribe and a hond.", "hond", "De ⟦hond⟧ zag de stam en een hond.", Method.EXACT),
    ],
)
def test_links_and_words_together_choose_the_span(source, translation, target, method):
    text = target.replace("⟦", "").replace("⟧", "")
    decision = decide(source, text, translation)
    assert decision.chosen
    shown = show(text, *decision.chosen.span)
    assert shown.replace("⟦de ", "de ⟦") == target.replace("⟦de ", "de ⟦")
    assert decision.chosen.method == method
    assert decision.probability is not None
    assert 0 < decision.probability < 1


def test_a_word_that_only_looks_alike_is_less_probable_than_the_linked_one():
    linked = decide("The tribe saw the ⟦cities⟧.", "De stam zag de steden.", "steden")
    alike = decide("The tribe saw the ⟦cities⟧.", "De stam zag de qqq.", "stam")
    assert linked.probability is not None
    assert alike.probability is not None
    assert alike.probability < linked.probability


def test_the_words_support_only_the_span_that_they_prefer():
    agreed = decide("The tribe saw the ⟦cities⟧.", "De stam zag de steden.", "steden").evidence
    contradicted = decide("The tribe saw the ⟦cities⟧.", "De stam zag de steden.", "stam").evidence
    assert isinstance(agreed, LinkedEvidence)
    assert isinstance(contradicted, LinkedEvidence)
    assert agreed.lexical > 0.9
    assert contradicted.lexical == 0.0


def test_the_other_candidates_do_not_overlap_the_chosen_one():
    decision = decide("The ⟦tribe⟧ saw the cities.", "De stam zag de steden.", "stammen")
    assert decision.chosen
    assert decision.alternatives
    assert all(
        other.end <= decision.chosen.start or other.start >= decision.chosen.end for other in decision.alternatives
    )


def test_an_occurrence_among_several_is_numbered():
    decision = decide("The ⟦dog⟧ saw the tribe and a hond.", "De hond zag de stam en een hond.", "hond")
    assert (decision.occurrence, decision.occurrences) == (1, 2)


@given(EVIDENCE, SHARE)
def test_worse_evidence_is_never_more_probable(evidence, other):
    assert all(0 <= value <= 1 for value in linked_features(evidence).values())
    least = linked_probability(evidence)
    assert 0 < least < 1
    for name in ("coverage", "margin", "lexical"):
        better = replace(evidence, **{name: max(getattr(evidence, name), other)})
        assert linked_probability(better) >= least
    assert linked_probability(replace(evidence, beside_unit=False)) >= least
