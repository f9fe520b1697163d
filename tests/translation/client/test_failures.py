from spanferry.records import CheckFailure
from spanferry.translation.client.failures import FailureAttribution
from spanferry.translation.client.tasks import Task


def made(attempts: int = 10, remote: bool = True) -> tuple[FailureAttribution, list[tuple[str, int, bool]]]:
    told: list[tuple[str, int, bool]] = []
    return FailureAttribution(attempts, remote, lambda miss, final: told.append((miss.text, miss.bad, final))), told


def test_what_is_about_the_text_counts_at_once_and_the_same_words_four_times_are_the_last():
    verdicts, told = made()
    miss = Task("quay", "answer")
    for _ in range(4):
        assert verdicts.bad(miss, CheckFailure.LENGTH, "k")
    assert told == [("quay", 1, False), ("quay", 2, False), ("quay", 3, False), ("quay", 10, True)]
    assert miss.worst == (CheckFailure.LENGTH, "k")


def test_nothing_counts_until_the_service_has_answered_another_text():
    verdicts, told = made(attempts=2)
    quay, weir = Task("quay", "answer"), Task("weir", "answer")
    for miss in (quay, weir, quay, quay):
        assert not verdicts.bad(miss, CheckFailure.EMPTY, "")
    assert told == []
    verdicts.service_works()
    assert told == [("quay", 1, False), ("weir", 1, False), ("quay", 2, True)]


def test_while_the_service_is_down_all_is_forgiven():
    verdicts, told = made()
    verdicts.bad(Task("quay", "answer"), CheckFailure.UNREACHABLE, "")
    verdicts.forgive()
    verdicts.service_works()
    assert told == []


def test_the_same_words_to_another_text_are_not_about_it():
    verdicts, told = made()
    assert verdicts.bad(Task("quay", "answer"), CheckFailure.LENGTH, "Zugriff verweigert")
    assert not verdicts.bad(Task("weir", "answer"), CheckFailure.LENGTH, "Zugriff verweigert")
    assert told == [("quay", 1, False)]


def test_what_a_local_model_says_once_is_final():
    verdicts, told = made(remote=False)
    verdicts.bad(Task("quay", "answer"), CheckFailure.EMPTY, "")
    assert told == [("quay", 10, True)]


def test_a_text_is_asked_for_in_other_forms_until_these_bring_nothing():
    verdicts, _ = made()
    miss = Task("quay", "answer")
    attempts = []
    for fault, answer in (
        (CheckFailure.LENGTH, "k"),
        (CheckFailure.EMPTY, ""),
        (CheckFailure.UNREACHABLE, ""),
        (CheckFailure.LENGTH, "k"),
    ):
        verdicts.bad(miss, fault, answer)
        attempts.append(miss.attempt)
    verdicts.bad(miss, CheckFailure.EMPTY, "")
    assert [*attempts, miss.attempt] == [1, 1, 1, 2, 0]
    assert (miss.worst, miss.same) == ((CheckFailure.LENGTH, "k"), 2)
