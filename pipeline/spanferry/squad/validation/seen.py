"""The questions that the validator has seen, for rules that compare a question with earlier ones."""

from collections.abc import Callable

from spanferry.squad.document import Question

Position = tuple[int, int, int]
"""Indices of article, paragraph and question."""


class SeenQuestions:
    """The first position of each id in the file, and of each question text in the current paragraph.

    element_path: returns the path of a position, for messages. common_words: the file's most common words, from
    `untranslated.find_common_words`.
    """

    def __init__(self, element_path: Callable[[int, int, int], str], common_words: frozenset[str] | None) -> None:
        self.common_words = common_words
        self.position: Position = (0, 0, 0)
        """The position of the question that is being checked."""
        self._element_path = element_path
        self._ids: dict[str, Position] = {}
        self._texts: dict[str, Position] = {}

    def start_paragraph(self) -> None:
        """Forget the question texts of the previous paragraph."""
        self._texts = {}

    def add(self, position: Position, question: Question) -> bool:
        """Record a question. Return whether its id and, in this paragraph, its text are new."""
        is_new_id = self._ids.setdefault(question.id, position) is position
        return (self._texts.setdefault(normalise_question(question), position) is position) and is_new_id

    def path_of_same_id(self, question: Question) -> str | None:
        """Return the path of an earlier question with the same id."""
        return self._path_of_earlier(self._ids[question.id])

    def path_of_same_text(self, question: Question) -> str | None:
        """Return the path of an earlier question of the paragraph with the same text."""
        return self._path_of_earlier(self._texts[normalise_question(question)])

    def _path_of_earlier(self, position: Position) -> str | None:
        return None if position == self.position else self._element_path(*position)


def normalise_question(question: Question) -> str:
    """Return a question's text, case-folded and without surrounding white space."""
    return question.question.strip().casefold()
