"""Tests of run tables: the runs of words that may be answers."""

import numpy as np
from spanferry.projection.ranking import make_locator
from spanferry.projection.run_table import RunTable, have_words
from spanferry.projection.search import Search

from tests.support.shown import answer_query, tokenized

LOCATOR = make_locator("en", "nl")


def search(source: str, translation: str, target: str) -> Search:
    """Return the search for the answer that is shown in a source."""
    return LOCATOR.search(answer_query(source, translation), tokenized(target))


def texts_of(table: RunTable) -> list[list[str]]:
    """Return the texts of the runs of each search."""
    return [
        [each.target.text[slice(*each.target.span_of(*run))] for run in table.tokens(number).tolist()]
        for number, each in enumerate(table.searches)
    ]


DAM = search("⟦the dam⟧ broke", "de dam", "De dam, een dijk.")
BLANK = search("⟦the dam⟧ broke", "de dam", " ")
EMPTY = search("⟦the dam⟧ broke", "de dam", "... !")
SHIPS = search("In 12, ⟦12 ships⟧ sank.", "12 boten", "Er waren 12 schepen")


def test_runs_begin_and_end_with_words_and_never_with_an_article():
    assert texts_of(RunTable.of([DAM])) == [["dam", "dam, een", "dam, een dijk", "dijk"]]


def test_a_window_without_words_has_no_runs():
    for each in (EMPTY, BLANK):
        assert texts_of(RunTable.of([each])) == [[]]
        assert LOCATOR.decide(each).chosen is None


def test_the_runs_of_several_searches_follow_each_other():
    table = RunTable.of([DAM, EMPTY, SHIPS, DAM])
    assert table.owners.tolist() == sorted(table.owners.tolist())
    assert texts_of(table) == [texts_of(RunTable.of([each]))[0] for each in table.searches]
    starts, ends = table.spans
    for number, part in enumerate(table.parts):
        text = table.searches[number].target.text
        spans = zip(starts[part].tolist(), ends[part].tolist(), strict=True)
        assert [text[start:end] for start, end in spans] == texts_of(table)[number]


def test_sums_are_those_of_the_tokens_of_each_run():
    table = RunTable.of([DAM, SHIPS])
    lengths = table.pad([[len(word) for word in each.window_words] for each in table.searches])
    (sums,) = table.sum(lengths[None])
    tokens = [table.tokens_of(run) for run in range(len(table))]
    folded = [table.searches[owner].target.folded for owner in table.owners]
    expected = [sum(map(len, words[slice(*run)])) for words, run in zip(folded, tokens, strict=True)]
    assert sums.tolist() == expected


def test_runs_without_the_required_numbers_are_removed_unless_all_lack_them():
    assert all("12" in text for text in texts_of(RunTable.of([SHIPS]))[0])
    lows, highs, window = np.array([0, 2, 3]), np.array([2, 4, 4]), ["er", "waren", "12", "schepen"]
    assert have_words(lows, highs, window, {"12"}).tolist() == [False, True, False]
    assert have_words(lows, highs, window, {"13"}).tolist() == [True, True, True]
    assert have_words(lows, highs, window, set()).tolist() == [True, True, True]


def test_answers_get_the_same_decision_alone_and_together():
    searches = [
        DAM,
        BLANK,
        EMPTY,
        SHIPS,
        search("⟦Dutch⟧ painters came.", "Nederlands", "Nederlandse schilders kwamen."),
    ]
    assert LOCATOR.decide_by_similarity(searches) == [LOCATOR.decide_by_similarity([each])[0] for each in searches]
