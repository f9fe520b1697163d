"""What can be seen in one text and its translation, without a model."""

import math
from dataclasses import dataclass
from functools import cached_property

from spanferry.language import Language
from spanferry.language.quantities import CountedText, QuantityDifference, compare_quantities
from spanferry.quality.asking import has_question_word
from spanferry.quality.degenerate import ends_early, find_damage, find_invisible
from spanferry.quality.untranslated import WordComparer, WordComparison
from spanferry.records import Kind, Signal

SMOOTHING = 10  # characters that are added to both lengths: those of short texts vary more
SHORT_NUMBER = 2  # digits of numbers that languages without number words here may spell out
# `intact` of a translation whose end is missing, and of one with an invisible character, which nobody sees
CUT, INVISIBLE = 0.3, 0.5
# `same_numbers` by what differs: something replaced, something in digits missing or added, a number word.
REPLACED, IN_DIGITS, IN_WORDS = 0.0, 0.3, 0.8
SHOWN = 3  # words or numbers that a reason lists

Note = tuple[Signal, str]
"""A signal, and what speaks against the translation: the end of "The question ..."."""


@dataclass(frozen=True, slots=True)
class PairMeasures:
    """The measures of a text and its translation.

    numbers, intact: 0 (bad) to 1 (good). words: the words of both. log_length: the logarithm of the length of the
    translation divided by that of the text. has_word: of a question, whether the translation has a question word; None
    if the text has none.
    """

    numbers: float
    words: WordComparison
    intact: float
    log_length: float
    notes: tuple[Note, ...] = ()
    has_word: bool | None = None


@dataclass(frozen=True)
class PairChecker:
    """Measures texts and their translations. languages: of the source and of the target."""

    source: Language
    target: Language

    @cached_property
    def _comparer(self) -> WordComparer:
        return WordComparer.of(self.source)

    def measure(self, text: str, translation: str, kind: Kind) -> PairMeasures:
        """Return the measures of a text and its translation."""
        notes: list[Note] = []
        ones, others = CountedText.of(text, self.source), CountedText.of(translation, self.target)
        difference = compare_quantities(ones, others)
        numbers = score_numbers(difference, self.target)
        if numbers < 1:
            notes.append((Signal.SAME_NUMBERS, describe_difference(difference)))
        intact = 1.0
        if damage := find_damage(text, translation, kind, self.target.code):
            intact = 0.0
            notes.append((Signal.INTACT, damage))
        elif ends_early(text, translation, kind):
            intact = CUT
            notes.append((Signal.INTACT, "lacks its end, or a closing bracket"))
        elif invisible := find_invisible(text, translation):
            intact = INVISIBLE
            notes.append((Signal.INTACT, invisible))
        return PairMeasures(
            numbers,
            self._comparer.compare(text, ones.tokens, others.tokens),
            intact,
            log_length(text, translation),
            tuple(notes),
            self._keeps_question_word(ones, others) if kind == Kind.QUESTION else None,
        )

    def _keeps_question_word(self, text: CountedText, translation: CountedText) -> bool | None:
        """Return whether the translation of a question has a question word; None if the text has none."""
        if not self.target.question_words or not has_question_word(text.text, text.tokens, self.source):
            return None
        return has_question_word(translation.text, translation.tokens, self.target)


def score_numbers(difference: QuantityDifference, target: Language) -> float:
    """Return `same_numbers` of a difference, 0 to 1."""
    missing = [each for each in difference.missing if not may_be_spelled(each.value, target)]
    if not missing and not difference.added:
        return 1.0
    if missing and difference.added:
        return REPLACED
    return IN_DIGITS if any(each.in_digits for each in (*missing, *difference.added)) else IN_WORDS


def may_be_spelled(value: str, language: Language) -> bool:
    """Return whether a number may stand in words that are not known here."""
    return not language.numbers.digits and len(value) <= SHORT_NUMBER


def describe_difference(difference: QuantityDifference) -> str:
    """Return a difference in words."""
    parts = [
        f"{verb} {quote([each.written for each in quantities])}"
        for verb, quantities in (("lacks", difference.missing), ("adds", difference.added))
        if quantities
    ]
    return " and ".join(parts)


def quote(words: list[str] | tuple[str, ...]) -> str:
    """Return the first words of a list: "twelve, 13 …"."""
    return ", ".join(words[:SHOWN]) + (" …" if len(words) > SHOWN else "")


def log_length(text: str, translation: str) -> float:
    """Return the logarithm of the ratio of two lengths."""
    return math.log((len(translation.strip()) + SMOOTHING) / (len(text.strip()) + SMOOTHING))
