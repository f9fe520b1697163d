"""Gives a question the renderings of names that its paragraph has.

    "Wat stichtte Dzjengis Khan?" ──replace_names──> "Wat stichtte Genghis Khan?"

A rendering is replaced only where no grammar is at stake, by a closed rule (`can_replace`). All other questions are
asked again: with the renderings as a glossary if the engine takes one, else with the name between markers, which often
changes the translation, and always shows which words of the question are the name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from msgspec.structs import replace

from spanferry.language import Language
from spanferry.language.words import tokens
from spanferry.markers import Markers
from spanferry.names.checking import DifferingName, DifferingQuestion, word_before
from spanferry.names.renderings import Rendering, has_rendering
from spanferry.projection.marked import MarkerRequest, parse_translation
from spanferry.records import NameDifference, QuestionNames, QuestionRepair


@dataclass(frozen=True, slots=True)
class MarkedQuestion:
    """A question with one of its names between markers, to be translated again."""

    differing: DifferingQuestion
    name: DifferingName
    request: MarkerRequest


def can_replace(name: DifferingName, found: Rendering, translation: str, language: Language) -> bool:
    """Return whether the rendering of a name in a question may be replaced by that of its paragraph.

    - In the target language, names do not change their form in a sentence (`Language.inflects_names`).
    - Both renderings consist of capitalised words and numbers, and words that link them.
    - The question has the rendering once.
    - It follows an article or determiner in neither text, or the same one in both: another name might need another one.
    """
    before = word_before(translation, found.span[0])
    determiners = language.articles | language.determiners
    articles = [word if word in determiners else "" for word in (name.before, before)]
    return (
        not language.inflects_names
        and is_capitalised(name.in_context, language)
        and is_capitalised(found.text, language)
        and translation.count(found.text) == 1
        and articles[0] == articles[1]
    )


def is_capitalised(rendering: str, language: Language) -> bool:
    """Return whether a rendering consists of capitalised words, numbers and words that link them."""
    words = [rendering[start:end] for start, end in tokens(rendering) if rendering[start].isalnum()]
    return rendering[:1].isupper() and all(
        not word[0].islower() or word in language.name_links or word in language.edge_words for word in words
    )


def replace_names(differing: DifferingQuestion, language: Language) -> str | None:
    """Return a translated question with the renderings of its paragraph; None if one of them cannot be replaced."""
    found = [name.in_question for name in differing.names]
    if not all(
        place and can_replace(name, place, differing.translation, language)
        for name, place in zip(differing.names, found, strict=True)
    ):
        return None
    return substitute(
        differing.translation,
        [(place, name.in_context) for place, name in zip(found, differing.names, strict=True) if place],
    )


def substitute(text: str, changes: Sequence[tuple[Rendering, str]]) -> str | None:
    """Return a text with some spans replaced; None if they overlap."""
    ordered = sorted(changes, key=lambda change: change[0].span, reverse=True)
    if any(later.span[0] < earlier.span[1] for (later, _), (earlier, _) in pairwise(ordered)):
        return None
    for place, new in ordered:
        text = text[: place.span[0]] + new + text[place.span[1] :]
    return text


def mark_name(differing: DifferingQuestion, styles: Sequence[Markers]) -> MarkedQuestion | None:
    """Put the first name of a question between markers; None if the question has all kinds of markers itself."""
    text = differing.question.question
    name = differing.names[0]
    start, end = name.name.in_question
    for left, right in styles:
        if left not in text and right not in text:
            marked = f"{text[:start]}{left}{text[start:end]}{right}{text[end:]}".strip()
            offset = start - (len(text) - len(text.lstrip()))
            return MarkedQuestion(differing, name, MarkerRequest(marked, (left, right), offset, text[start:end]))
    return None


def take_reply(marked: MarkedQuestion, reply: str | None, language: Language) -> tuple[str, QuestionRepair] | None:
    """Return the repaired question from the translation of a marked one; None if it brings nothing.

    The new translation is used if it has the paragraph's renderings. Otherwise its marked words are replaced in the
    first translation, if they are in it and the rule allows it.
    """
    parsed = parse_translation(reply, marked.request) if reply else None
    # The question has none of these markers itself (`mark_name`): what is left of them is a stray one.
    if parsed is None or any(marker in parsed.text for marker in marked.request.markers):
        return None
    names = marked.differing.names
    if all(has_rendering(parsed.text, name.in_context, language) for name in names):
        return parsed.text, QuestionRepair.ASKED_AGAIN
    translation = marked.differing.translation
    at = translation.find(parsed.piece)
    place = Rendering(parsed.piece, (at, at + len(parsed.piece)))
    if len(names) == 1 and parsed.piece and at >= 0 and can_replace(marked.name, place, translation, language):
        return substitute(translation, [(place, marked.name.in_context)]) or translation, QuestionRepair.REPLACED
    return None


def names_row(differing: DifferingQuestion) -> QuestionNames:
    """Return the row of a question without a repair."""
    return QuestionNames(
        split=differing.split,
        question_id=differing.question.id,
        question=differing.question.question,
        translation=differing.translation,
        names=tuple(
            NameDifference(each.name.text, each.in_context, each.in_question.text if each.in_question else None)
            for each in differing.names
        ),
        repair=None,
        repaired=None,
    )


def repaired_row(row: QuestionNames, text: str, repair: QuestionRepair) -> QuestionNames:
    """Return a row with its repair."""
    return replace(row, repair=repair, repaired=text)
