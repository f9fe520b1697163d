"""Slovenian. CLDR has only the first case of its numbers."""

from spanferry.language.profiles.base import Language, word_set

SLOVENIAN = Language(
    code="sl",
    edge_words=word_set("""
        in ali ter a v na s z k h iz od do za pri skozi nad pod med brez po o da kot ki kjer ko kdo če
    """),
    one_words=word_set("en ena eno enega ene 1"),
    number_endings=(("t", "tih"), ("t", "timi"), ("dva", "dveh"), ("tri", "treh"), ("m", "mih")),
    year_words=word_set("leta leto letu"),
    question_words=word_set("""
        kdo kaj kje kdaj zakaj kako kateri katera katero katere koliko čigav koga komu kakšen katerega kateremu
        katerem katerim katerih katerimi kakšna kakšno kakšne kakšni kakšnega kakšnem kakšnih kakšnim čigava
        čigavo čigavi čem čemu čim česa kom kam kod odkod doklej odkdaj kolikšen kolikšna kolikšno
    """),
)
