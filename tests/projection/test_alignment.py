"""Tests of word alignment: training a lexicon, aligning an answer, and the use of aligned spans in rescue."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.arrow import from_table
from spanferry.projection import lexicon
from spanferry.projection.alignment import align_answer
from spanferry.projection.candidates import SpanHint, make_query
from spanferry.projection.confidence import drop_below
from spanferry.projection.grouping import ParagraphGroup, group_by_paragraph
from spanferry.projection.lexicon import Lexicon, train
from spanferry.projection.locate_tables import locate_table
from spanferry.projection.marked import make_request, parse_translation
from spanferry.projection.ranking import Locator
from spanferry.projection.rescue import tokenize_target, translation_pairs
from spanferry.projection.rescue_tables import rescue_table
from spanferry.projection.settings import AlignSettings, RescueSettings
from spanferry.records import Method

from tests.support.corpora import DUTCH, SAME, itself, layout, sample_layout, sample_translations, translations
from tests.support.shown import answer_query, show, tokenized

PAIRS = [
    ("The red dog sleeps.", "De rode hond slaapt."),
    ("The red boat sinks.", "De rode boot zinkt."),
    ("The old dog stands.", "De oude hond staat."),
    ("An old boat sleeps.", "Een oude boot slaapt."),
    ("Does the dog stand?", "Staat de hond?"),
    ("the boat", "de boot"),
]
WORDS = replace(DUTCH, settings=AlignSettings(words="corpus"))
WORD = st.sampled_from(["the", "dog", "sleeps", "never", "1.250", "de", ".", "水"])


@cache
def pairs_lexicon() -> Lexicon:
    return train(PAIRS)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("The red ⟦dog⟧ sleeps.", "De rode ⟦hond⟧ slaapt."),
        ("The ⟦red dog⟧ sleeps.", "De ⟦rode hond⟧ slaapt."),
        ("⟦An old boat⟧ sleeps.", "⟦Een oude boot⟧ slaapt."),
        ("Does ⟦the dog⟧ stand?", "Staat ⟦de hond⟧?"),
    ],
)
def test_an_answer_is_aligned_with_the_words_that_its_words_link_to(source, target):
    text = target.replace("⟦", "").replace("⟧", "")
    hint = align_answer(answer_query(source, None), tokenized(text), pairs_lexicon())
    assert show(text, *hint.span) == target
    assert 0.5 < hint.share <= 1


def test_only_the_window_is_searched():
    target = tokenized("De rode hond slaapt.\nDe oude hond staat.")
    hint = align_answer(answer_query("The red dog sleeps.\nThe old ⟦dog⟧ stands.", None), target, pairs_lexicon())
    assert show(target.text, *hint.span) == "De rode hond slaapt.\nDe oude ⟦hond⟧ staat."


def test_words_that_the_lexicon_lacks_have_no_share():
    assert (
        align_answer(answer_query("A ⟦comet⟧ passed.", None), tokenized("Voorbij vloog iets."), pairs_lexicon()).share
        == 0
    )


def test_a_window_without_words_has_no_aligned_span():
    assert align_answer(answer_query("The red ⟦dog⟧ sleeps.", None), tokenized(" "), pairs_lexicon()) is None


@given(st.lists(WORD, min_size=1, max_size=12), st.lists(WORD, min_size=1, max_size=12))
def test_the_links_of_a_word_sum_to_at_most_one(source, target):
    forward, backward = pairs_lexicon().links(source, target)
    assert forward.shape == backward.shape == (len(source), len(target))
    assert (forward >= 0).all()
    assert (backward >= 0).all()
    assert (forward.sum(axis=0) <= 1 + 1e-9).all()
    assert (backward.sum(axis=1) <= 1 + 1e-9).all()


def test_swapping_the_languages_of_a_corpus_swaps_its_links():
    swapped = train([(translation, text) for text, translation in PAIRS])
    source, target = ["the", "old", "dog", "sleeps"], ["de", "oude", "hond", "slaapt"]
    forward, backward = pairs_lexicon().links(source, target)
    swapped_forward, swapped_backward = swapped.links(target, source)
    np.testing.assert_allclose(forward, swapped_backward.T)
    np.testing.assert_allclose(backward, swapped_forward.T)


def test_the_size_of_batches_does_not_change_the_lexicon(monkeypatch):
    monkeypatch.setattr(lexicon, "BATCH_CELLS", 40)
    parted = train(PAIRS)
    np.testing.assert_array_equal(parted.keys, pairs_lexicon().keys)
    np.testing.assert_allclose(parted.forward, pairs_lexicon().forward)
    np.testing.assert_allclose(parted.backward, pairs_lexicon().backward)


def test_answers_of_a_corpus_translated_by_itself_are_aligned_with_themselves():
    table = sample_layout()
    tables = group_by_paragraph(table, *locate_table(table, itself(table), SAME, 1), 200)
    groups = [group for table in tables for group in from_table(table, ParagraphGroup)]
    pairs = (pair for group in groups for pair in translation_pairs(group.source, group.target, group.spans))
    trained = train(list(dict.fromkeys(pairs)))
    answers = [
        make_query(tokenize_target(group.target), row.source_start, row.source_text, None)
        for group in groups
        for row in group.spans
    ]
    aligned = [align_answer(answer, answer.source, trained) for answer in answers]
    assert np.mean([hint.span == answer.span for hint, answer in zip(aligned, answers, strict=True)]) > 0.95


def test_an_aligned_span_decides_only_when_there_is_no_marked_span():
    answer, target = answer_query("The tribe saw the ⟦cities⟧.", "stad"), tokenized("De stam zag de steden.")
    hint, marked = (
        SpanHint(15, 21, 1.0),
        parse_translation("De [stam] zag de steden.", make_request(answer, ("[", "]"))),
    )
    chosen = {
        which: DUTCH.locate(answer, target, *hints)
        for which, hints in {"none": (), "words": (None, hint), "both": (marked, hint)}.items()
    }
    spans = {which: show(target.text, *decision.chosen.span) for which, decision in chosen.items()}
    assert spans["none"] == spans["both"] == "De ⟦stam⟧ zag de steden."
    assert spans["words"] == "De stam zag de ⟦steden⟧."
    assert [decision.evidence.aligned for decision in chosen.values()] == [False, True, False]


def rescued(locator: Locator, settings: RescueSettings) -> tuple[list[dict], dict[str, int]]:
    """Locate and rescue an answer with an engine that translates "dog" as "qqq" and loses every marker."""
    context = " ".join(text for text, _ in PAIRS[:5])
    table = layout(context, (8, "dog"), cut=(20, 40, 60, 80))
    paragraphs, spans = locate_table(table, translations({**dict(PAIRS), "dog": "qqq"}), locator, 1)
    spans, cost = rescue_table(table, paragraphs, spans, lambda texts: dict.fromkeys(texts), locator, settings, 1)
    return spans.to_pylist(), cost


def test_an_answer_whose_markers_are_lost_is_located_by_word_alignment():
    (before,), _ = rescued(DUTCH, RescueSettings())
    (after,), cost = rescued(WORDS, RescueSettings())
    assert before["text"] is None
    assert (after["text"], after["start"], after["method"]) == ("hond", 8, Method.FUZZY)
    assert {name: n for name, n in cost.items() if n and name != "characters"} == {"requests": 2, "rescued": 1}


def test_without_rounds_no_request_is_sent():
    (row,), cost = rescued(WORDS, RescueSettings(rounds=0))
    assert (row["text"], row["marked"], cost["requests"]) == ("hond", None, 0)


def test_word_alignment_halves_the_losses_of_the_sample_without_markers():
    lost = []
    for locator in (DUTCH, WORDS):
        tables = locate_table(sample_layout(), sample_translations(), locator, 1)
        spans, _ = rescue_table(sample_layout(), *tables, dict.fromkeys, locator, RescueSettings(rounds=0), 1)
        lost.append(drop_below(spans, locator.settings.min_confidence)["text"].null_count)
    assert lost[1] < lost[0] / 2
