"""Greek."""

from spanferry.language.profiles.base import Language, word_set

_ARTICLES = word_set("ο η το οι τα του της των τον την τη τους τις τα ένας μια μία ένα ενός μιας μίας έναν")

GREEK = Language(
    code="el",
    articles=_ARTICLES,
    edge_words=word_set("""
        και ή αλλά σε στο στη στην στον στα στους στις από με για ως προς κατά μετά πριν χωρίς που όπου όταν ότι
        πως αν ενώ μεταξύ όπως να
    """),
    one_words=word_set("ένας μια μία ένα ενός μιας μίας έναν 1"),
    scoring_articles=_ARTICLES,
    question_words=word_set("ποιος ποια ποιο ποιοι ποιες ποιον ποιου τι πού πότε γιατί πώς πόσο πόσα πόσοι πόσες"),
)
