"""The names that a question shares with its paragraph, in the source language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import regex

from spanferry.language import Language
from spanferry.language.names import find_names
from spanferry.language.words import tokens
from spanferry.records import Span
from spanferry.segmentation import title_text

QUALIFIER = regex.compile(r"\s*\([^()]*\)$")


@dataclass(frozen=True, slots=True)
class SharedName:
    """A name in a question and in its paragraph. in_question: its first place; in_context: all its places."""

    text: str
    in_question: Span
    in_context: tuple[Span, ...]


def names_by_text(context: str, language: Language) -> dict[str, list[Span]]:
    """Return the places of each name of a paragraph."""
    places: dict[str, list[Span]] = {}
    for start, end in find_names(context, language):
        places.setdefault(context[start:end], []).append((start, end))
    return places


def shared_names(
    question: str, context: str, names: Mapping[str, Sequence[Span]], title: str, language: Language
) -> list[SharedName]:
    """Return the names of a question that are names of its paragraph too, and the title if both have it.

    names: those of the paragraph (`names_by_text`). A name of the question may be a part of a run of capitalised words
    ("Rhine" in "European Rhine"), but it must be a whole name of the paragraph. A part of another one is left out.
    """
    topic = QUALIFIER.sub("", title_text(title))
    asked = find_names(question, language)
    in_question = outside(places_of(topic, question), asked)
    in_context = outside(places_of(topic, context), [span for spans in names.values() for span in spans])
    shared = {topic: SharedName(topic, in_question[0], tuple(in_context))} if in_question and in_context else {}
    for start, end in asked:
        found = longest_known(question, start, end, names)
        if found and not any(found[0] in name for name in shared):
            shared[found[0]] = SharedName(*found, tuple(names[found[0]]))
    return list(shared.values())


def outside(places: Sequence[Span], names: Sequence[Span]) -> list[Span]:
    """Return the places that are not a part of a longer name, as "Glacier" is of "Jakobshavn Glacier"."""
    return [
        (start, end)
        for start, end in places
        if not any(low <= start and end <= high and high - low > end - start for low, high in names)
    ]


def longest_known(question: str, start: int, end: int, names: Mapping[str, Sequence[Span]]) -> tuple[str, Span] | None:
    """Return the longest run of words in a span of the question that is a name of the paragraph, and its place."""
    words = [(start + low, start + high) for low, high in tokens(question[start:end])]
    runs = [(first[0], last[1]) for n, first in enumerate(words) for last in words[n:]]
    for low, high in sorted(runs, key=lambda run: (run[0] - run[1], run[0])):
        if question[low:high] in names:
            return question[low:high], (low, high)
    return None


def places_of(phrase: str, text: str) -> list[Span]:
    """Return the places of a phrase in a text, as whole words."""
    pattern = rf"(?<![\p{{L}}\p{{N}}]){regex.escape(phrase, literal_spaces=True)}(?![\p{{L}}\p{{N}}])"
    return [match.span() for match in regex.finditer(pattern, text)] if phrase else []
