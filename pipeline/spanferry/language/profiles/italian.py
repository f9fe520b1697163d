"""Italian."""

from spanferry.language.profiles.base import Language, word_set

_ARTICLES = word_set("il lo la i gli le un uno una")

ITALIAN = Language(code="it", articles=_ARTICLES, one_words=word_set("un uno una 1"), scoring_articles=_ARTICLES)
