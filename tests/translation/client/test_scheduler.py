"""Tests of Scheduler as a state machine. They set the time and the outcome of each call, without threads or a clock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

import pytest
from spanferry.errors import TranslationError
from spanferry.records import CheckFailure, Kind
from spanferry.translation.checks.kinds import MARKED
from spanferry.translation.client.events import (
    Answered,
    AttemptFailed,
    Call,
    Event,
    GiveUp,
    Send,
    Stop,
    Unanswered,
    Wait,
)
from spanferry.translation.client.rate_limiter import SUSPICIOUS_RESULTS
from spanferry.translation.client.scheduler import Scheduler
from spanferry.translation.client.tasks import Task
from spanferry.translation.engines.base import (
    Overloaded,
    Refused,
    RefusedBeforeSuccess,
    Request,
    Throttled,
    Translator,
    Unreachable,
)
from spanferry.translation.settings import TranslateSettings

FOREVER = float("inf")


class Latest(Random):
    """A random generator that always returns the longest delay."""

    def uniform(self, a: float, b: float) -> float:
        return b


class Service(Translator):
    identity = "service"
    remote = True
    concurrency = 16

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        raise AssertionError("the scheduler sends nothing itself")


class Model(Service):
    remote = False
    batch = 3
    concurrency = 1


def check(task: Task, answer: str) -> CheckFailure | None:
    """Return a failure for an empty answer, for 'bad', and for an echo of any text but a number."""
    if not answer:
        return CheckFailure.EMPTY
    if answer == "bad":
        return CheckFailure.LENGTH
    return CheckFailure.UNCHANGED if answer == task.text and not answer.isdecimal() else None


def tasks_of(*texts: str) -> list[Task]:
    return [Task(text, "answer") for text in texts]


def schedule(
    tasks: Sequence[Task], translator: Translator | None = None, known_good: Sequence[Task] = (), **settings
) -> Scheduler:
    return Scheduler(
        tasks,
        translator or Service(),
        TranslateSettings(**settings),
        check,
        now=0.0,
        started=0.0,
        known_good=known_good,
        random=Latest(),
    )


def send(scheduler: Scheduler, now: float) -> Call:
    """Return the next call, which must be due now."""
    action = scheduler.next(now)
    assert isinstance(action, Send), action
    return action.call


def texts(call: Call) -> list[str]:
    return [task.text for task in call.tasks]


def test_tasks_are_sent_in_order_up_to_the_limit_and_all_answers_end_the_run():
    tasks = tasks_of("a", "b", "c", "d", "e")
    scheduler = schedule(tasks)
    calls = [send(scheduler, 0.0) for _ in range(4)]
    assert [texts(call) for call in calls] == [["a"], ["b"], ["c"], ["d"]]
    assert scheduler.next(0.0) == Wait(FOREVER)
    assert scheduler.done(calls[1], ["  B "], 1.0) == [Answered(tasks[1])]
    assert tasks[1].answer == "B"
    calls.append(send(scheduler, 1.0))
    for call in (calls[0], calls[2], calls[3], calls[4]):
        scheduler.done(call, ["good"], 2.0)
    assert scheduler.next(2.0) == Stop()
    assert [task.text for task in scheduler.known_good] == ["e", "d", "c", "a", "b"]


def test_an_empty_answer_is_retried_after_doubling_delays():
    scheduler, now, delays = schedule(tasks_of("quay")), 0.0, []
    for _ in range(5):
        scheduler.done(send(scheduler, now), [""], now)
        wait = scheduler.next(now)
        assert isinstance(wait, Wait)
        delays.append(wait.until - now)
        now = wait.until
    assert delays == [0.5, 1.0, 2.0, 4.0, 4.0]


def test_a_bad_answer_that_depends_on_its_text_is_retried_at_once_and_given_up_when_it_repeats():
    (task,) = tasks_of("quay")
    scheduler, now, failed = schedule([task]), 0.0, []
    for _ in range(4):
        _, event = scheduler.done(send(scheduler, now), ["bad"], now)
        failed.append(event)
    assert failed == [
        AttemptFailed(task, CheckFailure.LENGTH, "bad", 1, 1, 0, final=False),
        AttemptFailed(task, CheckFailure.LENGTH, "bad", 2, 2, 1, final=False),
        AttemptFailed(task, CheckFailure.LENGTH, "bad", 3, 3, 2, final=False),
        AttemptFailed(task, CheckFailure.LENGTH, "bad", 10, 4, 3, final=True),
    ]
    assert scheduler.next(now) == GiveUp(task, CheckFailure.LENGTH)
    assert (task.answer, task.failure) == (None, CheckFailure.LENGTH)
    assert scheduler.next(now) == Stop()


def test_half_a_character_is_an_empty_answer():
    scheduler = schedule(tasks_of("quay"))
    assert scheduler.done(send(scheduler, 0.0), ["kade \ud800"], 0.0) == [Unanswered(CheckFailure.EMPTY)]


def test_an_empty_answer_counts_only_after_another_text_is_answered():
    quay, weir = tasks_of("quay", "weir")
    scheduler = schedule([quay, weir])
    first, second = send(scheduler, 0.0), send(scheduler, 0.0)
    assert scheduler.done(first, [""], 0.0) == [Unanswered(CheckFailure.EMPTY)]
    assert scheduler.done(second, ["stuw"], 0.0) == [
        AttemptFailed(quay, CheckFailure.EMPTY, "", 1, 1, 0, final=False),
        Answered(weir),
    ]


def test_throttled_tasks_go_first_after_a_pause_and_count_as_no_attempt():
    tasks = tasks_of("a", "b")
    scheduler = schedule(tasks)
    first = send(scheduler, 0.0)
    assert scheduler.done(first, Throttled("HTTP 429", retry_after=8.0), 1.0) == [Unanswered("throttled")]
    assert scheduler.next(1.0) == Wait(11.0)  # the service's 8 seconds, plus at most a quarter
    assert texts(send(scheduler, 11.0)) == ["a"]
    assert tasks[0].bad_answers == 0


def test_one_request_at_a_time_tests_whether_a_service_is_back():
    scheduler, now = schedule(tasks_of("a", "b", "c")), 0.0
    for _ in range(2):
        scheduler.done(send(scheduler, now), Throttled("HTTP 429"), now)
        wait = scheduler.next(now)
        assert isinstance(wait, Wait)
        now = wait.until
    call = send(scheduler, now)
    assert scheduler.next(now) == Wait(FOREVER)
    scheduler.done(call, ["good"], now)
    send(scheduler, now)


@dataclass
class Fake:
    """A client that runs a scheduler to its end. It answers each call at once and advances the time at each wait."""

    scheduler: Scheduler
    now: float = 0.0
    health_checks: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)

    def run(self, answers: dict[str, str], otherwise: BaseException | None = None) -> str:
        """Run to the end and return the reason to stop. Texts without an answer get `otherwise`."""
        while True:
            match self.scheduler.next(self.now):
                case Send(call):
                    missing = [text for text in texts(call) if text not in answers]
                    outcome = otherwise if missing and otherwise else [answers.get(text, "") for text in texts(call)]
                    self.health_checks += texts(call) if call.is_health_check else []
                    self.events += self.scheduler.done(call, outcome, self.now)
                case GiveUp(task):
                    self.given_up.append(task.text)
                case Wait(until):
                    assert self.now < until < FOREVER
                    self.now = until
                case Stop(reason):
                    return reason


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (None, CheckFailure.EMPTY),
        (Unreachable("reset"), CheckFailure.UNREACHABLE),
        (Overloaded("HTTP 503"), CheckFailure.UNREACHABLE),
        (Refused("HTTP 400"), CheckFailure.REFUSED),
    ],
)
def test_health_checks_distinguish_a_bad_text_from_a_broken_service(failure, reason):
    stubborn = tasks_of("quay")
    works = Fake(schedule(stubborn, known_good=tasks_of("weir"), attempts=3))
    assert works.run({"weir": "stuw"}, failure) == ""
    assert (works.given_up, stubborn[0].failure) == (["quay"], reason)

    down = Fake(schedule(tasks_of("quay"), known_good=tasks_of("weir", "lock"), attempts=3, patience_hours=1.0))
    if reason is not CheckFailure.REFUSED:  # a failure of the text, even if the service is down
        assert down.run({}, failure).startswith("translate.patience_hours: no good answer within 1 hours (last: ")
        assert down.given_up == []
        assert down.health_checks[:3] == ["weir", "lock", "weir"]
        assert not [event for event in down.events if isinstance(event, AttemptFailed)]


def test_a_health_check_takes_the_place_of_long_waits():
    fake = Fake(schedule(tasks_of("quay"), known_good=tasks_of("weir"), attempts=10))
    fake.run({"weir": "stuw"})
    failures = [event for event in fake.events if isinstance(event, Unanswered)]
    # One short wait after each check; all delays together would be 29.5 seconds.
    assert (fake.given_up, len(failures)) == (["quay"], 10)
    assert 0 < fake.now <= 1.0
    assert fake.health_checks == ["weir"] * 9


def test_a_text_without_which_a_build_goes_on_is_given_up_sooner():
    tasks = [Task(kind, kind) for kind in (Kind.ANSWER, Kind.TITLE, MARKED)]
    fake = Fake(schedule(tasks, known_good=tasks_of("weir"), attempts=10))
    fake.run({"weir": "stuw"})
    assert {task.kind: task.times_sent for task in tasks} == {Kind.ANSWER: 10, Kind.TITLE: 3, MARKED: 3}


def test_texts_that_are_at_fault_do_not_look_like_a_ban():
    """Each gets ten bad answers, without a pause after every tenth of them all."""
    texts = [f"quay {n}" for n in range(20)]
    fake = Fake(schedule(tasks_of(*texts), known_good=tasks_of("weir"), attempts=10))
    assert fake.run({"weir": "stuw"}) == ""
    assert sorted(fake.given_up) == sorted(texts)
    assert 0 < fake.now < 2  # a pause after every tenth answer would make it 12 s


def test_a_health_check_that_fails_ends_no_wait():
    fake = Fake(schedule(tasks_of("quay"), known_good=tasks_of("weir"), patience_hours=0.01))
    fake.run({})
    assert fake.now > 20


def test_a_health_check_is_due_after_ten_failures_in_a_row():
    scheduler = schedule(tasks_of(*(f"quay {n}" for n in range(20))), known_good=tasks_of("weir"))
    for _ in range(SUSPICIOUS_RESULTS):
        call = send(scheduler, 0.0)
        assert not call.is_health_check
        scheduler.done(call, [""], 0.0)
    wait = scheduler.next(0.0)  # a pause, for ten in a row look like a ban
    assert isinstance(wait, Wait)
    assert send(scheduler, wait.until).is_health_check


def test_a_health_check_that_echoes_its_text_fails():
    fake = Fake(schedule(tasks_of("quay"), known_good=tasks_of("1931"), attempts=3, patience_hours=0.5))
    assert fake.run({"1931": "1931"}).startswith("translate.patience_hours")
    assert fake.health_checks
    assert fake.given_up == []


def test_a_health_check_changes_no_answer():
    (weir,) = tasks_of("weir")
    weir.answer = "stuw"
    Fake(schedule(tasks_of("quay"), known_good=[weir], attempts=3)).run({"weir": "waterkering"})
    assert weir.answer == "stuw"


def test_a_text_that_equals_its_translation_is_no_health_check():
    scheduler = schedule(tasks_of("1931"))
    scheduler.done(send(scheduler, 0.0), ["1931"], 0.0)
    assert scheduler.known_good == ()


def test_settings_that_are_not_proven_are_wrong_when_every_health_check_fails():
    error = RefusedBeforeSuccess("HTTP 400: no such model")
    fake = Fake(schedule(tasks_of("quay"), known_good=tasks_of("weir", "lock")))
    assert fake.run({}, error) == "HTTP 400: no such model"
    assert fake.health_checks == ["weir", "lock"]
    assert fake.scheduler.known_good == ()
    alone = Fake(schedule(tasks_of("quay")))
    assert alone.run({}, error) == "HTTP 400: no such model"


def test_after_a_fatal_error_nothing_is_sent_and_pending_answers_are_kept():
    tasks = tasks_of("a", "b", "c")
    scheduler = schedule(tasks)
    first, second = send(scheduler, 0.0), send(scheduler, 0.0)
    assert scheduler.done(first, TranslationError("the quota is spent"), 1.0) == []
    assert scheduler.next(1.0) == Wait(FOREVER)
    assert scheduler.done(second, ["good"], 2.0) == [Answered(tasks[1])]
    assert scheduler.next(2.0) == Stop("the quota is spent")


def test_budgets_end_a_run():
    scheduler = schedule(tasks_of("a", "b", "c"), max_requests=2)
    calls = [send(scheduler, 0.0), send(scheduler, 0.0)]
    assert scheduler.next(0.0) == Wait(FOREVER)
    for call in calls:
        scheduler.done(call, ["good"], 1.0)
    assert scheduler.next(1.0) == Stop("translate.max_requests: 2 requests sent, which is the limit")

    scheduler = schedule(tasks_of("a"), max_hours=2.0)
    assert scheduler.next(7200.0) == Stop("translate.max_hours: 2 hours have passed")


def test_a_budget_of_exactly_the_tasks_suffices():
    scheduler = schedule(tasks_of("a", "b"), max_requests=2)
    assert Fake(scheduler).run({"a": "A", "b": "B"}) == ""


def test_a_pause_that_outlasts_the_patience_ends_the_run_at_once():
    scheduler = schedule(tasks_of("a"), patience_hours=24.0)
    scheduler.done(send(scheduler, 0.0), Throttled("HTTP 429", retry_after=90_000.0), 0.0)
    assert scheduler.next(0.0) == Stop("translate.patience_hours: no good answer within 24 hours (last: HTTP 429)")


def test_a_refused_batch_is_split_into_single_texts():
    tasks = tasks_of("a", "b", "c", "d")
    scheduler = schedule(tasks, Model())
    batch = send(scheduler, 0.0)
    assert texts(batch) == ["a", "b", "c"]
    assert scheduler.done(batch, Refused("one is too long"), 0.0) == []
    for text, outcome in (("a", ["A"]), ("b", Refused("too long")), ("c", ["C"])):
        call = send(scheduler, 0.0)
        assert texts(call) == [text]
        scheduler.done(call, outcome, 0.0)
    # A model gives the same answer again: its first refusal is final.
    assert scheduler.next(0.0) == GiveUp(tasks[1], CheckFailure.REFUSED)
    assert texts(send(scheduler, 0.0)) == ["d"]


def test_a_wrong_number_of_answers_and_an_unknown_error_are_raised():
    scheduler = schedule(tasks_of("a", "b"), Model())
    with pytest.raises(TranslationError, match="service: the engine gave 1 translation for 2 texts, which is a bug"):
        scheduler.done(send(scheduler, 0.0), ["A"], 0.0)
    scheduler = schedule(tasks_of("a"))
    with pytest.raises(RuntimeError, match="a bug"):
        scheduler.done(send(scheduler, 0.0), RuntimeError("a bug"), 0.0)


def test_failures_of_earlier_runs_count():
    (task,) = tasks_of("quay")
    task.counted_failures, task.repeats, task.last_failure = 3, 3, (CheckFailure.LENGTH, "bad")
    scheduler = schedule([task])
    _, failed = scheduler.done(send(scheduler, 0.0), ["bad"], 0.0)
    assert failed == AttemptFailed(task, CheckFailure.LENGTH, "bad", 10, 4, 0, final=True)


class Batches(Service):
    batch = 3
    batch_size = 10

    def size(self, text: str) -> int:
        return len(text)


def test_a_call_has_as_many_texts_as_fit():
    engine = Batches()
    texts = ["four", "five5", "x", "y", "z", "longer than all", "end"]
    scheduler = Scheduler(
        [Task(text, "answer") for text in texts], engine, TranslateSettings(), check, now=0.0, started=0.0
    )
    sent = []
    while isinstance(action := scheduler.next(0.0), Send):
        sent.append([task.text for task in action.call.tasks])
        scheduler.done(action.call, ["good"] * len(action.call.tasks), 0.0)
    assert sent == [["four", "five5", "x"], ["y", "z"], ["longer than all"], ["end"]]


@pytest.mark.parametrize("together", [False, True])
def test_texts_are_sent_again_together_if_the_engine_says_so(together):
    engine = Batches()
    engine.batch_retries = together
    scheduler = Scheduler(
        [Task(text, "answer") for text in "abcd"], engine, TranslateSettings(), check, now=0.0, started=0.0
    )
    calls = []
    now = 0.0
    while not isinstance(action := scheduler.next(now), Stop):
        if isinstance(action, Wait):
            now = action.until
            continue
        assert isinstance(action, Send)
        calls.append("".join(task.text for task in action.call.tasks))
        answers = ["good" if task.times_sent > 1 or task.text == "a" else "" for task in action.call.tasks]
        scheduler.done(action.call, answers, now)
    if together:
        assert calls == ["abc", "bcd", "d"]
        assert now == 0.0
    else:
        assert calls[:2] == ["abc", "d"]
        assert sorted(calls[2:]) == ["b", "c", "d"]


def test_a_first_call_that_is_refused_is_split_before_it_ends_the_run():
    engine = Batches()
    tasks = [Task(text, "answer") for text in ("a", "b")]
    scheduler = Scheduler(tasks, engine, TranslateSettings(), check, now=0.0, started=0.0)
    action = scheduler.next(0.0)
    assert isinstance(action, Send)
    assert scheduler.done(action.call, RefusedBeforeSuccess("no"), 0.0) == []
    first, second = scheduler.next(0.0), scheduler.next(0.0)
    assert isinstance(first, Send)
    assert isinstance(second, Send)
    assert (first.call.tasks, second.call.tasks) == ((tasks[0],), (tasks[1],))
    assert scheduler.done(first.call, ["good"], 0.0) == [Answered(tasks[0])]
    scheduler.done(second.call, RefusedBeforeSuccess("no"), 0.0)
    health_check = scheduler.next(0.0)
    assert isinstance(health_check, Send)
    assert health_check.call.is_health_check


def test_a_text_may_be_refused_alone():
    engine = Batches()
    tasks = [Task(text, "answer") for text in ("a", "b")]
    scheduler = Scheduler(tasks, engine, TranslateSettings(attempts=1), check, now=0.0, started=0.0)
    action = scheduler.next(0.0)
    assert isinstance(action, Send)
    events = scheduler.done(action.call, [Refused("not this"), "good"], 0.0)
    assert events[0] == Unanswered(CheckFailure.REFUSED)
    assert [event.answer for event in events if isinstance(event, AttemptFailed)] == ["not this"]
    assert events[-1] == Answered(tasks[1])
    assert scheduler.next(9.0) == GiveUp(tasks[0], CheckFailure.REFUSED)


def test_wrong_settings_end_the_run_after_three_texts():
    tasks = [Task(text, "answer") for text in "abcdef"]
    scheduler = Scheduler(tasks, Service(), TranslateSettings(workers=1), check, now=0.0, started=0.0)
    sent, now = "", 0.0
    while not isinstance(action := scheduler.next(now), Stop):
        if isinstance(action, Wait):
            now = action.until
            continue
        assert isinstance(action, Send)
        sent += action.call.tasks[0].text
        scheduler.done(action.call, RefusedBeforeSuccess("no"), now)
    assert (sent, action) == ("abcd", Stop("no"))
