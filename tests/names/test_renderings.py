"""Tests of the renderings of names."""

import pytest
from spanferry.language import language_of
from spanferry.names.renderings import find_rendering, has_rendering, make_pair
from spanferry.projection.ranking import make_locator
from spanferry.projection.tokenized import TokenizedText

LOCATOR = make_locator("en", "nl")


def rendering(source: str, name: str, target: str, translation: str | None = None) -> str | None:
    texts = [TokenizedText(text, ((0, len(text)),)) for text in (source, target)]
    start = source.index(name)
    found = find_rendering(make_pair(*texts, LOCATOR.target), (start, start + len(name)), translation, LOCATOR)
    if found is None:
        return None
    assert target[slice(*found.span)] == found.text
    return found.text


@pytest.mark.parametrize(
    ("source", "name", "target", "translation", "found"),
    [
        ("Genghis Khan died.", "Genghis Khan", "Genghis Khan stierf.", None, "Genghis Khan"),
        # A wrong translation does not mislead where the name stays as it is.
        ("Genghis Khan died there.", "Genghis Khan", "Daar stierf Genghis Khan.", "stierf", "Genghis Khan"),
        ("When did Genghis Khan die?", "Genghis Khan", "Wanneer stierf Dzjengis Khan?", None, "Dzjengis Khan"),
        ("The Rhine floods.", "Rhine", "De Rijn overstroomt.", "Rijn", "Rijn"),
        ("Destiny's Child sang.", "Destiny's Child", "Het kind van Destiny zong.", None, None),  # only a part of it
        ("It sailed in May.", "May", "Het voer in mei.", "mei", None),  # a common noun in the target
        ('"Seven Years" is a term.', "Seven Years", '"Zeven jaar" is een term.', "Zeven jaar", None),  # here too
        ('It is "Seven Years".', "Seven Years", 'Het is "Zeven Jaar".', "Zeven Jaar", "Zeven Jaar"),
        ("Charlemagne ruled.", "Charlemagne", "Karel de Grote regeerde.", "Karel de Grote", "Karel de Grote"),
    ],
)
def test_find_rendering(source: str, name: str, target: str, translation: str | None, found: str | None) -> None:
    assert rendering(source, name, target, translation) == found


@pytest.mark.parametrize(
    ("text", "name", "has"),
    [
        ("Wat stichtte Dzjengis Khan?", "Genghis Khan", False),
        ("Wat stichtte Genghis Khan?", "Genghis Khan", True),
        ("Welke Franse natuurkundige?", "Frans", True),
        ("Luthers geschriften", "Luther", True),
        ("de Zuiderzeewet", "Zuiderzee", True),
        ("Luthers Bijbel", "Bijbelvertaling", True),
        ("de Chinezen", "Chinese", True),
        ("de oude Rijn", "Rhône", False),
        ("", "Rijn", False),
    ],
)
def test_has_rendering(text: str, name: str, has: bool) -> None:
    assert has_rendering(text, name, language_of("nl")) is has
