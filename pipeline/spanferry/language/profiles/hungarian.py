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
    question_words=word_set("""
        ki mi hol hova honnan mikor miért hogyan milyen melyik mennyi hány kié kit mit kik kiket kinek kiknek
        kivel kikkel kitől kiktől kiről kiért kihez kibe mik miket minek mivel mitől miről mihez mibe miből
        miben min mire melyek melyiket melyeket melyikben melyikből melyiknek milyenek milyeneket hogy mekkora
        hányan hányat hányadik hányszor hová honnét meddig mióta mennyit merre miféle miként mettől
    """),
)
