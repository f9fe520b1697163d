"""Method `normalised`: the same words after folding case, diacritics, quotes, dashes, white space, number form and
number words, with or without the leading article."""

from spanferry.projection.candidates import Candidate
from spanferry.projection.phrase import Phrase
from spanferry.projection.tokenized import TokenizedText, TokenRange
from spanferry.records import Method


def find_normalised(phrase: Phrase, target: TokenizedText, within: TokenRange) -> list[Candidate]:
    """Return every run of tokens in the range that folds to the phrase's words."""
    return [
        Candidate(*target.span_of(low, high), Method.NORMALISED, 1.0)
        for low, high in target.find_tokens(phrase.words, within)
    ]
