"""Romanian. Its definite article is an ending of the noun."""

from spanferry.language.profiles.base import Language, word_set

_ARTICLES = word_set("un o unei unui niște")

ROMANIAN = Language(
    code="ro",
    articles=_ARTICLES,
    determiners=word_set("cel cea cei cele al a ai ale"),
    edge_words=word_set("""
        și sau dar ori în din la pe cu de prin pentru despre către până ca că care unde când dintre între peste
        sub după fără spre dintr într
    """),
    one_words=word_set("un o una unu 1"),
    scoring_articles=_ARTICLES,
    question_words=word_set("""
        cine ce care unde când cum cât câți câte câtă cărui cărei căror cui căruia căreia cărora încotro câtor
    """),
)
