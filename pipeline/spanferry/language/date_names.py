"""Names of months and weekdays: "maart" is "month 3", "zondag" is "day 7".

The names are those of Unicode's CLDR, through the package babel, in all countries of a language: in Arabic, March is
مارس in Egypt and آذار in Syria. A case that CLDR lacks ("в марте") is recognised by the beginning of the word.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from spanferry.language.scripts import scripts_written_in
from spanferry.language.words import fold_all, list_tokens

# An inflected form and the nearest name may differ in so many letters at their ends; they begin alike.
MOST_DIFFERENT, LEAST_ALIKE = 4, 2


@dataclass(frozen=True)
class CalendarNames:
    """The names of months and weekdays in a language.

    names: the first of the folded tokens of a name -> (all of its tokens, value), the longest first. short: folded
    abbreviations -> value. are_capitalised: they begin with a capital wherever they stand. kinds: "month", "day": those
    that have names.
    """

    names: Mapping[str, Sequence[tuple[tuple[str, ...], str]]]
    short: Mapping[str, str]
    are_capitalised: bool = False
    kinds: frozenset[str] = frozenset()

    def find(self, words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        """Yield (low, high, value) of each name among folded tokens. Names of one token may be other words, too."""
        if self.names.keys().isdisjoint(words):
            return
        for low, word in enumerate(words):
            for form, value in self.names.get(word, ()):
                if tuple(words[low : low + len(form)]) == form:
                    yield low, low + len(form), value
                    break

    def has(self, value: str, words: Sequence[str], unspaced: bool = False) -> bool:
        """Return whether folded tokens have a name of this value, also abbreviated or in another case.

        unspaced: the tokens come from a text without spaces, in which a name is several of them.
        """
        if any(found == value for _, _, found in self.find(words)):
            return True
        if unspaced:
            line = "".join(words)
            return any(form in line for form, each in self.short.items() if each == value)
        return any(self.short.get(word) == value or self._nearest(word) == value for word in set(words))

    def _nearest(self, word: str) -> str | None:
        """Return the value of the name of which a word may be another form; None if it is no such word."""
        best, least = None, MOST_DIFFERENT + 1
        for forms in self.names.values():
            for form, value in forms:
                alike = count_alike(word, form[-1])
                different = len(word) + len(form[-1]) - 2 * alike
                if len(form) == 1 and alike >= max(LEAST_ALIKE, different) and different < least:
                    best, least = value, different
        return best


def count_alike(word: str, other: str) -> int:
    """Return the number of letters with which both words begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False)))


@cache
def calendar_names(code: str) -> CalendarNames:
    """Return the names of months and weekdays in a language; none if CLDR does not have it. code: CLDR's."""
    names: dict[tuple[str, ...], set[str]] = {}
    short: dict[str, set[str]] = {}
    are_capitalised = True
    for identifier, name, value, is_short in _list_names(code):
        form = tuple(fold_all(list_tokens(name)))
        # "tháng 3" and "3月" are found as numbers.
        if any(map(str.isdigit, name)) or not form:
            continue
        if is_short:
            short.setdefault("".join(form).rstrip("."), set()).add(value)
        else:
            names.setdefault(form, set()).add(value)
            are_capitalised &= name[0].isupper() or identifier != code
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for form in sorted(names, key=len, reverse=True):
        if len(names[form]) == 1:
            by_first.setdefault(form[0], []).append((form, next(iter(names[form]))))
    abbreviations = {form: next(iter(values)) for form, values in short.items() if len(values) == 1}
    kinds = frozenset(value.split()[0] for values in names.values() for value in values)
    return CalendarNames(by_first, abbreviations, are_capitalised, kinds)


def _list_names(code: str) -> Iterator[tuple[str, str, str, bool]]:
    """Yield (code, name, value, whether it is an abbreviation) in all countries of a language.

    Forms in another script than the usual one are left out: Chinese in Latin letters, English in Shavian ones.
    """
    # Not at the top: most commands need no names of months.
    from babel import Locale
    from babel.localedata import locale_identifiers

    usual = scripts_written_in(code)
    for identifier in sorted(locale_identifiers()):
        language, _, rest = identifier.partition("_")
        if language != code or (rest[:4].isalpha() and len(rest[:4]) == 4 and scripts_written_in(identifier) != usual):
            continue
        locale = Locale.parse(identifier)
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in locale.months[form][width].items():
                    yield identifier, name, f"month {number}", width != "wide"
                for number, name in locale.days[form][width].items():
                    yield identifier, name, f"day {number + 1}", width != "wide"
