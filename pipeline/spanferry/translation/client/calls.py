"""Runs calls to an engine in threads, with a deadline that is enforced even if the engine hangs."""

from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic, sleep
from typing import Generic, TypeVar

from spanferry.translation.engines.base import TimedOut

# Answers that arrive within this time are handled together, because waking up costs about as much as handling one.
BATCHING_S = 0.01

Argument = TypeVar("Argument")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class FinishedCall(Generic[Argument, Result]):
    """A finished call: its argument, and its result or the exception that it raised."""

    argument: Argument
    outcome: Result | BaseException


class Calls(Generic[Argument, Result]):
    """A pool of daemon threads that run function(argument).

    A call that takes longer than deadline_s (None: no deadline) finishes as TimedOut. Python cannot stop its thread,
    so the thread is abandoned, its result is dropped, and a new thread replaces it.
    """

    def __init__(self, function: Callable[[Argument], Result], deadline_s: float | None) -> None:
        self.function, self.deadline_s = function, deadline_s
        self.under_way: dict[int, tuple[Argument, float]] = {}  # ticket -> (argument, time of sending)
        self._tickets = 0
        self._threads = 0
        self._abandoned: set[int] = set()
        self._waiting: SimpleQueue[tuple[int, Argument] | None] = SimpleQueue()
        self._finished: SimpleQueue[tuple[int, Result | BaseException]] = SimpleQueue()

    def send(self, argument: Argument) -> None:
        """Start a call."""
        self._tickets += 1
        self.under_way[self._tickets] = argument, monotonic()
        if self._threads < len(self.under_way):
            self._threads += 1
            Thread(target=self._work, name=f"call-{self._tickets}", daemon=True).start()
        self._waiting.put((self._tickets, argument))

    def _work(self) -> None:
        while (call := self._waiting.get()) is not None:
            ticket, argument = call
            try:
                outcome = self.function(argument)
            except BaseException as error:
                outcome = error
            self._finished.put((ticket, outcome))
            if ticket in self._abandoned:
                return

    def collect(self, until: float) -> list[FinishedCall[Argument, Result]]:
        """Wait until a call finishes, or until the given time. Return all calls that finish then or shortly after."""
        if self.deadline_s is not None and self.under_way:
            _, oldest = next(iter(self.under_way.values()))
            until = min(until, oldest + self.deadline_s)
        finished: list[FinishedCall[Argument, Result]] = []
        wait = max(0.0, until - monotonic())
        try:
            while True:
                ticket, outcome = self._finished.get(timeout=wait)
                if wait and len(self.under_way) > 1:
                    sleep(BATCHING_S)
                wait = 0.0
                if ticket in self.under_way:
                    argument, _ = self.under_way.pop(ticket)
                    finished.append(FinishedCall(argument, outcome))
        except Empty:
            return finished + self._abandon_overdue()

    def _abandon_overdue(self) -> list[FinishedCall[Argument, Result]]:
        if self.deadline_s is None:
            return []
        latest = monotonic() - self.deadline_s
        overdue = [ticket for ticket, (_, sent) in self.under_way.items() if sent <= latest]
        self._abandoned.update(overdue)
        self._threads -= len(overdue)
        return [FinishedCall(self.under_way.pop(ticket)[0], TimedOut("no answer in time")) for ticket in overdue]

    def close(self) -> None:
        """Stop each thread when its current call finishes."""
        for _ in range(self._threads):
            self._waiting.put(None)
