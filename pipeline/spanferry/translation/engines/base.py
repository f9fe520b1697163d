"""The interface of every engine, and the exceptions that engines raise."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from spanferry.errors import TranslationError
from spanferry.markers import STYLES, Markers
from spanferry.translation.glossary import Glossary
from spanferry.translation.usage import Usage, UsageMeter

CONTEXT_SUFFIX = " context"
"""The suffix of the identity of an engine that uses contexts."""


@dataclass(frozen=True, slots=True)
class Request:
    """One text to translate: a single line without outer white space, within the limit of the engine.

    context: the paragraph around the text if the engine uses it, else ''. attempt: the number of bad answers so far, by
    which engines vary the request. It is reset to 0 when varied requests get no answer at all. glossary: the terms of
    the text that have a fixed translation, if the engine uses glossaries.
    """

    text: str
    context: str = ""
    attempt: int = 0
    glossary: Glossary = ()


class Translator(ABC):
    """Base class of the engines. The client checks and stores their answers.

    Entering the context manager loads the model or connects to the service. The defaults below suit a local model.
    """

    identity: str
    """The name of the engine with all settings that affect its answers. It is part of the key in the memory."""
    trusted: bool = False
    """True if answers need no checks: texts are sent whole, and answers are neither checked nor stored."""
    remote: bool = False
    """True for a service, which may throttle or ban a client or be down, so that sending a text again may help."""
    uses_context: bool = False
    """True if the translation of a text depends on the paragraph around it."""
    uses_glossary: bool = False
    """True if the engine translates the terms in `Request.glossary` as it says."""
    glossary_first: bool = False
    """True to translate all questions with a glossary, after their paragraphs; False for those whose names differ."""
    meter: UsageMeter | None = None
    """For a service that bills by character or token: where the engine adds what each response costs."""
    books_jobs: bool = False
    """True if the meter has what a call is expected to cost, by batch job. By default the client books it."""
    batch: int = 1
    """The largest number of requests in one call."""
    batch_size: int = 1 << 30
    """The largest total size of the texts in one call, as `size` measures it."""
    batch_retries: bool = False
    """True to send texts again together. By default each is sent again alone, because one may spoil the others.

    Such an engine does not raise Refused for more than one text.
    """
    concurrency: int = 1
    """The largest number of calls at once."""
    call_hours: float | None = None
    """The longest time that a call takes if it is a batch job, in hours."""
    limit: int = 1 << 30
    """The largest size of a text, as `size` measures it."""
    deadline_s: float | None = None
    """Seconds after which the client abandons a call; None when a call always ends by itself."""
    empty_means: str = "empty answer"
    """What an empty answer of this engine probably is, in words for a person."""
    markers: tuple[Markers, ...] = STYLES
    """Pairs of markers that come back around the translation of the words between them, the most reliable first."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> bool | None:
        """Release the resources that entering acquired. By default there are none."""
        return None

    def size(self, text: str) -> int:
        """Return the size of a text, which is compared with `limit`. It never decreases when a text is extended."""
        return len(text)

    def bill(self, usage: Usage, job: str = "") -> None:
        """Add what a response cost, or set what a batch job cost (`UsageMeter.add`)."""
        if self.meter is not None:
            self.meter.add(usage, job)

    def expect(self, usage: Usage, job: str) -> None:
        """Set what a batch job is expected to cost."""
        if self.meter is not None:
            self.meter.expect(usage, job)

    def reserve(self, batch: Sequence[Request]) -> None:
        """Take note of a call that is about to be sent. An engine with `books_jobs` sets what its jobs may cost."""
        return

    def is_paid(self, request: Request) -> bool:
        """Return whether the answer of a request is paid already: it is part of a batch job that was submitted."""
        return False

    def interrupt(self) -> None:
        """End calls that wait long, by raising an EngineFailure, because the run is to stop. By default none do."""
        return

    def estimate(self, batch: Sequence[Request]) -> Usage:
        """Return what a call with these requests is expected to use, before it is sent."""
        return Usage(requests=1, characters=sum(len(request.text) for request in batch))

    @abstractmethod
    def translate(self, batch: Sequence[Request]) -> "Sequence[str | Refused]":
        """Return one translation per request, in order, or Refused for a text that alone was refused.

        Up to `concurrency` threads call this at once.

        Raises an EngineFailure for a problem that is temporary or concerns only these texts, and TranslationError for
        one that ends the run (an unknown model, a wrong key, a spent quota).
        """


class RefusedBeforeSuccess(TranslationError):
    """A text was refused before any text was answered.

    The settings are probably wrong, which ends the run. After the first answer, engines raise Refused instead.
    """


class EngineFailure(Exception):
    """Base class of the reasons why a call has no answer.

    may_be_billed: whether the service may have answered, and bill the answer, although it did not arrive.
    """

    may_be_billed = False


class Throttled(EngineFailure):
    """The service reports too many requests. retry_after: the number of seconds to wait, if the service sends it."""

    may_depend_on_text = False

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Overloaded(Throttled):
    """The service is temporarily unable to answer, or did not answer in time. The text may be the cause."""

    may_depend_on_text = True


class TimedOut(Overloaded):
    """The service did not answer in time."""

    may_be_billed = True


class Unreachable(EngineFailure):
    """The connection failed or broke."""


class Broken(Unreachable):
    """The connection broke after the request was sent."""

    may_be_billed = True


class Refused(EngineFailure):
    """The service does not accept this text."""


class NotInMemory(EngineFailure):
    """The offline memory lacks this text."""
