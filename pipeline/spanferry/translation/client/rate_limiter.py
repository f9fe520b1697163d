"""Limits the requests under way and pauses after refusals.

The limit follows additive increase, multiplicative decrease (Chiu and Jain 1989), with TCP's slow start. Each good
answer raises the limit by one, up to the value to which it was last halved. From there on, as many good answers as the
limit raise it by one. A refusal halves the limit, once for all requests that were under way, and starts a pause in
which nothing is sent. Each further refusal doubles the pause, so that during a ban only a few requests are sent. The
first good answer ends the pauses.

The caller passes the current time, in seconds of a clock that never goes back.
"""

from dataclasses import dataclass, field
from random import Random

FIRST_LIMIT = 4.0
FIRST_PAUSE_S = 0.5
# Pauses are longer by a random share up to this one, so that several clients do not resume at the same time.
JITTER = 0.25
# So many answers without a result in a row look like a ban. A service has no result for a text now and then, but a
# banned client gets a captcha page every time.
SUSPICIOUS_RESULTS = 10


@dataclass
class RateLimiter:
    """The state of the connection to one service.

    ceiling: the largest number of requests under way. longest_pause_s: the longest pause. started: the current time.
    """

    ceiling: int
    longest_pause_s: float
    started: float
    random: Random = field(default_factory=Random)

    def __post_init__(self) -> None:
        self.limit = min(FIRST_LIMIT, float(self.ceiling))
        self.threshold = float(self.ceiling)  # the limit at which slow start ends
        self.not_before = self.started  # the end of the pause
        self.last_success = self.started
        self.halved_at = float("-inf")  # the time when the limit was last halved
        self.refusals = 0  # in a row, each followed by a pause
        self.empty_results = 0  # in a row

    def free_slots(self, under_way: int, now: float) -> int:
        """Return how many requests may be sent now."""
        if now < self.not_before:
            return 0
        # After repeated refusals, a single request shows whether the service works again.
        return max(0, (1 if self.refusals > 1 else int(self.limit)) - under_way)

    def record_success(self, sent: float, now: float) -> None:
        """Record a good answer to a request that was sent at `sent`."""
        self.last_success = now
        self.empty_results = 0
        if sent >= self.halved_at:
            self.refusals = 0
        self.limit = min(float(self.ceiling), self.limit + (1 if self.limit < self.threshold else 1 / self.limit))

    def record_refusal(self, sent: float, now: float, retry_after: float | None = None) -> None:
        """Record that a request sent at `sent` was throttled or timed out, or that the service was overloaded.

        retry_after: the number of seconds to wait, if the service sent it.
        """
        until = now + (retry_after or 0.0)
        if sent >= self.halved_at:
            self.halved_at = now
            self.limit = self.threshold = max(1.0, self.limit / 2)
            until = max(until, now + min(self.longest_pause_s, FIRST_PAUSE_S * 2 ** min(self.refusals, 40)))
            self.refusals += 1
        self.not_before = max(self.not_before, now + (until - now) * (1 + self.random.uniform(0, JITTER)))

    def record_empty_result(self, sent: float, now: float) -> None:
        """Record a request with no usable result or a broken connection. Several in a row count as a refusal."""
        self.empty_results += 1
        if self.empty_results >= SUSPICIOUS_RESULTS:
            self.record_refusal(sent, now)
