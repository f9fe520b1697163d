"""Ukrainian. CLDR has only the first case of its numbers."""

from spanferry.language.profiles.base import Language, word_set

UKRAINIAN = Language(
    code="uk",
    edge_words=word_set("""
        і й та або але а в у на з із зі до від для при через над під між без за по про що як який яка які де
        коли хто щоб якщо
    """),
    one_words=word_set("один одна одне одного однієї 1"),
    number_endings=(("ь", "и"), ("ь", "ьма"), ("ь", "ьох"), ("ок", "ока"), ("два", "двох"), ("три", "трьох")),
    year_words=word_set("рік року році роком р"),
    question_words=word_set("""
        хто що де коли чому навіщо який яка яке які якому скільки як чий кого кому чим чийого яких яким якими
        якої якого якою якім чия чиє чиї чиєї чиїх чиїм чого кім ким ком звідки куди відколи доки наскільки
        скількох скільком якій яку
    """),
)
