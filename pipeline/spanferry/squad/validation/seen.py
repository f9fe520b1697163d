"""The questions that the validator has seen, for rules that compare a question with earlier ones."""

from spanferry.squad.document import Question
from spanferry.squad.reading import Places

Indices = tuple[int, int, int]
"""Indices of article, paragraph and question."""


class SeenQuestions:
    """The first position of each question text in the current paragraph.

    place: returns the place of a position in the file. common_words: the file's most common words, from
    `untranslated.find_common_words`.
    """

    def __init__(self, place: Places, common_words: frozenset[str] | None) -> None:
        self.common_words = common_words
        self.position: Indices = (0, 0, 0)
        """The position of the question that is being checked."""
        self._place = place
        self._texts: dict[str, Indices] = {}

    def start_paragraph(self) -> None:
        """Forget the question texts of the previous paragraph."""
        self._texts = {}

    def add(self, position: Indices, question: Question) -> bool:
        """Record a question. Return whether its text is new in this paragraph."""
        return self._texts.setdefault(normalise_question(question), position) is position

    def path_of_same_text(self, question: Question) -> str | None:
        """Return the path of an earlier question of the paragraph with the same text."""
        position = self._texts[normalise_question(question)]
        return None if position == self.position else self._place(*position)


def normalise_question(question: Question) -> str:
    """Return a question's text, case-folded and without surrounding white space."""
    return question.question.strip().casefold()
