"""What is searched for: an isolated translation (or the source text itself), cut for comparing."""

from dataclasses import dataclass

from spanferry.language.profile import Language
from spanferry.language.text import fold, is_word, tokens

SENTENCE_END = ".!?。！？"


@dataclass(frozen=True)
class Query:
    """text: as searched for, letter by letter; words: its folded tokens without what is at the ends;
    lead and trail: folded symbols there; article: whether it begins with one or another
    determiner; articles: how many it
    holds.
    """

    text: str
    lead: tuple[str, ...]
    words: list[str]
    trail: tuple[str, ...]
    article: bool
    articles: int


def query(text: str, source: str, language: Language) -> Query:
    """Cuts a text for searching. source: the answer it translates (or itself).

    An engine may add a full stop to what it takes for a sentence: it goes unless the source has one.
    """
    text = text.strip()
    if len(text) > 1 and text[-1:] in SENTENCE_END and source.rstrip()[-1:] not in SENTENCE_END:
        text = text[:-1].rstrip()
    pieces = [text[start:end] for start, end in tokens(text)]
    cased = [piece.casefold() for piece in pieces]
    low, high = 0, len(pieces)
    while high > low and not is_word(pieces[high - 1]):
        high -= 1
    # An answer may be nothing but a symbol.
    high = high or len(pieces)
    lead, article = [], False
    # Symbols may stand before the article and behind it: the "wind trade".
    while low < high - 1 and (not is_word(pieces[low]) or cased[low] in language.articles):
        if is_word(pieces[low]):
            article = True
        else:
            lead.append(fold(pieces[low]))
        low += 1
    return Query(
        text=text,
        lead=tuple(lead),
        words=list(map(fold, pieces[low:high])),
        trail=tuple(map(fold, pieces[high:])),
        article=article or (bool(cased) and cased[0] in language.determiners),
        articles=sum(map(language.articles.__contains__, cased)),
    )
