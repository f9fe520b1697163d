"""The glossaries that the engine `deepl` makes in the account for a run: one for each set of terms.

DeepL takes a glossary only by its id. They are deleted when the run ends; after a kill, those of the run stay in the
account, under the name NAME.
"""

from contextlib import suppress
from threading import Lock
from typing import Any

from spanferry.translation.glossary import Glossary

NAME = "Spanferry, names of a paragraph"
MOST = 100  # glossaries at once; an account may have 1,000


class Glossaries:
    """The glossaries of one run. client, library: of the package `deepl`. Several threads may use them."""

    def __init__(self, library: Any, client: Any, source: str, target: str) -> None:
        self.library, self.client, self.languages = library, client, (source, target)
        self._ids: dict[Glossary, str] = {}  # the most recently used one comes last
        self._in_use: dict[str, int] = {}
        self._lock = Lock()

    def acquire(self, terms: Glossary) -> str:
        """Return the id of a glossary with these terms, which exists until `release`. Raises DeepLException."""
        with self._lock:
            if terms not in self._ids:
                made = self.client.create_glossary(NAME, *self.languages, entries=dict(terms))
                self._ids[terms] = made.glossary_id
            found = self._ids[terms] = self._ids.pop(terms)
            self._in_use[found] = self._in_use.get(found, 0) + 1
            self._delete_unused(MOST)
            return found

    def release(self, used: str) -> None:
        """Say that a call has ended that used a glossary."""
        with self._lock:
            self._in_use[used] -= 1

    def close(self) -> None:
        """Delete all glossaries."""
        with self._lock:
            self._in_use.clear()
            self._delete_unused(0)

    def _delete_unused(self, kept: int) -> None:
        """Delete the glossaries that were not used for longest, until so many are left."""
        unused = [terms for terms, found in self._ids.items() if not self._in_use.get(found)]
        for terms in unused[: max(0, len(self._ids) - kept)]:
            # One that cannot be deleted stays in the account, and no translation depends on it.
            with suppress(self.library.DeepLException):
                self.client.delete_glossary(self._ids[terms])
            del self._ids[terms]
