"""Polish."""

from spanferry.language.profiles.base import Language, word_set

POLISH = Language(
    code="pl",
    edge_words=word_set("""
        i oraz lub albo ale a w we na z ze do od dla przy przez nad pod między bez za po o u że jak który która
        które którzy gdzie gdy kiedy kto aby jeśli
    """),
    one_words=word_set("jeden jedna jedno jednego jednej 1"),
    year_words=word_set("rok roku r"),
    question_words=word_set("""
        kto co gdzie kiedy dlaczego jak jaki jaka jakie który która które ile czyj kogo komu czym czyjego
        jakiego jakiej jakiemu jakich jakim jakimi jaką którego której któremu których którym którymi którą
        którzy ilu iloma czyja czyje czyich czego czemu kim skąd dokąd którędy odkąd jacy
    """),
)
