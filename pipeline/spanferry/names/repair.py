"""Gives a question the renderings of names that its paragraph has.

    "Wat stichtte Dzjengis Khan?" ──settle──> "Wat stichtte Genghis Khan?"

A rendering is replaced only where no grammar is at stake, by a closed rule (`can_replace`). All other questions are
asked again: with the renderings as a glossary if the engine takes one, else once for each name, with this name between
markers, which often changes the translation, and always shows which words of the question are the name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spanferry.language import Language
from spanferry.markers import Markers
from spanferry.names.checking import DifferingName, DifferingQuestion, word_before
from spanferry.names.renderings import Rendering, has_rendering, is_capitalised
from spanferry.projection.marked import MarkerRequest
from spanferry.records import NameDifference, QuestionNames, QuestionRepair

Repair = tuple[str, QuestionRepair]
"""The repaired question, and how it was repaired."""


@dataclass(frozen=True, slots=True)
class NewTranslation:
    """Another translation of a question. pieces: index of a name in `names` -> the words that were between markers."""

    text: str
    pieces: Mapping[int, str]


def can_replace(name: DifferingName, found: Rendering, translation: str, language: Language) -> bool:
    """Return whether the rendering of a name in a question may be replaced by that of its paragraph.

    - In the target language, names do not change their form in a sentence (`Language.inflects_names`).
    - Both renderings consist of capitalised words and numbers, and words that link them.
    - The question has the rendering once.
    - The paragraph does not have it as a possessive, whose translation may have an ending ("Koeblais").
    - It is not a single word that the paragraphs of the article have as well, and which may mean something else.
    - It follows an article or determiner in neither text, or the same one in both: another name might need another one.
    """
    determiners = language.articles | language.determiners
    words = (word_before(translation, found.span[0]), *name.before)
    own, *in_context = [word if word in determiners else "" for word in words]
    return (
        not language.inflects_names
        and not name.in_context.is_possessive
        and not name.is_other_word
        and is_capitalised(name.in_context.text, language)
        and is_capitalised(found.text, language)
        and translation.count(found.text) == 1
        and own in in_context
    )


def settle(differing: DifferingQuestion, answers: Sequence[NewTranslation], language: Language) -> Repair | None:
    """Return the repair of a question; None if nothing can be repaired.

    answers: its further translations. One that has all renderings of the paragraph is used. Otherwise every name is
    replaced in the first translation for which the rule allows it; other names may stay as they are.
    """
    for answer in answers:
        if not differing_names(differing, answer.text, language):
            return answer.text, QuestionRepair.ASKED_AGAIN
    changes: list[tuple[Rendering, str]] = []
    for n, name in enumerate(differing.names):
        pieces = (find_piece(answer.pieces[n], differing.translation) for answer in answers if n in answer.pieces)
        for place in (name.in_question, *pieces):
            if place and can_replace(name, place, differing.translation, language) and is_free(place, changes):
                changes.append((place, name.in_context.text))
                break
    return (substitute(differing.translation, changes), QuestionRepair.REPLACED) if changes else None


def differing_names(differing: DifferingQuestion, text: str, language: Language) -> list[int]:
    """Return which of the names of a question do not have the paragraph's rendering in a translation of it."""
    return [n for n, name in enumerate(differing.names) if not has_rendering(text, name.in_context.text, language)]


def find_piece(piece: str, translation: str) -> Rendering | None:
    """Return the place of the words that were between markers in the translation without markers."""
    at = translation.find(piece) if piece else -1
    return Rendering(piece, (at, at + len(piece))) if at >= 0 else None


def is_free(place: Rendering, changes: Sequence[tuple[Rendering, str]]) -> bool:
    """Return whether a place does not overlap those that are replaced already."""
    return all(place.span[1] <= other.span[0] or other.span[1] <= place.span[0] for other, _ in changes)


def substitute(text: str, changes: Sequence[tuple[Rendering, str]]) -> str:
    """Return a text with some spans replaced, which do not overlap."""
    for place, new in sorted(changes, key=lambda change: change[0].span, reverse=True):
        text = text[: place.span[0]] + new + text[place.span[1] :]
    return text


def mark_name(differing: DifferingQuestion, n: int, styles: Sequence[Markers]) -> list[MarkerRequest]:
    """Put the n-th name of a question between markers, in each style that the question does not have itself."""
    text = differing.question.question
    start, end = differing.names[n].name.in_question
    offset = start - (len(text) - len(text.lstrip()))
    return [
        MarkerRequest(
            f"{text[:start]}{left}{text[start:end]}{right}{text[end:]}".strip(), (left, right), offset, text[start:end]
        )
        for left, right in styles
        if left not in text and right not in text
    ]


def names_row(differing: DifferingQuestion, repair: Repair | None = None) -> QuestionNames:
    """Return the row of a question."""
    return QuestionNames(
        split=differing.split,
        question_id=differing.question.id,
        question=differing.question.question,
        translation=differing.translation,
        names=tuple(
            NameDifference(each.name.text, each.in_context.text, each.in_question.text if each.in_question else None)
            for each in differing.names
        ),
        repair=repair[1] if repair else None,
        repaired=repair[0] if repair else None,
    )
