"""The interface of every engine, and the exceptions that engines raise."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from spanferry.errors import TranslationError

CONTEXT_SUFFIX = " context"
"""The end of the identity of an engine that uses the paragraphs around its texts."""


@dataclass(frozen=True, slots=True)
class Request:
    """One text to translate: a single line, without outer white space, within the engine's limit.

    context: the paragraph around it, for engines that use it; '' for the others.
    attempt: the number of bad responses so far; engines vary the request by it. It returns to 0 when varied requests
    bring no answer at all.
    """

    text: str
    context: str = ""
    attempt: int = 0


class Translator(ABC):
    """An engine that translates between two languages. The client checks and remembers its answers.

    Entering the context manager loads or connects what the engine needs. The defaults below suit a local model; a
    subclass overrides those that differ.
    """

    identity: str
    """The engine and all settings that change its answers: part of the memory's key."""
    trusted: bool = False
    """Answers are accepted as they are: texts are sent whole, and nothing is checked or remembered."""
    remote: bool = False
    """The engine is a service, which can throttle, ban or be down: sending a text again may help."""
    uses_context: bool = False
    """The paragraph around a text changes its translation."""
    batch: int = 1
    """The largest number of requests in one call."""
    concurrency: int = 1
    """The largest number of calls at once."""
    limit: int = 1 << 30
    """The largest size of a text, as `size` measures it."""
    deadline_s: float | None = None
    """Seconds after which the client abandons a call; None when a call always ends by itself."""
    markers: tuple[tuple[str, str], ...] = (("[", "]"), ("«", "»"), ('"', '"'))
    """Pairs of signs to put around words so that they come back around their translation, the most reliable first."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> bool | None:
        """Release what entering acquired; by default there is nothing to release."""
        return None

    def size(self, text: str) -> int:
        """Return the size of a text, to be compared with `limit`; a longer text is never smaller."""
        return len(text)

    @abstractmethod
    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        """Return one translation for each request, in order. Called from up to `concurrency` threads at once.

        Raises an EngineFailure for a problem that may pass or concerns these texts only, and TranslationError for one
        that ends the run (unknown model, wrong key, quota spent).
        """


class RefusedBeforeSuccess(TranslationError):
    """A text was refused before any other was answered.

    Probably the settings are wrong, which ends the run. Once a text was answered, engines raise Refused instead.
    """


class EngineFailure(Exception):
    """A call that gave no answer this time."""


class Throttled(EngineFailure):
    """The service reports too many requests. retry_after: the seconds that it asks to wait, if it says so."""

    may_depend_on_text = False

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Overloaded(Throttled):
    """The service is temporarily unable to answer, or did not answer in time. The text may have caused it."""

    may_depend_on_text = True


class Unreachable(EngineFailure):
    """The connection failed or broke."""


class Refused(EngineFailure):
    """The service does not accept this text."""


class NotInMemory(EngineFailure):
    """An offline memory does not hold this text."""
