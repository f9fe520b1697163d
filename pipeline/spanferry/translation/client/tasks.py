"""What is known of each segment's translation before anything is asked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from spanferry.records import CheckFailure
from spanferry.translation.chunks import cut
from spanferry.translation.engines.base import Request, Translator
from spanferry.translation.memory.store import FailedAttempt


@dataclass(frozen=True, slots=True)
class Segment:
    """A text to translate. kind: Kind or validation.MARKED; context: the paragraph around it, where known."""

    text: str
    kind: str
    context: str = ""


@dataclass(slots=True, eq=False)
class Task:
    """A text to ask for. In the end it has either an answer or a fault."""

    text: str
    kind: str
    context: str = ""
    answer: str | None = None
    fault: CheckFailure | None = None
    sent: int = 0
    heard: int = 0  # bad answers
    blank: int = 0  # of these, those that said nothing
    attempt: int = 0  # see Request
    bad: int = 0  # bad answers that count against the text, those to earlier runs too
    worst: tuple[CheckFailure, str] | None = None  # the last of these that said something, if any did
    same: int = 0  # how often it came in a row

    @property
    def request(self) -> Request:
        return Request(self.text, self.context, self.attempt)


Draft = str | Task | list[str | Task]
"""A translation; or the miss that will be it; or the parts of one, some of them misses."""
LookUp = Callable[[str, str], str | None]
"""(text, its paragraph or '') -> its translation, if it is held."""
History = Callable[[str, str], FailedAttempt | None]
"""(text, its paragraph or '') -> the bad answers it has had in earlier runs, if any."""


class Drafter:
    """Drafts segments one by one; `misses` gathers what is to be asked for, each text once."""

    def __init__(self, translator: Translator, look_up: LookUp, history: History) -> None:
        self.translator, self.look_up, self.history = translator, look_up, history
        self.misses: dict[str | tuple[str, str], Task] = {}  # by text, or by text and paragraph

    def draft(self, segment: Segment) -> Draft:
        """Raises nothing: what is not held becomes a miss."""
        context = segment.context if self.translator.uses_context else ""
        held = self.look_up(segment.text, context)
        if held is not None:
            return held
        parts = cut(segment.text, self.translator.size, self.translator.limit)
        if len(parts) == 3 and parts[1] == segment.text:
            return self._miss(segment.text, segment.kind, context)
        draft: list[str | Task] = list(parts)
        for place in range(1, len(parts), 2):
            held = self.look_up(parts[place], context)
            draft[place] = self._miss(parts[place], segment.kind, context) if held is None else held
        return draft if any(isinstance(part, Task) for part in draft) else "".join(draft)

    def _miss(self, text: str, kind: str, context: str) -> Task:
        key = (text, context) if context else text
        if key not in self.misses:
            self.misses[key] = miss = Task(text, kind, context)
            if back := self.history(text, context):
                miss.attempt, miss.bad, miss.same = back.attempt, back.bad, back.same
                miss.worst = back.fault, back.answer
                miss.fault = back.fault if back.final else None
        return self.misses[key]


def drafts(
    segments: Iterable[Segment], translator: Translator, look_up: LookUp, history: History
) -> tuple[list[Draft], list[Task]]:
    """One draft a segment, and the distinct texts to ask for, in the segments' order.

    Texts in quarantine are misses that have their fault already, and are not asked for.
    """
    drafter = Drafter(translator, look_up, history)
    drafted = [drafter.draft(segment) for segment in segments]
    return drafted, [miss for miss in drafter.misses.values() if miss.fault is None]
