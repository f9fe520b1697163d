"""What the scheduler tells its session: the next action, and the events that follow from a finished call.

Scheduler.next(now)                 -> Send | GiveUp | Wait | Stop
Scheduler.done(call, outcome, now)  -> [Answered | AttemptFailed | Unanswered, ...]
"""

from dataclasses import dataclass

from spanferry.records import CheckFailure
from spanferry.translation.client.tasks import Task
from spanferry.translation.engines.base import Request


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the engine. A health check re-sends one text that was answered well before.

    sent: seconds of the session's clock.
    """

    tasks: tuple[Task, ...]
    requests: tuple[Request, ...]
    sent: float
    is_health_check: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """Send this call now."""

    call: Call


@dataclass(frozen=True, slots=True)
class GiveUp:
    """This text has had too many bad answers; `failure` says why. Nothing needs to be sent."""

    task: Task
    failure: CheckFailure


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for a call to finish, or until this time (infinity: until a call finishes)."""

    until: float


@dataclass(frozen=True, slots=True)
class Stop:
    """Send nothing more. reason: '' when every task is finished, else why the run cannot go on."""

    reason: str = ""


Action = Send | GiveUp | Wait | Stop


@dataclass(frozen=True, slots=True)
class Answered:
    """The task has a good answer."""

    task: Task


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """A bad answer counts against its text. The fields are the task's at that moment (see `memory.FailedAttempt`).

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
    """Texts were sent without a good answer. reason: a `CheckFailure` or 'throttled'."""

    reason: str
    texts: int = 1


Event = Answered | AttemptFailed | Unanswered
