"""Numbers, months and weekdays that a translation lacks or adds, in digits and in words.

    "125,000 men in March 1847" ── "honderdvijfentwintigduizend man in mei 1846"
    missing: 1847, March      added: 1846, mei

A number may change its form: 1,160,000 and "1.16 million", the 1990s and "the nineties", 7 pm and 19, 1914-18 and 1918,
XIX and 19. Only what has no such counterpart is reported.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from unicodedata import decimal

import regex

from spanferry.language.numbers import spell_out
from spanferry.language.profiles.base import Language
from spanferry.language.words import fold, fold_all, list_tokens, tokens

_NUMBER = regex.compile(r"\d+(?:\.\d+)?")
_ROMAN = regex.compile(r"(?=[IVXLC]{2})(?:C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})(?=\P{Lu}|$)")
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_BEFORE_COUNTER = regex.compile(r"(?<=\d)(?=[^\W\d_])")
_SPACED_GROUPS = regex.compile(r"(?<!\d)\d{1,3}(?: \d{3})+(?!\d)")  # 22 338 618
_HOUR = regex.compile(r"\d\s?[ap]\.?m\b", regex.IGNORECASE)
_DECADE = regex.compile(r"\d0['’]?(?:s|er|ern|es|e)?")
ROUND = 3  # a number with so many zeros at its end may be written with a word: "1.16 million"
SHORT = 2  # digits of the short form of a year, and of numbers that are often written in words
MONTH, DAY = "month", "day"
# Tokens before and after a month or weekday among which a number makes it a date: "5 May", "Sunday, May 5".
NEAR_MONTH, NEAR_DAY = (1, 2), (2, 3)
LONGEST_SPELLED = 12  # digits of the largest number that is looked for in words


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, month or weekday of a text. written: its folded tokens. value: its digits, "month 3" or "day 7"."""

    written: str
    value: str
    in_digits: bool


@dataclass(frozen=True, slots=True)
class QuantityDifference:
    """The quantities of a text that its translation lacks, and those that it adds."""

    missing: tuple[Quantity, ...]
    added: tuple[Quantity, ...]


NO_DIFFERENCE = QuantityDifference((), ())


@dataclass(frozen=True, slots=True)
class CountedText:
    """A text with its tokens, as they are and folded, and its language."""

    text: str
    tokens: Sequence[str]
    words: Sequence[str]
    language: Language

    @classmethod
    def of(cls, text: str, language: Language) -> "CountedText":
        """Split a text into tokens."""
        # In a script without spaces a counter follows directly, and "1.25万" would be three tokens.
        spaced = _BEFORE_COUNTER.sub(" ", text) if language.scored_by_character else text
        spaced = _SPACED_GROUPS.sub(lambda match: match[0].replace(" ", ""), spaced)
        found = list_tokens(spaced)
        return cls(text, found, fold_all(found), language)

    def quantities(self) -> list[Quantity]:
        """Return the numbers and dates of the text, in order."""
        found = [
            Quantity(" ".join(self.words[low:high]), value, self.words[low][0].isdigit())
            for low, high, digits in self.language.numbers.find(self.words)
            if (value := _value(digits))
        ]
        return [*found, *self._dates()]

    def _dates(self) -> Iterator[Quantity]:
        """Yield the months and weekdays beside a number: "May 5", but not "may"; "Sunday 5 May", but not "Sunday".

        Where they have a capital or not, a word with the other case is another word: "may hold 50", "Mars 2".
        """
        calendar = self.language.calendar
        for low, high, value in calendar.find(self.words):
            is_name = low == 0 or self.tokens[low][0].isupper() == calendar.are_capitalised
            before, after = NEAR_MONTH if value.startswith(MONTH) else NEAR_DAY
            around = (*self.words[max(low - before, 0) : low], *self.words[high : high + after])
            if is_name and any(each[0].isdigit() for each in around):
                yield Quantity(" ".join(self.words[low:high]), value, in_digits=True)

    def has_date(self, value: str) -> bool:
        """Return whether the name of a month or weekday ("month 5") stands anywhere, in any form."""
        return self.language.calendar.has(value, self.words, self.language.scored_by_character)


def compare_quantities(source: CountedText, target: CountedText) -> QuantityDifference:
    """Return the quantities that the translation of a text lacks or adds."""
    ones, others = source.quantities(), target.quantities()
    if not (ones or others) or [one.value for one in ones] == [other.value for other in others]:
        return NO_DIFFERENCE
    return QuantityDifference(
        tuple(_unmatched(ones, source, others, target)), tuple(_unmatched(others, target, ones, source))
    )


def _unmatched(
    own: Sequence[Quantity], text: CountedText, others: Sequence[Quantity], other: CountedText
) -> Iterator[Quantity]:
    """Yield the quantities of a text that have no counterpart in the other one."""
    values = {each.value for each in others}
    dense = text.language.scored_by_character or other.language.scored_by_character
    for quantity in own:
        # A single character is often a part of another word.
        if text.language.scored_by_character and len(quantity.written) == 1 and not quantity.in_digits:
            continue
        # Many languages write 1 as an article.
        if (
            quantity.value in values
            or quantity.value == "1"
            or any(_are_forms(quantity, each, dense) for each in others)
        ):
            continue
        if quantity.value.startswith((MONTH, DAY)):
            in_words = any(value.startswith(MONTH) for value in values)
            in_digits = not in_words and quantity.value.removeprefix(f"{MONTH} ") in values
            kind = quantity.value.split()[0]
            if in_digits or other.has_date(quantity.value) or kind not in other.language.calendar.kinds:
                continue
        elif (
            _has_digits(quantity.value, other)
            or _is_spelled(quantity.value, other)
            or _is_roman(quantity.value, other.text)
            or f"{MONTH} {quantity.value}" in values
            or _is_century(quantity.value, values)
            or _is_hour(quantity.value, text, other, values)
            or any(each.in_digits and not quantity.in_digits and _spells(each.value, quantity, text) for each in others)
        ):
            continue
        yield quantity


def _value(digits: str) -> str:
    """Return the digits of a number without zeros that do not count: "017e" -> "17", "3.50" -> "3.5"."""
    found = _NUMBER.match(digits)
    if not found:
        return ""
    whole, _, rest = found[0].partition(".")
    rest = rest.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{rest}" if rest else "")


def _are_forms(one: Quantity, other: Quantity, dense: bool) -> bool:
    """Return whether two numbers may be forms of the same one. dense: one of their languages counts in myriads."""
    left, right = one.value, other.value
    if _significant(left) == _significant(right) and (
        max(_zeros(left), _zeros(right)) >= (1 if dense else ROUND) or ("." in left) != ("." in right)
    ):
        return True
    longer, shorter = (left, right) if len(left) > len(right) else (right, left)
    if len(shorter) == SHORT and len(longer) == SHORT + 2 and longer.endswith(shorter):
        return True  # 1914-18, '45
    # "the 1990s" and "the nineties": the latter is no number that is known here, but "90s" and "jaren 90" are.
    return (
        len(shorter) == SHORT
        and shorter.endswith("0")
        and bool(_DECADE.fullmatch(longer[-SHORT:]))
        and (longer.endswith(shorter))
    )


def _significant(value: str) -> str:
    """Return the digits of a number from the first to the last that is not 0."""
    return value.replace(".", "").strip("0")


def _zeros(value: str) -> int:
    """Return the number of zeros at the end of a whole number."""
    return 0 if "." in value else len(value) - len(value.rstrip("0"))


@cache
def _forms_of_values(language: Language) -> dict[str, tuple[str, ...]]:
    """Return digits -> the words for them, cardinal and ordinal."""
    forms: dict[str, list[str]] = {}
    for form, digits in language.numbers.digits.items():
        if not form[0].isdigit():
            forms.setdefault(_value(digits), []).append(form)
    return {value: tuple(words) for value, words in forms.items()}


def _has_digits(value: str, text: CountedText) -> bool:
    """Return whether the digits of a long number stand in a text in a row, whatever separates them: 1.25万."""
    digits = _significant(value)
    return len(digits) > SHORT and digits in "".join(
        str(decimal(character)) for character in text.text if character.isdecimal()
    )


def _is_spelled(value: str, text: CountedText) -> bool:
    """Return whether a text has a number in words, also as a part of a longer word ("zeventiende-eeuws", "zesvoud")."""
    line = " ".join(text.words)
    if any(form in line for form in _forms_of_values(text.language).get(value, ())):
        return True
    if not value.isdigit() or len(value) > LONGEST_SPELLED:
        return False
    present = set(text.words)
    return any(present.issuperset(form) or "".join(form) in line for form in spelled_forms(int(value), text.language))


@lru_cache(maxsize=1 << 12)
def spelled_forms(number: int, language: Language) -> frozenset[tuple[str, ...]]:
    """Return the folded tokens of each form of a number in words."""
    words = (language.number_code or language.code, number)
    return frozenset(
        tuple(fold(word[start:end]) for start, end in tokens(word)) for word in spell_out(*words) if len(word) > SHORT
    )


def _spells(digits: str, quantity: Quantity, text: CountedText) -> bool:
    """Return whether a number of a translation is one that the text writes with more words than are found at once."""
    if not digits.isdigit() or len(digits) > LONGEST_SPELLED:
        return False
    own = quantity.written.split()
    return any(set(own) <= set(form) for form in spelled_forms(int(digits), text.language)) and any(
        set(form) <= set(text.words) for form in spelled_forms(int(digits), text.language)
    )


def _is_roman(value: str, text: str) -> bool:
    """Return whether a text has a number as a Roman numeral: "Louis XIV", "XIXe siècle"."""
    return any(str(_roman_value(found[0])) == value for found in _ROMAN.finditer(text))


def _roman_value(numeral: str) -> int:
    digits = [_ROMAN_DIGITS[letter] for letter in numeral]
    return sum(
        -digit if digit < following else digit for digit, following in zip(digits, [*digits[1:], 0], strict=True)
    )


def _is_century(value: str, values: set[str]) -> bool:
    """Return whether a number is the century of a year: 20 of the 1970s."""
    return (
        value.isdigit()
        and len(value) == SHORT
        and any(len(year) == SHORT + 2 and year.startswith(str(int(value) - 1)) for year in values)
    )


def _is_hour(value: str, text: CountedText, other: CountedText, values: set[str]) -> bool:
    """Return whether a number may be an hour that the other text counts to 24 or to 12."""
    if not value.isdigit() or not (_HOUR.search(text.text) or _HOUR.search(other.text)):
        return False
    return bool({str((int(value) + 12) % 24), str(int(value) % 12)} & values)
