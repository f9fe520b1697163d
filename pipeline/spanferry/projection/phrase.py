"""Phrases to search for: the translation of an answer, a marked piece, or the source answer itself."""

from spanferry.language import Language
from spanferry.language.words import fold, fold_all, is_word, split_tokens
from spanferry.records import Record

SENTENCE_END = ".!?。！？"


class Phrase(Record, frozen=True, gc=False):
    """A text to search for, split into tokens.

    text: the text, for searching letter by letter. words: its folded tokens, without the symbols at both ends and
    without the leading article. lead, trail: the folded symbols at both ends. has_article: it begins with an article
    or another determiner. article_count: number of its articles.
    """

    text: str
    lead: tuple[str, ...]
    words: list[str]
    trail: tuple[str, ...]
    has_article: bool
    article_count: int


def make_phrase(text: str, source: str, language: Language) -> Phrase:
    """Return the phrase of a text. source: the source answer, of which it may be a translation.

    A sentence mark at the end is removed unless the source answer has one: some engines add a full stop.
    """
    text = text.strip()
    if len(text) > 1 and text[-1:] in SENTENCE_END and source.rstrip()[-1:] not in SENTENCE_END:
        text = text[:-1].rstrip()
    words, _ = split_tokens(text)
    lowered = list(map(str.lower, words))
    low, high = 0, len(words)
    while high > low and not is_word(words[high - 1]):
        high -= 1
    # An answer may consist of symbols only.
    high = high or len(words)
    lead: list[str] = []
    has_article = False
    # Symbols may precede or follow the article: the "wind trade".
    while low < high - 1 and (not is_word(words[low]) or lowered[low] in language.articles):
        if is_word(words[low]):
            has_article = True
        else:
            lead.append(fold(words[low]))
        low += 1
    return Phrase(
        text=text,
        lead=tuple(lead),
        words=fold_all(words[low:high]),
        trail=tuple(map(fold, words[high:])),
        has_article=has_article or (bool(lowered) and lowered[0] in language.determiners),
        article_count=sum(map(language.articles.__contains__, lowered)),
    )
