"""Irish."""

from spanferry.language.profiles.base import Language, word_set

_ARTICLES = word_set("an na")

IRISH = Language(
    code="ga",
    articles=_ARTICLES,
    edge_words=word_set("""
        agus nó ach i in sa san ar le leis de do ó ag as chun faoi roimh thar trí go gur nach mar idir
    """),
    one_words=word_set("aon amháin 1"),
    scoring_articles=_ARTICLES,
    question_words=word_set("cé cad céard conas cathain cá cén mar mhéad cérbh cárbh cár cé'n"),
)
