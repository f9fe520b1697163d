"""Arabic. Its article, some prepositions and conjunctions are written together with the word."""

from spanferry.language.profiles.base import Language, word_set

ARABIC = Language(
    code="ar",
    edge_words=word_set("""
        في من إلى على عن مع أو ثم أن إن التي الذي الذين حيث عندما كما لكن بعد قبل بين حتى منذ خلال عند لدى أي هو
        هي
    """),
    one_words=word_set("واحد واحدة 1 ١"),
    number_endings=(("ان", "ين"), ("ون", "ين"), ("ا", "ي")),
    scoring_prefixes=word_set("ال"),
    proclitics=word_set("و ف ب ك ل وب ول فب فل"),
    year_words=word_set("سنة عام العام"),
    question_words=word_set("""
        من ما ماذا أين متى لماذا كيف أي أية كم لمن هل أيّ أيها أيهما لأي بأي وأي لأية بأية بماذا ولماذا لمَ بمَ
        ممن مم عمن بمن فيمن أيان وكيف وكم بكم لكم ومتى وأين
    """),
)
