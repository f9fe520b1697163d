"""Norwegian, under its three codes: Bokmål (nb), Nynorsk (nn) and the macrolanguage (no)."""

from spanferry.language.profiles.base import Language, word_set

_ARTICLES = word_set("en ei et den det de")

NORWEGIAN = Language(
    code="nb",
    synonyms=("nn",),
    articles=_ARTICLES,
    one_words=word_set("en ei et 1"),
    compounds=True,
    number_code="no",
    scoring_articles=_ARTICLES,
)
