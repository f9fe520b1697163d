"""Maltese. Its article is written before the noun with a hyphen."""

from spanferry.language.profiles.base import Language, word_set

_ARTICLES = word_set("il l ix it iċ id in ir is iz iż")

MALTESE = Language(
    code="mt",
    articles=_ARTICLES,
    edge_words=word_set("u jew imma fi minn ta ma għal bħal bejn sa wara qabel fuq taħt li meta fejn jekk biex"),
    one_words=word_set("wieħed waħda 1"),
    scoring_articles=_ARTICLES,
    question_words=word_set("""
        min x'inhu fejn meta għaliex kif liema kemm x'inhuma x'kien x'kienet x'kienu x'inhi xi x minn minfejn
        għalfejn x'għamel x'jista' x'hemm
    """),
)
