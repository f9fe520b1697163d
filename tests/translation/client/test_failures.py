"""Tests of the attribution of failures to a text or to the service."""

from spanferry.records import CheckFailure
from spanferry.translation.client.events import AttemptFailed
from spanferry.translation.client.failures import FailureAttribution
from spanferry.translation.client.tasks import Task


def counted(events: list[AttemptFailed]) -> list[tuple[str, int, bool]]:
    return [(event.task.text, event.counted_failures, event.final) for event in events]


def test_a_failure_caused_by_the_text_counts_at_once_and_is_final_after_four_repeats():
    attribution, task = FailureAttribution(10, remote=True), Task("quay", "answer")
    recorded = [attribution.record(task, CheckFailure.LENGTH, "k") for _ in range(4)]
    assert [is_about_text for is_about_text, _ in recorded] == [True] * 4
    assert counted([event for _, events in recorded for event in events]) == [
        ("quay", 1, False),
        ("quay", 2, False),
        ("quay", 3, False),
        ("quay", 10, True),
    ]
    assert task.last_failure == (CheckFailure.LENGTH, "k")


def test_an_event_keeps_the_state_at_its_time():
    attribution, task = FailureAttribution(10, remote=True), Task("quay", "answer")
    events = [event for _ in range(2) for event in attribution.record(task, CheckFailure.LENGTH, "k")[1]]
    assert events == [
        AttemptFailed(task, CheckFailure.LENGTH, "k", counted_failures=1, repeats=1, attempt=0, final=False),
        AttemptFailed(task, CheckFailure.LENGTH, "k", counted_failures=2, repeats=2, attempt=1, final=False),
    ]


def test_empty_answers_count_when_another_text_has_been_answered():
    attribution = FailureAttribution(2, remote=True)
    quay, weir = Task("quay", "answer"), Task("weir", "answer")
    for task in (quay, weir, quay, quay):
        assert attribution.record(task, CheckFailure.EMPTY, "") == (False, [])
    assert counted(attribution.blame_texts()) == [("quay", 1, False), ("weir", 1, False), ("quay", 2, True)]
    assert attribution.blame_texts() == []


def test_no_failure_counts_while_the_service_is_down():
    attribution = FailureAttribution(10, remote=True)
    attribution.record(Task("quay", "answer"), CheckFailure.UNREACHABLE, "")
    attribution.blame_service()
    assert attribution.blame_texts() == []


def test_an_answer_that_another_text_received_too_is_not_caused_by_its_text():
    attribution = FailureAttribution(10, remote=True)
    assert attribution.record(Task("quay", "answer"), CheckFailure.LENGTH, "Zugriff verweigert")[0]
    assert attribution.record(Task("weir", "answer"), CheckFailure.LENGTH, "Zugriff verweigert") == (False, [])


def test_the_first_bad_answer_of_a_local_model_is_final():
    attribution = FailureAttribution(10, remote=False)
    is_about_text, events = attribution.record(Task("quay", "answer"), CheckFailure.EMPTY, "")
    assert is_about_text
    assert counted(events) == [("quay", 10, True)]


def test_a_text_is_sent_in_other_forms_until_these_fail():
    attribution, task = FailureAttribution(10, remote=True), Task("quay", "answer")
    attempts = []
    for failure, answer in (
        (CheckFailure.LENGTH, "k"),
        (CheckFailure.EMPTY, ""),
        (CheckFailure.UNREACHABLE, ""),
        (CheckFailure.LENGTH, "k"),
        (CheckFailure.EMPTY, ""),
    ):
        attribution.record(task, failure, answer)
        attempts.append(task.attempt)
    assert attempts == [1, 1, 1, 2, 0]
    assert (task.last_failure, task.repeats) == ((CheckFailure.LENGTH, "k"), 2)
