"""How a translation renders a name: found by span projection, as the answers are."""

from dataclasses import dataclass

import regex

from spanferry.language import Language
from spanferry.language.names import find_names
from spanferry.language.words import fold, tokens
from spanferry.projection.candidates import make_query
from spanferry.projection.ranking import Locator
from spanferry.projection.tokenized import TokenizedText
from spanferry.projection.windows import find_window
from spanferry.records import Method, Span

_POSSESSIVE = regex.compile(r"['’]s?(?!\p{L})")
# A name does not go on after a comma, or after the end of a sentence.
_BREAK = regex.compile(r"[,;:!?()]|\.(?!\S)")
CERTAIN, LIKELY = 0.9, 0.8
"""The lowest probability of a rendering; below CERTAIN, it must be a whole name of equally many words.

Otherwise similar words are often only a part of the name: "Destiny" of "Het kind van Destiny".
"""
DOUBTFUL = 0.55
"""The lowest probability of a rendering that another text of the article must confirm (`agreement`)."""
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
    """The rendering of a name in a translation. is_possessive: the source has a possessive there ("Kublai's")."""

    text: str
    span: Span
    is_possessive: bool = False


def find_rendering(pair: TextPair, name: Span, translation: str | None, locator: Locator) -> Rendering | None:
    """Return the rendering of the name at a place of the source; None if it is not found with certainty.

    translation: the translation of the name on its own, or None. The name itself is searched for first, because a name
    that stays as it is needs no translation, and a wrong one would mislead. A rendering in lower case is a common noun
    (`is_common_noun`).
    """
    text = pair.source.text[slice(*name)]
    for known in dict.fromkeys((None, translation)):
        decision = locator.locate(make_query(pair.source, name[0], text, known), pair.target)
        chosen, probability = decision.chosen, decision.probability or 0.0
        # A run that resembles the name may be less like its translation, so the translation decides.
        if chosen is None or (chosen.method is Method.FUZZY and known != translation):
            continue
        rendering = pair.target.text[slice(*chosen.span)]
        if exceeds(rendering, text, locator):
            continue
        is_whole = chosen.span in pair.names and len(rendering.split()) == len(text.split())
        if probability >= (LIKELY if is_whole else CERTAIN) and not is_common_noun(pair.target, chosen.span):
            return Rendering(rendering, chosen.span, is_possessive(pair.source.text, name[1]))
    return None


def is_common_noun(text: TokenizedText, span: Span) -> bool:
    """Return whether a span is in lower case ("high-definition", "mei").

    The capital at the beginning of a sentence says nothing if further words follow ('"Zeven jaar" verwijst naar').
    """
    first, *others = text.text[slice(*span)].split()
    start = text.sentences[find_window(text.sentences, *span)[0]][0]
    is_at_beginning = not any(map(str.isalnum, text.text[start : span[0]]))
    return first[0].islower() or (is_at_beginning and bool(others) and all(word[0].islower() for word in others))


def exceeds(rendering: str, name: str, locator: Locator) -> bool:
    """Return whether a rendering has a comma, or ends with a preposition or conjunction, although the name does not."""
    last_words = rendering.lower().split()[-1:], name.lower().split()[-1:]
    ends = [
        word[0] in language.edge_words
        for word, language in zip(last_words, (locator.target, locator.source), strict=True)
    ]
    return (ends[0] and not ends[1]) or bool(_BREAK.search(rendering) and not _BREAK.search(name))


def find_doubtful(pair: TextPair, name: Span, locator: Locator) -> Rendering | None:
    """Return the run of words that resembles a name most, if it is a whole name of the translation; else None."""
    decision = locator.locate(make_query(pair.source, name[0], pair.source.text[slice(*name)], None), pair.target)
    chosen, probability = decision.chosen, decision.probability or 0.0
    if chosen is None or probability < DOUBTFUL or chosen.span not in pair.names:
        return None
    return Rendering(pair.target.text[slice(*chosen.span)], chosen.span, is_possessive(pair.source.text, name[1]))


def is_possessive(text: str, end: int) -> bool:
    """Return whether a name that ends at an offset is a possessive, whose translation may have an ending."""
    return _POSSESSIVE.match(text, end) is not None


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


def is_capitalised(rendering: str, language: Language) -> bool:
    """Return whether a rendering consists of capitalised words ("Yuan-dynastie"), numbers and words that link them."""
    words = [rendering[start:end] for start, end in tokens(rendering) if is_first_of_word(rendering, start)]
    return rendering[:1].isupper() and all(
        not word[0].islower() or word in language.name_links or word in language.edge_words for word in words
    )


def is_first_of_word(text: str, start: int) -> bool:
    """Return whether a token begins a word: the parts of a word with hyphens count as one."""
    return text[start].isalnum() and text[start - 1 : start] not in ("-", "‑")
