"""Translating segments through a memory, at the service's pace, with every answer checked.

    segments ──> memory? ──hit──────────────────────────────> translation
                   └─miss─> cut ──> memory? ─miss─> engine ──> fault? ──> memory ──> rejoined
                                                       ^         │
                                                       └─ again ─┴─ too often ──> quarantine

The same segments give the same translations whatever the number of workers, the order in which
answers come, and how often the work is interrupted.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from time import monotonic

from msgspec.structs import astuple

from spanferry.errors import InputError
from spanferry.records import CheckFailure, Kind
from spanferry.translation.checks import MARKED, find_failure
from spanferry.translation.chunks import cut
from spanferry.translation.client.counts import Counts
from spanferry.translation.client.scheduler import Scheduler
from spanferry.translation.client.tasks import Draft, Segment, Task, drafts
from spanferry.translation.engines.base import NotInMemory, Request, Translator
from spanferry.translation.memory.store import FailedAttempt, Memory, Scope, digest
from spanferry.translation.settings import TranslateSettings

SHOWN_CHARACTERS = 120  # of a text in an error message
# Texts to send again when the service is in doubt, and how many of them are out of one call's segments.
WITNESSES, OUT_OF_ONE = 8, 4


@dataclass(frozen=True, slots=True)
class TranslationResult:
    """A segment's translation, or the fault why there is none; the other one is None."""

    text: str | None
    fault: CheckFailure | None = None


class TranslationSession:
    """Where segments are brought to be translated; `session.open_desk` sets one up.

    memory: None for trusted engines, whose answers are neither checked nor kept.
    given: translations that come before the memory's and are not kept in it (a corpus's own TMX).
    earlier: translations that come after the memory's (this corpus's, by earlier runs elsewhere).
    enter: called each time before something is asked; the first time it must enter the translator.
    """

    def __init__(
        self,
        translator: Translator,
        memory: Memory | None,
        settings: TranslateSettings,
        languages: tuple[str, str],
        given: Mapping[str, str] | None = None,
        earlier: Mapping[str, str] | None = None,
        progress: Callable[[Counts], object] = lambda counts: None,
        enter: Callable[[], object] = lambda: None,
    ) -> None:
        self.translator, self.memory, self.settings = translator, memory, settings
        self.scope = Scope(translator.identity, *languages)
        self.given, self.earlier = given or {}, earlier or {}
        self.progress, self.enter = progress, enter
        self.counts = Counts()
        self.started = monotonic()
        # Of these neither kind nor paragraph is known; least is asked of an answer's translation.
        latest = [] if memory is None else [Task(text, Kind.ANSWER) for text in memory.latest]
        self.witnesses = deque(latest, maxlen=WITNESSES)

    def translate(self, segments: Iterable[Segment]) -> list[TranslationResult]:
        """One result a segment, in order.

        Raises TranslationError when the engine is missing or at its end, or a budget or the patience is (what was
        answered is kept in the memory), and InputError when an offline memory does not hold a segment
        that is not marked.
        """
        if self.memory is None:
            results = self._replay(list(segments))
        else:
            segments = list(segments)
            drafted, misses = self.draft(segments)
            held = sum(isinstance(draft, str) for draft in drafted)
            self.counts.segments += len(drafted)
            self.counts.hits += held
            self.counts.misses += len(drafted) - held
            self.counts.texts += len(misses)
            self.witnesses.extendleft(islice(self._answered(segments, drafted), OUT_OF_ONE))
            if misses:
                self._ask(misses)
            results = [finished(draft) for draft in drafted]
        self.progress(self.counts)
        return results

    def draft(self, segments: Iterable[Segment]) -> tuple[list[Draft], list[Task]]:
        """One draft a segment, and the distinct texts that would be asked for; nothing is sent."""
        return drafts(segments, self.translator, self._look_up, self._history)

    def gives(self, text: str) -> bool:
        """Whether the corpus's own translations have a part in a text's, which then is not all the engine's work."""
        if self.memory is None or not self.given:
            return False
        pieces = cut(text, self.translator.size, self.translator.limit)[1::2]
        return any(piece in self.given for piece in (text, *pieces))

    def _look_up(self, text: str, context: str) -> str | None:
        """What is held for a text in that paragraph ('' for engines that do not use it)."""
        if (held := self.given.get(text)) is not None or self.memory is None:
            return held
        # What a person has imported is right in every paragraph.
        if (held := self.memory.get(text)) is None and context:
            held = self.memory.get(text, digest(context))
        return self.earlier.get(text) if held is None else held

    def _history(self, text: str, context: str) -> FailedAttempt | None:
        """The bad answers that a text has had in earlier runs."""
        return self.memory.setback(text, digest(context)) if self.memory is not None else None

    def _set_back(self, miss: Task, final: bool) -> None:
        found, answer = miss.worst
        counts = miss.bad, miss.same, miss.attempt
        self.memory.set_back(
            FailedAttempt(*astuple(self.scope), miss.text, found, answer, *counts, final, digest(miss.context))
        )

    def _answered(self, segments: Sequence[Segment], drafted: Sequence[Draft]) -> Iterator[Task]:
        """The texts that the engine has answered well before, and not with themselves."""
        for segment, draft in zip(segments, drafted, strict=True):
            if isinstance(draft, str) and draft != segment.text and segment.text not in self.given:
                context = segment.context if self.translator.uses_context else ""
                if self.memory.get(segment.text, digest(context)):
                    yield Task(segment.text, segment.kind, context)

    def _ask(self, misses: Sequence[Task]) -> None:
        """Asks for every miss; its good answer goes to the memory."""
        self.enter()
        asking = Scheduler(
            self.translator,
            self.settings,
            self.counts,
            check=lambda miss, answer: find_failure(miss.text, answer, miss.kind, self.scope.source, self.scope.target),
            keep=lambda good: self.memory.put((miss.text, digest(miss.context), miss.answer) for miss in good),
            sync=self.memory.sync,
            set_back=self._set_back,
            progress=self.progress,
            witnesses=self.witnesses,
            started=self.started,
        )
        asking.run(misses)

    def _replay(self, segments: Sequence[Segment]) -> list[TranslationResult]:
        """All segments through a trusted engine."""
        self.enter()
        results: list[TranslationResult] = []
        for at in range(0, len(segments), self.translator.batch):
            batch = segments[at : at + self.translator.batch]
            try:
                answers = self.translator.translate([Request(segment.text, segment.context) for segment in batch])
                results += [TranslationResult(answer) for answer in answers]
            except NotInMemory:
                results += [TranslationResult(None, CheckFailure.NOT_HELD)] * len(batch)
        self.counts.segments += len(segments)
        self.counts.hits += sum(result.fault is None for result in results)
        self.counts.misses = self.counts.segments - self.counts.hits
        missing = [s for s, r in zip(segments, results, strict=True) if r.fault and s.kind != MARKED]
        if missing:
            text = missing[0].text
            shown = text[:SHOWN_CHARACTERS] + ("..." if len(text) > SHOWN_CHARACTERS else "")
            more = f" (nor {len(missing) - 1:,} more segments)" if len(missing) > 1 else ""
            raise InputError(f"the translation memory does not hold the {missing[0].kind} {shown!r}{more}")
        return results


def finished(draft: Draft) -> TranslationResult:
    """A draft whose misses are settled -> its result; the first fault among its parts is its own."""
    if isinstance(draft, str):
        return TranslationResult(draft)
    parts = draft if isinstance(draft, list) else [draft]
    for part in parts:
        if isinstance(part, Task) and part.fault:
            return TranslationResult(None, part.fault)
    return TranslationResult("".join(part.answer if isinstance(part, Task) else part for part in parts))
