"""Limits the requests under way and pauses after refusals.

The limit follows additive increase, multiplicative decrease (Chiu and Jain 1989), with TCP's slow start. Each good
answer raises it by one, up to where it was last halved; from there a whole limit's worth of answers raises it by
one. A refusal halves it, once for all requests that were under way, and starts a pause in which nothing is sent.
Pauses double while refusals follow each other, so that a ban costs only a request now and then. The first good answer
ends them.

The caller passes the time: seconds of a clock that never goes back.
"""

from dataclasses import dataclass, field
from random import Random

FIRST_LIMIT = 4.0
FIRST_PAUSE_S = 0.5
# A pause ends up to this share later than it must, so that several clients do not come back at once.
JITTER = 0.25
# Answers without a result in a row that look like a ban. Services return no result for a text now and then, while a
# captcha page comes with every answer.
SUSPICIOUS_RESULTS = 10


@dataclass
class RateLimiter:
    """The state of the connection to one service.

    ceiling: most requests under way at once; longest_pause_s: where pauses stop doubling; started: current time.
    """

    ceiling: int
    longest_pause_s: float
    started: float
    random: Random = field(default_factory=Random)

    def __post_init__(self) -> None:
        self.limit = min(FIRST_LIMIT, float(self.ceiling))
        self.threshold = float(self.ceiling)  # where slow start ends
        self.not_before = self.started  # end of the pause: nothing is sent earlier
        self.last_success = self.started
        self.halved_at = float("-inf")  # when the limit was last halved
        self.refusals = 0  # in a row, each followed by a pause
        self.empty_results = 0  # in a row

    def free_slots(self, under_way: int, now: float) -> int:
        """Return how many requests may be sent now."""
        if now < self.not_before:
            return 0
        # After repeated refusals a single request tells whether the service is back.
        return max(0, (1 if self.refusals > 1 else int(self.limit)) - under_way)

    def record_success(self, sent: float, now: float) -> None:
        """A request sent at `sent` got a good answer."""
        self.last_success = now
        self.empty_results = 0
        if sent >= self.halved_at:
            self.refusals = 0
        self.limit = min(float(self.ceiling), self.limit + (1 if self.limit < self.threshold else 1 / self.limit))

    def record_refusal(self, sent: float, now: float, retry_after: float | None = None) -> None:
        """A request sent at `sent` was throttled, timed out, or met an overloaded service.

        retry_after: the seconds to wait that the service asks for.
        """
        until = now + (retry_after or 0.0)
        if sent >= self.halved_at:
            self.halved_at = now
            self.limit = self.threshold = max(1.0, self.limit / 2)
            until = max(until, now + min(self.longest_pause_s, FIRST_PAUSE_S * 2 ** min(self.refusals, 40)))
            self.refusals += 1
        self.not_before = max(self.not_before, now + (until - now) * (1 + self.random.uniform(0, JITTER)))

    def record_empty_result(self, sent: float, now: float) -> None:
        """A request got no usable result or a broken connection. Only a row of these counts as a refusal."""
        self.empty_results += 1
        if self.empty_results >= SUSPICIOUS_RESULTS:
            self.record_refusal(sent, now)
