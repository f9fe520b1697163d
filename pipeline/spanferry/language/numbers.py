"""Numbers in words and in digits: "twaalf" is "12", "zeventiende" is "17e".

The words come from num2words (https://github.com/savoirfairelinux/num2words), which supports 50 languages. Other
languages have no number words here.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from spanferry.language.words import fold, tokens

# 1 is left out, because in many languages the word for it is an article.
COUNTED = (*range(2, 101), 1000)


@cache
def number_words(code: str, ordinal_endings: tuple[str, ...] = ()) -> Mapping[str, str]:
    """Return folded words -> digits, ordinals with an "e": {"twaalf": "12", "twaalfde": "12e", "12de": "12e"}.

    code: num2words's code of the language. ordinal_endings: the endings of ordinals in digits.
    """
    words: dict[str, str] = {}
    if not code:
        return words
    from num2words import num2words  # not at the top: the import takes 50 ms, and most commands do not need it

    for number in COUNTED:
        for kind, digits in (("cardinal", str(number)), ("ordinal", f"{number}e")):
            try:
                word = num2words(number, lang=code, to=kind)
            except (NotImplementedError, LookupError):  # what num2words raises for a form that a language lacks
                continue
            if len(tokens(word)) == 1:
                words.setdefault(fold(word), digits)
        words |= {f"{number}{ending}": f"{number}e" for ending in ordinal_endings}
    return words


def rewrite_numbers(
    words: Sequence[str], numbers: Mapping[str, str], target_words: Sequence[str], target_numbers: Mapping[str, str]
) -> list[str]:
    """Return the words with numbers in the form that the target uses: "12" for "twaalf" if the target is "12 schepen".

    words, target_words: folded tokens. numbers, target_numbers: number words of their languages.
    """
    if not any(numbers.get(word, word)[0].isdigit() and word not in target_words for word in words):
        return list(words)
    forms = {digits: word for word in target_words if (digits := target_numbers.get(word, word))[0].isdigit()}
    return [word if word in target_words else forms.get(numbers.get(word, word), word) for word in words]


def shared_numbers(words: Sequence[str], target_words: Sequence[str], target_numbers: Mapping[str, str]) -> set[str]:
    """Return the numbers among the words that also occur in the target. The right span contains them."""
    return {word for word in words if word in target_words and target_numbers.get(word, word)[0].isdigit()}


def lacks_number(
    words: Sequence[str], numbers: Mapping[str, str], span_words: Sequence[str], span_numbers: Mapping[str, str]
) -> bool:
    """Return whether the words have a number and the span has none ("the 1840s" in "de jaren").

    A number at the beginning of a longer word counts ("zes" in "zesvoudig").
    """
    expected = {numbers.get(word, word) for word in words if any(map(str.isdigit, numbers.get(word, word)))}
    if not expected or any(map(str.isdigit, "".join(span_numbers.get(word, word) for word in span_words))):
        return False
    names = tuple(name for name, digits in span_numbers.items() if digits in expected)
    return not any(word.startswith(names) for word in span_words)
