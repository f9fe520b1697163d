"""Spanish."""

from spanferry.language.profiles.base import Language, word_set

_ARTICLES = word_set("el la los las un una unos unas")

SPANISH = Language(
    code="es",
    articles=_ARTICLES,
    edge_words=word_set("y o pero de en a con por para que como donde cuando sin sobre entre del al"),
    name_links=word_set("de la el los las del y"),
    one_words=word_set("un una uno 1"),
    scoring_articles=_ARTICLES,
    question_words=word_set("""
        quién qué dónde cuándo cuál cuánto cuántos cómo quiénes cuáles cuánta cuántas adónde cuán
    """),
)
