"""Numbers in words and in digits are the same: "twaalf" is "12", "zeventiende" is "17e".

The words are num2words' (https://github.com/savoirfairelinux/num2words, 50 languages); a language
that it does not know has none.
"""

from collections.abc import Sequence
from functools import cache

from num2words import num2words

from spanferry.language.text import fold, tokens

# 1 is left out: in many languages it is the article.
COUNTED = (*range(2, 101), 1000)
# How an ordinal in digits ends.
ENDINGS = {
    "en": ("st", "nd", "rd", "th"),
    "nl": ("e", "de", "ste"),
    "fr": ("e", "er", "eme"),
    "sv": ("e", "a"),
}


@cache
def number_words(code: str) -> dict[str, str]:
    """Folded words -> digits, ordinals with an "e": {"twaalf": "12", "twaalfde": "12e", "12de": "12e"}."""
    words = {}
    for number in COUNTED:
        for kind, digits in (("cardinal", str(number)), ("ordinal", f"{number}e")):
            try:
                word = num2words(number, lang=code, to=kind)
            except (NotImplementedError, LookupError):  # some languages lack a form, and say it so or so
                continue
            if len(tokens(word)) == 1:
                words.setdefault(fold(word), digits)
        words |= {f"{number}{ending}": f"{number}e" for ending in ENDINGS.get(code, ())}
    return words


def as_written(words: Sequence[str], known: dict[str, str], there: Sequence[str], theirs: dict[str, str]) -> list[str]:
    """The words, each number in the form that stands there: "12" for "twaalf" among "12 schepen".

    words, there: folded tokens; known, theirs: the number words of their languages.
    """
    if not any(known.get(word, word)[0].isdigit() and word not in there for word in words):
        return list(words)
    forms = {digits: word for word in there if (digits := theirs.get(word, word))[0].isdigit()}
    return [word if word in there else forms.get(known.get(word, word), word) for word in words]


def required(words: Sequence[str], there: Sequence[str], theirs: dict[str, str]) -> set[str]:
    """The numbers among the words that stand there as well: a span without them is another's."""
    return {word for word in words if word in there and theirs.get(word, word)[0].isdigit()}


def lacks_number(words: Sequence[str], known: dict[str, str], span: Sequence[str], theirs: dict[str, str]) -> bool:
    """Whether there is a number among the words, and none in the span ("the 1840s" in "de jaren").

    A number that begins a longer word counts ("zes" in "zesvoudig").
    """
    sought = {known.get(word, word) for word in words if any(map(str.isdigit, known.get(word, word)))}
    if not sought or any(map(str.isdigit, "".join(theirs.get(word, word) for word in span))):
        return False
    names = tuple(name for name, digits in theirs.items() if digits in sought)
    return not any(word.startswith(names) for word in span)
