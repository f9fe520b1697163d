"""Shows the progress of a translation: one line that changes every second on a terminal, or a line a minute elsewhere.

- squad2 [====      ] 1,079 of 2,063 translated, about 3 min left, 4.8 a second
/ squad2: paused until 20:18, captcha or empty page; 1,079 of 2,063 translated
"""

import os
import re
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from time import monotonic
from typing import Self, TextIO

from spanferry.printing import printable
from spanferry.translation.client.counts import Counts

LOG_EVERY_S = 60.0
DRAW_EVERY_S = 0.2
SHORTEST_SHOWN_PAUSE_S = 5.0  # shorter pauses end before anyone can read about them
PAUSE_WITH_SECONDS_S = 600.0  # the end of a shorter pause is shown with its seconds
# After this time an observation counts half. Answers come in bursts, and a service slows down within minutes.
RATE_HALF_LIFE_S = 120.0
PAUSES_HALF_LIFE_S = 1800.0
# The remaining time is not shown before so much was observed: the first answers come slowly.
MIN_OBSERVED_S, MIN_OBSERVED_TEXTS = 15.0, 10
BAR_CELLS = 10
SPINNER = "-\\|/"
CLEAR_LINE = "\r\x1b[K"


class DecayingMean:
    """The mean of a quantity per second, in which what was seen `half_life_s` ago counts half."""

    def __init__(self, half_life_s: float) -> None:
        self.half_life_s = half_life_s
        self.total = self.seconds = 0.0

    def add(self, amount: float, seconds: float) -> None:
        """Add the amount that was seen within so many seconds."""
        keep = 0.5 ** (seconds / self.half_life_s)
        self.total = self.total * keep + amount
        self.seconds = self.seconds * keep + seconds

    @property
    def value(self) -> float:
        """The mean; 0 when no time has passed."""
        return self.total / self.seconds if self.seconds else 0.0


class RateEstimate:
    """The pace of a translation: the recent rate outside pauses, and the share of the time that pauses left.

    A single pause therefore changes the remaining time little, while a service that pauses again and again is expected
    to go on so.
    """

    def __init__(self) -> None:
        self.rate = DecayingMean(RATE_HALF_LIFE_S)
        self.working_share = DecayingMean(PAUSES_HALF_LIFE_S)
        self.finished = 0
        self.seconds = 0.0
        self.observed_s = 0.0

    def add(self, counts: Counts) -> None:
        """Add the counts of now."""
        passed = max(0.0, counts.seconds - self.seconds)
        working = 0.0 if counts.pause_s else passed
        self.rate.add(counts.finished - self.finished, working)
        self.working_share.add(working, passed)
        self.finished, self.seconds = counts.finished, counts.seconds
        self.observed_s += passed

    @property
    def per_second(self) -> float:
        """The number of texts per second, pauses included."""
        return self.rate.value * self.working_share.value

    def seconds_left(self, counts: Counts) -> float | None:
        """Return the expected remaining time; None when too little was observed."""
        if self.observed_s < MIN_OBSERVED_S or counts.finished < MIN_OBSERVED_TEXTS or not self.per_second:
            return None
        return counts.pause_s + (counts.texts - counts.finished) / self.per_second


class TranslationProgress:
    """A progress display. Call it with the counts at least once a second. It shows nothing until texts are sent."""

    def __init__(self, label: str, stream: TextIO) -> None:
        self.label, self.stream = label, stream
        self.pace = RateEstimate()
        self.is_drawn = False
        self.next_line = self.next_draw = 0.0
        self.draws = 0
        self.pause_end = 0.0  # of the pause that is shown, in seconds of monotonic()
        self.pause_length_s = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def __call__(self, counts: Counts) -> None:
        if not counts.texts:
            return
        now = monotonic()
        self.pace.add(counts)
        self._note_pause(counts.pause_s, now)
        if self.stream.isatty():
            if counts.finished >= counts.texts:
                self.clear()
            elif now >= self.next_draw:
                self._draw(counts)
                self.next_draw = now + DRAW_EVERY_S
        elif now >= self.next_line:
            # The first line is written after LOG_EVERY_S, when the rate is known. A shorter run has no line.
            if self.next_line:
                self.stream.write(f"{self.label}: {self._wordings(counts)[0]}\n")
                self.stream.flush()
            self.next_line = now + LOG_EVERY_S

    def clear(self) -> None:
        """Remove the line, so that another one can be printed. The next counts show it again."""
        if self.is_drawn:
            self.stream.write(CLEAR_LINE)
            self.stream.flush()
        self.is_drawn = False
        self.next_draw = 0.0

    def _note_pause(self, pause_s: float, now: float) -> None:
        """Remember a pause that is long enough to be shown. It is shown until its end."""
        if pause_s <= 0:
            self.pause_length_s = 0.0
        elif pause_s >= SHORTEST_SHOWN_PAUSE_S and abs(now + pause_s - self.pause_end) > 0.5:
            self.pause_end, self.pause_length_s = now + pause_s, pause_s

    def _wordings(self, counts: Counts) -> Sequence[str]:
        if self.pause_length_s:
            return pause_wordings(counts, self.pause_length_s, datetime.now())
        return work_wordings(counts, self.pace.per_second, self.pace.seconds_left(counts))

    def _draw(self, counts: Counts) -> None:
        self.draws += 1
        head = f"{SPINNER[self.draws % len(SPINNER)]} {self.label}"
        head += ": " if self.pause_length_s else f" [{bar(counts)}] "
        # A terminal moves to the next line when its last column is written.
        line = fit([head + wording for wording in self._wordings(counts)], terminal_width(self.stream) - 1)
        self.stream.write(CLEAR_LINE + line)
        self.stream.flush()
        self.is_drawn = True


def work_wordings(counts: Counts, per_second: float, seconds_left: float | None) -> list[str]:
    """Describe a translation that goes on, the longest wording first."""
    parts = [translated(counts)]
    if seconds_left is not None:
        parts.append(f"{duration(seconds_left)} left")
    if per_second:
        parts.append(f"{per_second:.1f} a second" if per_second >= 1 else f"{60 * per_second:.0f} a minute")
    if given_up := counts.quarantined.total():
        parts.append(f"{given_up:,} given up")
    if counts.retries:
        parts.append(f"{counts.retries:,} sent again")
    if counts.under_way:
        parts.append(f"{counts.under_way:,} at once")
    return [", ".join(parts[:end]) for end in range(len(parts), 0, -1)]


def pause_wordings(counts: Counts, length_s: float, now: datetime) -> list[str]:
    """Describe a translation in a pause, the longest wording first. length_s: the length of the whole pause."""
    end = now + timedelta(seconds=counts.pause_s)
    until = f"paused until {end:%H:%M}" if length_s >= PAUSE_WITH_SECONDS_S else f"paused until {end:%H:%M:%S}"
    phrase, detail = reason_of_pause(counts.last_trouble)
    with_reason, without_detail = (f"{until}, {reason}; {translated(counts)}" for reason in (phrase + detail, phrase))
    return [
        f"{with_reason}, goes on in {countdown(counts.pause_s)}",
        with_reason,
        without_detail,
        f"{until}; {translated(counts)}",
    ]


def reason_of_pause(trouble: str) -> tuple[str, str]:
    """Return the reason of a pause as (phrase, detail): 'HTTP 429' -> ('too many requests', ' (HTTP 429)')."""
    if match := re.fullmatch(r"HTTP (\d{3})", trouble):
        try:
            return HTTPStatus(int(match[1])).phrase.lower(), f" ({trouble})"
        except ValueError:  # not a registered status
            pass
    return printable(trouble), ""


def translated(counts: Counts) -> str:
    """Return how many of the texts are translated, those in the memory included."""
    return f"{counts.describe_saved()} translated"


def bar(counts: Counts) -> str:
    """Return the cells of a bar: the share of the texts that need nothing more."""
    done = (counts.hits + counts.finished) / (counts.hits + counts.texts)
    return ("=" * int(done * BAR_CELLS)).ljust(BAR_CELLS)


def duration(seconds: float) -> str:
    """Return a remaining time, rounded as roughly as it is known."""
    minutes = max(1, round(seconds / 60))
    if seconds < 45:
        return "less than a minute"
    if minutes < 10:
        return f"about {minutes} min"
    if minutes < 60:
        return f"about {round(minutes / 5) * 5} min"
    if minutes < 600:
        minutes = round(minutes / 10) * 10
        return f"about {minutes // 60} h {minutes % 60} min" if minutes % 60 else f"about {minutes // 60} h"
    return f"about {round(minutes / 60):,} h"


def countdown(seconds: float) -> str:
    """Return an exact time such as '24 s' or '12 min 5 s'."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes:,} min {rest} s" if minutes else f"{rest} s"


def fit(wordings: Sequence[str], width: int) -> str:
    """Return the first wording that is short enough. If there is none, shorten the last one."""
    for wording in wordings:
        if len(wording) <= width:
            return wording
    return wordings[-1][: max(0, width)]


def terminal_width(stream: TextIO) -> int:
    """Return the number of columns of a terminal; 80 when it does not tell."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return shutil.get_terminal_size((80, 24)).columns
