"""Tests of XML-like markers in requests to services: escaping, and strict parsing of what comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.translation.tags import TagCodec, parse_tags

MARKERS = (("<m>", "</m>"), ("[", "]"), ("<a>", "</a>"))
PLAIN = st.text(st.characters(exclude_categories=("Cs", "Cc")))


@given(PLAIN, PLAIN, PLAIN, st.sampled_from(["m", "a"]))
def test_marked_texts_come_back_as_they_were(before, inside, after, name):
    text = f"{before}<{name}>{inside}</{name}>{after}"
    codec = TagCodec(MARKERS, [text, inside])
    if codec.is_tagged:
        assert codec.decode(codec.encoded) == [text, inside]


@pytest.mark.parametrize(
    "text", ["AT&T", "one <m> alone", "<m>x</a>", "</m>x<m>", "<m><a>x</a></m>", "[x]", "<b>x</b>", "<m id='1'>x</m>"]
)
def test_texts_without_marker_pairs_are_not_encoded(text):
    codec = TagCodec(MARKERS, [text])
    assert (codec.is_tagged, codec.encoded, codec.decode(["a & b"])) == (False, [text], ["a & b"])


def test_without_xml_markers_nothing_is_encoded():
    assert TagCodec((("[", "]"),), ["<m>x</m>"]).encoded == ["<m>x</m>"]


@pytest.mark.parametrize(
    "xml",
    [
        "<m>x",
        "x</m>",
        "<m>x</m></m>",
        "<m><m>x</m></m>",
        "<m><a>x</a></m>",
        "<m id='1'>x</m>",
        "<M>x</M>",
        "<b>x</b>",
        "AT&T <m>x</m>",
        "&nbsp;<m>x</m>",
        "<m/ >",
        "</root><root>",
        '<!DOCTYPE x [<!ENTITY e "boom">]><m>&e;</m>',
    ],
)
def test_anything_but_the_strict_form_stays_as_it_is(xml):
    assert parse_tags(xml, {"m", "a"}) is None
    codec = TagCodec(MARKERS, ["<m>x</m>"])
    assert codec.decode([xml]) == [xml]


def test_entities_are_decoded_once():
    assert parse_tags("&amp;amp; &#60;m&#62; <m>&lt;3</m>", {"m"}) == "&amp; <m> <m><3</m>"
