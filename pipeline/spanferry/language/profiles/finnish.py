"""Finnish. It has no articles."""

from spanferry.language.profiles.base import Language, word_set

FINNISH = Language(
    code="fi",
    edge_words=word_set("""
        ja tai sekä mutta vaan että kun jos kuin joka jotka jossa missä mikä ennen jälkeen kanssa sekä ilman
        kuten eli
    """),
    one_words=word_set("yksi yhden yhtä 1"),
    compounds=True,
    year_words=word_set("vuonna vuosi vuoden vuodesta vuoteen"),
    question_words=word_set("""
        kuka kenen ketä mikä mitä minkä missä mihin mistä milloin miksi miten kuinka millainen monta paljonko
        keneltä kenelle kenellä keneksi kenessä kenestä kenet ketkä keitä keiden minä minkälainen minkälaisia
        mitkä mille millä miltä millaisen millaista millaisia millaiset millaisessa kumpi kumman kumpaa montako
        monenko monella monessako milloinka koska missäpäin minne mistäpäin moniko
    """),
)
