"""Swedish."""

from spanferry.language.profiles.base import Language, word_set

_ARTICLES = word_set("en ett den det de")

SWEDISH = Language(
    code="sv",
    articles=_ARTICLES,
    one_words=word_set("en ett 1"),
    compounds=True,
    ordinal_endings=("e", "a"),
    scoring_articles=_ARTICLES,
)
