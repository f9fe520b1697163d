"""What a run of translation did, so far."""

from collections import Counter

from msgspec import Struct, field


class Counts(Struct):
    """segments = hits + misses; the rest is about distinct texts, and about the requests sent for them."""

    segments: int = 0
    hits: int = 0  # held by the memory, whole or in all their pieces, or nothing in them to translate
    misses: int = 0
    texts: int = 0  # distinct texts, or pieces of long ones, to ask for
    answered: int = 0  # of these, answered well
    quarantined: Counter[str] = field(default_factory=Counter)  # of these, given up, by fault
    requests: int = 0
    retries: int = 0  # texts sent again
    characters: int = 0  # sent
    trouble: Counter[str] = field(default_factory=Counter)  # texts sent without a good answer, by what was wrong
    under_way: int = 0  # requests
    limit: int = 0  # most requests that may be under way now
    pause_s: float = 0.0  # until anything is sent again
    last_trouble: str = ""
    seconds: float = 0.0

    @property
    def settled(self) -> int:
        return self.answered + self.quarantined.total()

    def told(self) -> str:
        """The run in one line."""
        words = [f"{self.segments:,} segments, {self.hits:,} held", f"{self.texts:,} texts asked for"]
        if self.requests:
            words += [f"{self.answered:,} answered", f"{self.requests:,} requests", f"{self.retries:,} sent again"]
        for label, counter in (("trouble", self.trouble), ("given up", self.quarantined)):
            if counter:
                listed = ", ".join(f"{name} {number:,}" for name, number in sorted(counter.items()))
                words.append(f"{label}: {listed}")
        return "; ".join(words)
