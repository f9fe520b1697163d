"""Turkish. It has no articles; cases are endings, which follow an apostrophe on names and numbers."""

from spanferry.language.profiles.base import Language, word_set

TURKISH = Language(
    code="tr",
    edge_words=word_set("ve veya ya da ile için gibi kadar ama fakat ki de olarak göre sonra önce dair"),
    one_words=word_set("bir 1"),
    question_words=word_set("""
        kim kimin ne neden nerede nereye nereden niçin nasıl hangi hangisi kaç kimler kimleri kimlerin kimi kime
        kimden kimde kiminle neyi neye neyin nelerdir nelerden neleri nedir nedeni nereler neresi neresidir
        nerededir neredeydi nereli nasıldır hangisidir hangileri hangisinin hangisini kaçı kaçta kaçıncı kaçtır
        niye kimdir kimdi neydi niçindir nelerin nelere hangisinde hangisinden
    """),
)
