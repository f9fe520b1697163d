"""Norwegian: Bokmål, and Nynorsk (nn), which shares its profile."""

from spanferry.language.profiles.base import Language, word_set

_ARTICLES = word_set("en ei et den det de")

NORWEGIAN = Language(
    code="nb",
    synonyms=("nn",),
    articles=_ARTICLES,
    edge_words=word_set("""
        og eller men i på av til fra med for om ved mot under over etter før mellom uten som at når hvor hvis
        enn ikkje frå kor
    """),
    one_words=word_set("en ei et én ett ein eitt 1"),
    compounds=True,
    inflects_names=False,
    number_code="no",
    scoring_articles=_ARTICLES,
    question_words=word_set("""
        hvem hva hvor når hvorfor hvordan hvilken hvilket hvilke kven kva kor korfor korleis hvorav hvorfra
        hvorhen hvormed kvar kvifor kvens
    """),
)
