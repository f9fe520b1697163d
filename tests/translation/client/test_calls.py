"""Tests of calls of an engine in threads: results, errors and deadlines."""

from threading import Event
from time import monotonic

from spanferry.translation.client.calls import Calls, FinishedCall
from spanferry.translation.engines.base import Overloaded


def test_results_and_errors_come_back_with_the_argument():
    def halve(number: int) -> int:
        if number % 2:
            raise ValueError(number)
        return number // 2

    calls = Calls(halve, None)
    for number in range(6):
        calls.send(number)
    finished = []
    while calls.under_way:
        finished += calls.collect(monotonic() + 1)
    calls.close()
    assert sorted((call.argument, repr(call.outcome)) for call in finished) == [
        (0, "0"),
        (1, "ValueError(1)"),
        (2, "1"),
        (3, "ValueError(3)"),
        (4, "2"),
        (5, "ValueError(5)"),
    ]


def test_collecting_waits_no_longer_than_its_timeout():
    calls = Calls(lambda seconds: Event().wait(seconds), None)
    calls.send(0.2)
    start = monotonic()
    assert calls.collect(start + 0.02) == []
    assert monotonic() - start < 0.2
    assert calls.collect(start + 5) == [FinishedCall(0.2, False)]
    calls.close()


def test_a_call_that_outlasts_its_deadline_is_abandoned():
    stuck = Event()
    calls = Calls(lambda name: str(stuck.wait(10)) if name == "stuck" else name, deadline_s=0.05)
    calls.send("stuck")
    (call,) = calls.collect(monotonic() + 5)
    assert call.argument == "stuck"
    assert isinstance(call.outcome, Overloaded)
    # A new thread runs the next call, and the late result of the first is dropped.
    calls.send("quick")
    assert calls.collect(monotonic() + 5) == [FinishedCall("quick", "quick")]
    stuck.set()
    calls.send("again")
    finished = []
    while calls.under_way:
        finished += calls.collect(monotonic() + 5)
    assert finished == [FinishedCall("again", "again")]
    calls.close()
