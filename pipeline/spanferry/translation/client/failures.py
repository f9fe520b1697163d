"""Whether a bad answer is the text's doing or the service's.

An answer that is about its text counts against it at once. One that is not (nothing, an error page, the
same words as to another text) counts only once some text has been answered well after it: until then it
may be the service that is banned or down.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from spanferry.records import CheckFailure
from spanferry.translation.client.tasks import Task

# Bad answers that may come to any text while the service is banned or down.
IMPERSONAL = frozenset(
    {
        CheckFailure.EMPTY,
        CheckFailure.CAPTCHA,
        CheckFailure.ERROR_PAGE,
        CheckFailure.UNCHANGED,
        CheckFailure.UNREACHABLE,
    }
)
# Answers without a word after which a text is sent in its first form again: the others may not be understood.
BLANKS = 2
# The same bad words so many times in a row are a service's last ones on a text; a local model says them once.
LAST_WORDS = 4


@dataclass(frozen=True, slots=True)
class PendingFailure:
    """A bad answer, while it is open whether the text or the service is to blame."""

    miss: Task
    fault: CheckFailure
    answer: str


@dataclass
class FailureAttribution:
    """Judges one engine's bad answers.

    attempts: how many may count against a text; remote: as in Translator; set_back(miss, final) is told
    of each that counts, and whether it was the last.
    """

    attempts: int
    remote: bool
    set_back: Callable[[Task, bool], object]
    doubts: list[PendingFailure] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)  # bad answer -> the text it was first given to

    def bad(self, miss: Task, fault: CheckFailure, answer: str) -> bool:
        """Takes a bad answer ('' when there were no words); tells whether it was meant for this text."""
        meant = not self.remote or (fault not in IMPERSONAL and self.said.setdefault(answer, miss.text) == miss.text)
        if meant:
            self._count(PendingFailure(miss, fault, answer))
        else:
            self.doubts.append(PendingFailure(miss, fault, answer))
        miss.heard += 1
        if answer:
            miss.attempt += 1
        elif fault is CheckFailure.EMPTY:
            miss.blank += 1
            miss.attempt = 0 if miss.blank % BLANKS == 0 else miss.attempt
        return meant

    def service_works(self) -> None:
        """A text was answered well: the bad answers before were the texts' own."""
        for doubt in self.doubts:
            self._count(doubt)
        self.doubts.clear()

    def forgive(self) -> None:
        """The service does not work: the bad answers were its own."""
        self.doubts.clear()

    def _count(self, doubt: PendingFailure) -> None:
        miss = doubt.miss
        if miss.bad >= self.attempts:
            return
        if doubt.answer or miss.worst is None:
            worst = doubt.fault, doubt.answer
            miss.same = miss.same + 1 if worst == miss.worst else 1
            miss.worst = worst
        final = not self.remote or (doubt.answer and miss.same >= LAST_WORDS)
        miss.bad = self.attempts if final else miss.bad + 1
        self.set_back(miss, miss.bad >= self.attempts)
