"""Rules that sort questions and answers into groups: question word, answer length, type, position, confidence.

All rules but the last use the source text alone, so that kept and dropped answers are grouped alike. Rules that need
words take them from `spanferry.language`, which has them for English and Dutch. In other languages these rules do not
apply: every question word is "other", and only years are recognised as dates.
"""

import pyarrow as pa
import pyarrow.compute as pc

from spanferry.language import language_of

LENGTHS = (("1 word", 1), ("2 words", 2), ("3 words", 3), ("4-5 words", 5), ("6-10 words", 10), ("11+ words", None))
"""(group, the number of words of its longest answer)."""

LENGTH_GROUPS = tuple(group for group, _ in LENGTHS)
POSITIONS = ("first fifth", "second fifth", "third fifth", "fourth fifth", "last fifth")
ANSWER_TYPES = ("date", "number", "name", "clause", "phrase")
OTHER = "other"
QUESTION_WORDS = (*(group for group, _ in language_of("en").breakdown.question_groups), OTHER)
CONFIDENCE_GROUPS = (("under 50 %", 0.5), ("50 to 80 %", 0.8), ("80 to 95 %", 0.95), ("95 % and over", None))
"""(group, the calibrated probability that is its exclusive upper bound)."""


def group_by_question_word(questions: pa.Array, language: str) -> pa.Array:
    """Return the group of QUESTION_WORDS of each question, by its first question word.

    "In what year ..." belongs to "what".
    """
    groups = language_of(language).breakdown.question_groups
    if not groups:
        return pc.fill_null(pa.nulls(len(questions), pa.string()), OTHER)
    group_of = {form: group for group, forms in groups for form in forms.split("|")}
    first = pc.extract_regex(pc.utf8_lower(questions), rf"\b(?P<form>{'|'.join(group_of)})\b").field("form")
    indices = pc.index_in(first, value_set=pa.array(list(group_of)))
    return pc.fill_null(pa.array(list(group_of.values())).take(indices), OTHER)


def count_words(answers: pa.Array) -> pa.Array:
    """Return the number of words of each answer; a word is a run of characters without white space."""
    return pc.count_substring_regex(answers, r"\S+")


def group_by_length(answers: pa.Array) -> pa.Array:
    """Return the group of LENGTH_GROUPS of each answer, by its number of words."""
    words = count_words(answers)
    bounded = [(group, pc.less_equal(words, longest)) for group, longest in LENGTHS if longest is not None]
    tests = pc.make_struct(*(test for _, test in bounded))
    return pc.case_when(tests, *(group for group, _ in bounded), LENGTH_GROUPS[-1])


def group_by_type(answers: pa.Array, language: str) -> pa.Array:
    """Return the group of ANSWER_TYPES of each answer, by the first rule that applies:

    date     names a month, weekday, decade or century, or is a year (1000 to 2099) or a range of years
    number   begins with a digit or a number word, possibly after a word like "about"
    name     has a capital letter, and no lower-case word of four letters or more
    clause   has four words or more and a finite verb or conjunction, or begins with a word like "because"
    phrase   everything else
    """
    words = language_of(language).breakdown
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
        pc.and_(pc.greater_equal(count_words(answers), 4), pc.match_substring_regex(answers, verb)),
    )
    tests = pc.make_struct(
        pc.match_substring_regex(answers, date), pc.match_substring_regex(answers, number), is_name, is_clause
    )
    return pc.case_when(tests, *ANSWER_TYPES)


def group_by_position(starts: pa.Array, context_lengths: pa.Array) -> pa.Array:
    """Return the group of POSITIONS of each answer. A start outside the context counts as the context's nearer end."""
    share = pc.divide(pc.cast(starts, pa.float64()), pc.cast(pc.max_element_wise(context_lengths, 1), pa.float64()))
    fifth = pc.cast(pc.floor(pc.multiply(share, len(POSITIONS))), pa.int32())
    return pa.array(POSITIONS).take(pc.max_element_wise(pc.min_element_wise(fifth, len(POSITIONS) - 1), 0))


def confidence_group(probability: float) -> str:
    """Return the group of CONFIDENCE_GROUPS of a calibrated probability."""
    return next(group for group, below in CONFIDENCE_GROUPS if below is None or probability < below)
