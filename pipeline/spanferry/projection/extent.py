"""Where a found span should begin and end: as the source answer does.

The words are found without a leading article and without outer symbols. Whether these belong to
the answer is decided by the source: "the 12th century" takes its article along, "12th century"
does not; "$300" keeps its currency, "50 %" its sign, a quoted title its quotes.
"""

import unicodedata
from collections.abc import Sequence

from spanferry.language.profile import Language
from spanferry.projection.query import Query
from spanferry.projection.spans import Candidate, Range, TokenizedText


def tight(passage: TokenizedText, low: int, high: int, known: set[str], language: Language) -> tuple[int, int]:
    """The tokens without loose words and symbols at the ends that no query knows (folded `known`)."""

    def alien(token: int) -> bool:
        return passage.folded[token] not in known and (
            not passage.words[token] or passage.cased[token] in language.loose | language.articles
        )

    while low < high - 1 and alien(low):
        low += 1
    while high - 1 > low and alien(high - 1):
        high -= 1
    return low, high


def fit(candidate: Candidate, passage: TokenizedText, sought: Query, found_by: Query, language: Language) -> Candidate:
    """Grows or trims a candidate to the source answer's extent.

    sought: the source answer as a query; found_by: the query that found the candidate. One that begins inside a token
    stays as it is ("eau" in "l'eau"): its extent is not one of tokens.
    """
    low, high = passage.token_range(candidate.span)
    if passage.starts[low : low + 1] != [candidate.start]:
        return candidate
    floor, ceiling = sentence_tokens(passage, low)[0], sentence_tokens(passage, high - 1)[1]
    low, high = bare(passage, low, high, language)
    high = grown_right(passage, high, ceiling, max(sought.trail, found_by.trail, key=len))
    # An article may have moved to the front with its noun: "invented the mould", "de gietvorm uitvond".
    article = sought.article or (found_by.article and sought.articles > 0)
    low = grown_left(passage, low, floor, {*sought.lead, *found_by.lead}, language.articles if article else frozenset())
    start, end = passage.span(low, high)
    return Candidate(start, end, candidate.method, candidate.score)


def bare(passage: TokenizedText, low: int, high: int, language: Language) -> tuple[int, int]:
    """The tokens without outer symbols and leading articles; at least one is left."""
    while low < high - 1 and (not passage.words[low] or passage.cased[low] in language.articles):
        low += 1
    while high - 1 > low and not passage.words[high - 1]:
        high -= 1
    return low, high


def grown_left(passage: TokenizedText, low: int, floor: int, symbols: set[str], articles: frozenset[str]) -> int:
    """Takes in what stands before a token: symbols of a set, joined to it, and one of the articles.

    A currency's sign may stand apart ("$ 300").
    """
    while low > floor:
        symbol = passage.folded[low - 1]
        joined = passage.tokens[low - 1][1] == passage.tokens[low][0] or unicodedata.category(symbol[0]) == "Sc"
        if joined and symbol in symbols:
            low -= 1
        elif passage.cased[low - 1] in articles:
            low, articles = low - 1, frozenset()
        else:
            break
    return low


def grown_right(passage: TokenizedText, high: int, ceiling: int, symbols: Sequence[str]) -> int:
    """Takes in these symbols, each once, where they stand behind a token; a unit's may stand apart ("50 %")."""
    left = list(symbols)
    while high < ceiling and passage.folded[high] in left:
        left.remove(passage.folded[high])
        high += 1
    return high


def sentence_tokens(passage: TokenizedText, token: int) -> Range:
    """The tokens of the sentence that holds a token."""
    return next((held for held in passage.ranges if held[0] <= token < held[1]), (token, token + 1))
