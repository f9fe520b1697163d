"""Adjusts the extent of a span to that of the source answer.

Phrases are searched for without leading articles and outer symbols. The source answer decides whether these belong to
the span: "the 12th century" includes its article, and "12th century" does not; "$300" keeps its currency sign, "50 %"
its percent sign, and a quoted title its quotes.
"""

import unicodedata
from collections.abc import Sequence

from spanferry.language import Language
from spanferry.projection.candidates import Candidate
from spanferry.projection.phrase import Phrase
from spanferry.projection.tokenized import TokenizedText, TokenRange


def trim(target: TokenizedText, low: int, high: int, phrase_words: set[str], language: Language) -> TokenRange:
    """Remove stray function words and symbols from the edges of tokens [low, high).

    phrase_words: the folded words of all phrases. They are not stray.
    """

    def is_stray(token: int) -> bool:
        if target.folded[token] in phrase_words:
            return False
        return not target.is_word[token] or target.casefolded[token] in language.edge_words | language.articles

    while low < high - 1 and is_stray(low):
        low += 1
    while high - 1 > low and is_stray(high - 1):
        high -= 1
    return low, high


def match_extent(
    candidate: Candidate, target: TokenizedText, source: Phrase, found_by: Phrase, language: Language
) -> Candidate:
    """Extend or trim a candidate to the extent of the source answer.

    source: the source answer. found_by: the phrase that found the candidate. A candidate that begins inside a token
    ("eau" in "l'eau") is returned unchanged, because its extent does not consist of tokens.
    """
    low, high = target.token_range(candidate.span)
    if target.token_starts[low : low + 1] != [candidate.start]:
        return candidate
    floor, ceiling = sentence_around(target, low)[0], sentence_around(target, high - 1)[1]
    low, high = strip_edges(target, low, high, language)
    high = grow_right(target, high, ceiling, max(source.trail, found_by.trail, key=len))
    # The translation may move an article to the front with its noun: "invented the mould", "de gietvorm uitvond".
    takes_article = source.has_article or (found_by.has_article and source.article_count > 0)
    articles = language.articles if takes_article else frozenset[str]()
    low = grow_left(target, low, floor, {*source.lead, *found_by.lead}, articles)
    start, end = target.span_of(low, high)
    return Candidate(start, end, candidate.method, candidate.score)


def strip_edges(target: TokenizedText, low: int, high: int, language: Language) -> TokenRange:
    """Remove outer symbols and leading articles, but leave at least one token."""
    while low < high - 1 and (not target.is_word[low] or target.casefolded[low] in language.articles):
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
        joined = target.token_spans[low - 1][1] == target.token_spans[low][0]
        if (joined or unicodedata.category(symbol[0]) == "Sc") and symbol in symbols:
            low -= 1
        elif target.casefolded[low - 1] in articles:
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
