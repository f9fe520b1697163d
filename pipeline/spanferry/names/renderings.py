"""How a translation renders a name: found by span projection, as the answers are."""

from dataclasses import dataclass

from spanferry.language import Language
from spanferry.language.names import find_names
from spanferry.language.words import fold, tokens
from spanferry.projection.candidates import make_query
from spanferry.projection.ranking import Locator
from spanferry.projection.tokenized import TokenizedText
from spanferry.records import Method, Span

CERTAIN, LIKELY = 0.9, 0.8
"""The lowest probability of a rendering; below CERTAIN, it must be a whole name of equally many words.

Otherwise similar words are often only a part of the name: "Destiny" of "Het kind van Destiny".
"""
# Endings of a name up to this length may belong to grammar: Luther/Luthers, Chinese/Chinezen. The stem is longer.
LONGEST_ENDING = 3


@dataclass(frozen=True)
class TextPair:
    """A text and its translation, with paired sentences. names: the spans of the names in the translation."""

    source: TokenizedText
    target: TokenizedText
    names: frozenset[Span]


def make_pair(source: TokenizedText, target: TokenizedText, language: Language) -> TextPair:
    """Pair two texts. language: that of the target."""
    return TextPair(source, target, frozenset(find_names(target.text, language)))


@dataclass(frozen=True, slots=True)
class Rendering:
    """The rendering of a name in a translation."""

    text: str
    span: Span


def find_rendering(pair: TextPair, name: Span, translation: str | None, locator: Locator) -> Rendering | None:
    """Return the rendering of the name at a place of the source; None if it is not found with certainty.

    translation: the translation of the name on its own, or None. The name itself is searched for first, because a name
    that stays as it is needs no translation, and a wrong one would mislead. A rendering in lower case is a common noun
    ("high-definition", "mei").
    """
    text = pair.source.text[slice(*name)]
    for known in dict.fromkeys((None, translation)):
        decision = locator.locate(make_query(pair.source, name[0], text, known), pair.target)
        chosen, probability = decision.chosen, decision.probability or 0.0
        # A run that resembles the name may be less like its translation, so the translation decides.
        if chosen is None or (chosen.method is Method.FUZZY and known != translation):
            continue
        rendering = pair.target.text[slice(*chosen.span)]
        is_whole = chosen.span in pair.names and len(rendering.split()) == len(text.split())
        if probability >= (LIKELY if is_whole else CERTAIN) and not rendering[:1].islower():
            return Rendering(rendering, chosen.span)
    return None


def has_rendering(text: str, rendering: str, language: Language) -> bool:
    """Return whether a text has a rendering, as words in a row that may differ in their endings.

    In a language with compounds, a word of one may also be part of a longer word of the other: "Bijbelvertaling" is the
    "Bijbel" too.
    """
    words, wanted = folded_words(text), folded_words(rendering)
    return any(
        all(is_form_of(word, name, language) for word, name in zip(words[n:], wanted, strict=False))
        for n in range(len(words) - len(wanted) + 1)
    )


def folded_words(text: str) -> list[str]:
    """Return the words and numbers of a text, folded."""
    spans = tokens(text)
    return [fold(text[start:end]) for start, end in spans if text[start].isalnum()]


def is_form_of(word: str, name: str, language: Language) -> bool:
    """Return whether a folded word is a word of a name, up to its ending, or a compound with it."""
    if word == name:
        return True
    stem = 0
    while stem < min(len(word), len(name)) and word[stem] == name[stem]:
        stem += 1
    if stem > LONGEST_ENDING >= max(len(word), len(name)) - stem:
        return True
    shorter, longer = sorted((word, name), key=len)
    return language.compounds and len(shorter) > LONGEST_ENDING and shorter in longer
