"""French."""

from spanferry.language.profiles.base import Language, word_set

_ARTICLES = word_set("le la les un une des")

FRENCH = Language(
    code="fr",
    articles=_ARTICLES,
    one_words=word_set("un une 1"),
    ordinal_endings=("e", "er", "eme"),
    scoring_articles=_ARTICLES,
    question_words=word_set("qui que quoi où quand pourquoi quel quelle combien comment"),
)
