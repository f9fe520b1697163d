"""Calls to an engine from worker threads, each with a deadline that the engine cannot outlast."""

from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic, sleep
from typing import Any

from spanferry.translation.engines.base import Overloaded

# Waking up costs about as much as taking an answer; those that come in so short a time are taken together.
TOGETHER_S = 0.01


@dataclass(frozen=True, slots=True)
class Done:
    """A finished call: what it was given, when it was sent, and its result or the exception it ended with."""

    given: Any
    sent: float
    result: Any
    error: BaseException | None


class Calls:
    """Runs function(given) in daemon threads.

    A call that outlasts deadline_s (None: no deadline) comes back as Overloaded, and its thread, which
    Python cannot end, is left behind: what it still says is not heard, and another takes its place.
    """

    def __init__(self, function: Callable[[Any], Any], deadline_s: float | None) -> None:
        self.function, self.deadline_s = function, deadline_s
        self.under_way: dict[int, tuple[Any, float]] = {}  # ticket -> given, when sent
        self._tickets = 0
        self._threads = 0
        self._given_up: set[int] = set()
        self._waiting: SimpleQueue[tuple[int, Any] | None] = SimpleQueue()
        self._finished: SimpleQueue[tuple[int, Any, BaseException | None]] = SimpleQueue()

    def send(self, given: Any) -> None:
        """Starts a call."""
        self._tickets += 1
        self.under_way[self._tickets] = given, monotonic()
        if self._threads < len(self.under_way):
            self._threads += 1
            Thread(target=self._work, name=f"call-{self._tickets}", daemon=True).start()
        self._waiting.put((self._tickets, given))

    def _work(self) -> None:
        while (task := self._waiting.get()) is not None:
            ticket, given = task
            try:
                outcome = self.function(given), None
            except BaseException as error:
                outcome = None, error
            self._finished.put((ticket, *outcome))
            if ticket in self._given_up:
                return

    def collect(self, until: float) -> list[Done]:
        """Waits for a call to end, until that time at most, and gives all that end with it or soon after."""
        if self.deadline_s is not None and self.under_way:
            _, oldest = next(iter(self.under_way.values()))
            until = min(until, oldest + self.deadline_s)
        done = []
        wait = max(0.0, until - monotonic())
        try:
            while True:
                ticket, result, error = self._finished.get(timeout=wait)
                if wait and len(self.under_way) > 1:
                    sleep(TOGETHER_S)
                wait = 0.0
                if ticket in self.under_way:
                    given, sent = self.under_way.pop(ticket)
                    done.append(Done(given, sent, result, error))
        except Empty:
            return done + self._overdue()

    def _overdue(self) -> list[Done]:
        if self.deadline_s is None:
            return []
        latest = monotonic() - self.deadline_s
        overdue = [ticket for ticket, (_, sent) in self.under_way.items() if sent <= latest]
        self._given_up.update(overdue)
        self._threads -= len(overdue)
        return [Done(*self.under_way.pop(ticket), None, Overloaded("no answer in time")) for ticket in overdue]

    def close(self) -> None:
        """Lets the threads go as they finish."""
        for _ in range(self._threads):
            self._waiting.put(None)
