"""Estimates the requests and characters of a translation, without sending anything."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from spanferry.translation.client.lookup import LookupResult, is_quarantined
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.task_queue import count_calls
from spanferry.translation.client.tasks import Segment, Task

HOUR_S = 3600
MILLION = 1_000_000


class KindPlan(Struct, frozen=True):
    """The distinct segments of one kind, and the part of them that would be sent."""

    segments: int
    characters: int
    held: int  # in the memory or the corpus's own translations, as a whole or in all chunks
    quarantined: int  # given up by earlier runs, and therefore not sent again
    to_ask: int  # texts to send; a long segment is several texts, and equal texts count once
    to_send: int  # characters of these texts


class Plan(Struct, frozen=True):
    """The amount that a translation would send, by kind and in total."""

    kinds: Mapping[str, KindPlan]
    requests: int
    characters: int  # to send

    def hours(self, rate: float) -> float:
        """Return the duration in hours at `rate` requests per second."""
        return self.requests / rate / HOUR_S

    def price(self, per_million: float) -> float:
        """Return the price at `per_million` per million characters."""
        return self.characters / MILLION * per_million


def make_plan(segments: Sequence[Segment], session: TranslationSession) -> Plan:
    """Return the plan of `session.translate(segments)`."""
    results: Sequence[LookupResult]
    if session.memory is None:
        results, tasks = [segment.text for segment in segments], []
    else:
        results, tasks = session.look_up(segments)
    kinds = {
        kind: plan_kind(
            [(segment, result) for segment, result in zip(segments, results, strict=True) if segment.kind == kind],
            [task for task in tasks if task.kind == kind],
        )
        for kind in dict.fromkeys(segment.kind for segment in segments)
    }
    requests = count_calls([task.text for task in tasks], session.translator)
    return Plan(kinds, requests, sum(len(task.text) for task in tasks))


def plan_kind(segments: Sequence[tuple[Segment, LookupResult]], tasks: Sequence[Task]) -> KindPlan:
    """Return the plan of one kind, from its segments with their lookup results and its tasks."""
    return KindPlan(
        segments=len(segments),
        characters=sum(len(segment.text) for segment, _ in segments),
        held=sum(isinstance(result, str) for _, result in segments),
        quarantined=sum(is_quarantined(result) for _, result in segments),
        to_ask=len(tasks),
        to_send=sum(len(task.text) for task in tasks),
    )
