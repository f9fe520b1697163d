"""Croatian, and Bosnian and Serbian, which share its function words in Latin letters."""

from spanferry.language.profiles.base import Language, word_set

CROATIAN = Language(
    code="hr",
    synonyms=("bs",),
    edge_words=word_set("""
        i ili ali a u na s sa iz od do za pri kroz nad pod između bez po o da kao koji koja koje gdje kada tko
        što ako
    """),
    one_words=word_set("jedan jedna jedno jednog jedne 1"),
    number_endings=(("dva", "dvaju"), ("tri", "triju"), ("cetiri", "cetiriju")),
    year_words=word_set("godine godina godini"),
    question_words=word_set("""
        tko ko što šta gdje kada zašto kako koji koja koje koliko čiji koga kome čime kakav kojeg kojega kojem
        kojemu kojim kojih kojima kojom kojoj koju čija čije čijeg čijem čijim čijih čiju kakva kakvo kakvi
        kakve kakvog kakvom kakvim kakvih kakvu komu kim čega čemu otkud otkada odakle kamo kuda dokle dokad
        kolika koliki kolike
    """),
)
