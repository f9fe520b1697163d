"""What a validator remembers of the file it is going through."""

from collections.abc import Callable

from spanferry.squad import Question

Place = tuple[int, int, int]
"""Indices of article, paragraph and question."""


class Memory:
    """Where each id of the file and each question of the paragraph at hand stood first.

    place: of the question that is asked about. path: how the file names one. own_words: what the file's
    language is known by, as `untranslated.own_words` gives it.
    """

    def __init__(self, path: Callable[..., str], own_words: frozenset[str] | None) -> None:
        self.own_words = own_words
        self.place: Place = (0, 0, 0)
        self._path = path
        self._ids: dict[str, Place] = {}
        self._asked: dict[str, Place] = {}

    def next_paragraph(self) -> None:
        self._asked = {}

    def take(self, place: Place, question: Question) -> bool:
        """Remembers a question; whether its id and, in this paragraph, its text are new."""
        first = self._ids.setdefault(question.id, place) is place
        return (self._asked.setdefault(asked(question), place) is place) and first

    def same_id(self, question: Question) -> str | None:
        """The path of an earlier question with the same id."""
        return self._earlier(self._ids[question.id])

    def same_text(self, question: Question) -> str | None:
        """The path of an earlier question of the paragraph with the same text."""
        return self._earlier(self._asked[asked(question)])

    def _earlier(self, place: Place) -> str | None:
        return None if place == self.place else self._path(*place)


def asked(question: Question) -> str:
    """A question's text without what does not tell it from another: case, and white space around it."""
    return question.question.strip().casefold()
