"""Asks questions again with the engine of a corpus, so that their names are those of their paragraphs."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from spanferry.language import language_of
from spanferry.names.checking import DifferingQuestion
from spanferry.names.tables import Repair, ask_with_glossary, ask_with_markers
from spanferry.records import Kind
from spanferry.translation.client.marked_sentences import MarkedSentences
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.tasks import Segment


class AskedQuestions:
    """Asks questions again, and counts the texts and their characters.

    An engine that takes glossaries gets the renderings of the paragraph. Any other one gets the question with a name
    between markers, and these translations are written to a table (TranslationRow). Translations with a glossary are
    not, because the table does not say which glossary they had; the memory does.
    """

    def __init__(self, session: TranslationSession, path: Path) -> None:
        self.session = session
        self.language = language_of(session.scope.target)
        self.requests = self.characters = 0
        self._marked = MarkedSentences(session, path)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(self._marked)
        return self

    def __exit__(self, *error: object) -> bool | None:
        return self._stack.__exit__(*error)  # pyright: ignore[reportArgumentType] - the three parts of an exception

    def ask(self, questions: Sequence[DifferingQuestion]) -> list[Repair | None]:
        """Return the repair of each question, or None. Raises what the session raises."""
        if self.session.translator.uses_glossary:
            return ask_with_glossary(questions, self.language, self._translate_with_glossary)
        return ask_with_markers(questions, self.session.translator.markers, self.language, self._translate)

    def _translate(self, texts: Sequence[str]) -> dict[str, str | None]:
        self._count(texts)
        return self._marked.translate(texts)

    def _translate_with_glossary(self, questions: Sequence[DifferingQuestion]) -> list[str | None]:
        segments = [
            Segment(
                each.question.question.strip(),
                Kind.QUESTION,
                each.context,
                tuple((name.name.text, name.in_context) for name in each.names),
            )
            for each in questions
        ]
        self._count([segment.text for segment in segments])
        return [result.text for result in self.session.translate(segments)]

    def _count(self, texts: Sequence[str]) -> None:
        self.requests += len(texts)
        self.characters += sum(map(len, texts))
