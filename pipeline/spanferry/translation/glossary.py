"""Glossaries: how terms of the source language are to be translated, for engines that can be told so."""

from functools import lru_cache

import regex

Glossary = tuple[tuple[str, str], ...]
"""(term, its translation) pairs, in a fixed order."""


def select_terms(glossary: Glossary, text: str) -> Glossary:
    """Return the entries whose term occurs in a text, as whole words and with the same case.

    >>> select_terms((("Quay", "Kade"), ("river", "rivier"), ("A.D.", "n.Chr.")), "The Quay, by the rivers.")
    (('Quay', 'Kade'),)
    """
    return tuple(entry for entry in glossary if term_pattern(entry[0]).search(text))


@lru_cache(maxsize=4096)
def term_pattern(term: str) -> regex.Pattern[str]:
    """Return a pattern that finds a term which is not part of a longer word."""
    return regex.compile(rf"(?<![\p{{L}}\p{{N}}]){regex.escape(term, literal_spaces=True)}(?![\p{{L}}\p{{N}}])")
