"""Swedish."""

from spanferry.language.profiles.base import Language, word_set

_ARTICLES = word_set("en ett den det de")

SWEDISH = Language(
    code="sv",
    articles=_ARTICLES,
    edge_words=word_set("""
        och eller men i på av till från med för om vid mot under över efter före mellan utan som att när där om
        än hos
    """),
    one_words=word_set("en ett 1"),
    compounds=True,
    inflects_names=False,
    ordinal_endings=("e", "a"),
    scoring_articles=_ARTICLES,
    question_words=word_set("""
        vem vad var när varför hur vilken vilket vilka vems vart vilkens vilkas vars varifrån hurdan hurdant
        hurdana huruvida varav varmed vadan varthän
    """),
)
