"""Tests of method `exact`: the isolated translation, letter for letter, at word boundaries."""

import pytest
from spanferry.language import NEUTRAL, language_of
from spanferry.projection.exact import find_exact, occurrences
from spanferry.projection.phrase import make_phrase
from spanferry.records import Method

from tests.support.shown import tokenized

DUTCH = language_of("nl")


def find_matches(needle: str, text: str, policy=DUTCH) -> list[tuple[str, str, float]]:
    target = tokenized(text)
    hits = find_exact(make_phrase(needle, needle, policy), target, (0, len(text)), policy)
    return [(text[hit.start : hit.end], hit.method, round(hit.score, 2)) for hit in hits]


@pytest.mark.parametrize(
    ("needle", "text"),
    [
        ("91", "Het eindigde in 1991."),
        ("10", "Het kostte 10.000 gulden."),
        ("10", "Het kostte 2,10 gulden."),
        ("ant", "Want de wand stond."),
        ("kaas", "kaaskop, oudekaas"),
        ("Bijbel", "Bijbelvertaling"),
        ("eeuw", "19e-eeuwse"),
        ("10", "Elle a 10\u00a0000 navires, et 10\u202f000 marins."),
        ("cafe", "un cafe\u0301"),
        ("राम", "रामायण"),
        ("मना", "कामना"),
        ("بَيْت", "بَيْتُهُم"),
    ],
)
def test_no_hit_begins_or_ends_inside_a_word_or_number(needle, text):
    assert find_matches(needle, text, NEUTRAL) == []


@pytest.mark.parametrize(
    ("needle", "text"),
    [
        ("91", "91 dagen, '91, (91), 91%"),
        ("10", "10. Of 10, dan 10-12"),
        ("foto's", "Zijn foto's hangen; foto's!"),
        ("zo'n", "Het is zo'n huis."),
        ("'s-Gravenhage", "Hij woont in 's-Gravenhage."),
        ("19e-eeuwse", "Een 19e-eeuwse kerk."),
        ("C++", "In C++ kan het."),
    ],
)
def test_a_hit_at_boundaries_is_whole(needle, text):
    matches = find_matches(needle, text)
    assert matches
    assert set(matches) == {(needle, Method.EXACT, 1.0)}


@pytest.mark.parametrize(
    ("needle", "text", "word", "score"),
    [
        ("Bijbel", "Een Bijbelvertaling.", "Bijbelvertaling", 0.4),
        ("vertaling", "Een Bijbelvertaling.", "Bijbelvertaling", 0.6),
        ("tulpenbol", "Drie tulpenbollen.", "tulpenbollen", 0.75),
        ("Nederlands", "De Nederlandse schilders.", "Nederlandse", 0.91),
        ("uitstoot", "De CO2uitstoot.", "CO2uitstoot", 0.73),
    ],
)
def test_in_dutch_a_part_of_a_compound_matches_the_whole_word(needle, text, word, score):
    assert find_matches(needle, text) == [(word, Method.NORMALISED, score)]
    assert find_matches(needle, text, NEUTRAL) == []


@pytest.mark.parametrize(
    ("needle", "text"), [("ei", "eiland"), ("van", "vanaf"), ("1991", "19912"), ("land", "eilanden")]
)
def test_a_short_part_a_number_or_a_middle_part_matches_no_compound(needle, text):
    assert find_matches(needle, text) == []


def test_whole_words_come_before_compounds():
    assert [text for text, _, _ in find_matches("water", "Waterbeheer, waterweg en water.")] == ["water", "waterweg"]


@pytest.mark.parametrize(
    ("text", "needle"),
    [("这是黄河的水", "黄河"), ("東京で始まった", "東京"), ("ที่กรุงเทพมี", "กรุงเทพ"), ("平成3年に1991年", "1991")],
)
def test_without_spaces_every_character_is_a_boundary(text, needle):
    assert find_matches(needle, text, NEUTRAL) == [(needle, Method.EXACT, 1.0)]


def test_overlapping_occurrences_are_all_returned():
    assert list(occurrences("aXaXa", "aXa", (0, 5))) == [(0, 3), (2, 5)]
    assert list(occurrences("aXaXa", "aXa", (1, 5))) == [(2, 5)]
    assert list(occurrences("aXaXa", "", (0, 5))) == []


def test_a_span_may_cut_a_word_where_the_source_span_cuts_one():
    target = tokenized("De Japanese tuin.")
    assert find_exact(make_phrase("Japan", "Japan", NEUTRAL), target, (0, 17), NEUTRAL, ("", "e"))[0].span == (3, 8)
    assert find_exact(make_phrase("Japan", "Japan", NEUTRAL), target, (0, 17), NEUTRAL, ("", "i")) == []
