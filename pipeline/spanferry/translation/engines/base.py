"""What every engine is, and what it raises when it cannot."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from spanferry.errors import TranslationError

CONTEXTUAL = " context"  # how the identity of an engine ends that uses the paragraphs around its texts


@dataclass(frozen=True, slots=True)
class Request:
    """One text to translate: one line, no white space around it, within the engine's limit.

    context: the paragraph around it, for engines that use it; '' for the others.
    attempt: how often what this text was answered was bad, so that an engine can ask in another way;
    0 again when other ways bring nothing at all.
    """

    text: str
    context: str = ""
    attempt: int = 0


class Translator(ABC):
    """An engine between two languages. What it answers is checked and remembered by others.

    Entering it loads or connects what it needs. A subclass says where it differs from these defaults,
    which are a local model's.
    """

    identity: str
    """Engine and all its settings that change an answer: part of the memory's key."""
    trusted: bool = False
    """Its answers are taken as they are: texts go to it whole, nothing is checked or remembered."""
    remote: bool = False
    """A service, which can throttle, ban or be down: asking again may help."""
    uses_context: bool = False
    """The paragraph around a text changes its translation."""
    batch: int = 1
    """Most requests that one call takes."""
    concurrency: int = 1
    """Most calls under way at once."""
    limit: int = 1 << 30
    """Largest size of a text, as `size` measures it."""
    deadline_s: float | None = None
    """Seconds after which a call is given up from outside; None: it always ends by itself."""
    markers: tuple[tuple[str, str], ...] = (("[", "]"), ("«", "»"), ('"', '"'))
    """Signs to put around words so that they come back around their translation, the most reliable first."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> bool | None:
        """Lets go what entering took; there is nothing unless a subclass says so."""
        return None

    def size(self, text: str) -> int:
        """What a text takes of the limit; a longer text never takes less."""
        return len(text)

    @abstractmethod
    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        """One translation a request, in order; called from `concurrency` threads at once.

        Raises an EngineFailure for trouble that may pass or is this text's own, and
        TranslationError for what ends the run (no such model, wrong key, quota spent).
        """


class Unproven(TranslationError):
    """A text was refused before any was answered, perhaps for the settings, which would end the run; later: Refused."""


class EngineFailure(Exception):
    """Why a call gave no answer this time."""


class Throttled(EngineFailure):
    """The service says: too many requests. retry_after: the seconds it asks for, if it does."""

    maybe_text = False

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Overloaded(Throttled):
    """The service cannot for now, or did not answer in time; unlike throttling, this may be the text's doing."""

    maybe_text = True


class Unreachable(EngineFailure):
    """The connection failed or broke."""


class Refused(EngineFailure):
    """The service does not take this text."""


class NotInMemory(EngineFailure):
    """An offline memory does not hold this text."""
