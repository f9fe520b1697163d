"""Finds the translations of segments in the memory, and collects the texts that are missing as tasks."""

from collections.abc import Callable, Iterable

from spanferry.translation.chunks import split_text
from spanferry.translation.client.tasks import Segment, Task, TranslationResult
from spanferry.translation.engines.base import Translator
from spanferry.translation.glossary import Glossary, select_terms
from spanferry.translation.memory.store import FailedAttempt

LookupResult = str | Task | list[str | Task]
"""A translation, the task that will produce it, or the parts of a long segment, some of which are tasks."""
FindTranslation = Callable[[Task], str | None]
"""task -> the stored translation of its text in its paragraph and with its glossary, or None."""
FindFailedAttempt = Callable[[Task], FailedAttempt | None]
"""task -> the last failed attempt of its text in earlier runs, or None."""


class SegmentLookup:
    """A lookup of segments. `tasks` collects the missing texts, each of them once."""

    def __init__(
        self, translator: Translator, find_translation: FindTranslation, find_failed_attempt: FindFailedAttempt
    ) -> None:
        self.translator = translator
        self.find_translation, self.find_failed_attempt = find_translation, find_failed_attempt
        self.tasks: dict[str | tuple[str, str, Glossary], Task] = {}

    def look_up(self, segment: Segment) -> LookupResult:
        """Return the segment's translation, or the tasks that are needed for it."""
        whole = self._task(segment, segment.text)
        translation = self.find_translation(whole)
        if translation is not None:
            return translation
        parts = split_text(segment.text, self.translator.size, self.translator.limit)
        if len(parts) == 3 and parts[1] == segment.text:
            return self._collect(whole)
        result: list[str | Task] = list(parts)
        for index in range(1, len(parts), 2):
            chunk = self._task(segment, parts[index])
            translation = self.find_translation(chunk)
            result[index] = self._collect(chunk) if translation is None else translation
        return result if any(isinstance(part, Task) for part in result) else "".join(map(str, result))

    def _task(self, segment: Segment, text: str) -> Task:
        """Return the task for a text of a segment, with what the engine uses of the segment."""
        context = segment.context if self.translator.uses_context else ""
        terms = select_terms(segment.glossary, text) if segment.glossary and self.translator.uses_glossary else ()
        return Task(text, segment.kind, context, glossary=terms)

    def _collect(self, task: Task) -> Task:
        """Add a missing task. Return the one that was added before for the same text, if there is one."""
        # Most tasks have a text only. A tuple for each of them would take 20 MB for SQuAD.
        key = (task.text, task.context, task.glossary) if task.context or task.glossary else task.text
        if key not in self.tasks:
            self.tasks[key] = task
            if earlier := self.find_failed_attempt(task):
                task.attempt, task.counted_failures, task.repeats = earlier.attempt, earlier.failures, earlier.repeats
                task.last_failure = earlier.failure, earlier.answer
                task.failure = earlier.failure if earlier.final else None
        return self.tasks[key]


def look_up_segments(
    segments: Iterable[Segment],
    translator: Translator,
    find_translation: FindTranslation,
    find_failed_attempt: FindFailedAttempt,
) -> tuple[list[LookupResult], list[Task]]:
    """Return one lookup result per segment, and the distinct tasks to send, in the order of the segments.

    A text in quarantine becomes a task with a failure, which is not among the tasks to send.
    """
    lookup = SegmentLookup(translator, find_translation, find_failed_attempt)
    results = [lookup.look_up(segment) for segment in segments]
    return results, [task for task in lookup.tasks.values() if task.failure is None]


def is_quarantined(result: LookupResult) -> bool:
    """Return whether the text or one of its chunks was given up."""
    return any(task.failure is not None for task in tasks_of(result))


def tasks_of(result: LookupResult) -> list[Task]:
    """Return the tasks in a lookup result."""
    parts = result if isinstance(result, list) else [result]
    return [part for part in parts if isinstance(part, Task)]


def join_parts(result: LookupResult) -> TranslationResult:
    """Return the result of a segment from a lookup result whose tasks are finished.

    If some chunks have failed, the segment has no translation, and the failure of the first of them.
    """
    if isinstance(result, str):
        return TranslationResult(result)
    for task in tasks_of(result):
        if task.failure:
            return TranslationResult(None, task.failure)
    parts = result if isinstance(result, list) else [result]
    return TranslationResult("".join((part.answer or "") if isinstance(part, Task) else part for part in parts))
