"""French."""

from spanferry.language.profiles.base import Language, word_set

_ARTICLES = word_set("le la les un une des")

FRENCH = Language(
    code="fr",
    articles=_ARTICLES,
    edge_words=word_set("""
        et ou mais de du à au aux en dans par pour avec sur sous que qui où quand comme sans entre vers chez
        dont
    """),
    name_links=word_set("de la le les du des"),
    one_words=word_set("un une 1"),
    ordinal_endings=("e", "er", "eme"),
    scoring_articles=_ARTICLES,
    question_words=word_set("""
        qui que quoi où quand pourquoi quel quelle quels quelles combien comment lequel laquelle lesquels
        lesquelles duquel desquels desquelles auquel auxquels auxquelles qu'est
    """),
)
