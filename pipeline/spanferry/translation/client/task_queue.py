"""The queue of tasks to send: new ones in order, and retries at their scheduled time."""

from collections import deque
from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush
from itertools import chain, count, islice

from spanferry.translation.client.tasks import Task
from spanferry.translation.engines.base import Translator


class TaskQueue:
    """A queue of new tasks, which are sent in batches, and of retries, which are sent one by one."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._new = deque(tasks)
        self._retries: list[tuple[float, int, Task]] = []  # a heap of (time to send, tie-breaker, task)
        self._order = count()

    def __bool__(self) -> bool:
        return bool(self._new or self._retries)

    @property
    def next_retry(self) -> float:
        """The time of the earliest retry; infinity when there is none."""
        return self._retries[0][0] if self._retries else float("inf")

    def put_back(self, tasks: Sequence[Task]) -> None:
        """Put tasks in front of the new ones, in order."""
        self._new.extendleft(reversed(tasks))

    def retry(self, task: Task, when: float) -> None:
        """Schedule a task to be sent again, not before that time."""
        heappush(self._retries, (when, next(self._order), task))

    def retry_all_now(self, now: float) -> None:
        """Make all retries due now, in the order in which they were."""
        self._retries = [(min(when, now), order, task) for when, order, task in self._retries]
        heapify(self._retries)

    def pop_retry(self, now: float) -> Task | None:
        """Remove and return the earliest retry that is due."""
        return heappop(self._retries)[2] if self.next_retry <= now else None

    def pop_new(self, translator: Translator, already: Sequence[Task] = ()) -> tuple[Task, ...]:
        """Remove and return as many new tasks as fit in one call, besides those that it has already."""
        texts = (task.text for task in chain(already, self._new))
        count = max(0, count_fitting(texts, translator) - len(already))
        return tuple(self._new.popleft() for _ in range(count))


def count_fitting(texts: Iterable[str], translator: Translator) -> int:
    """Return how many of the first texts fit in one call of a translator. The first one always does."""
    count = total = 0
    for text in islice(texts, translator.batch):
        if translator.batch > 1:
            total += translator.size(text)
        if count and total > translator.batch_size:
            break
        count += 1
    return count
