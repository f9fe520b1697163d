"""Lithuanian. CLDR has only the first case of its numbers."""

from spanferry.language.profiles.base import Language, word_set

LITHUANIAN = Language(
    code="lt",
    edge_words=word_set("""
        ir ar arba bet o į iš su be nuo iki prie per po apie už tarp dėl kad kaip kuris kuri kurie kur kai kas
        jei
    """),
    one_words=word_set("vienas viena vieno vienos 1"),
    number_endings=(("i", "iu"), ("i", "iems"), ("i", "ias"), ("i", "iose")),
    year_words=word_set("metais metai metų m"),
    question_words=word_set("""
        kas kur kada kodėl kaip koks kokia kokie kuris kuri kurie kiek kieno ką kam kuo kurio kurios kuriam
        kuriai kurį kurią kuriuo kuriame kurioje kurių kuriems kurioms kuriuos kurias kuriais kuriose kokio
        kokios kokį kokią kokiu kokiame kokioje kokių kokiems kokius kokias kokiais kokiose kelintas keli kelių
        kelias kuomet iki
    """),
)
