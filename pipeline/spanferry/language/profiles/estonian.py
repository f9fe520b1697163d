"""Estonian. It has no articles."""

from spanferry.language.profiles.base import Language, word_set

ESTONIAN = Language(
    code="et",
    edge_words=word_set("ja ning või aga kuid ehk et kui kus mis kes kuni nagu ilma koos pärast enne"),
    one_words=word_set("üks ühe ühte 1"),
    compounds=True,
    number_endings=(("s", "e"), ("s", "t"), ("kaks", "kahe"), ("kaks", "kahte"), ("teist", "teistkumne")),
    year_words=word_set("aasta aastal aastast"),
    question_words=word_set("""
        kes mis kus kuhu kust millal miks kuidas milline missugune kui mitu kelle mille keda kellele kellel
        kellelt kellega kelleks milles millest millesse millele millel millelt millega mida missuguse missugust
        missugused milliseid millise millist millised millises millistes milliste kummal kumb kas mitmes
        mitmendal kustkaudu miskipärast kuivõrd palju
    """),
)
