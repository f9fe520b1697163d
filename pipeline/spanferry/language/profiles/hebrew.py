"""Hebrew. Its article, prepositions and conjunction are written together with the word."""

from spanferry.language.profiles.base import Language, word_set

HEBREW = Language(
    code="he",
    edge_words=word_set("של את על אל עם מן או אבל כי אשר אם בין לפני אחרי אחר ללא לפי כמו עד כדי גם"),
    one_words=word_set("אחד אחת 1"),
    scoring_prefixes=word_set("ה"),
    proclitics=word_set("ו ב כ ל מ ש וב וכ ול ומ וש כש מש"),
    year_words=word_set("שנת שנה בשנת"),
    question_words=word_set("""
        מי מה איפה היכן מתי למה מדוע איך כיצד איזה איזו אילו כמה לאן מהו מהי מהם מהן מיהו מיהי לאיזה לאיזו באיזה
        באיזו מאיזה מאיזו איזהו באילו לאילו מאילו לכמה בכמה למי ממי במי מאין מניין מהיכן להיכן האם
    """),
)
