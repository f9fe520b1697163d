"""The data types of a translation: segments, their results, and the tasks in between."""

from dataclasses import dataclass

from spanferry.records import CheckFailure, Kind
from spanferry.translation.checks.kinds import MARKED
from spanferry.translation.engines.base import Request
from spanferry.translation.glossary import Glossary
from spanferry.translation.memory.store import context_digest


@dataclass(frozen=True, slots=True)
class Segment:
    """A text to translate.

    kind: a `Kind` or `checks.MARKED`. context: the paragraph around the text, or ''. glossary: terms that may occur in
    the text, with the translations to use for them.
    """

    text: str
    kind: str
    context: str = ""
    glossary: Glossary = ()


@dataclass(frozen=True, slots=True)
class TranslationResult:
    """The translation of a segment, or the reason why it has none. Exactly one of the two is None."""

    text: str | None
    failure: CheckFailure | None = None


OPTIONAL = (MARKED, Kind.TITLE)
"""Kinds of segments without which a build goes on: the answer or the title stays as it was."""
OPTIONAL_ATTEMPTS = 3  # stage rescue sends each sentence with the next markers too


@dataclass(slots=True, eq=False)
class Task:
    """A text to send to the engine, and its state. A finished task has an answer or a failure."""

    text: str
    kind: str
    context: str = ""
    answer: str | None = None
    failure: CheckFailure | None = None  # the reason why the text was given up
    times_sent: int = 0
    bad_answers: int = 0  # in this run, caused by the text or by the service
    empty_answers: int = 0  # of these, empty answers
    attempt: int = 0  # see Request
    counted_failures: int = 0  # bad answers that count against the text, in this run and earlier ones
    last_failure: tuple[CheckFailure, str] | None = None  # the last of these with an answer, else the first one
    repeats: int = 0  # how often `last_failure` occurred in a row
    glossary: Glossary = ()  # the terms that occur in the text, if the engine uses glossaries

    @property
    def request(self) -> Request:
        """The request to send now."""
        return Request(self.text, self.context, self.attempt, self.glossary)

    def allowed(self, attempts: int) -> int:
        """Return the number of counted failures after which the text is given up. attempts: that of most texts."""
        return min(attempts, OPTIONAL_ATTEMPTS) if self.kind in OPTIONAL else attempts

    @property
    def is_at_fault(self) -> bool:
        """Whether each bad answer so far was due to the text: the service answered another one well each time."""
        return 0 < self.counted_failures >= self.bad_answers

    @property
    def digest(self) -> str:
        """The digest of the context and the glossary, with which the memory stores the answer."""
        return context_digest(self.context, self.glossary)
