"""German."""

from spanferry.language.profiles.base import Language, word_set

_ARTICLES = word_set("der die das den dem des ein eine einen einem einer eines")

GERMAN = Language(
    code="de",
    articles=_ARTICLES,
    edge_words=word_set("""
        und oder aber von in auf an bei durch für mit aus um zu nach bis als dass welche wo wer weil wie über unter
        gegen zwischen im am vom zum zur
    """),
    one_words=word_set("ein eine einen einem einer eines 1"),
    capitalises_nouns=True,
    compounds=True,
    scoring_articles=_ARTICLES,
    question_words=word_set("""
        wer was wo wann warum welche welcher welches wie wieviele wen wem wessen wohin woher welchem welchen
        wieviel wievielte womit wofür wovon wodurch worin worauf woran woraus worüber wogegen wobei wonach worum
        wozu weshalb weswegen wieso inwiefern inwieweit worunter wovor
    """),
)
