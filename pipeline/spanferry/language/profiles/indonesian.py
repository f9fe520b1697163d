"""Indonesian, and Malay, which shares its function words."""

from spanferry.language.profiles.base import Language, word_set

INDONESIAN = Language(
    code="id",
    synonyms=("ms",),
    determiners=word_set("para sang si"),
    edge_words=word_set("""
        dan atau tetapi namun di ke dari pada dengan untuk oleh dalam sebagai yang bahwa jika ketika antara
        tentang karena agar seperti sampai hingga adalah
    """),
    one_words=word_set("satu seorang sebuah 1"),
    year_words=word_set("tahun"),
    question_words=word_set("""
        siapa apa mana kapan mengapa kenapa bagaimana berapa apakah siapakah manakah kapankah bagaimanakah
        berapakah mengapakah dimana kemana darimana dimanakah
    """),
)
