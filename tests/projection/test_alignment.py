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
from tests.support.shown import asked, passage, show

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
def learnt() -> Lexicon:
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
def test_an_answer_lies_where_its_words_are_linked_to(source, target):
    text = target.replace("⟦", "").replace("⟧", "")
    place = align_answer(asked(source, None), passage(text), learnt())
    assert show(text, *place.span) == target
    assert 0.5 < place.share <= 1


def test_only_the_window_is_looked_at():
    target = passage("De rode hond slaapt.\nDe oude hond staat.")
    place = align_answer(asked("The red dog sleeps.\nThe old ⟦dog⟧ stands.", None), target, learnt())
    assert show(target.text, *place.span) == "De rode hond slaapt.\nDe oude ⟦hond⟧ staat."


def test_what_the_lexicon_does_not_know_has_no_share():
    assert align_answer(asked("A ⟦comet⟧ passed.", None), passage("Voorbij vloog iets."), learnt()).share == 0


def test_a_window_without_words_has_no_place():
    assert align_answer(asked("The red ⟦dog⟧ sleeps.", None), passage(" "), learnt()) is None


@given(st.lists(WORD, min_size=1, max_size=12), st.lists(WORD, min_size=1, max_size=12))
def test_a_word_comes_from_at_most_one_word(source, target):
    forward, backward = learnt().links(source, target)
    assert forward.shape == backward.shape == (len(source), len(target))
    assert (forward >= 0).all()
    assert (backward >= 0).all()
    assert (forward.sum(axis=0) <= 1 + 1e-9).all()
    assert (backward.sum(axis=1) <= 1 + 1e-9).all()


def test_turned_round_a_corpus_gives_the_same_links_turned_round():
    turned = train([(translation, text) for text, translation in PAIRS])
    source, target = ["the", "old", "dog", "sleeps"], ["de", "oude", "hond", "slaapt"]
    forward, backward = learnt().links(source, target)
    there, back = turned.links(target, source)
    np.testing.assert_allclose(forward, back.T)
    np.testing.assert_allclose(backward, there.T)


def test_a_corpus_is_learnt_alike_in_one_batch_and_in_many(monkeypatch):
    monkeypatch.setattr(lexicon, "BATCH_CELLS", 40)
    parted = train(PAIRS)
    np.testing.assert_array_equal(parted.keys, learnt().keys)
    np.testing.assert_allclose(parted.forward, learnt().forward)
    np.testing.assert_allclose(parted.backward, learnt().backward)


def test_in_a_corpus_that_is_translated_by_itself_every_answer_lies_where_it_was():
    laid = sample_layout()
    tables = group_by_paragraph(laid, *locate_table(laid, itself(laid), SAME, 1), 200)
    groups = [group for table in tables for group in from_table(table, ParagraphGroup)]
    pairs = (pair for group in groups for pair in translation_pairs(group.source, group.target, group.spans))
    learnt = train(list(dict.fromkeys(pairs)))
    answers = [
        make_query(tokenize_target(group.target), row.source_start, row.source_text, None)
        for group in groups
        for row in group.spans
    ]
    places = [align_answer(answer, answer.source, learnt) for answer in answers]
    assert np.mean([place.span == answer.span for place, answer in zip(places, answers, strict=True)]) > 0.95


def test_an_aligned_place_decides_only_where_nothing_came_back_between_markers():
    answer, target = asked("The tribe saw the ⟦cities⟧.", "stad"), passage("De stam zag de steden.")
    place, marked = (
        SpanHint(15, 21, 1.0),
        parse_translation("De [stam] zag de steden.", make_request(answer, ("[", "]"))),
    )
    chosen = {
        which: DUTCH.locate(answer, target, *told)
        for which, told in {"none": (), "words": (None, place), "both": (marked, place)}.items()
    }
    spans = {which: show(target.text, *decision.chosen.span) for which, decision in chosen.items()}
    assert spans["none"] == spans["both"] == "De ⟦stam⟧ zag de steden."
    assert spans["words"] == "De stam zag de ⟦steden⟧."
    assert [decision.evidence.aligned for decision in chosen.values()] == [False, True, False]


def rescued(locator: Locator, settings: RescueSettings) -> tuple[list[dict], dict[str, int]]:
    """A paragraph of PAIRS's sentences, whose engine calls a dog "qqq" and loses every marker."""
    context = " ".join(text for text, _ in PAIRS[:5])
    laid = layout(context, (8, "dog"), cut=(20, 40, 60, 80))
    paragraphs, spans = locate_table(laid, translations({**dict(PAIRS), "dog": "qqq"}), locator, 1)
    spans, cost = rescue_table(laid, paragraphs, spans, lambda texts: dict.fromkeys(texts), locator, settings, 1)
    return spans.to_pylist(), cost


def test_what_lost_its_markers_is_found_by_its_words():
    (before,), _ = rescued(DUTCH, RescueSettings())
    (after,), cost = rescued(WORDS, RescueSettings())
    assert before["text"] is None
    assert (after["text"], after["start"], after["method"]) == ("hond", 8, Method.FUZZY)
    assert {name: n for name, n in cost.items() if n and name != "characters"} == {"requests": 2, "rescued": 1}


def test_without_rounds_nothing_is_asked():
    (row,), cost = rescued(WORDS, RescueSettings(rounds=0))
    assert (row["text"], row["marked"], cost["requests"]) == ("hond", None, 0)


def test_the_sample_loses_less_where_markers_are_lost():
    lost = []
    for locator in (DUTCH, WORDS):
        tables = locate_table(sample_layout(), sample_translations(), locator, 1)
        spans, _ = rescue_table(sample_layout(), *tables, dict.fromkeys, locator, RescueSettings(rounds=0), 1)
        lost.append(drop_below(spans, locator.settings.min_confidence)["text"].null_count)
    assert lost[1] < lost[0] / 2
