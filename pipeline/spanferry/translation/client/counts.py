"""Counts what a translation run has done so far."""

from collections import Counter

from msgspec import Struct, field


class Counts(Struct):
    """segments = hits + misses. The other fields count distinct texts, and the requests for them."""

    segments: int = 0
    hits: int = 0  # translated by the memory, as a whole or in all parts, or without anything to translate
    misses: int = 0
    texts: int = 0  # distinct texts, or chunks of long ones, that need the engine
    answered: int = 0  # of these, with a good answer
    quarantined: Counter[str] = field(default_factory=Counter)  # of these, given up, by failure
    requests: int = 0
    retries: int = 0  # texts sent again
    characters: int = 0  # sent
    trouble: Counter[str] = field(default_factory=Counter)  # texts sent without a good answer, by reason
    under_way: int = 0  # requests
    limit: int = 0  # most requests under way allowed now
    pause_s: float = 0.0  # until anything is sent again
    last_trouble: str = ""
    seconds: float = 0.0

    @property
    def finished(self) -> int:
        """Texts that are answered or given up."""
        return self.answered + self.quarantined.total()

    def summary(self) -> str:
        """The run in one line."""
        parts = [f"{self.segments:,} segments, {self.hits:,} in memory", f"{self.texts:,} texts to translate"]
        if self.requests:
            parts += [f"{self.answered:,} translated", f"{self.requests:,} requests", f"{self.retries:,} retries"]
        for label, counter in (("failed attempts", self.trouble), ("given up", self.quarantined)):
            if counter:
                parts.append(f"{label}: " + ", ".join(f"{name} {number:,}" for name, number in sorted(counter.items())))
        return "; ".join(parts)
