"""Czech. CLDR has only the first case of its numbers."""

from spanferry.language.profiles.base import Language, word_set

CZECH = Language(
    code="cs",
    edge_words=word_set("""
        a i nebo ale v ve na s se z ze k ke u o od do po za pro při přes nad pod mezi bez že jak který která
        které kde když kdo aby pokud
    """),
    one_words=word_set("jeden jedna jedno jednoho jedné 1"),
    number_endings=(("t", "ti"), ("d", "di"), ("dva", "dvou"), ("tri", "tri")),
    year_words=word_set("rok roku roce"),
    question_words=word_set("""
        kdo co kde kdy proč jak jaký jaká jaké který která které kolik čí koho komu čím jakého jakému jakém
        jakým jakých jakými jakou jací kterého kterému kterém kterým kterou kterých kterými kteří kolika
        kolikátý čeho čemu kom kým odkud kam kudy odkdy dokdy čích čího nač zač
    """),
)
