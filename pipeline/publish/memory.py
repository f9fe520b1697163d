"""What a validator remembers of the file it is going through."""

from collections.abc import Callable

Place = tuple[int, ...]
"""Indices of article, paragraph and question."""


class Memory:
    """Ids so far, questions of the paragraph at hand, and the words that the file's language is known by.

    path: how the file names a place. own_words: as `untranslated.own_words` gives them.
    """

    def __init__(self, path: Callable[..., str], own_words: frozenset[str] | None) -> None:
        self.path = path
        self.own_words = own_words
        self.place: Place = ()
        self._ids: dict[str, Place] = {}
        self._asked: set[str] = set()

    def next_paragraph(self) -> None:
        self._asked = set()

    def first(self, id: str) -> str | None:
        """The path of the question that had this id before; None when it is new, and then remembered."""
        first = self._ids.setdefault(id, self.place)
        return None if first is self.place else self.path(*first)

    def asked_here(self, question: str) -> bool:
        """Whether this paragraph has asked it before, whatever the case and white space around it."""
        key = question.strip().casefold()
        if key in self._asked:
            return True
        self._asked.add(key)
        return False
