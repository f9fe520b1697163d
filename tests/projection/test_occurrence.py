"""Tests of occurrences: the choice among several candidates that are equally good."""

import pytest
from spanferry.projection.occurrence import position_gap, relative_position

from tests.support.shown import answer_query, assert_chosen, decide, show_chosen, tokenized


@pytest.mark.parametrize(
    ("source", "translation", "target"),
    [
        ("The ⟦dam⟧ held, then the dam broke.", "dam", "De ⟦dam⟧ hield, toen brak de dam."),
        ("The dam held, then the ⟦dam⟧ broke.", "dam", "De dam hield, toen brak de ⟦dam⟧."),
        ("In 10 days 10,000 men and ⟦10⟧ ships came.", "10", "In 10 dagen kwamen 10.000 man en ⟦10⟧ schepen."),
        ("A, b, ⟦a⟧ and c came.", "x", "X, b, ⟦x⟧ en c kwamen."),
        (
            "In Holland ⟦tulips⟧ grew and tulips were sold.",
            "tulpen",
            "⟦Tulpen⟧ groeiden in Holland, tulpen werden verkocht.",
        ),
        (
            "In Holland tulips grew and ⟦tulips⟧ were sold.",
            "Tulpen",
            "Tulpen groeiden in Holland, ⟦tulpen⟧ werden verkocht.",
        ),
    ],
)
def test_with_equal_counts_the_nth_occurrence_is_the_nth_of_the_source(source, translation, target):
    assert_chosen(source, translation, target)


@pytest.mark.parametrize(
    ("source", "translation", "target"),
    [
        ("The ⟦dam⟧ held and later it broke.", "dam", "De ⟦dam⟧ hield en later brak de dam."),
        ("It held and later the ⟦dam⟧ broke.", "dam", "De dam hield en later brak de ⟦dam⟧."),
    ],
)
def test_with_different_counts_the_occurrence_at_the_nearest_position_is_chosen(source, translation, target):
    chosen = decide(source, target.replace("⟦", "").replace("⟧", ""), translation)
    assert_chosen(source, translation, target)
    assert chosen.evidence.tied
    assert chosen.occurrences == 2


def test_only_the_answer_s_own_sentence_is_searched():
    source = "The dam held.\nIn May the ⟦dam⟧ broke."
    assert show_chosen(source, "De dam hield.\nIn mei brak de dam.", "dam") == "De dam hield.\nIn mei brak de ⟦dam⟧."


def test_the_occurrence_and_the_number_of_occurrences_are_given():
    chosen = decide("The dam held, the ⟦dam⟧ broke.", "De dam hield, de dam brak.", "dam")
    assert (chosen.occurrence, chosen.occurrences) == (2, 2)
    assert [other.span for other in chosen.alternatives] == [(3, 6)]
    assert not chosen.evidence.tied


def test_positions_are_relative_to_the_window():
    target = tokenized("Nul.\nabcdefghij")
    assert relative_position(target, (1, 1), 5, 5) == 0.0
    assert relative_position(target, (1, 1), 15, 15) == 1.0
    assert relative_position(target, (1, 1), 9, 11) == 0.5
    assert position_gap(answer_query("⟦ab⟧cdefghij", None), tokenized("klmnopqrst"), 8, 10) == pytest.approx(0.8)
