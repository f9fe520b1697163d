"""Tests of progress: the line of a log, the bar of a terminal, and the summary of a run."""

import re
from collections import Counter
from io import StringIO

from spanferry.translation import progress
from spanferry.translation.client.counts import Counts
from spanferry.translation.progress import TranslationProgress, log_line

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


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line():
    assert log_line("sample", COUNTS) == (
        "sample: 201 of 801 texts, 5.0/s, 0:01:59 left, 100 hits, 800 misses, 9 retries, 7/8 under way, 1 given up"
    )
    assert "unknown left" in log_line("sample", Counts(texts=5))


def test_a_log_gets_a_line_at_intervals(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    stream = StringIO()
    with TranslationProgress("sample", stream) as show:
        show(Counts())  # nothing to translate
        for second in range(150):
            now[0] = 1000.0 + second
            show(COUNTS)
    assert stream.getvalue().splitlines() == [log_line("sample", COUNTS)] * 2


def test_a_terminal_gets_a_bar():
    stream = Terminal()
    with TranslationProgress("sample", stream) as show:
        show(Counts())
        assert stream.getvalue() == ""
        show(COUNTS)
        show.clear()
    shown = stream.getvalue()
    assert "201/801" in shown
    assert "9 retries, 7/8 under way, 1 given up" in shown


def test_a_pause_is_shown():
    paused = log_line("sample", Counts(texts=5, pause_s=3000, last_trouble="HTTP 429"))
    assert re.search(r", paused until \d\d:\d\d:\d\d \(HTTP 429\)$", paused)
    assert "paused" not in log_line("sample", Counts(texts=5, pause_s=1))


def test_the_summary_of_a_run():
    assert Counts(segments=9, hits=9).summary() == "9 segments, 9 in memory; 0 texts to translate"
    assert COUNTS.summary() == (
        "900 segments, 100 in memory; 801 texts to translate; "
        "200 translated; 210 requests; 9 retries; given up: empty 1"
    )
