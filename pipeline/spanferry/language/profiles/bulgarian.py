"""Bulgarian. Its definite article is an ending of the noun."""

from spanferry.language.profiles.base import Language, word_set

BULGARIAN = Language(
    code="bg",
    edge_words=word_set("""
        и или но а в във на с със от до за по при през над под между без че как който която което които където
        кога кой да ако
    """),
    one_words=word_set("един една едно 1"),
    year_words=word_set("година годината г"),
    question_words=word_set("""
        кой коя кое кои какво какъв каква какви къде кога защо как колко чий кого чия чие чии кому откъде накъде
        докъде отколко колцина
    """),
)
