"""Method: the same words after folding case, diacritics, quotes, dashes, white space, number form
and number words, with or without the leading article.
"""

from spanferry.projection.query import Query
from spanferry.projection.spans import Candidate, Range, TokenizedText
from spanferry.records import Method


def normalised(query: Query, passage: TokenizedText, within: Range) -> list[Candidate]:
    """Every run of tokens in the range that folds to the query's words."""
    return [
        Candidate(*passage.span(low, high), Method.NORMALISED, 1.0) for low, high in passage.runs(query.words, within)
    ]
