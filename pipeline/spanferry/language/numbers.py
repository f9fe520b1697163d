"""Numbers in words and in digits: "twaalf" is "12", "zeventiende" is "17e", "пяти" is "5".

The words come from the spell-out rules of Unicode's CLDR, through the package unicode-rbnf. They have the genders and,
for some languages, the cases of each number. Languages without such rules have no number words here.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from spanferry.language.scripts import is_unspaced
from spanferry.language.words import fold, tokens

if TYPE_CHECKING:
    from unicode_rbnf import RbnfEngine

# 1 is left out, because in many languages the word for it is an article.
COUNTED = (*range(2, 101), *range(200, 1001, 100))
# Rules for days of a Chinese month, and for signs that only banks use.
_SPECIAL_RULES = ("days", "financial")
# CLDR marks where Thai and Burmese words may be broken.
_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u00ad"))


@dataclass(frozen=True)
class NumberWords:
    """The number words of a language.

    digits: folded tokens, joined by spaces -> digits, ordinals with an "e": {"twaalf": "12", "twaalfde": "12e",
    "twenty - one": "21"}. lengths: the first token of a number -> the numbers of tokens it may have, highest first.
    """

    digits: Mapping[str, str] = field(default_factory=dict[str, str])
    lengths: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])

    def value(self, word: str) -> str:
        """Return the digits of a folded token; the token itself if it is no number word."""
        return self.digits.get(word, word)

    def find(self, words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        """Yield (low, high, digits) of each number among folded tokens, the longest first.

        A number in Chinese characters that is part of a longer one is left out: the longer one is not known here.
        """
        at = 0
        for start in [n for n, word in enumerate(words) if word in self.lengths or word[0].isdigit()]:
            if start >= at and (size := self._match(words, start)):
                at = start + size
                yield start, at, self.digits.get(" ".join(words[start:at]), words[start])

    def covers(self, words: Sequence[str]) -> bool:
        """Return whether folded tokens are numbers and nothing else."""
        if not words or not (words[0][0].isdigit() or words[0] in self.lengths):
            return False
        return sum(high - low for low, high, _ in self.find(words)) == len(words)

    def _match(self, words: Sequence[str], at: int) -> int:
        """Return the number of tokens of the number that begins at a token; 0 if none begins there."""
        if words[at][0].isdigit():
            return 1
        for size in self.lengths[words[at]]:
            if at + size <= len(words) and " ".join(words[at : at + size]) in self.digits:
                around = [*words[max(at - 1, 0) : at], *words[at + size :][:1]]
                return 0 if any(map(_is_number_sign, around)) else size
        return 0


def _is_number_sign(token: str) -> bool:
    """Return whether a token is a character that writes a number, such as 五 or 百, but not a digit."""
    return len(token) == 1 and is_unspaced(token) and unicodedata.numeric(token, None) is not None


@cache
def number_words(
    code: str, ordinal_endings: tuple[str, ...] = (), case_endings: tuple[tuple[str, str], ...] = ()
) -> NumberWords:
    """Return the number words of a language.

    code: CLDR's code of the language. ordinal_endings: the endings of ordinals in digits ("th"). case_endings: (ending
    of a number word, its ending in another case), for languages whose cases CLDR lacks.
    """
    digits: dict[str, str] = {}
    for number, word, is_ordinal in _spelled_numbers(code):
        value = f"{number}e" if is_ordinal else str(number)
        for form in _inflect(word, case_endings):
            digits.setdefault(form, value)
    digits |= {f"{number}{ending}": f"{number}e" for number in COUNTED for ending in ordinal_endings if digits}
    lengths: dict[str, set[int]] = {}
    for form in digits:
        first, *others = form.split(" ")
        lengths.setdefault(first, set()).add(1 + len(others))
    return NumberWords(digits, {first: tuple(sorted(sizes, reverse=True)) for first, sizes in lengths.items()})


@cache
def _speller(code: str) -> "RbnfEngine | None":
    """Return the spell-out rules of a language, None if it has none. To read them takes 10 ms."""
    # Not at the top: most commands need no number words.
    from unicode_rbnf import RbnfEngine

    return RbnfEngine.for_language(code) if code in RbnfEngine.get_supported_languages() else None


def _spelled_numbers(code: str) -> Iterator[tuple[int, str, bool]]:
    """Yield (number, word, whether it is an ordinal) in all genders and cases, cardinals first."""
    from unicode_rbnf import FormatPurpose

    if (engine := _speller(code)) is None:
        return
    for purpose in (FormatPurpose.CARDINAL, FormatPurpose.ORDINAL):
        for number in COUNTED:
            try:
                by_rule = engine.format_number(number, purpose).text_by_ruleset
            except ValueError:  # the language has no ordinals
                break
            for rule, word in by_rule.items():
                if not any(special in rule for special in _SPECIAL_RULES):
                    yield number, word.translate(_ZERO_WIDTH), purpose is FormatPurpose.ORDINAL


def spell_out(code: str, number: int) -> frozenset[str]:
    """Return a number in words, in all genders and cases; empty for a language without rules.

    code: CLDR's code of the language.
    """
    from unicode_rbnf import FormatPurpose

    if (engine := _speller(code)) is None:
        return frozenset()
    by_rule = engine.format_number(number, FormatPurpose.CARDINAL).text_by_ruleset
    return frozenset(
        word.translate(_ZERO_WIDTH)
        for rule, word in by_rule.items()
        if not any(special in rule for special in _SPECIAL_RULES)
    )


def _inflect(word: str, case_endings: tuple[tuple[str, str], ...]) -> Iterator[str]:
    """Yield a number word, folded, and its other cases. The ending of any of its tokens may change."""
    parts = [fold(word[start:end]) for start, end in tokens(word)]
    yield " ".join(parts)
    for ending, other in case_endings:
        if any(part.endswith(ending) for part in parts):
            yield " ".join(part.removesuffix(ending) + other if part.endswith(ending) else part for part in parts)


def rewrite_numbers(
    words: Sequence[str], numbers: NumberWords, target_words: Sequence[str], target_numbers: NumberWords
) -> list[str]:
    """Return the words with numbers in the form that the target uses: "12" for "twaalf" if the target is "12 schepen".

    words, target_words: folded tokens. numbers, target_numbers: number words of their languages.
    """
    found = [
        (low, high, digits)
        for low, high, digits in numbers.find(words)
        if not (high == low + 1 and words[low] in target_words)
    ]
    if not found:
        return list(words)
    forms = {digits: target_words[low:high] for low, high, digits in target_numbers.find(target_words)}
    written: list[str] = []
    at = 0
    for low, high, digits in found:
        written += [*words[at:low], *forms.get(digits, words[low:high])]
        at = high
    return [*written, *words[at:]]


def shared_numbers(words: Sequence[str], target_words: Sequence[str], target_numbers: NumberWords) -> set[str]:
    """Return the numbers among the words that also occur in the target. The right span contains them."""
    return {word for word in words if word in target_words and target_numbers.value(word)[0].isdigit()}


def lacks_number(
    words: Sequence[str], numbers: NumberWords, span_words: Sequence[str], span_numbers: NumberWords
) -> bool:
    """Return whether the words have a number and the span has none ("the 1840s" in "de jaren").

    A number at the beginning of a longer word counts ("zes" in "zesvoudig").
    """
    expected = {digits for _, _, digits in numbers.find(words)}
    expected |= {word for word in words if any(map(str.isdigit, word))}
    if not expected or any(map(str.isdigit, "".join(span_words))) or any(True for _ in span_numbers.find(span_words)):
        return False
    names = tuple(name for name, digits in span_numbers.digits.items() if digits in expected)
    return not any(word.startswith(names) for word in span_words)
