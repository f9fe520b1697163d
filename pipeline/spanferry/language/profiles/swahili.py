"""Swahili. It has no articles."""

from spanferry.language.profiles.base import Language, word_set

SWAHILI = Language(
    code="sw",
    edge_words=word_set("""
        na au lakini kwa ya wa za la cha vya katika kutoka hadi mpaka kama kuwa ambayo ambao ambaye ambapo ili
        kwamba pamoja baada kabla ni
    """),
    one_words=word_set("moja mmoja 1"),
    year_words=word_set("mwaka"),
    question_words=word_set("""
        nani nini wapi lini kwa vipi gani ngapi mangapi wangapi vingapi mingapi ipi yupi upi zipi lipi kipi yapi
        kwanini mbona wepi
    """),
)
