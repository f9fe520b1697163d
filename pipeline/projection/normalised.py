"""Method: the same words after folding case, diacritics, quotes, dashes, white space, number form
and number words, with or without the leading article.
"""

from pipeline.projection.languages import Language
from pipeline.projection.query import Query
from pipeline.projection.records import Candidate, Passage, Range
from pipeline.tables import Method


def normalised(query: Query, passage: Passage, within: Range, language: Language) -> list[Candidate]:
    """Every run of tokens in the range that folds to the query's words."""
    found = passage.runs(query.words, within)
    if not found and len(query.words) == 1 and (variants := counted(query.words[0], language)):
        found = [run for word in variants for run in passage.runs([word], within)]
    return [Candidate(*passage.span(low, high), Method.NORMALISED, 1.0) for low, high in sorted(found)]


def counted(word: str, language: Language) -> list[str]:
    """The other way to write a small number: "12" for "twaalf", "twaalf" for "12"."""
    if word in language.numbers:
        return [language.numbers[word]]
    return [name for name, digits in language.numbers.items() if digits == word]
