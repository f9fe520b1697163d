"""Showing how translation goes: a bar on a terminal, a line a minute elsewhere."""

from datetime import datetime, timedelta
from time import monotonic
from typing import Self, TextIO

from tqdm import tqdm

from spanferry.printing import printable
from spanferry.translation.client.counts import Counts

LINE_EVERY_S = 60.0
SHOWN_PAUSE_S = 5.0  # shorter ones come and go


class Bar:
    """Called with the counts as they change; shows nothing as long as there is nothing to ask for."""

    def __init__(self, label: str, stream: TextIO) -> None:
        self.label, self.stream = label, stream
        self.bar: tqdm | None = None
        self.next_line = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()

    def __call__(self, counts: Counts) -> None:
        if not counts.texts:
            return
        if self.stream.isatty():
            self._draw(counts)
        elif monotonic() >= self.next_line:
            # The first line comes when there is a rate to tell, and none for a run that is over sooner.
            if self.next_line:
                self.stream.write(line(self.label, counts) + "\n")
                self.stream.flush()
            self.next_line = monotonic() + LINE_EVERY_S

    def clear(self) -> None:
        """Makes room for a line; the bar comes back with the next counts."""
        if self.bar is not None:
            self.bar.clear()

    def _draw(self, counts: Counts) -> None:
        if self.bar is None:
            self.bar = tqdm(desc=self.label, unit=" texts", file=self.stream, dynamic_ncols=True)
        self.bar.total = counts.texts
        self.bar.set_postfix_str(detail(counts), refresh=False)
        self.bar.update(counts.settled - self.bar.n)


def detail(counts: Counts) -> str:
    """Hits, misses, retries, concurrency and pause in a few words."""
    words = [
        f"{counts.hits:,} hits",
        f"{counts.misses:,} misses",
        f"{counts.retries:,} retries",
        f"{counts.under_way}/{counts.limit} under way",
    ]
    if counts.quarantined:
        words.append(f"{counts.quarantined.total():,} given up")
    if counts.pause_s >= SHOWN_PAUSE_S:
        until = datetime.now() + timedelta(seconds=counts.pause_s)
        words.append(f"paused until {until:%H:%M:%S} ({printable(counts.last_trouble)})")
    return ", ".join(words)


def line(label: str, counts: Counts) -> str:
    """One line for a log: how far, how fast, how long still."""
    rate = counts.settled / counts.seconds if counts.seconds else 0.0
    left = timedelta(seconds=round((counts.texts - counts.settled) / rate)) if rate else "unknown"
    return f"{label}: {counts.settled:,} of {counts.texts:,} texts, {rate:.1f}/s, {left} left, {detail(counts)}"
