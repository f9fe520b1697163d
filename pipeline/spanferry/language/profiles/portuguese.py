"""Portuguese."""

from spanferry.language.profiles.base import Language, word_set

_ARTICLES = word_set("o a os as um uma uns umas")

PORTUGUESE = Language(
    code="pt",
    articles=_ARTICLES,
    edge_words=word_set("""
        e ou mas de em com por para que onde quando como sem sobre entre até do da dos das no na nos nas ao à
        aos às pelo pela pelos pelas num numa
    """),
    name_links=word_set("de da do dos das"),
    one_words=word_set("um uma 1"),
    scoring_articles=_ARTICLES,
    question_words=word_set("""
        quem que qual quais onde quando porque como quanto quantos quanta quantas quê porquê aonde donde
    """),
)
