"""Italian."""

from spanferry.language.profiles.base import Language, word_set

_ARTICLES = word_set("il lo la i gli le un uno una")

ITALIAN = Language(
    code="it",
    articles=_ARTICLES,
    edge_words=word_set("""
        e ed o ma di a da in con su per tra fra che dove quando come del dello della dei degli delle al allo
        alla ai agli alle dal dalla dai nel nella nei negli nelle sul sulla sui
    """),
    name_links=word_set("di della dei del degli de"),
    one_words=word_set("un uno una 1"),
    scoring_articles=_ARTICLES,
    question_words=word_set("""
        chi che cosa dove quando perché come quale quali quanto quanti quanta quante qual cos'è cos'era dov'è
        com'è com'era perchè quant'è quand'è
    """),
)
