"""Tests of progress: the line of a log, the bar of a terminal, and the summary of a run."""

import re
from collections import Counter
from datetime import datetime
from io import StringIO
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from spanferry.translation import progress
from spanferry.translation.client.counts import Counts
from spanferry.translation.progress import (
    CLEAR_LINE,
    RateEstimate,
    TranslationProgress,
    duration,
    fit,
    pause_wordings,
    work_wordings,
)

COUNTS = Counts(
    segments=900,
    hits=100,
    misses=800,
    texts=801,
    answered=200,
    quarantined=Counter(empty=1),
    requests=210,
    retries=9,
    under_way=7,
    limit=8,
    seconds=40.0,
)
PAUSED = replace(COUNTS, pause_s=3000.0, last_trouble="captcha or empty page")
NOON = datetime(2026, 11, 29, 12, 0)


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True

    def lines(self) -> list[str]:
        """Return the lines that were drawn one over the other."""
        return self.getvalue().split(CLEAR_LINE)[1:]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    return now


def test_work_in_words():
    assert work_wordings(COUNTS, 5.0, 120.0)[0] == (
        "300 of 901 translated, about 2 min left, 5.0 a second, 1 given up, 9 sent again, 7 at once"
    )
    assert work_wordings(Counts(texts=5), 0.1, None) == ["0 of 5 translated, 6 a minute", "0 of 5 translated"]
    assert work_wordings(Counts(texts=5), 0.0, None) == ["0 of 5 translated"]


def test_a_pause_in_words():
    assert pause_wordings(PAUSED, 3000.0, NOON) == [
        "paused until 12:50, captcha or empty page; 300 of 901 translated, goes on in 50 min 0 s",
        "paused until 12:50, captcha or empty page; 300 of 901 translated",
        "paused until 12:50, captcha or empty page; 300 of 901 translated",
        "paused until 12:50; 300 of 901 translated",
    ]
    throttled = replace(PAUSED, pause_s=24.0, last_trouble="HTTP 429")
    assert pause_wordings(throttled, 32.0, NOON)[1:3] == [
        "paused until 12:00:24, too many requests (HTTP 429); 300 of 901 translated",
        "paused until 12:00:24, too many requests; 300 of 901 translated",
    ]
    hostile = replace(PAUSED, last_trouble="\x1b[31m\nHTTP 999")
    assert all(wording.isprintable() for wording in pause_wordings(hostile, 32.0, NOON))


@given(st.lists(st.text(max_size=99), min_size=1), st.integers(0, 120))
def test_a_line_never_exceeds_its_width(wordings, width):
    line = fit(wordings, width)
    assert len(line) <= width
    assert line in wordings or wordings[-1].startswith(line)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute"),
        (50, "about 1 min"),
        (190, "about 3 min"),
        (23 * 60, "about 25 min"),
        (100 * 60, "about 1 h 40 min"),
        (3 * 3600, "about 3 h"),
        (50 * 3600, "about 50 h"),
    ],
)
def test_the_remaining_time_is_rounded(seconds, words):
    assert duration(seconds) == words


@given(st.floats(0, 1e6))
def test_the_rounded_time_is_near(seconds):
    hours, minutes = re.search(r"(\d+) h", duration(seconds)), re.search(r"(\d+) min", duration(seconds))
    shown = 3600 * int(hours[1] if hours else 0) + 60 * int(minutes[1] if minutes else 0)
    assert abs(shown - seconds) <= max(60, seconds / 4)


def expected_times(pauses: list[tuple[float, float]], seconds: int, rate: float, texts: int) -> list[float | None]:
    """Return the remaining time second by second, for a service with a constant rate and pauses (start, end)."""
    pace, done, times = RateEstimate(), 0.0, []
    for second in range(1, seconds):
        end = next((end for start, end in pauses if start <= second < end), None)
        done += 0.0 if end else rate
        counts = Counts(texts=texts, answered=int(done), pause_s=end - second if end else 0.0, seconds=second)
        pace.add(counts)
        times.append(pace.seconds_left(counts))
    return times


def test_the_time_of_a_steady_service_is_exact_and_known_after_a_while():
    times = expected_times([], 200, 5.0, 2000)
    assert times[10] is None
    for second, left in enumerate(times[20:], 21):
        assert left == pytest.approx((2000 - 5 * second) / 5, rel=0.02)


def test_one_pause_does_not_make_the_time_swing():
    before, *_, after = [left for left in expected_times([(300, 360)], 380, 5.0, 6000)[290:] if left]
    assert before == pytest.approx(900, rel=0.05)
    assert after < before + 2 * 60 + 120


def test_a_service_that_pauses_again_and_again_is_expected_to_go_on_so():
    pauses = [(start, start + 30.0) for start in range(30, 3600, 60)]  # half of the time
    times = [left for left in expected_times(pauses, 3600, 4.0, 72_000)[1800:] if left]
    for second, left in enumerate(times, 1801):
        assert left == pytest.approx((72_000 - 2 * second) / 2, rel=0.1)


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(0, 1), st.booleans()), max_size=50))
def test_the_remaining_time_is_never_negative(steps):
    pace, counts = RateEstimate(), Counts(texts=5000)
    for answered, passed, paused in steps:
        counts = replace(
            counts, answered=counts.answered + answered, seconds=counts.seconds + passed, pause_s=9.0 * paused
        )
        pace.add(counts)
        left = pace.seconds_left(counts)
        assert left is None or left >= counts.pause_s


def test_a_log_gets_a_line_a_minute(clock):
    stream = StringIO()
    with TranslationProgress("sample", stream) as show:
        show(Counts())  # nothing to translate
        for second in range(150):
            clock[0] = 1000.0 + second
            show(replace(COUNTS, seconds=40.0 + second))
    first, second = stream.getvalue().splitlines()
    assert first.startswith("sample: 300 of 901 translated, about ")
    assert second.isprintable()


def test_a_terminal_gets_a_line_that_changes_every_second_even_in_a_pause(clock):
    stream = Terminal()
    with TranslationProgress("sample", stream) as show:
        show(Counts())
        assert stream.getvalue() == ""
        for second in range(20):
            clock[0] = 1000.0 + second
            show(replace(PAUSED, pause_s=20.0 - second, seconds=40.0 + second))
    lines = stream.lines()
    assert len(lines) == 21  # the last one is empty
    assert all(line != following for line, following in pairwise(lines))
    assert all(re.match(r". sample: paused until \d\d:\d\d:\d\d, captcha", line) for line in lines[:-1])
    assert max(map(len, lines)) < 80


def test_the_line_is_drawn_a_few_times_a_second(clock):
    stream = Terminal()
    show = TranslationProgress("sample", stream)
    for tick in range(1000):
        clock[0] = 1000.0 + tick / 1000
        show(COUNTS)
    assert 4 <= len(stream.lines()) <= 6


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_the_line_fits_the_terminal(clock, monkeypatch, columns):
    monkeypatch.setattr(progress, "terminal_width", lambda _: columns)
    stream = Terminal()
    show = TranslationProgress("sample", stream)
    for counts in (COUNTS, PAUSED, replace(PAUSED, pause_s=0.0)):
        clock[0] += 1
        show(counts)
    assert len(stream.lines()) == 3
    assert max(map(len, stream.lines())) < columns


def test_nothing_is_left_of_the_line_in_the_end(clock):
    stream = Terminal()
    with TranslationProgress("sample", stream) as show:
        show(COUNTS)
        clock[0] += 1
        show(replace(COUNTS, answered=800))
        assert stream.lines()[-1] == ""
        show.clear()
    assert len(stream.lines()) == 2


def test_a_short_pause_is_not_shown(clock):
    stream = Terminal()
    TranslationProgress("sample", stream)(replace(PAUSED, pause_s=1.0))
    assert "paused" not in stream.getvalue()


def test_the_summary_of_a_run():
    assert Counts(segments=9, hits=9).summary() == "9 texts, 9 in the memory; 0 to translate"
    assert COUNTS.summary() == (
        "900 texts, 100 in the memory; 801 to translate; "
        "200 translated; 210 requests; 9 sent again; given up: empty answer 1"
    )
    troubled = Counts(segments=9, trouble=Counter(empty=3, throttled=2), empty_means="captcha or empty page")
    assert troubled.summary().endswith("; failed attempts: captcha or empty page 3, too many requests 2")
