"""Danish."""

from spanferry.language.profiles.base import Language, word_set

_ARTICLES = word_set("en et den det de")

DANISH = Language(
    code="da",
    articles=_ARTICLES,
    edge_words=word_set("""
        og eller men i på af til fra med for om ved mod under over efter før mellem uden som der at når hvor
        hvis end
    """),
    one_words=word_set("en et én ét 1"),
    compounds=True,
    inflects_names=False,
    scoring_articles=_ARTICLES,
    question_words=word_set("""
        hvem hvad hvor hvornår hvorfor hvordan hvilken hvilket hvilke hvis hvormed hvoraf hvorledes hvorfra
        hvortil hvori hvorved hvorpå
    """),
)
