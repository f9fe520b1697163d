"""Shows the progress of a translation: a bar on a terminal, or one line per minute elsewhere."""

from datetime import datetime, timedelta
from time import monotonic
from typing import Self, TextIO

from tqdm import tqdm

from spanferry.printing import printable
from spanferry.translation.client.counts import Counts

LOG_EVERY_S = 60.0
SHORTEST_SHOWN_PAUSE_S = 5.0  # shorter pauses end before anyone can read about them


class TranslationProgress:
    """A progress display. Call it with the counts when they change. It is empty until there are texts to translate."""

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
            # The first line is written after LOG_EVERY_S, when the rate is known. A shorter run has no line.
            if self.next_line:
                self.stream.write(log_line(self.label, counts) + "\n")
                self.stream.flush()
            self.next_line = monotonic() + LOG_EVERY_S

    def clear(self) -> None:
        """Remove the bar, so that a line can be printed. The next counts show it again."""
        if self.bar is not None:
            self.bar.clear()

    def _draw(self, counts: Counts) -> None:
        if self.bar is None:
            self.bar = tqdm(desc=self.label, unit=" texts", file=self.stream, dynamic_ncols=True)
        self.bar.total = counts.texts
        self.bar.set_postfix_str(status(counts), refresh=False)
        self.bar.update(counts.finished - self.bar.n)


def status(counts: Counts) -> str:
    """Return hits, misses, retries, concurrency and pause as a short text."""
    parts = [
        f"{counts.hits:,} hits",
        f"{counts.misses:,} misses",
        f"{counts.retries:,} retries",
        f"{counts.under_way}/{counts.limit} under way",
    ]
    if counts.quarantined:
        parts.append(f"{counts.quarantined.total():,} given up")
    if counts.pause_s >= SHORTEST_SHOWN_PAUSE_S:
        until = datetime.now() + timedelta(seconds=counts.pause_s)
        parts.append(f"paused until {until:%H:%M:%S} ({printable(counts.last_trouble)})")
    return ", ".join(parts)


def log_line(label: str, counts: Counts) -> str:
    """Return progress, rate and remaining time as one line."""
    rate = counts.finished / counts.seconds if counts.seconds else 0.0
    left = timedelta(seconds=round((counts.texts - counts.finished) / rate)) if rate else "unknown"
    return f"{label}: {counts.finished:,} of {counts.texts:,} texts, {rate:.1f}/s, {left} left, {status(counts)}"
