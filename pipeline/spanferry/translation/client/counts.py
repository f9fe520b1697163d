"""The counts of a translation run."""

from collections import Counter

from msgspec import Struct, field


class Counts(Struct):
    """The counts of a run so far.

    segments = hits + misses. The other fields count distinct texts, and the requests for them.
    """

    segments: int = 0
    hits: int = 0  # segments that are in the memory, as a whole or in all chunks, or need no translation
    misses: int = 0
    texts: int = 0  # distinct texts, or chunks of long texts, to send to the engine
    answered: int = 0  # of these, texts with a good answer
    quarantined: Counter[str] = field(default_factory=Counter)  # of these, texts that were given up, by failure
    requests: int = 0
    retries: int = 0  # texts sent again
    characters: int = 0  # characters sent
    trouble: Counter[str] = field(default_factory=Counter)  # texts that were sent and got no good answer, by reason
    under_way: int = 0  # requests under way now
    limit: int = 0  # the largest number of requests under way that is allowed now
    pause_s: float = 0.0  # seconds until requests are sent again
    last_trouble: str = ""
    seconds: float = 0.0

    @property
    def finished(self) -> int:
        """The number of texts that are answered or given up."""
        return self.answered + self.quarantined.total()

    def summary(self) -> str:
        """Return the summary of the run on one line."""
        parts = [f"{self.segments:,} segments, {self.hits:,} in memory", f"{self.texts:,} texts to translate"]
        if self.requests:
            parts += [f"{self.answered:,} translated", f"{self.requests:,} requests", f"{self.retries:,} retries"]
        for label, counter in (("failed attempts", self.trouble), ("given up", self.quarantined)):
            if counter:
                parts.append(f"{label}: " + ", ".join(f"{name} {number:,}" for name, number in sorted(counter.items())))
        return "; ".join(parts)
