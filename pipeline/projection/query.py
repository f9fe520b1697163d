"""What is searched for: an isolated translation (or the source text itself), cut for comparing."""

from dataclasses import dataclass

from pipeline.projection.languages import Language
from pipeline.text import fold, is_word, tokens

SENTENCE_END = ".!?。！？"


@dataclass(frozen=True)
class Query:
    """text: as searched for, letter by letter; lead and trail: folded symbols around its words;
    article: whether it begins with one; words: the folded tokens between, without that article.
    """

    text: str
    lead: tuple[str, ...]
    words: list[str]
    trail: tuple[str, ...]
    article: bool


def query(text: str, source: str, language: Language) -> Query:
    """Cuts a text for searching. source: the answer it translates (or itself).

    An engine may add a full stop to what it takes for a sentence: it goes unless the source has one.
    """
    text = text.strip()
    if text[-1:] in SENTENCE_END and source.rstrip()[-1:] not in SENTENCE_END:
        text = text[:-1].rstrip()
    pieces = [text[start:end] for start, end in tokens(text)]
    folded = [fold(piece) for piece in pieces]
    low, high = 0, len(pieces)
    while low < high and not is_word(pieces[low]):
        low += 1
    while high > low and not is_word(pieces[high - 1]):
        high -= 1
    first = low
    while first < high - 1 and folded[first] in language.articles:
        first += 1
    return Query(
        text=text,
        lead=tuple(folded[:low]),
        words=folded[first:high],
        trail=tuple(folded[high:]),
        article=first > low,
    )
