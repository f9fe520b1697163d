"""Method `normalised`: finds the words of a phrase in folded text.

Folding removes differences in case, diacritics, quotes, dashes, white space, number format and number words. The
leading article is ignored.
"""

from spanferry.projection.candidates import Candidate
from spanferry.projection.phrase import Phrase
from spanferry.projection.tokenized import TokenizedText, TokenRange
from spanferry.records import Method


def find_normalised(phrase: Phrase, target: TokenizedText, within: TokenRange) -> list[Candidate]:
    """Return each run of tokens in the range whose folded forms are the words of the phrase."""
    return [
        Candidate(*target.span_of(low, high), Method.NORMALISED, 1.0)
        for low, high in target.find_tokens(phrase.words, within)
    ]
