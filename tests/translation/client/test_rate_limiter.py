"""Tests of RateLimiter: its limit, its pauses, and Retry-After."""

from random import Random

import pytest
from spanferry.translation.client.rate_limiter import FIRST_PAUSE_S, SUSPICIOUS_RESULTS, RateLimiter


class Latest(Random):
    """A random generator that always returns the longest wait."""

    def uniform(self, low: float, high: float) -> float:
        return high


@pytest.fixture
def limiter() -> RateLimiter:
    return RateLimiter(ceiling=16, longest_pause_s=60, started=0.0, random=Latest())


def test_the_limit_grows_with_answers_up_to_the_ceiling(limiter: RateLimiter):
    assert limiter.free_slots(0, 0.0) == 4
    assert limiter.free_slots(3, 0.0) == 1
    for _ in range(5):
        limiter.record_success(0.0, 1.0)
    assert limiter.limit == 9
    for _ in range(50):
        limiter.record_success(0.0, 1.0)
    assert limiter.limit == 16


def test_a_refusal_halves_the_limit_once_for_all_pending_requests(limiter: RateLimiter):
    for _ in range(12):
        limiter.record_success(0.0, 1.0)
    for now in (2.0, 2.1, 2.2):
        limiter.record_refusal(sent=1.0, now=now)
    assert limiter.limit == 8
    assert limiter.not_before == pytest.approx(2.0 + FIRST_PAUSE_S * 1.25)
    assert limiter.free_slots(0, 2.5) == 0
    assert limiter.free_slots(0, 3.0) == 8
    # From here the limit grows by one after as many answers as the limit.
    for _ in range(8):
        limiter.record_success(3.0, 3.5)
    assert limiter.limit == pytest.approx(9, abs=0.1)


def test_pauses_double_and_one_request_tests_whether_the_service_is_back(limiter: RateLimiter):
    pauses, now = [], 0.0
    for _ in range(10):
        limiter.record_refusal(sent=now, now=now)
        pauses.append((limiter.not_before - now) / 1.25)
        assert limiter.free_slots(0, limiter.not_before - 0.01) == 0
        now = limiter.not_before
    assert pauses == pytest.approx([0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60])
    assert limiter.free_slots(0, now) == 1
    assert limiter.free_slots(1, now) == 0
    limiter.record_success(now, now + 1)
    assert limiter.refusals == 0
    assert limiter.last_success == now + 1


def test_an_answer_from_before_the_refusal_does_not_end_it(limiter: RateLimiter):
    limiter.record_refusal(sent=5.0, now=6.0)
    limiter.record_success(sent=5.5, now=6.1)
    assert limiter.refusals == 1


def test_retry_after_is_respected(limiter: RateLimiter):
    limiter.record_refusal(sent=0.0, now=1.0, retry_after=40.0)
    assert limiter.free_slots(0, 40.9) == 0
    assert limiter.free_slots(0, 1 + 40 * 1.25) == 2


def test_many_empty_results_count_as_a_refusal(limiter: RateLimiter):
    for _ in range(SUSPICIOUS_RESULTS - 1):
        limiter.record_empty_result(0.0, 1.0)
    assert (limiter.limit, limiter.free_slots(0, 1.0)) == (4, 4)
    limiter.record_empty_result(0.0, 1.0)
    assert (limiter.limit, limiter.free_slots(0, 1.0)) == (2, 0)
    limiter.record_success(2.0, 3.0)
    limiter.record_empty_result(3.0, 3.1)
    assert limiter.free_slots(0, 3.1) > 0
