"""Translates the marked sentences of rescue, and writes them to a table as they are translated."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from spanferry.tables import writer
from spanferry.translation.checks import MARKED
from spanferry.translation.client.segment_tables import translation_table
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.tasks import Segment
from spanferry.translation.memory.prior import translation_schema

NO_CONTEXTS: Mapping[str, str] = {}


class MarkedSentences:
    """A translator of marked sentences. The table (records.TranslationRow) is complete when the `with` block ends."""

    def __init__(self, session: TranslationSession, path: Path) -> None:
        self.session, self.path = session, path
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._add = self._stack.enter_context(writer(self.path, translation_schema(self.session.scope)))
        return self

    def __exit__(self, *error: object) -> bool | None:
        return self._stack.__exit__(*error)  # pyright: ignore[reportArgumentType] - the three parts of an exception

    def translate(self, texts: Sequence[str], contexts: Mapping[str, str] = NO_CONTEXTS) -> dict[str, str | None]:
        """Return the translation of each text; None where there is none. Raises what the session raises.

        contexts: the paragraph of each text that is to be sent with it.
        """
        segments = [Segment(text, MARKED, contexts.get(text, "")) for text in texts]
        results = self.session.translate(segments)
        # The metadata of a table must say which rows come from the corpus's own translations, but it is written before
        # the rows. These rows are therefore left out; a later run finds them in the corpus's own translations again.
        own = [n for n, text in enumerate(texts) if not self.session.uses_corpus_translations(text)]
        self._add(translation_table([segments[n] for n in own], [results[n] for n in own], self.session))
        return {text: result.text for text, result in zip(texts, results, strict=True)}
