"""Attributes bad answers to the text or to the service.

A bad answer that depends on its text counts against the text at once. Any other bad answer (an empty one, an error
page, the same answer as for another text) counts only when a later text is answered well. Until then the service may
be down, or may have banned this client.
"""

from dataclasses import dataclass, field

from spanferry.records import CheckFailure
from spanferry.translation.client.events import AttemptFailed
from spanferry.translation.client.tasks import Task

# Bad answers that every text may get while the service is down or has banned this client.
SERVICE_FAILURES = frozenset(
    {
        CheckFailure.EMPTY,
        CheckFailure.CAPTCHA,
        CheckFailure.ERROR_PAGE,
        CheckFailure.UNCHANGED,
        CheckFailure.UNREACHABLE,
    }
)
# After so many empty answers a text is sent unvaried again: the service may not understand the varied requests.
EMPTY_ANSWERS_TO_RESET = 2
# A service that gives the same bad answer so many times in a row will not change it. A local model always gives the
# same answer, so one is enough.
MAX_REPEATS = 4


@dataclass(frozen=True, slots=True)
class PendingFailure:
    """A bad answer that is not attributed yet."""

    task: Task
    failure: CheckFailure
    answer: str


@dataclass
class FailureAttribution:
    """Attributes the bad answers of one engine.

    attempts: the number of counted failures after which a text is given up. remote: as in Translator.
    """

    attempts: int
    remote: bool
    pending: list[PendingFailure] = field(default_factory=list)
    first_texts: dict[str, str] = field(default_factory=dict)  # bad answer -> the first text with this answer

    def record(self, task: Task, failure: CheckFailure, answer: str) -> tuple[bool, list[AttemptFailed]]:
        """Record a bad answer, which may be ''.

        Returns whether the answer depends on this text, and the events of the failures that count now.
        """
        is_about_text = not self.remote or (
            failure not in SERVICE_FAILURES and self.first_texts.setdefault(answer, task.text) == task.text
        )
        events: list[AttemptFailed] = []
        if is_about_text:
            events = self._count(PendingFailure(task, failure, answer))
        else:
            self.pending.append(PendingFailure(task, failure, answer))
        task.bad_answers += 1
        if answer:
            task.attempt += 1
        elif failure is CheckFailure.EMPTY:
            task.empty_answers += 1
            task.attempt = 0 if task.empty_answers % EMPTY_ANSWERS_TO_RESET == 0 else task.attempt
        return is_about_text, events

    def blame_texts(self) -> list[AttemptFailed]:
        """Count the pending failures against their texts, because the service has answered a text well."""
        events = [event for failure in self.pending for event in self._count(failure)]
        self.pending.clear()
        return events

    def blame_service(self) -> None:
        """Drop the pending failures, because the service does not work."""
        self.pending.clear()

    def _count(self, pending: PendingFailure) -> list[AttemptFailed]:
        task = pending.task
        if task.counted_failures >= task.allowed(self.attempts):
            return []
        failure = pending.failure, pending.answer
        if task.last_failure is None or pending.answer:
            task.repeats = task.repeats + 1 if failure == task.last_failure else 1
            task.last_failure = failure
        final = not self.remote or (pending.answer and task.repeats >= MAX_REPEATS)
        task.counted_failures = task.allowed(self.attempts) if final else task.counted_failures + 1
        return [
            AttemptFailed(
                task,
                *task.last_failure,
                task.counted_failures,
                task.repeats,
                task.attempt,
                final=task.counted_failures >= task.allowed(self.attempts),
            )
        ]
