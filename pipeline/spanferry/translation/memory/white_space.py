"""Folds white space in texts, so that a translation is found however its text is spaced."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from spanferry.language.scripts import is_unspaced


class FoldedTranslations(Mapping[str, str]):
    """Translations by text. A text that is not among them is looked up with its white space folded, too.

    >>> translations = FoldedTranslations({"It is 5 km.": "Het is 5 km."})
    >>> translations["It is 5\N{NO-BREAK SPACE}km."]
    'Het is 5 km.'
    """

    def __init__(self, translations: dict[str, str]) -> None:
        self._translations = translations

    def __getitem__(self, text: str) -> str:
        if (translation := self._translations.get(text)) is not None:
            return translation
        if (translation := self._translations.get(fold_white_space(text))) is not None:
            return translation
        raise KeyError(text)

    def __iter__(self) -> Iterator[str]:
        return iter(self._translations)

    def __len__(self) -> int:
        return len(self._translations)


def fold_white_space(text: str) -> str:
    """Return a text with its lines joined, one space for any other white space, and none around it."""
    return " ".join(fold_lines(text.strip()).split())


def fold_lines(text: str) -> str:
    """Join the lines of a text with one space, or with nothing between letters of scripts that have no spaces."""
    lines = [line for line in map(str.strip, text.split("\n")) if line]
    joined = lines[:1]
    for before, line in pairwise(lines):
        joined += ["" if is_unspaced(before[-1]) and is_unspaced(line[0]) else " ", line]
    return "".join(joined)
