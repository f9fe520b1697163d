"""Where a found span should begin and end: as the source answer does.

The words are found without a leading article and without outer symbols. Whether these belong to
the answer is decided by the source: "the 12th century" takes its article along, "12th century"
does not; "$300" keeps its currency, "50 %" its sign, a quoted title its quotes.
"""

from pipeline.projection.languages import Language
from pipeline.projection.query import Query
from pipeline.projection.records import Candidate, Passage


def fit(candidate: Candidate, passage: Passage, sought: Query, found_by: Query, language: Language) -> Candidate:
    """Grows or trims a candidate to the source answer's extent.

    sought: the source answer as a query; found_by: the query that found the candidate.
    """
    low, high = passage.token_range(candidate.span)
    floor, ceiling = sentence_tokens(passage, low)
    ceiling = max(ceiling, high)
    low, high = trim(passage, low, high, sought, found_by)
    first = low
    while first < high - 1 and passage.folded[first] in language.articles:
        first += 1
    if sought.article and first == low:
        while low > floor and passage.folded[low - 1] in language.articles:
            low -= 1
    elif not sought.article:
        low = first
    low, high = grow(passage, low, high, (floor, ceiling), found_by)
    start, end = passage.span(low, high)
    return Candidate(start, end, candidate.method, candidate.score)


def sentence_tokens(passage: Passage, token: int) -> tuple[int, int]:
    """The tokens of the sentence that holds a token."""
    at = passage.tokens[token][0]
    for span in passage.sentences:
        if span[0] <= at < span[1]:
            return passage.token_range(span)
    return token, token + 1


def trim(passage: Passage, low: int, high: int, sought: Query, found_by: Query) -> tuple[int, int]:
    """Takes off outer symbols that neither the source answer nor the query has on that side."""
    while low < high - 1 and not passage.words[low] and not (sought.lead or found_by.lead):
        low += 1
    while high > low + 1 and not passage.words[high - 1] and not (sought.trail or found_by.trail):
        high -= 1
    return low, high


def grow(passage: Passage, low: int, high: int, within: tuple[int, int], found_by: Query) -> tuple[int, int]:
    """Takes in the query's outer symbols where the text has the same ones there."""
    lead, trail = list(found_by.lead), list(found_by.trail)
    if lead and low - len(lead) >= within[0] and passage.folded[low - len(lead) : low] == lead:
        low -= len(lead)
    if trail and high + len(trail) <= within[1] and passage.folded[high : high + len(trail)] == trail:
        high += len(trail)
    return low, high
