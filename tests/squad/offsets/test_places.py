"""Tests of the places of an answer's text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.squad.offsets.places import MAX_PLACES, Place, find_places

CAFE = "Le café, le cafe\u0301 et le café\u0301."


@pytest.mark.parametrize(
    ("context", "text", "places"),
    [
        ("a lock, a lock", "lock", [(2, 6, 0), (10, 14, 0)]),
        ("aaaa", "aa", [(0, 2, 0), (1, 3, 0), (2, 4, 0)]),
        ("In 1742.", "1742 ", [(3, 7, 0)]),
        ("In 1742.", "\n1742", [(3, 7, 1)]),
        ("Hans\r\n Kolk", "Hans Kolk", [(0, 11, 0)]),
        ("Jürgen", "Ju\u0308rgen", [(0, 6, 0)]),
        ("Ju\u0308rgen", "Jürgen", [(0, 7, 0)]),
        ("Ju\u0308rgen", "Jurgen", []),
        ("Ju\u0308", "Ju", [(0, 2, 0)]),  # letter for letter, although it cuts the letter from its mark
        (CAFE, "café", [(3, 7, 0), (24, 28, 0)]),
        ("Zoe\u0308 a e\u0308", "Zoë  a", [(0, 6, 0)]),
        ("각 가 간", "\u1100\u1161", [(2, 3, 0)]),
        ("anything", "   ", []),
        ("anything", "", []),
        ("", "x", []),
    ],
)
def test_places(context: str, text: str, places: list[tuple[int, int, int]]) -> None:
    assert find_places(context, text) == [Place(*place) for place in places]


def test_the_number_of_places_is_limited() -> None:
    assert len(find_places("ab" * 5000, "ab")) == MAX_PLACES
    assert len(find_places("é " * 5000, "e\u0301")) == MAX_PLACES


@given(st.text(st.sampled_from(list("aé\u0301e \n가\u1100\u1161(.*")), max_size=30), st.data())
def test_a_part_of_the_context_is_found_in_another_form(context: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(context)))
    part = context[start : data.draw(st.integers(start, len(context)))]
    form = data.draw(st.sampled_from(["NFC", "NFD"]))
    text = " ".join(unicodedata.normalize(form, part).split())
    for place in find_places(context, text):
        found = context[place.start : place.end]
        assert unicodedata.normalize("NFD", " ".join(found.split())) == unicodedata.normalize("NFD", text)
    if part.strip():
        assert part in [context[p.start : p.end] for p in find_places(context, part)]
