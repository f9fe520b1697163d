"""Danish."""

from spanferry.language.profiles.base import Language, word_set

_ARTICLES = word_set("en et den det de")

DANISH = Language(
    code="da", articles=_ARTICLES, one_words=word_set("en et 1"), compounds=True, scoring_articles=_ARTICLES
)
