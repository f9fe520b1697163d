"""Decides when to check that a service still works, by re-sending a text that it answered well before.

An empty result or an error page may be the fault of the text or of the service (a ban, an outage). After
several such answers in a row, a known-good text tells which.
"""

from collections import deque
from collections.abc import Iterable

from spanferry.translation.client.rate_limiter import SUSPICIOUS_RESULTS
from spanferry.translation.client.tasks import Task

MAX_KNOWN_GOOD = 8  # texts kept for health checks


class HealthMonitor:
    """Counts failed calls and chooses the text of the next health check.

    known_good: texts that were answered well before, the next to use first. remote: as in Translator; a model on
    this machine needs no health checks.
    """

    def __init__(self, known_good: Iterable[Task], remote: bool) -> None:
        self.known_good = deque(known_good, maxlen=MAX_KNOWN_GOOD)
        self.remote = remote
        self.failures = 0  # calls in a row
        self.is_check_due = False

    def record_answer(self) -> None:
        """A call brought an answer that is about its text."""
        self.failures = 0

    def record_failure(self) -> None:
        """A call brought nothing that shows whether the service works."""
        self.failures += 1
        self.is_check_due = self.remote and self.failures >= SUSPICIOUS_RESULTS

    def request_check(self) -> None:
        """Make a health check due now."""
        self.is_check_due = True

    def start_check(self) -> Task | None:
        """Return the text to re-send, or None when no known-good text is left."""
        self.is_check_due = False
        return self.known_good[0] if self.known_good else None

    def use_another_text(self) -> None:
        """Use the next text first. The last one may be a text that a person translated because the service cannot."""
        self.known_good.rotate(-1)

    def add(self, answered: Iterable[Task]) -> None:
        """Use the last of these well-answered tasks first; one that equals its own translation proves nothing."""
        self.known_good.extendleft([task for task in answered if task.answer != task.text][-1:])

    def remove(self, task: Task) -> None:
        """Forget a text."""
        if task in self.known_good:
            self.known_good.remove(task)
