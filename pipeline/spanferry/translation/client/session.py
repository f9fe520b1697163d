"""Translates segments with the memory, and sends only missing texts to the engine. Every answer is checked.

    segment -> memory -> found: its translation
                      -> missing: chunks -> memory -> missing: engine -> check -> good: memory, joined chunks
                                                                 ^       |
                                                                 '-retry-+-> too many bad answers: quarantine

The translations do not depend on the number of workers, the order of the answers, or interruptions.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from time import monotonic
from typing import TYPE_CHECKING

from spanferry.errors import TranslationError
from spanferry.printing import plural
from spanferry.records import CheckFailure, Kind
from spanferry.translation.budget import Budget, limited_price
from spanferry.translation.checks import find_failure
from spanferry.translation.chunks import split_text
from spanferry.translation.client.asking import ask
from spanferry.translation.client.calls import Calls, FinishedCall
from spanferry.translation.client.counts import Counts
from spanferry.translation.client.events import (
    Answered,
    AttemptFailed,
    Call,
    Event,
    GiveUp,
    Send,
    Stop,
    Unanswered,
    Wait,
)
from spanferry.translation.client.health import MAX_KNOWN_GOOD
from spanferry.translation.client.lookup import LookupResult, join_parts, look_up_segments
from spanferry.translation.client.offline import translate_offline
from spanferry.translation.client.scheduler import Answers, Scheduler
from spanferry.translation.client.tasks import Segment, Task, TranslationResult
from spanferry.translation.engines.base import EngineFailure, Translator
from spanferry.translation.memory.ledger import Ledger
from spanferry.translation.memory.store import FailedAttempt, Memory, Scope, context_digest
from spanferry.translation.money import Price, Spent
from spanferry.translation.settings import TranslateSettings
from spanferry.translation.usage import Usage

if TYPE_CHECKING:  # so that the stages do not depend on how TMX is read
    from spanferry.translation.memory.tmx import TmxFile

# The number of texts of each `translate` call that are added to those for health checks.
KNOWN_GOOD_PER_CALL = 4
# Stored answers survive the end of the process immediately, and a power cut after this time. During this time, about as
# many answers arrive as there are requests under way.
SYNC_AFTER_S = 0.1
PROGRESS_EVERY_S = 1.0  # the longest time between two progress reports


class TranslationSession:
    """A session that translates the segments of one corpus. `setup.open_session` creates it.

    memory: None for trusted engines, whose answers are neither checked nor stored. corpus_translations: the corpus's
    own translations (its TMX file), which take precedence over the memory and are not stored in it.
    prior_translations: translations of this corpus by earlier runs, used for texts that the memory lacks. progress:
    called with the counts when they change. enter: called before texts are sent; its first call must enter the
    translator. purpose: what the translations are for, to which the memory books what a service bills. price: the
    price of the translator, None if it is not known; it is needed for `max_cost`. own_file: where the corpus's own
    translations are from.
    """

    def __init__(
        self,
        translator: Translator,
        memory: Memory | None,
        settings: TranslateSettings,
        languages: tuple[str, str],
        corpus_translations: Mapping[str, str] | None = None,
        prior_translations: Mapping[str, str] | None = None,
        progress: Callable[[Counts], object] = lambda counts: None,
        enter: Callable[[], object] = lambda: None,
        purpose: str = "",
        price: Price | None = None,
        own_file: "TmxFile | None" = None,
    ) -> None:
        self.translator, self.memory, self.settings = translator, memory, settings
        self.purpose, self.price, self.own_file = purpose, price, own_file
        self.scope = Scope(translator.identity, *languages)
        self.corpus_translations = corpus_translations or {}
        self.prior_translations = prior_translations or {}
        self.progress, self.enter = progress, enter
        self.counts = Counts(empty_means=translator.empty_means)
        self.started = monotonic()
        # A price without a meter: each call counts as estimated.
        self.counts_calls = translator.meter is None and price is not None and not price.is_free
        self.keeps_account = translator.meter is not None or self.counts_calls
        self.budget = self._make_budget()
        # Texts for health checks; the first one is used next. The memory does not store the kind of a text, so they get
        # the kind for which the checks are most lenient.
        recent = () if memory is None else memory.recent_texts
        self.known_good = tuple(Task(text, Kind.ANSWER) for text in recent)

    def translate(self, segments: Iterable[Segment]) -> list[TranslationResult]:
        """Return one result per segment, in order.

        Raises TranslationError when the engine is missing or fails for good, when a budget is spent, or when no good
        answer came for patience_hours. All good answers are then in the memory. Raises InputError when an offline
        memory lacks a segment that is neither a marked sentence nor a title.
        """
        segments = list(segments)
        memory = self.memory
        results = self._translate_offline(segments) if memory is None else self._translate(segments, memory)
        self.progress(self.counts)
        return results

    def look_up(self, segments: Iterable[Segment]) -> tuple[list[LookupResult], list[Task]]:
        """Return one lookup result per segment, and the distinct tasks that `translate` would send."""
        return look_up_segments(segments, self.translator, self._find_translation, self._find_failed_attempt)

    @property
    def spent(self) -> Spent | None:
        """What was spent for this purpose so far, by all runs and translators; None if nothing is billed."""
        if self.memory is None:
            return None
        nothing = Spent(Usage(), 0.0, self.price.currency) if self.price else Spent(Usage())
        return self.memory.ledger.spent_for(self.purpose) or (nothing if self.translator.meter is not None else None)

    def uses_corpus_translations(self, text: str) -> bool:
        """Return whether the translation of a text uses the corpus's own translations, as a whole or in part."""
        if self.memory is None or not self.corpus_translations:
            return False
        chunks = split_text(text, self.translator.size, self.translator.limit)[1::2]
        return any(chunk in self.corpus_translations for chunk in (text, *chunks))

    def _translate_offline(self, segments: Sequence[Segment]) -> list[TranslationResult]:
        self.enter()
        results = translate_offline(segments, self.translator)
        hits = sum(result.failure is None for result in results)
        self.counts.segments += len(segments)
        self.counts.hits += hits
        self.counts.misses += len(segments) - hits
        return results

    def _translate(self, segments: Sequence[Segment], memory: Memory) -> list[TranslationResult]:
        results, tasks = self.look_up(segments)
        hits = sum(isinstance(result, str) for result in results)
        self.counts.segments += len(segments)
        self.counts.hits += hits
        self.counts.misses += len(segments) - hits
        self.counts.texts += len(tasks)
        known_good = list(islice(self._known_good_texts(segments, results, memory), KNOWN_GOOD_PER_CALL))
        self.known_good = (*reversed(known_good), *self.known_good)[:MAX_KNOWN_GOOD]
        if tasks:
            self.enter()
            # Services have no answer for some titles. At the end of a run, when no other text shows that the service
            # works, these would look like a ban.
            self._send(sorted(tasks, key=lambda task: task.kind != Kind.TITLE), memory)
        return [join_parts(result) for result in results]

    def _find_translation(self, task: Task) -> str | None:
        """Return the stored translation of a task's text, or None."""
        text = task.text
        if (translation := self.corpus_translations.get(text)) is not None or self.memory is None:
            return translation
        # A translation without a context was imported by a person, and applies to every paragraph. If the engine uses
        # no contexts, it may also be an answer that does not follow the glossary.
        if not task.glossary or self.translator.uses_context:
            translation = self.memory.get(text)
        if translation is None and task.digest:
            translation = self.memory.get(text, task.digest)
        if translation is None and not task.glossary:
            translation = self.prior_translations.get(text)
        return translation

    def _find_failed_attempt(self, task: Task) -> FailedAttempt | None:
        return self.memory.failed_attempt(task.text, task.digest) if self.memory is not None else None

    def _known_good_texts(
        self, segments: Sequence[Segment], results: Sequence[LookupResult], memory: Memory
    ) -> Iterator[Task]:
        """Yield the texts that the engine has translated before, except those that equal their translation."""
        for segment, result in zip(segments, results, strict=True):
            if isinstance(result, str) and result != segment.text and segment.text not in self.corpus_translations:
                context = segment.context if self.translator.uses_context else ""
                if memory.get(segment.text, context_digest(context)):
                    yield Task(segment.text, segment.kind, context)

    def _send(self, tasks: Sequence[Task], memory: Memory) -> None:
        """Run the scheduler until all tasks are finished: carry out its actions, and apply its events."""
        scheduler = Scheduler(
            tasks,
            self.translator,
            self.settings,
            self._check,
            now=monotonic(),
            started=self.started,
            requests_sent=self.counts.requests,
            known_good=self.known_good,
            budget=self.budget,
        )
        calls = Calls[Call, Answers](lambda call: ask(self.translator, call.requests), self.translator.deadline_s)
        sync_at = float("inf")  # the time at which answers must be synced to the disk
        try:
            while not isinstance(action := scheduler.next(monotonic()), Stop):
                match action:
                    case Send(call):
                        self._count_sent(call)
                        self._reserve(call, memory.ledger)
                        calls.send(call)
                    case GiveUp(_, failure):
                        self.counts.quarantined[failure] += 1
                    case Wait(until):
                        if scheduler.stop_reason:
                            self.translator.interrupt()
                        if sync_at <= monotonic():
                            memory.sync()
                            sync_at = float("inf")
                        self._report(scheduler)
                        finished = calls.collect(min(until, sync_at, monotonic() + PROGRESS_EVERY_S))
                        if self._finish_calls(scheduler, finished, memory):
                            sync_at = min(sync_at, monotonic() + SYNC_AFTER_S)
            if action.reason:
                raise TranslationError(self._stop_message(action.reason))
        finally:
            self.known_good = scheduler.known_good
            self._book_usage(memory.ledger)
            memory.sync()
            self._report(scheduler)
            calls.close()

    def _check(self, task: Task, answer: str) -> CheckFailure | None:
        return find_failure(task.text, answer, task.kind, self.scope.source, self.scope.target)

    def _finish_calls(
        self, scheduler: Scheduler, finished: Sequence[FinishedCall[Call, Answers]], memory: Memory
    ) -> bool:
        """Pass finished calls to the scheduler and apply its events. Returns whether answers were stored."""
        events: list[Event] = []
        self._settle(finished, memory.ledger)
        try:
            for call in finished:
                events += scheduler.done(call.argument, call.outcome, monotonic())
        finally:
            # If a call ends the run, the answers of the calls before it are still stored.
            is_stored = self._apply(events, memory)
        return is_stored

    # Keeping account

    def _make_budget(self) -> Budget | None:
        """Return the budget; None without a limit, or if the translator costs nothing."""
        limit, bills = self.settings.max_cost, self.translator.meter is not None
        price = limited_price(limit, self.price, bills=bills, translator=self.translator.identity.split()[0])
        return Budget(limit, price, self.memory.ledger) if limit and price and self.memory is not None else None

    def _reserve(self, call: Call, ledger: Ledger) -> None:
        """Book what a call is expected to use, so that a limit covers it even if this process is killed."""
        self.translator.reserve(call.requests)
        self._book_usage(ledger)
        if self.budget and not self.translator.books_jobs:
            ledger.book(self.purpose, call.expected, estimated=True)

    def _settle(self, finished: Sequence[FinishedCall[Call, Answers]], ledger: Ledger) -> None:
        """Book what finished calls have used, and take back what was booked for them.

        The estimate stays for an answer that was lost on its way, which may be billed, and for the answers of an engine
        that has a price but no meter.
        """
        self._book_usage(ledger)
        for call in [] if self.translator.books_jobs else finished:
            expected, outcome = call.argument.expected, call.outcome
            is_answered = not isinstance(outcome, BaseException)
            is_lost = isinstance(outcome, EngineFailure) and outcome.may_be_billed and self.keeps_account
            if self.budget and not is_lost:
                answered = expected if is_answered else None
                ledger.book(self.purpose, expected.times(-1), estimated=True, expected=answered)
            elif is_lost and not self.budget:
                ledger.book(self.purpose, expected, estimated=True)
            if self.counts_calls and is_answered:
                ledger.book(self.purpose, expected, expected=Usage() if self.budget else None)

    def _book_usage(self, ledger: Ledger) -> None:
        """Book what the service has billed since the last call, and what jobs are expected to cost."""
        meter = self.translator.meter
        if meter is None:
            return
        # First what was billed: a job that follows another one is expected before that one is billed.
        billed, expected = meter.take(), meter.take_expected()
        for job, usage in expected.items():
            ledger.book(self.purpose, usage, job, estimated=True)
        for job, usage in billed.items():
            ledger.book(self.purpose, usage, job, expected=Usage() if self.budget and not job else None)

    def _apply(self, events: Sequence[Event], memory: Memory) -> bool:
        """Store good answers and failed attempts, and update the counts. Returns whether answers were stored."""
        answered: list[Task] = []
        for event in events:
            match event:
                case Answered(task):
                    answered.append(task)
                case AttemptFailed():
                    memory.add_failure(self._failed_attempt(event))
                case Unanswered(reason, texts):
                    self.counts.trouble[reason] += texts
        self.counts.answered += len(answered)
        if answered:
            memory.add((task.text, task.digest, task.answer or "") for task in answered)
        return bool(answered)

    def _failed_attempt(self, event: AttemptFailed) -> FailedAttempt:
        return FailedAttempt(
            translator=self.scope.translator,
            source=self.scope.source,
            target=self.scope.target,
            text=event.task.text,
            failure=event.failure,
            answer=event.answer,
            failures=event.counted_failures,
            repeats=event.repeats,
            attempt=event.attempt,
            final=event.final,
            context=event.task.digest,
        )

    def _count_sent(self, call: Call) -> None:
        self.counts.requests += 1
        self.counts.retries += sum(task.times_sent > 1 for task in call.tasks)
        self.counts.characters += sum(len(task.text) for task in call.tasks)

    def _report(self, scheduler: Scheduler) -> None:
        now = monotonic()
        self.counts.under_way = scheduler.under_way
        self.counts.limit = int(scheduler.limiter.limit)
        self.counts.pause_s = max(0.0, scheduler.limiter.not_before - now)
        self.counts.last_trouble = scheduler.last_trouble
        self.counts.seconds = now - self.started
        self.progress(self.counts)

    def _stop_message(self, reason: str) -> str:
        left = self.counts.texts - self.counts.finished
        kept = f"{plural(self.counts.answered, 'new translation')} saved, {plural(left, 'text')} left"
        return f"{self.translator.identity}: {reason}; {kept}; dvc repro goes on from here"
