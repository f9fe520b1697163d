"""Latvian. CLDR has only the first case of its numbers."""

from spanferry.language.profiles.base import Language, word_set

LATVIAN = Language(
    code="lv",
    edge_words=word_set("""
        un vai bet ar bez no līdz pie par pēc uz starp caur pirms kopš ka kā kas kurš kura kuri kur kad ja lai
    """),
    one_words=word_set("viens viena viena vienas 1"),
    number_endings=(("i", "us"), ("i", "iem"), ("i", "u"), ("i", "os")),
    year_words=word_set("gads gadā gada"),
    question_words=word_set("""
        kas kur kad kāpēc kā kāds kāda kādi kurš kura kuri cik ko kam kuru kurā kuram kuras kurus kurām kuriem
        kurās kuros kādā kādu kādam kādas kādus kādām kādiem kādēļ kamdēļ kādos cikos kurp
    """),
)
