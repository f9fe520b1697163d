"""Adjusts the extent of a span to that of the source answer.

Phrases are searched for without leading articles and outer symbols. The source answer decides whether these belong to
the span: "the 12th century" includes its article, and "12th century" does not; "$300" keeps its currency sign, "50 %"
its percent sign, and a quoted title its quotes.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from msgspec.structs import replace

from spanferry.language import Language
from spanferry.language.clitics import LONGEST, counter_length, is_enclitic, letters_around
from spanferry.language.scripts import is_unspaced
from spanferry.projection.candidates import Candidate
from spanferry.projection.phrase import Phrase
from spanferry.projection.tokenized import TokenizedText, TokenRange
from spanferry.records import Method, Record, Span

HYPHENS = "-\u2010\u2011"
"""Hyphens, which join the parts of a word. Dashes do not."""


def trim(target: TokenizedText, low: int, high: int, phrase_words: set[str], language: Language) -> TokenRange:
    """Remove stray function words and symbols from the edges of tokens [low, high).

    phrase_words: the folded words of all phrases. They are not stray.
    """

    def is_stray(token: int) -> bool:
        if target.folded[token] in phrase_words:
            return False
        word = target.lowered[token]
        return not target.is_word[token] or word in language.outer_words

    while low < high - 1 and is_stray(low):
        low += 1
    while high - 1 > low and is_stray(high - 1):
        high -= 1
    return low, high


class SourceEdges(Record, frozen=True, gc=False):
    """What directly surrounds the source answer.

    hyphen_before, hyphen_after: it is a part of a hyphenated word ("six" in "six-time"). sign_before, sign_after: it is
    a number without its sign ("10" in "10%"). is_number: it consists of a number only, without a counter after it.
    """

    hyphen_before: bool = False
    hyphen_after: bool = False
    sign_before: bool = False
    sign_after: bool = False
    is_number: bool = False

    @classmethod
    def of(cls, text: str, start: int, end: int, *, is_number: bool, language: Language) -> "SourceEdges":
        """Return the edges of a span of the source. is_number: it consists of a number only."""
        return cls(
            hyphen_before=start > 1 and text[start - 1] in HYPHENS and text[start - 2].isalnum(),
            hyphen_after=text[end : end + 1] in tuple(HYPHENS) and text[end + 1 : end + 2].isalnum(),
            sign_before=start > 0 and is_unit_sign(text[start - 1]),
            sign_after=is_unit_sign(text[end : end + 1]),
            is_number=is_number and not counter_after(text, end, language),
        )


def match_extent(
    candidate: Candidate, target: TokenizedText, source: Phrase, found_by: Phrase, language: Language
) -> Candidate:
    """Extend or trim a candidate to the extent of the source answer.

    source: the source answer. found_by: the phrase that found the candidate. A candidate that begins inside a token
    ("eau" in "l'eau") is returned unchanged, because its extent does not consist of tokens. One that ends before
    clitics ends there.
    """
    low, high = target.token_range(candidate.span)
    if target.token_starts[low : low + 1] != [candidate.start]:
        return candidate
    # The translation may move an article to the front with its noun: "invented the mould", "de gietvorm uitvond".
    takes_article = source.has_article or (found_by.has_article and source.article_count > 0)
    may_grow = takes_article or source.lead or source.trail or found_by.lead or found_by.trail
    is_whole = target.token_ends[high - 1] == candidate.end
    if is_whole and not may_grow and strip_edges(target, low, high, language) == (low, high):
        return candidate  # most need no change
    floor, ceiling = sentence_around(target, low)
    if high > ceiling:
        ceiling = sentence_around(target, high - 1)[1]
    ends_inside = ends_before_clitic(candidate, target, language)
    last = high
    low, high = strip_edges(target, low, high, language)
    if not ends_inside:
        high = grow_right(target, high, ceiling, max(source.trail, found_by.trail, key=len))
    articles = language.articles if takes_article else frozenset[str]()
    low = grow_left(target, low, floor, {*source.lead, *found_by.lead}, articles)
    start, end = target.span_of(low, high)
    return Candidate(start, candidate.end if ends_inside and high == last else end, candidate.method, candidate.score)


def complete_edges(
    candidate: Candidate, target: TokenizedText, language: Language, edges: SourceEdges, within: TokenRange
) -> Candidate:
    """Extend a candidate so that it cuts no hyphenated word and no sign off a number, unless the source does.

    A bare number gets its counter, if the language writes one. within: the tokens it may extend to. In a language that
    writes compounds, a phrase that occurs verbatim may be a part of a hyphenated one ("Super Bowl" in "Super
    Bowl-kampioen").
    """
    if language.compounds and candidate.method in (Method.EXACT, Method.NORMALISED) and candidate.score == 1.0:
        edges = replace(edges, hyphen_before=True, hyphen_after=True)
    start, end = candidate.span
    low, high = target.token_range(candidate.span)
    if target.token_starts[low : low + 1] == [start]:
        start = target.token_starts[complete_left(target, low, within[0], edges)]
    if target.token_ends[high - 1] == end:
        end = target.token_ends[complete_right(target, high, within[1], edges) - 1]
    if edges.is_number:
        end += counter_after(target.text, end, language)
    return candidate if (start, end) == candidate.span else replace(candidate, start=start, end=end)


def ends_before_clitic(candidate: Candidate, target: TokenizedText, language: Language) -> bool:
    """Return whether a candidate ends inside a token, and only clitics follow it there."""
    _, high = target.token_range(candidate.span)
    rest = target.text[candidate.end : target.token_ends[high - 1]]
    return bool(rest and language.enclitics) and is_enclitic(rest, language)


def complete_right(target: TokenizedText, high: int, ceiling: int, edges: SourceEdges) -> int:
    """Include the rest of a hyphenated word, and the sign of a number: "1970-х", "28,5°"."""
    starts, ends, texts = target.token_starts, target.token_ends, target.token_texts

    def joined(token: int) -> bool:
        return token < ceiling and ends[token - 1] == starts[token]

    if joined(high) and is_unit_sign(texts[high]) and texts[high - 1][-1:].isdigit() and not edges.sign_after:
        high += 1
    while joined(high) and joined(high + 1) and is_hyphenated(texts[high - 1 : high + 2]) and not edges.hyphen_after:
        high += 2
    return high


def complete_left(target: TokenizedText, low: int, floor: int, edges: SourceEdges) -> int:
    """Include the beginning of a hyphenated word, and the sign before a number."""
    starts, ends, texts = target.token_starts, target.token_ends, target.token_texts

    def joined(token: int) -> bool:
        return token > floor and ends[token - 1] == starts[token]

    if joined(low) and is_unit_sign(texts[low - 1]) and texts[low][:1].isdigit() and not edges.sign_before:
        low -= 1
    while joined(low) and joined(low - 1) and is_hyphenated(texts[low - 2 : low + 1]) and not edges.hyphen_before:
        low -= 2
    return low


def is_hyphenated(tokens: Sequence[str]) -> bool:
    """Return whether three tokens are two parts of a word and a hyphen. Two numbers are a range ("1998-2002")."""
    first, hyphen, second = tokens
    if hyphen not in HYPHENS or not (first[-1].isalnum() and second[0].isalnum()):
        return False
    return not (first[-1].isdigit() and second[0].isdigit())


def touches_joint(text: str, span: Span) -> bool:
    """Return whether a hyphen or the sign of a number is beside a span."""
    before, after = text[span[0] - 1 : span[0]], text[span[1] : span[1] + 1]
    return is_joint(before) or is_joint(after)


@lru_cache(maxsize=1 << 12)
def is_joint(character: str) -> bool:
    """Return whether a character is a hyphen or the sign of a number."""
    return character != "" and (character in HYPHENS or is_unit_sign(character))


def is_unit_sign(character: str) -> bool:
    """Return whether a character is a sign that is written onto a number: a currency, a degree or a percent sign."""
    return len(character) == 1 and (character in "%‰′″" or unicodedata.category(character) in ("Sc", "So"))


def counter_after(text: str, end: int, language: Language) -> int:
    """Return the number of characters of the counter that follows a number, with the space before it; 0 without one."""
    if not language.counters:
        return 0
    space = text[end : end + 1] == " "
    letters = text[end + space : end + space + LONGEST]
    if is_unspaced(letters[:1]):
        return space + 1 if letters[:1] in language.counters else 0
    length = counter_length(letters_around(text, end + space, end + space)[1] or letters.split(" ")[0], language)
    return space + length if length else 0


def strip_edges(target: TokenizedText, low: int, high: int, language: Language) -> TokenRange:
    """Remove outer symbols and leading articles, but leave at least one token."""
    while low < high - 1 and (not target.is_word[low] or target.lowered[low] in language.articles):
        low += 1
    while high - 1 > low and not target.is_word[high - 1]:
        high -= 1
    return low, high


def grow_left(target: TokenizedText, low: int, floor: int, symbols: set[str], articles: frozenset[str]) -> int:
    """Include the given symbols if they directly precede the span, and one article.

    White space may separate a currency sign from the number ("$ 300").
    """
    while low > floor:
        symbol = target.folded[low - 1]
        joined = target.token_ends[low - 1] == target.token_starts[low]
        if (joined or unicodedata.category(symbol[0]) == "Sc") and symbol in symbols:
            low -= 1
        elif target.lowered[low - 1] in articles:
            low, articles = low - 1, frozenset()
        else:
            break
    return low


def grow_right(target: TokenizedText, high: int, ceiling: int, symbols: Sequence[str]) -> int:
    """Include the given symbols that follow the span, each once. White space may precede them ("50 %")."""
    remaining = list(symbols)
    while high < ceiling and target.folded[high] in remaining:
        remaining.remove(target.folded[high])
        high += 1
    return high


def sentence_around(target: TokenizedText, token: int) -> TokenRange:
    """Return the tokens of the sentence that contains a token."""
    ranges = target.sentence_ranges
    return next((tokens for tokens in ranges if tokens[0] <= token < tokens[1]), (token, token + 1))
