"""What a service bills: requests, characters and tokens, counted where they are spent.

    engine ──add──> UsageMeter ──take──> TranslationSession ──> memory/usage.jsonl (`memory.ledger`)

An engine adds the usage of each response as it arrives, also of responses whose translations are bad: they are billed
as well.
"""

from collections.abc import Iterable
from math import ceil
from threading import Lock

from msgspec import Struct


class Usage(Struct, frozen=True, omit_defaults=True):
    """Amounts that a service bills. An engine leaves those at 0 that its service does not count.

    characters: code points of the texts. input_tokens, output_tokens: as the service reports them.
    """

    requests: int = 0
    characters: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.requests + other.requests,
            self.characters + other.characters,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
        )

    def times(self, factor: int) -> "Usage":
        """Return a multiple of this usage."""
        return Usage(
            factor * self.requests,
            factor * self.characters,
            factor * self.input_tokens,
            factor * self.output_tokens,
        )

    def scaled(self, share: float) -> "Usage":
        """Return a share of this usage, rounded up."""
        return Usage(
            ceil(share * self.requests),
            ceil(share * self.characters),
            ceil(share * self.input_tokens),
            ceil(share * self.output_tokens),
        )


def total_usage(parts: Iterable[Usage]) -> Usage:
    """Return the sum of some usages."""
    return sum(parts, Usage())


class UsageMeter:
    """The usage of an engine that is not yet booked. Threads may add to it at once.

    job: the id of a batch job, whose usage counts once even if its results are read again after a crash; '' for
    ordinary requests, which are summed.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_job: dict[str, Usage] = {}
        self._expected: dict[str, Usage] = {}

    def add(self, usage: Usage, job: str = "") -> None:
        """Add the usage of a response, or set that of a job, which is known when all its results are read."""
        with self._lock:
            self._by_job[job] = usage if job else self._by_job.get(job, Usage()) + usage
            self._expected.pop(job, None)

    def expect(self, usage: Usage, job: str) -> None:
        """Set what a job is expected to use."""
        with self._lock:
            self._expected[job] = usage

    def take(self) -> dict[str, Usage]:
        """Return the usage by job since the last call."""
        with self._lock:
            taken, self._by_job = self._by_job, {}
        return taken

    def take_expected(self) -> dict[str, Usage]:
        """Return what jobs are expected to use, by job, since the last call."""
        with self._lock:
            taken, self._expected = self._expected, {}
        return taken
