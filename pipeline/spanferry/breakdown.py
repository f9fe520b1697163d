"""The groups that loss is counted by: question word, answer length, answer type, place in the paragraph.

How a group is told is a rule on the source text alone, so that what was kept and what was lost are
put into groups by the same rule. The rules know English and Dutch; in another language the rules
that need words fall away (every question word is "other", dates are told by their year).
"""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

LENGTHS = (("1 word", 1), ("2 words", 2), ("3 words", 3), ("4-5 words", 5), ("6-10 words", 10), ("11+ words", None))
POSITIONS = ("first fifth", "second fifth", "third fifth", "fourth fifth", "last fifth")
TYPES = ("date", "number", "name", "clause", "phrase")
OTHER = "other"

LENGTH_GROUPS = tuple(name for name, _ in LENGTHS)


@dataclass(frozen=True)
class Words:
    """What the rules need to know of a language; each field is the inside of a regex group."""

    questions: tuple[tuple[str, str], ...] = ()  # (group, forms), the longer forms first
    months: str = ""
    periods: str = ""  # century, decade, weekday
    before_year: str = ""  # "in", "the early"
    hedges: str = ""  # "about", before a number
    numbers: str = ""
    clause_starts: str = ""
    clause_words: str = ""  # finite verbs and conjunctions


ENGLISH = Words(
    questions=(
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
    clause_words="is|are|was|were|be|been|has|have|had|does|did|can|could|will|would|should|must|might|because|which"
    "|who|that|to",
)
DUTCH = Words(
    questions=(
        ("how many/much", "hoeveel"),
        ("how", "hoe"),
        ("what", "wat"),
        ("who", "wie|wiens"),
        ("when", "wanneer"),
        ("where", "waar"),
        ("which", "welke|welk"),
        ("why", "waarom"),
    ),
    months="januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december",
    periods="[Ee]euw(?:en)?|decennia|decennium|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag",
    before_year="in|door|sinds|van|tot|na|vóór|voor|rond|omstreeks|begin|eind|de|het|jaren",
    hedges="ongeveer|circa|ruim|meer dan|minder dan|minstens|hoogstens|bijna|tot|rond|slechts|de|het|een",
    numbers="nul|één|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|dertien|veertien|vijftien|zestien"
    "|zeventien|achttien|negentien|twintig|dertig|veertig|vijftig|zestig|zeventig|tachtig|negentig|honderd"
    "|duizend|miljoen|miljard|half|helft|tientallen|honderden|duizenden",
    clause_starts="omdat|door|om|doordat|zodat|dat|toen|als|hoe|vanwege",
    clause_words="is|zijn|was|waren|wordt|worden|werd|werden|heeft|hebben|had|hadden|kan|kunnen|kon|zal|zullen|zou"
    "|moet|moest|omdat|doordat|dat|die|om|te",
)
LANGUAGES = {"en": ENGLISH, "nl": DUTCH}
QUESTION_WORDS = (*(group for group, _ in ENGLISH.questions), OTHER)


def words_of(language: str) -> Words:
    """What is known of a language, by the primary subtag of its BCP 47 code."""
    return LANGUAGES.get(language.split("-")[0], Words())


def question_words(questions: pa.Array, language: str) -> pa.Array:
    """Question texts -> QUESTION_WORDS: the first question word that stands in each ("In what year ...")."""
    known = words_of(language).questions
    if not known:
        return pc.fill_null(pa.nulls(len(questions), pa.string()), OTHER)
    forms = {form: group for group, pattern in known for form in pattern.split("|")}
    found = pc.extract_regex(pc.utf8_lower(questions), rf"\b(?P<form>{'|'.join(forms)})\b").field("form")
    at = pc.index_in(found, value_set=pa.array(list(forms)))
    return pc.fill_null(pa.array(list(forms.values())).take(at), OTHER)


def word_counts(answers: pa.Array) -> pa.Array:
    """Answer texts -> how many runs without white space each has."""
    return pc.count_substring_regex(answers, r"\S+")


def lengths(answers: pa.Array) -> pa.Array:
    """Answer texts -> LENGTH_GROUPS, by words between white space."""
    words = word_counts(answers)
    upto = [(name, pc.less_equal(words, most)) for name, most in LENGTHS if most is not None]
    return pc.case_when(pc.make_struct(*(test for _, test in upto)), *(name for name, _ in upto), LENGTH_GROUPS[-1])


def types(answers: pa.Array, language: str) -> pa.Array:
    """Answer texts -> TYPES, the first rule that holds:

    date     names a month, weekday, decade or century, or is a year (1000 to 2099) or range of years
    number   begins with a digit or a number word, after "about" and the like
    name     has a capital, and no lower-case word of four letters or more
    clause   has four words or more and a finite verb or conjunction, or begins with "because" and the like
    phrase   the rest
    """
    words = words_of(language)
    year = r"(?:1\d{3}|20\d{2})(?:s|'s)?"
    date = rf"^\W*(?:(?:{words.before_year})[ -])*{year}(?:\s*(?:\p{{Pd}}|/|\w+)\s*(?:{year}|\d{{2}}))?(?: [A-Z]+)?\W*$"
    if words.months:
        date += rf"|\b(?:{words.months}|{words.periods})\b"
    number = rf"(?i)^[^\pL\d]*(?:(?:{words.hedges})\s+)*(?:\d|(?:{words.numbers or '0'})\b)"
    clause = rf"(?i)^(?:{words.clause_starts or '0'})\s+\S+\s+\S"
    verb = rf"\s(?:{words.clause_words or '0'})\s"
    is_name = pc.and_(
        pc.match_substring_regex(answers, r"\p{Lu}"),
        pc.invert(pc.match_substring_regex(answers, r"(?:^|[^\pL])\p{Ll}[\p{L}]{3}")),
    )
    is_clause = pc.or_(
        pc.match_substring_regex(answers, clause),
        pc.and_(pc.greater_equal(word_counts(answers), 4), pc.match_substring_regex(answers, verb)),
    )
    tests = pc.make_struct(
        pc.match_substring_regex(answers, date), pc.match_substring_regex(answers, number), is_name, is_clause
    )
    return pc.case_when(tests, *TYPES)


def positions(starts: pa.Array, lengths: pa.Array) -> pa.Array:
    """Offsets and lengths of their contexts -> POSITIONS; a wrong offset counts as the nearest end."""
    share = pc.divide(pc.cast(starts, pa.float64()), pc.cast(pc.max_element_wise(lengths, 1), pa.float64()))
    fifth = pc.cast(pc.floor(pc.multiply(share, len(POSITIONS))), pa.int32())
    return pa.array(POSITIONS).take(pc.max_element_wise(pc.min_element_wise(fifth, len(POSITIONS) - 1), 0))
