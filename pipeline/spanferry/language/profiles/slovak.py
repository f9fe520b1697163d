"""Slovak. CLDR has only the first case of its numbers."""

from spanferry.language.profiles.base import Language, word_set

SLOVAK = Language(
    code="sk",
    edge_words=word_set("""
        a i alebo ale v vo na s so z zo k ku u o od do po za pre pri cez nad pod medzi bez že ako ktorý ktorá
        ktoré kde keď kto aby ak
    """),
    one_words=word_set("jeden jedna jedno jedného jednej 1"),
    number_endings=(("t", "tich"), ("t", "timi"), ("dva", "dvoch"), ("tri", "troch")),
    year_words=word_set("rok roku"),
    question_words=word_set("""
        kto čo kde kedy prečo ako aký aká aké ktorý ktorá ktoré koľko čí koho komu čím akého akej akému akých
        akým akými akú akom akí ktorého ktorej ktorému ktorých ktorým ktorými ktorú ktorom ktorí koľkí koľkých
        koľkými koľkým čia čie čieho čích čoho čomu kom kým odkiaľ kam kadiaľ odkedy dokedy načo čom
    """),
)
