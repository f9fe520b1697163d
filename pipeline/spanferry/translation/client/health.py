"""Decides when to check whether a service still works, by sending a text again that it answered well before.

The cause of an empty result or an error page may be the text or the service (a ban, an outage). After several such
answers in a row, a known-good text shows which.
"""

from collections import deque
from collections.abc import Iterable

from spanferry.translation.client.rate_limiter import SUSPICIOUS_RESULTS
from spanferry.translation.client.tasks import Task

MAX_KNOWN_GOOD = 8  # texts kept for health checks


class HealthMonitor:
    """A counter of failed calls, which chooses the texts for health checks.

    known_good: texts that were answered well before; the first one is used next. remote: as in Translator. A model on
    this machine needs no health checks.
    """

    def __init__(self, known_good: Iterable[Task], remote: bool) -> None:
        self.known_good = deque(known_good, maxlen=MAX_KNOWN_GOOD)
        self.remote = remote
        self.failures = 0  # failed calls in a row
        self.is_check_due = False

    def record_answer(self) -> None:
        """Record a call with an answer that shows that the service works."""
        self.failures = 0

    def record_failure(self) -> None:
        """Record a call without such an answer."""
        self.failures += 1
        self.is_check_due = self.remote and self.failures >= SUSPICIOUS_RESULTS

    def request_check(self) -> None:
        """Make a health check due now."""
        self.is_check_due = True

    def start_check(self) -> Task | None:
        """Return the text to send again, or None when no known-good text is left."""
        self.is_check_due = False
        return self.known_good[0] if self.known_good else None

    def use_another_text(self) -> None:
        """Use another text for the next check.

        A person may have translated the last one, because the service cannot.
        """
        self.known_good.rotate(-1)

    def add(self, answered: Iterable[Task]) -> None:
        """Use the last of these tasks for the next check, except texts that equal their translation."""
        self.known_good.extendleft([task for task in answered if task.answer != task.text][-1:])

    def remove(self, task: Task) -> None:
        """Remove a text from the known-good ones."""
        if task in self.known_good:
            self.known_good.remove(task)
