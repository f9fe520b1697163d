"""Asking an engine for the texts that no memory holds, until each has a good answer or is given up.

When answers without a word about their texts follow each other, a text that was answered well before is
sent again, as a witness for the service.
"""

import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from random import Random
from time import monotonic

from spanferry.errors import TranslationError
from spanferry.records import CheckFailure
from spanferry.translation.client.calls import Calls, Done
from spanferry.translation.client.counts import Counts
from spanferry.translation.client.failures import FailureAttribution
from spanferry.translation.client.rate_limiter import SUSPICIOUS, Pace
from spanferry.translation.client.tasks import Task
from spanferry.translation.engines.base import (
    EngineFailure,
    Refused,
    Request,
    Throttled,
    Translator,
    Unproven,
    Unreachable,
)
from spanferry.translation.settings import TranslateSettings

HOUR_S = 3600.0
FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 4.0  # before a text with a bad answer is sent again; doubles in between
# Answers outlive the process at once, and a power cut after this: about as many are at stake as are under way.
SYNC_AFTER_S = 0.1
SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, which no file can hold
TICK_S = 1.0  # longest wait before progress is told again


@dataclass(frozen=True, slots=True)
class Call:
    """Misses that go to the engine together; or, as a witness, one whose good answer is known."""

    misses: tuple[Task, ...]
    requests: tuple[Request, ...]
    witness: bool = False


class Scheduler:
    """One engine, asked for many texts.

    check(miss, answer) gives an answer's fault or None; keep(misses) stores good answers, sync() makes
    them safe; set_back(miss, final) is told of each bad answer that counts and whether it is the last,
    progress(counts) of every change. witnesses: texts that were answered well before, the next to be asked
    first, which is kept up to date however the asking ends; started: when max_hours began.
    """

    def __init__(
        self,
        translator: Translator,
        settings: TranslateSettings,
        counts: Counts,
        *,
        check: Callable[[Task, str], CheckFailure | None],
        keep: Callable[[Sequence[Task]], object],
        sync: Callable[[], object],
        set_back: Callable[[Task, bool], object],
        progress: Callable[[Counts], object],
        witnesses: deque[Task],
        started: float | None = None,
    ) -> None:
        self.translator, self.settings, self.counts = translator, settings, counts
        self.check, self.keep, self.sync, self.progress = check, keep, sync, progress
        self.witnesses = witnesses
        self.started = monotonic() if started is None else started
        self.dice = Random()
        ceiling = min(settings.workers, translator.concurrency)
        self.pace = Pace(ceiling, settings.longest_pause_s, monotonic(), self.dice)
        self.fresh: deque[Task] = deque()
        self.again: list[tuple[float, int, Task]] = []  # heap: when to send it, a tie-breaker, what
        self.order = count()
        self.verdicts = FailureAttribution(settings.attempts, translator.remote, set_back)
        self.fruitless = 0  # calls in a row
        self.suspicious = False
        self.trouble = "no answer yet"
        self.end = ""  # why nothing more is sent
        self.unsafe_since = float("inf")  # when the first answer was kept that is not synced

    def run(self, misses: Sequence[Task]) -> None:
        """Settles every miss.

        Raises TranslationError when the engine, a budget or the patience is at its end; what was answered
        by then is kept, and so is what was under way.
        """
        self.fresh.extend(misses)
        calls = Calls(self._translate, self.translator.deadline_s)
        try:
            while self.fresh or self.again or calls.under_way:
                self.end = self.end or self._reason_to_stop()
                if self.end and not calls.under_way:
                    left = self.counts.texts - self.counts.settled
                    kept = f"{self.counts.answered:,} texts are answered and kept, {left:,} are left"
                    raise TranslationError(f"{self.translator.identity}: {self.end}; {kept}; run again to go on")
                if not self.end:
                    self._send(calls)
                if self.unsafe_since + SYNC_AFTER_S <= monotonic():
                    self.sync()
                    self.unsafe_since = float("inf")
                self._tell(calls)
                self._settle(calls.collect(self._wake(calls)))
        finally:
            self.sync()
            self._tell(calls)
            calls.close()

    def _translate(self, call: Call) -> Sequence[str]:
        return self.translator.translate(call.requests)

    def _send(self, calls: Calls) -> None:
        now = monotonic()
        budget = self.settings.max_requests or float("inf")
        while self.counts.requests < budget and self.pace.slots(len(calls.under_way), now) > 0:
            call = self._next(now)
            if not call:
                return
            for miss in call.misses:
                self.counts.retries += miss.sent > 0
                self.counts.characters += len(miss.text)
                miss.sent += 1
            self.counts.requests += 1
            calls.send(call)

    def _next(self, now: float) -> Call | None:
        misses, witness = self._next_misses(now)
        return Call(misses, tuple(miss.request for miss in misses), witness) if misses else None

    def _next_misses(self, now: float) -> tuple[tuple[Task, ...], bool]:
        """What to send: the witness in doubt, then what is to be sent again, then what is new."""
        if self.suspicious:
            self.suspicious = False
            if self.witnesses:
                return (self.witnesses[0],), True
            self.verdicts.forgive()
        while self.again and self.again[0][0] <= now:
            *_, miss = heappop(self.again)
            if miss.bad < self.settings.attempts:
                return (miss,), False
            miss.fault = miss.worst[0]
            self.counts.quarantined[miss.fault] += 1
        batch = [self.fresh.popleft() for _ in range(min(self.translator.batch, len(self.fresh)))]
        return tuple(batch), False

    def _wake(self, calls: Calls) -> float:
        """Until when to wait for answers: there may be something to send then."""
        now = monotonic()
        if not (self.fresh or self.again or calls.under_way):
            return now
        if self.end:
            return now + TICK_S
        until = min(now + TICK_S, self.unsafe_since + SYNC_AFTER_S)
        if self.pace.not_before > now:
            return min(until, self.pace.not_before)
        if self.again and self.pace.slots(len(calls.under_way), now) > 0:
            return min(until, self.again[0][0])
        return until

    def _settle(self, done: Sequence[Done]) -> None:
        good: list[Task] = []
        try:
            for call in done:
                good += self._answers(call) if call.error is None else self._failure(call)
        finally:
            if good:
                self.keep(good)
                self.unsafe_since = min(self.unsafe_since, monotonic())

    def _answers(self, call: Done) -> list[Task]:
        """Takes the answers of a call that went through; gives the misses that were answered well."""
        misses, witness = call.given.misses, call.given.witness
        if len(call.result) != len(misses):
            raise TranslationError(
                f"{self.translator.identity}: {len(call.result)} translations for {len(misses)} texts"
            )
        good, meant = [], False
        for miss, answer in zip(misses, call.result, strict=True):
            answer = "" if SURROGATE.search(answer) else answer.strip()
            # Services that do not work may give all texts back, of which some are right to.
            echo = witness and answer == miss.text
            if not (fault := self.check(miss, answer)) and not echo:
                miss.answer = miss.answer or answer  # a witness may have one, which is kept already
                good.append(miss)
            elif not witness:
                meant |= self._bad(miss, fault, answer)
        if good:
            self.verdicts.service_works()
            if not witness:
                self.witnesses.extendleft([miss for miss in good if miss.answer != miss.text][-1:])
        if good or meant:
            self.fruitless = 0
            self.pace.answered(call.sent, monotonic())
        else:
            self.pace.silent(call.sent, monotonic())
            self._suspect(witness)
        if witness:
            return []
        self.counts.answered += len(good)
        return good

    def _failure(self, call: Done) -> list[Task]:
        """Takes a call that gave no answers: all its misses are to be sent again. Raises what no engine should."""
        error, misses, now = call.error, call.given.misses, monotonic()
        if isinstance(error, TranslationError):
            self._the_end(call)
            return []
        if not isinstance(error, EngineFailure):
            raise error
        self.trouble = str(error)
        throttled = isinstance(error, Throttled) and not error.maybe_text
        if isinstance(error, Throttled) and self.translator.remote:
            self.pace.refused(call.sent, now, error.retry_after)
        elif isinstance(error, Unreachable):
            self.pace.silent(call.sent, now)
        if not throttled:
            self._suspect(call.given.witness)
        if call.given.witness:
            return []
        if throttled:
            self.counts.trouble["throttled"] += len(misses)
            self.fresh.extendleft(reversed(misses))
        elif isinstance(error, Refused) and len(misses) > 1:
            # One of them is not taken; sent one by one, the others are.
            for miss in misses:
                heappush(self.again, (now, next(self.order), miss))
        else:
            fault, said = (
                (CheckFailure.REFUSED, str(error)) if isinstance(error, Refused) else (CheckFailure.UNREACHABLE, "")
            )
            for miss in misses:
                self._bad(miss, fault, said)
        return []

    def _the_end(self, call: Done) -> None:
        """Takes what ends the run; where the settings are not proven yet, only when no witness is answered either."""
        misses = call.given.misses
        if not call.given.witness:
            self.fresh.extendleft(reversed(misses))
        elif misses[0] in self.witnesses:
            self.witnesses.remove(misses[0])
        if isinstance(call.error, Unproven) and self.witnesses:
            self.suspicious = True
        else:
            self.end = self.end or str(call.error)

    def _suspect(self, witness: bool) -> None:
        """A call brought nothing that tells whether the service works; after some, the witness must tell."""
        self.fruitless += 1
        self.suspicious = self.translator.remote and self.fruitless >= SUSPICIOUS
        if witness:
            # It may be a text that a person has translated because the service cannot.
            self.witnesses.rotate(-1)
            self.verdicts.forgive()

    def _bad(self, miss: Task, fault: CheckFailure, answer: str) -> bool:
        """Takes a bad answer and sees to it that the text is sent again; tells whether it was meant for this text."""
        self.counts.trouble[fault] += 1
        self.trouble = fault
        delay = 0.0
        if self.translator.remote:
            delay = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** min(miss.heard, 10)) * self.dice.uniform(0.5, 1)
        heappush(self.again, (monotonic() + delay, next(self.order), miss))
        return self.verdicts.bad(miss, fault, answer)

    def _reason_to_stop(self) -> str:
        """What ends the run; '' while nothing does."""
        settings, now = self.settings, monotonic()
        hours = settings.patience_hours
        quiet = max(now, self.pace.not_before) - self.pace.last_good
        if settings.max_requests and self.counts.requests >= settings.max_requests and (self.fresh or self.again):
            return f"translate.max_requests: {settings.max_requests:,} requests are sent"
        if settings.max_hours and now - self.started >= settings.max_hours * HOUR_S:
            return f"translate.max_hours: {settings.max_hours:g} hours are over"
        if self.translator.remote and quiet > hours * HOUR_S:
            return f"translate.patience_hours: no good answer within {hours:g} hours (last: {self.trouble})"
        return ""

    def _tell(self, calls: Calls) -> None:
        now = monotonic()
        self.counts.under_way = len(calls.under_way)
        self.counts.limit = int(self.pace.limit)
        self.counts.pause_s = max(0.0, self.pace.not_before - now)
        self.counts.last_trouble = self.trouble
        self.counts.seconds = now - self.started
        self.progress(self.counts)
