"""The actions and events that the scheduler returns to its session.

Scheduler.next(now)                 -> Send | GiveUp | Wait | Stop
Scheduler.done(call, outcome, now)  -> [Answered | AttemptFailed | Unanswered, ...]
"""

from dataclasses import dataclass

from spanferry.records import CheckFailure
from spanferry.translation.client.tasks import Task
from spanferry.translation.engines.base import Request
from spanferry.translation.usage import Usage


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the engine. A health check sends a text again that was answered well before.

    sent: the time of sending, in seconds of the session's clock. expected: what the call is expected to use.
    """

    tasks: tuple[Task, ...]
    requests: tuple[Request, ...]
    sent: float
    expected: Usage
    is_health_check: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """Send this call now."""

    call: Call


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Give this text up after too many bad answers. failure: that of the last one."""

    task: Task
    failure: CheckFailure


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait until a call finishes, or until this time, which may be infinity."""

    until: float


@dataclass(frozen=True, slots=True)
class Stop:
    """Send nothing more. reason: the reason why the run cannot go on; '' when all tasks are finished."""

    reason: str = ""


Action = Send | GiveUp | Wait | Stop


@dataclass(frozen=True, slots=True)
class Answered:
    """The task has a good answer."""

    task: Task


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """A bad answer counts against its text. The other fields are those of the task then (see `FailedAttempt`).

    final: the text will not be sent again.
    """

    task: Task
    failure: CheckFailure
    answer: str
    counted_failures: int
    repeats: int
    attempt: int
    final: bool


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Texts were sent and got no good answer. reason: a `CheckFailure` or 'throttled'."""

    reason: str
    texts: int = 1


Event = Answered | AttemptFailed | Unanswered
