"""Hungarian."""

from spanferry.language.profiles.base import Language, word_set

_ARTICLES = word_set("a az egy")

HUNGARIAN = Language(
    code="hu",
    articles=_ARTICLES,
    edge_words=word_set("""
        és vagy de meg hogy ha mert mint amely aki ami ahol amikor között szerint alatt után előtt által számára
        felé
    """),
    one_words=word_set("egy 1"),
    compounds=True,
    number_endings=(("ketto", "ket"),),
    scoring_articles=_ARTICLES,
    question_words=word_set("ki mi hol hova honnan mikor miért hogyan milyen melyik mennyi hány kié kit mit"),
)
