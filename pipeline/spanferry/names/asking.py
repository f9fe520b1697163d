"""Asks questions again with the engine of a corpus, so that their names are those of their paragraphs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from spanferry.language import language_of
from spanferry.markers import Markers
from spanferry.names.checking import DifferingQuestion
from spanferry.names.repair import NewTranslation, differing_names, mark_name, settle
from spanferry.projection.marked import parse_translation
from spanferry.projection.rescue import MarkerResult, RescueCase, TranslateTexts, request_in_rounds
from spanferry.records import Kind
from spanferry.translation.client.marked_sentences import MarkedSentences
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.tasks import Segment

STYLES = 2  # marker styles to try for a name


class AskedQuestions:
    """Asks questions again, and counts the texts and their characters.

    An engine that takes glossaries gets the names of the paragraph. If a name then differs still, and from any other
    engine, the question is asked once for each such name, with this name between markers. Only these translations are
    written to a table (TranslationRow), because it does not say which glossary others had; the memory does.
    """

    def __init__(self, session: TranslationSession, path: Path) -> None:
        self.session = session
        self.language = language_of(session.scope.target)
        self.texts = self.characters = 0
        self._marked = MarkedSentences(session, path)

    def __enter__(self) -> Self:
        self._marked.__enter__()
        return self

    def __exit__(self, *error: object) -> bool | None:
        return self._marked.__exit__(*error)

    def ask(self, questions: Sequence[DifferingQuestion]) -> list[list[NewTranslation]]:
        """Return the new translations of each question. Raises what the session raises."""
        answers: list[list[NewTranslation]] = [[] for _ in questions]
        if self.session.translator.uses_glossary and questions:
            answers = self._ask_with_glossary(questions)
        unsettled = [self._unsettled_names(*each) for each in zip(questions, answers, strict=True)]
        marked = self._ask_with_markers(questions, unsettled)
        return [[*one, *other] for one, other in zip(answers, marked, strict=True)]

    def _unsettled_names(self, question: DifferingQuestion, answers: Sequence[NewTranslation]) -> list[int]:
        """Return the names of a question that differ after what can be repaired without asking further."""
        repair = settle(question, answers, self.language)
        return differing_names(question, repair[0] if repair else question.translation, self.language)

    def _ask_with_glossary(self, questions: Sequence[DifferingQuestion]) -> list[list[NewTranslation]]:
        segments = [
            Segment(each.question.question.strip(), Kind.QUESTION, each.context, each.glossary) for each in questions
        ]
        self._count([segment.text for segment in segments])
        results = self.session.translate(segments)
        return [[NewTranslation(result.text, {})] if result.text else [] for result in results]

    def _ask_with_markers(
        self, questions: Sequence[DifferingQuestion], unsettled: Sequence[Sequence[int]]
    ) -> list[list[NewTranslation]]:
        styles = self.session.translator.markers
        contexts: dict[str, str] = {}
        for question, names in zip(questions, unsettled, strict=True):
            for request in (request for n in names for request in mark_name(question, n, styles)):
                contexts.setdefault(request.text, question.context)

        def translate(texts: Sequence[str]) -> Mapping[str, str | None]:
            self._count(texts)
            return self._marked.translate(texts, contexts)

        return ask_with_markers(questions, unsettled, styles, translate)

    def _count(self, texts: Sequence[str]) -> None:
        self.texts += len(texts)
        self.characters += sum(map(len, texts))


def ask_with_markers(
    questions: Sequence[DifferingQuestion],
    unsettled: Sequence[Sequence[int]],
    styles: Sequence[Markers],
    translate: TranslateTexts,
) -> list[list[NewTranslation]]:
    """Ask questions again, once for each of their unsettled names. Return the translations that kept their markers.

    A name whose markers were lost is asked for again in the next style, up to STYLES of them.
    """
    answers: list[list[NewTranslation]] = [[] for _ in questions]
    asked = [(row, n) for row, names in enumerate(unsettled) for n in names]
    cases = [marker_case(questions[row], n, styles) for row, n in asked]
    results = request_in_rounds(cases, STYLES, translate)
    for (row, n), case, result in zip(asked, cases, results, strict=True):
        if result.marked and not has_stray_marker(result, case):
            answers[row].append(NewTranslation(result.marked.text, {n: result.marked.piece}))
    return answers


def marker_case(question: DifferingQuestion, n: int, styles: Sequence[Markers]) -> RescueCase:
    """Return the requests for the n-th name of a question."""
    name = question.names[n].name
    return RescueCase((name.in_question[0], name.text), tuple(mark_name(question, n, styles)[:STYLES]))


def has_stray_marker(result: MarkerResult, case: RescueCase) -> bool:
    """Return whether a translation without its markers has more of them. The question has none itself (`mark_name`)."""
    kept = (each for each in case.requests if parse_translation(result.raw or "", each) == result.marked)
    return any(marker in (result.marked.text if result.marked else "") for each in kept for marker in each.markers)
