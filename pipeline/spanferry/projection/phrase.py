"""The phrase that is searched for: an isolated translation, a marked piece, or the source answer itself."""

from dataclasses import dataclass

from spanferry.language import Language
from spanferry.language.words import fold, is_word, tokens

SENTENCE_END = ".!?。！？"


@dataclass(frozen=True)
class Phrase:
    """A text cut for comparing.

    text: as it is searched letter by letter. words: its folded tokens without the symbols and the article at its
    ends. lead, trail: the folded symbols there. has_article: it begins with an article or another determiner.
    article_count: how many articles it has in all.
    """

    text: str
    lead: tuple[str, ...]
    words: list[str]
    trail: tuple[str, ...]
    has_article: bool
    article_count: int


def make_phrase(text: str, source: str, language: Language) -> Phrase:
    """Cut a text for searching. source: the answer that it translates (or itself).

    A full stop that an engine has added to what it took for a sentence is removed, unless the source has one.
    """
    text = text.strip()
    if len(text) > 1 and text[-1:] in SENTENCE_END and source.rstrip()[-1:] not in SENTENCE_END:
        text = text[:-1].rstrip()
    words = [text[start:end] for start, end in tokens(text)]
    casefolded = [word.casefold() for word in words]
    low, high = 0, len(words)
    while high > low and not is_word(words[high - 1]):
        high -= 1
    # An answer may consist of symbols alone.
    high = high or len(words)
    lead: list[str] = []
    has_article = False
    # Symbols may stand before the article and behind it: the "wind trade".
    while low < high - 1 and (not is_word(words[low]) or casefolded[low] in language.articles):
        if is_word(words[low]):
            has_article = True
        else:
            lead.append(fold(words[low]))
        low += 1
    return Phrase(
        text=text,
        lead=tuple(lead),
        words=list(map(fold, words[low:high])),
        trail=tuple(map(fold, words[high:])),
        has_article=has_article or (bool(casefolded) and casefolded[0] in language.determiners),
        article_count=sum(map(language.articles.__contains__, casefolded)),
    )
