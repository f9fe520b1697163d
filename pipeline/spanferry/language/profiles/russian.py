"""Russian. It has no articles."""

from spanferry.language.profiles.base import Language, word_set

RUSSIAN = Language(
    code="ru",
    edge_words=word_set("""
        и или но а в во на с со к ко у о об от до из по за для при через над под между без что как который
        которая которые где когда кто чтобы если же
    """),
    one_words=word_set("один одна одно одного одной одному одним 1"),
    year_words=word_set("год года году годом г"),
    question_words=word_set("""
        кто что где когда почему зачем какой какая какое какие каком какой сколько как чей кого кому чем
    """),
)
