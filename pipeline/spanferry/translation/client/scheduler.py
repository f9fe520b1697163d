"""Decides which texts to send to an engine and when, until each task has a good answer or is given up.

    action = scheduler.next(now)                  the next action: send a call, give a text up, wait, or stop
    events = scheduler.done(call, outcome, now)   the events that follow from a finished call

The scheduler is a state machine. It has no clock, no thread and no access to the memory or the network:
`TranslationSession` runs it, carries out its actions and applies its events.
"""

from collections.abc import Callable, Iterable, Sequence
from random import Random

from spanferry.errors import TranslationError
from spanferry.printing import plural
from spanferry.records import CheckFailure
from spanferry.surrogates import has_surrogate
from spanferry.translation.budget import Budget
from spanferry.translation.client.counts import describe_trouble
from spanferry.translation.client.events import (
    Action,
    Answered,
    Call,
    Event,
    GiveUp,
    Send,
    Stop,
    Unanswered,
    Wait,
)
from spanferry.translation.client.failures import FailureAttribution
from spanferry.translation.client.health import HealthMonitor
from spanferry.translation.client.rate_limiter import RateLimiter
from spanferry.translation.client.task_queue import TaskQueue
from spanferry.translation.client.tasks import Task
from spanferry.translation.engines.base import (
    EngineFailure,
    Refused,
    RefusedBeforeSuccess,
    Throttled,
    Translator,
    Unreachable,
)
from spanferry.translation.settings import TranslateSettings

HOUR_S = 3600.0
# The delay before a text with a bad answer is sent again. It doubles with each bad answer, from the first delay to the
# longest.
FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 4.0

# So many texts may be refused before any success, until the settings are taken to be wrong.
MAX_REFUSED_FIRST = 3

Check = Callable[[Task, str], CheckFailure | None]
"""(task, answer) -> the failure of the answer, or None. A pure function."""
Answers = Sequence[str | Refused]
"""What `Translator.translate` returns."""


class Scheduler:
    """A scheduler of the calls for some tasks of one engine.

    check: checks an answer. now: the current time, in seconds of a clock that never goes back. started: the time from
    which `max_hours` counts. requests_sent: the number of earlier requests that count towards `max_requests`.
    budget: the money that may be spent, None without a limit. known_good: texts that the engine answered well before,
    for health checks. The attribute of the same name has those to pass to the next scheduler.
    """

    def __init__(
        self,
        tasks: Iterable[Task],
        translator: Translator,
        settings: TranslateSettings,
        check: Check,
        *,
        now: float,
        started: float,
        requests_sent: int = 0,
        known_good: Iterable[Task] = (),
        random: Random | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.translator, self.settings, self.check = translator, settings, check
        self.started, self.requests_sent = started, requests_sent
        self.random = random or Random()
        self.budget = budget
        self.queue = TaskQueue(tasks)
        ceiling = min(settings.workers, translator.concurrency)
        self.limiter = RateLimiter(ceiling, settings.longest_pause_s, now, self.random)
        self.attribution = FailureAttribution(settings.attempts, translator.remote)
        self.health = HealthMonitor(known_good, translator.remote)
        self.under_way = 0  # calls
        self.refused_first: set[str] = set()  # texts that were refused alone before any success
        self.out_of_money = False  # for the next call
        self.last_trouble = "no answer yet"
        self.stop_reason = ""

    @property
    def known_good(self) -> tuple[Task, ...]:
        """Texts for health checks; the first one is used next."""
        return tuple(self.health.known_good)

    def next(self, now: float) -> Action:
        """Return the next action. Call it again after each action except `Stop`."""
        if not self.queue and not self.under_way:
            return Stop()
        self.stop_reason = self.stop_reason or self._reason_to_stop(now)
        if self.stop_reason:
            # Calls that are under way may still bring answers.
            return Wait(float("inf")) if self.under_way else Stop(self.stop_reason)
        if self._requests_left() and self.limiter.free_slots(self.under_way, now):
            self.out_of_money = False
            if action := self._next_call(now):
                return action
            if self.out_of_money:
                # A call that is under way may cost less than expected.
                self.stop_reason = self.budget.reason_to_stop if self.budget and not self.under_way else ""
                return self.next(now) if self.stop_reason else Wait(float("inf"))
            if self._waits_to_learn_more(now) and (check := self._check_health(now)):
                return check
        return Wait(self._wake_time(now))

    def done(self, call: Call, outcome: Answers | BaseException, now: float) -> list[Event]:
        """Process a finished call. outcome: its answers, or the exception that it raised.

        Raises TranslationError when the number of answers is wrong, and re-raises exceptions that engines should not
        raise.
        """
        self.under_way -= 1
        if isinstance(outcome, BaseException):
            return self._take_error(call, outcome, now)
        if len(outcome) != len(call.tasks):
            raise TranslationError(
                f"{self.translator.identity}: the engine gave {plural(len(outcome), 'translation')}"
                f" for {plural(len(call.tasks), 'text')}, which is a bug of the engine"
            )
        if call.is_health_check:
            return self._take_health_check(call, outcome[0], now)
        return self._take_answers(call, outcome, now)

    # Choosing the next call

    def _next_call(self, now: float) -> Send | GiveUp | None:
        """Return the next action: a health check that is due, else a retry, else new tasks."""
        if self.health.is_check_due:
            if check := self._check_health(now):
                return check
            self.attribution.blame_service()
        again: list[Task] = []
        while len(again) < self.translator.batch and (task := self.queue.pop_retry(now)):
            if task.counted_failures >= task.allowed(self.settings.attempts) and task.last_failure is not None:
                for waiting in again:
                    self.queue.retry(waiting, now)
                task.failure, _ = task.last_failure
                return GiveUp(task, task.failure)
            again.append(task)
            if not self.translator.batch_retries:
                return self._send((task,), now)
        tasks = *again, *self.queue.pop_new(self.translator, already=again)
        return self._send(tasks, now) if tasks else None

    def _check_health(self, now: float) -> Send | None:
        """Return the action that sends a known-good text; None without such a text, or without a budget."""
        task = self.health.start_check()
        return self._send((task,), now, is_health_check=True) if task else None

    def _waits_to_learn_more(self, now: float) -> bool:
        """Return whether only long waits are left, and it is open whether the service failed or their texts did.

        A known-good text then shows in the time of one request what the delays would show in half a minute.
        """
        is_open = bool(self.attribution.pending) and not self.under_way and not self.translator.batch_retries
        return is_open and self.queue.next_retry > now + FIRST_DELAY_S

    def _send(self, tasks: tuple[Task, ...], now: float, is_health_check: bool = False) -> Send | None:
        """Return the action that sends tasks; None if the budget does not allow any of them now."""
        requests = tuple(task.request for task in tasks)
        expected = self.translator.estimate(requests)
        if self.budget and not self.budget.allows(expected, self.under_way):
            self.out_of_money = True
            if is_health_check:
                self.health.request_check()
                return None
            paid = [task for task in tasks if self.translator.is_paid(task.request)]
            self._postpone([task for task in tasks if not self.translator.is_paid(task.request)], now)
            return self._send(tuple(paid), now) if paid else None
        for task in tasks:
            task.times_sent += 1
        self.requests_sent += 1
        self.under_way += 1
        return Send(Call(tasks, requests, now, expected, is_health_check))

    def _postpone(self, tasks: Sequence[Task], now: float) -> None:
        """Put tasks back that cannot be sent now."""
        self.queue.put_back([task for task in tasks if not task.times_sent])
        for task in tasks:
            if task.times_sent:
                self.queue.retry(task, now)

    def _requests_left(self) -> bool:
        return self.settings.max_requests is None or self.requests_sent < self.settings.max_requests

    def _wake_time(self, now: float) -> float:
        """Return the time at which something may be sent, if no call finishes earlier."""
        if self.limiter.not_before > now:
            return self.limiter.not_before
        return self.queue.next_retry if self.limiter.free_slots(self.under_way, now) else float("inf")

    def _reason_to_stop(self, now: float) -> str:
        """Return the reason to stop the run, or '': a budget is spent, or no good answer came for too long."""
        settings, patience = self.settings, self.settings.patience_hours
        if not self._requests_left() and self.queue:
            return f"translate.max_requests: {plural(settings.max_requests or 0, 'request')} sent, which is the limit"
        if settings.max_hours and now - self.started >= settings.max_hours * HOUR_S:
            return f"translate.max_hours: {settings.max_hours:g} hours have passed"
        # If the current pause ends after patience_hours, the run stops without waiting for its end.
        without_success = max(now, self.limiter.not_before) - self.limiter.last_success
        if self.translator.remote and without_success > patience * HOUR_S:
            return f"translate.patience_hours: no good answer within {patience:g} hours (last: {self.last_trouble})"
        return ""

    # Processing a finished call

    def _judge(self, task: Task, outcome: str | Refused) -> tuple[str, CheckFailure | None]:
        """Return the answer to a task, stripped, and its failure if it is bad. A refusal's answer is its message."""
        if isinstance(outcome, Refused):
            return str(outcome), CheckFailure.REFUSED
        answer = "" if has_surrogate(outcome) else outcome.strip()
        return answer, self.check(task, answer)

    def _take_answers(self, call: Call, outcomes: Answers, now: float) -> list[Event]:
        events: list[Event] = []
        good: list[Task] = []
        any_about_text = False
        at_fault = all(task.is_at_fault for task in call.tasks)
        for task, outcome in zip(call.tasks, outcomes, strict=True):
            answer, failure = self._judge(task, outcome)
            if failure is not None:
                self.last_trouble = describe_trouble(failure, self.translator.empty_means)
                is_about_text, failed = self._take_bad_answer(task, failure, answer, now)
                any_about_text |= is_about_text
                events += failed
            else:
                task.answer = answer
                good.append(task)
        if good:
            events += self.attribution.blame_texts()
            self.health.add(good)
        if good or any_about_text or not at_fault:  # one more bad answer to a text at fault says nothing of the service
            self._record_call(call, bool(good) or any_about_text, now)
        return events + [Answered(task) for task in good]

    def _take_health_check(self, call: Call, outcome: str | Refused, now: float) -> list[Event]:
        answer, failure = self._judge(call.tasks[0], outcome)
        # A broken service may return all texts unchanged, which the checks accept for some texts.
        is_good = failure is None and answer != call.tasks[0].text
        self._record_call(call, is_good, now)
        if is_good:
            # The service works, so that waiting would change nothing.
            self.queue.retry_all_now(now)
            return list(self.attribution.blame_texts())
        self._fail_health_check()
        return []

    def _record_call(self, call: Call, shows_service_works: bool, now: float) -> None:
        if shows_service_works:
            self.health.record_answer()
            self.limiter.record_success(call.sent, now)
        else:
            self.limiter.record_empty_result(call.sent, now)
            self.health.record_failure()

    def _fail_health_check(self) -> None:
        self.health.use_another_text()
        self.attribution.blame_service()

    def _take_bad_answer(self, task: Task, failure: CheckFailure, answer: str, now: float) -> tuple[bool, list[Event]]:
        """Schedule a retry. Returns whether the answer depends on its text, and the events."""
        delay = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** min(task.bad_answers, 10)) * self.random.uniform(0.5, 1)
        is_about_text, failed = self.attribution.record(task, failure, answer)
        # An answer that depends on its text shows that the service works.
        self.queue.retry(task, now + (0.0 if is_about_text or self.translator.batch_retries else delay))
        return is_about_text, [Unanswered(failure), *failed]

    def _take_error(self, call: Call, error: BaseException, now: float) -> list[Event]:
        """Schedule the tasks of a failed call again."""
        if isinstance(error, RefusedBeforeSuccess) and self._may_concern_text(call):
            for task in call.tasks:
                self.queue.retry(task, now + (FIRST_DELAY_S if len(call.tasks) == 1 else 0.0))
            return []
        if isinstance(error, TranslationError):
            self._take_fatal_error(call, error)
            return []
        if not isinstance(error, EngineFailure):
            raise error
        self.last_trouble = str(error)
        is_throttled = isinstance(error, Throttled) and not error.may_depend_on_text
        if isinstance(error, Throttled) and self.translator.remote:
            self.limiter.record_refusal(call.sent, now, error.retry_after)
        elif isinstance(error, Unreachable):
            self.limiter.record_empty_result(call.sent, now)
        if not is_throttled:
            self.health.record_failure()
        if call.is_health_check:
            if not is_throttled:
                self._fail_health_check()
            return []
        if is_throttled:
            self.queue.put_back(call.tasks)
            return [Unanswered("throttled", len(call.tasks))]
        return self._retry_after_error(call, error, now)

    def _may_concern_text(self, call: Call) -> bool:
        """Return whether a call that was refused before any success should be tried otherwise before the run ends.

        It is unknown whether the settings are wrong or a text is. Texts sent one by one, and other texts, show it.
        """
        if call.is_health_check or self.health.known_good or self.translator.batch_retries:
            return False
        if len(call.tasks) == 1:
            text = call.tasks[0].text
            if text in self.refused_first or len(self.refused_first) >= MAX_REFUSED_FIRST:
                return False
            self.refused_first.add(text)
        return True

    def _retry_after_error(self, call: Call, error: EngineFailure, now: float) -> list[Event]:
        if isinstance(error, Refused) and len(call.tasks) > 1:
            # The engine refuses one of these texts. Sent one by one, the others are accepted.
            for task in call.tasks:
                self.queue.retry(task, now)
            return []
        if isinstance(error, Refused):
            failure, answer = CheckFailure.REFUSED, str(error)
        else:
            failure, answer = CheckFailure.UNREACHABLE, ""
        events: list[Event] = []
        for task in call.tasks:
            events += self._take_bad_answer(task, failure, answer, now)[1]
        return events

    def _take_fatal_error(self, call: Call, error: TranslationError) -> None:
        """Stop the run. For `RefusedBeforeSuccess`, stop only after all known-good texts have failed too."""
        if call.is_health_check:
            self.health.remove(call.tasks[0])
        else:
            self.queue.put_back(call.tasks)
        if isinstance(error, RefusedBeforeSuccess) and self.health.known_good:
            self.health.request_check()
        else:
            self.stop_reason = self.stop_reason or str(error)
