from threading import Event
from time import monotonic

from spanferry.translation.client.calls import Calls
from spanferry.translation.engines.base import Overloaded


def test_results_and_errors_come_back_with_what_was_given():
    def halve(number: int) -> int:
        if number % 2:
            raise ValueError(number)
        return number // 2

    calls = Calls(halve, None)
    for number in range(6):
        calls.send(number)
    done = []
    while calls.under_way:
        done += calls.collect(monotonic() + 1)
    calls.close()
    assert sorted((call.given, call.result, repr(call.error)) for call in done if not call.error) == [
        (0, 0, "None"),
        (2, 1, "None"),
        (4, 2, "None"),
    ]
    assert sorted(call.given for call in done if isinstance(call.error, ValueError)) == [1, 3, 5]


def test_collecting_waits_no_longer_than_asked():
    calls = Calls(lambda given: Event().wait(given), None)
    calls.send(0.2)
    start = monotonic()
    assert calls.collect(start + 0.02) == []
    assert monotonic() - start < 0.2
    assert [call.result for call in calls.collect(start + 5)] == [False]
    calls.close()


def test_a_call_that_outlasts_its_deadline_is_left_behind():
    stuck = Event()
    calls = Calls(lambda given: stuck.wait(10) if given == "stuck" else given, deadline_s=0.05)
    calls.send("stuck")
    (done,) = calls.collect(monotonic() + 5)
    assert done.given == "stuck"
    assert isinstance(done.error, Overloaded)
    # Another thread works on, and what the first one says in the end is not heard.
    calls.send("quick")
    assert [call.result for call in calls.collect(monotonic() + 5)] == ["quick"]
    stuck.set()
    calls.send("again")
    heard = []
    while calls.under_way:
        heard += calls.collect(monotonic() + 5)
    assert [call.result for call in heard] == ["again"]
    calls.close()
