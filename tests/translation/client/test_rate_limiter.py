from random import Random

import pytest
from spanferry.translation.client import rate_limiter as pace
from spanferry.translation.client.rate_limiter import Pace


class Latest(Random):
    """Dice that always give the longest wait."""

    def uniform(self, low: float, high: float) -> float:
        return high


@pytest.fixture
def made() -> Pace:
    return Pace(ceiling=16, longest_pause_s=60, started=0.0, dice=Latest())


def test_the_limit_grows_with_answers_up_to_the_ceiling(made: Pace):
    assert made.slots(0, 0.0) == 4
    assert made.slots(3, 0.0) == 1
    for _ in range(5):
        made.answered(0.0, 1.0)
    assert made.limit == 9
    for _ in range(50):
        made.answered(0.0, 1.0)
    assert made.limit == 16


def test_a_refusal_halves_it_once_for_all_that_were_under_way(made: Pace):
    for _ in range(12):
        made.answered(0.0, 1.0)
    for now in (2.0, 2.1, 2.2):
        made.refused(sent=1.0, now=now)
    assert made.limit == 8
    assert made.not_before == pytest.approx(2.0 + pace.FIRST_PAUSE_S * 1.25)
    assert made.slots(0, 2.5) == 0
    assert made.slots(0, 3.0) == 8
    # From there on it grows by one for a limit's worth of answers.
    for _ in range(8):
        made.answered(3.0, 3.5)
    assert made.limit == pytest.approx(9, abs=0.1)


def test_pauses_double_and_one_request_tells_whether_the_service_is_back(made: Pace):
    pauses, now = [], 0.0
    for _ in range(10):
        made.refused(sent=now, now=now)
        pauses.append((made.not_before - now) / 1.25)
        assert made.slots(0, made.not_before - 0.01) == 0
        now = made.not_before
    assert pauses == pytest.approx([0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60])
    assert made.slots(0, now) == 1
    assert made.slots(1, now) == 0
    made.answered(now, now + 1)
    assert made.refusals == 0
    assert made.last_good == now + 1


def test_an_answer_from_before_the_refusal_does_not_end_it(made: Pace):
    made.refused(sent=5.0, now=6.0)
    made.answered(sent=5.5, now=6.1)
    assert made.refusals == 1


def test_retry_after_is_kept(made: Pace):
    made.refused(sent=0.0, now=1.0, retry_after=40.0)
    assert made.slots(0, 40.9) == 0
    assert made.slots(0, 1 + 40 * 1.25) == 2


def test_silence_looks_like_a_ban_when_it_lasts(made: Pace):
    for _ in range(pace.SUSPICIOUS - 1):
        made.silent(0.0, 1.0)
    assert (made.limit, made.slots(0, 1.0)) == (4, 4)
    made.silent(0.0, 1.0)
    assert (made.limit, made.slots(0, 1.0)) == (2, 0)
    made.answered(2.0, 3.0)
    made.silent(3.0, 3.1)
    assert made.slots(0, 3.1) > 0
