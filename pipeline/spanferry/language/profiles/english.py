"""English."""

from spanferry.language.profiles.base import BreakdownPatterns, DetectionWords, Language, word_set

_FILE_TELLING = word_set("""
    the and which what who whom whose how did does were from with that this these those their been being when where why
    while because through between
""")
DETECTION = DetectionWords(
    translation_telling=word_set("""
        the and with from which that this to by his her their its it has have not but than who what when where why how
        many does did been for they she because between through during into would were are
    """),
    translation_shared=word_set("a an as at de in is of on or was"),
    translation_unmistakable=word_set("the and which with that from their were"),
    file_telling=_FILE_TELLING,
    file_common=_FILE_TELLING
    | word_set("""
        a an as at be but by can do for had has have he her his i if in into is it its many more most much not of on one
        or other she some than there they to was we will would you year after
    """),
)

ENGLISH = Language(
    code="en",
    articles=word_set("the a an"),
    determiners=word_set("its his her their my our your this that these those"),
    edge_words=word_set("""
        and or of in on at by for from with to as that which who whose where when while but than into
    """),
    name_links=word_set("of the de von van der den la le du upon"),
    inflects_names=False,
    one_words=word_set("one 1"),
    ordinal_endings=("st", "nd", "rd", "th"),
    scoring_articles=word_set("the a an"),
    question_words=word_set("who what where when why which whose how whom"),
    detection=DETECTION,
    breakdown=BreakdownPatterns(
        question_groups=(
            ("how many/much", "how many|how much"),
            ("how", "how"),
            ("what", "what"),
            ("who", "who|whom|whose"),
            ("when", "when"),
            ("where", "where"),
            ("which", "which"),
            ("why", "why"),
        ),
        months="January|February|March|April|May|June|July|August|September|October|November|December",
        periods="[Cc]entur(?:y|ies)|[Dd]ecades?|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
        before_year="in|by|since|from|until|after|before|about|around|early|late|mid|the",
        hedges="about|around|over|under|nearly|almost|some|at least|at most|more than|less than|fewer than|up to"
        "|approximately|roughly|only|the|a|an",
        numbers="zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
        "|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?"
        "|millions?|billions?|half|dozens?",
        clause_starts="because|by|to|in order to|so that|that|when|if|how|due to|as",
        clause_words="is|are|was|were|be|been|has|have|had|does|did|can|could|will|would|should|must|might|because"
        "|which|who|that|to",
    ),
)
