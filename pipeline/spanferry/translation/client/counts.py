"""The counts of a translation run."""

from collections import Counter

from msgspec import Struct, field

from spanferry.printing import plural
from spanferry.records import CheckFailure

TROUBLE = {
    CheckFailure.CAPTCHA: "captcha page",
    CheckFailure.ERROR_PAGE: "error page",
    CheckFailure.CHAT: "comment instead of a translation",
    CheckFailure.UNCHANGED: "left untranslated",
    CheckFailure.MARKUP: "stray markup",
    CheckFailure.LENGTH: "implausible length",
    CheckFailure.NUMBERS: "number missing",
    CheckFailure.TRUNCATED: "cut off",
    CheckFailure.SCRIPT: "wrong script",
    CheckFailure.REPETITION: "repetition",
    CheckFailure.REFUSED: "refused",
    CheckFailure.UNREACHABLE: "no connection",
    CheckFailure.NOT_HELD: "not in the memory",
    "throttled": "too many requests",
}
"""Words for a person: reason -> why a text got no good answer. The words for EMPTY depend on the engine."""


def describe_trouble(reason: str, empty_means: str) -> str:
    """Return the words for a reason. empty_means: as in Translator."""
    return empty_means if reason == CheckFailure.EMPTY else TROUBLE.get(reason, reason)


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
    last_trouble: str = ""  # in words
    empty_means: str = "empty answer"  # as in Translator
    seconds: float = 0.0

    @property
    def finished(self) -> int:
        """The number of texts that are answered or given up."""
        return self.answered + self.quarantined.total()

    @property
    def saved(self) -> int:
        """The number of texts whose translation is in the memory now."""
        return self.hits + self.answered

    def describe_saved(self) -> str:
        """Return how many of the texts are saved: '1,079 of 2,063'."""
        return f"{self.saved:,} of {self.hits + self.texts:,}"

    def summary(self) -> str:
        """Return the summary of the run on one line."""
        parts = [f"{plural(self.segments, 'text')}, {self.hits:,} in the memory", f"{self.texts:,} to translate"]
        if self.requests:
            parts += [f"{self.answered:,} translated", plural(self.requests, "request"), f"{self.retries:,} sent again"]
        for label, counter in (("failed attempts", self.trouble), ("given up", self.quarantined)):
            if counter:
                words = {describe_trouble(reason, self.empty_means): number for reason, number in counter.items()}
                parts.append(f"{label}: " + ", ".join(f"{name} {number:,}" for name, number in sorted(words.items())))
        return "; ".join(parts)
