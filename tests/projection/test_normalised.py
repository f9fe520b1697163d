"""Tests of method `normalised`, which ignores case, diacritics, quotes, dashes and the form of numbers."""

import unicodedata

import pytest
from spanferry.language import NEUTRAL
from spanferry.projection.normalised import find_normalised
from spanferry.projection.phrase import make_phrase

from tests.support.shown import tokenized


def find_matches(needle: str, text: str) -> list[str]:
    target = tokenized(text)
    hits = find_normalised(make_phrase(needle, needle, NEUTRAL), target, (0, len(target.token_texts)))
    return [text[hit.start : hit.end] for hit in hits]


@pytest.mark.parametrize(
    ("needle", "text", "hits"),
    [
        ("Dijken", "de dijken en DIJKEN", ["dijken", "DIJKEN"]),
        ("coordinatie", "de coördinatie", ["coördinatie"]),
        ("Curaçao", "op Curacao", ["Curacao"]),
        ("foto's", "de foto’s", ["foto’s"]),
        ("1914-1918", "van 1914–1918 was het", ["1914–1918"]),
        ("1,250", "1.250 of 1250 of 1\u00a0250 of 125", ["1.250", "1250", "1\u00a0250"]),
        ("3.5", "3,5 of 35", ["3,5"]),
        ("gouden eeuw", "de Gouden\u00a0\n Eeuw", ["Gouden\u00a0\n Eeuw"]),
        ("het land van Maas en Waal", "Het land van Maas en Waal", ["Het land van Maas en Waal"]),
        ("ISTANBUL", "İstanbul ve istanbul", ["İstanbul", "istanbul"]),
        ("straße", "die STRASSE", ["STRASSE"]),
        ("النهر", "على النَّهر", ["النَّهر"]),
        ("91", "1991", []),
        ("ant", "want", []),
        ("dam dijk", "dam, dijk", []),
    ],
)
def test_words_are_compared_folded(needle, text, hits):
    assert find_matches(needle, text) == hits


@pytest.mark.parametrize(("one", "other"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_composed_and_decomposed_letters_are_the_same(one, other):
    text = unicodedata.normalize(one, "de reünie van Zoë")
    needle = unicodedata.normalize(other, "reünie van Zoë")
    assert find_matches(needle, text) == [text[3:]]
