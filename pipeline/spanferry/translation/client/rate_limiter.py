"""How many requests may be under way, and when to wait: a limit that finds its own level.

Additive increase, multiplicative decrease (Chiu and Jain 1989), with TCP's slow start: the limit grows
by one an answer up to where it was last cut, then by one a limit's worth of answers; a refusal halves
it, once for all requests that were under way, and nothing is sent until the pause it causes is over.
Pauses double as refusals follow each other, so that a ban costs a request now and then, and end with
the first good answer. The clock is handed in: seconds that only go forward.
"""

from dataclasses import dataclass, field
from random import Random

FIRST_LIMIT = 4.0
FIRST_PAUSE_S = 0.5
# A pause ends up to this share later than it must, so that several clients do not come back at once.
JITTER = 0.25
# Answers without a result that follow each other before they are taken for a ban: services have no
# result for a text now and then, while a captcha page stands in every answer.
SUSPICIOUS = 10


@dataclass
class Pace:
    """The state of the connection to one service.

    ceiling: most requests at once; longest_pause_s: where pauses stop doubling; started: clock.
    """

    ceiling: int
    longest_pause_s: float
    started: float
    dice: Random = field(default_factory=Random)

    def __post_init__(self) -> None:
        self.limit = min(FIRST_LIMIT, float(self.ceiling))
        self.threshold = float(self.ceiling)  # where slow start ends
        self.not_before = self.started  # nothing is sent earlier
        self.last_good = self.started
        self.cut_at = float("-inf")  # when the limit was last cut
        self.refusals = 0  # in a row, each answered by a pause
        self.silence = 0  # answers without a result in a row

    def slots(self, under_way: int, now: float) -> int:
        """How many requests may be sent now."""
        if now < self.not_before:
            return 0
        # One at a time tells whether a service is back.
        return max(0, (1 if self.refusals > 1 else int(self.limit)) - under_way)

    def answered(self, sent: float, now: float) -> None:
        """A good answer came to a request sent then."""
        self.last_good = now
        self.silence = 0
        if sent >= self.cut_at:
            self.refusals = 0
        self.limit = min(float(self.ceiling), self.limit + (1 if self.limit < self.threshold else 1 / self.limit))

    def refused(self, sent: float, now: float, retry_after: float | None = None) -> None:
        """A request sent then was throttled, timed out, or met an overloaded service."""
        until = now + (retry_after or 0.0)
        if sent >= self.cut_at:
            self.cut_at = now
            self.limit = self.threshold = max(1.0, self.limit / 2)
            until = max(until, now + min(self.longest_pause_s, FIRST_PAUSE_S * 2 ** min(self.refusals, 40)))
            self.refusals += 1
        self.not_before = max(self.not_before, now + (until - now) * (1 + self.dice.uniform(0, JITTER)))

    def silent(self, sent: float, now: float) -> None:
        """An answer without a usable result, or a broken connection: no refusal until it looks like a ban."""
        self.silence += 1
        if self.silence >= SUSPICIOUS:
            self.refused(sent, now)
