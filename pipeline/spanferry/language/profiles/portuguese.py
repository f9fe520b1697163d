"""Portuguese."""

from spanferry.language.profiles.base import Language, word_set

_ARTICLES = word_set("o a os as um uma uns umas")

PORTUGUESE = Language(code="pt", articles=_ARTICLES, one_words=word_set("um uma 1"), scoring_articles=_ARTICLES)
