"""Estimates what a translation would send and cost, without sending anything."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from spanferry.translation.client.lookup import LookupResult, is_quarantined
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.task_queue import count_fitting
from spanferry.translation.client.tasks import Segment, Task
from spanferry.translation.engines.base import Request, Translator
from spanferry.translation.money import Price
from spanferry.translation.usage import Usage

HOUR_S = 3600


class KindPlan(Struct, frozen=True):
    """The distinct segments of one kind, and the part of them that would be sent."""

    segments: int
    characters: int
    held: int  # in the memory or the corpus's own translations, as a whole or in all chunks
    quarantined: int  # given up by earlier runs, and therefore not sent again
    to_ask: int  # texts to send; a long segment is several texts, and equal texts count once
    to_send: int  # characters of these texts


class Plan(Struct, frozen=True):
    """What a translation would send, by kind and in total."""

    kinds: Mapping[str, KindPlan]
    usage: Usage


class Estimate(Struct, frozen=True):
    """What a stage would send. hours: None if they depend on this machine. cost: None if the price is not known."""

    usage: Usage
    hours: float | None
    cost: float | None


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
    return Plan(kinds, estimate_requests([task.request for task in tasks], session.translator))


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


def estimate_requests(requests: Sequence[Request], translator: Translator) -> Usage:
    """Return what sending these requests once, in the translator's batches, is expected to use."""
    usage, start = Usage(), 0
    while start < len(requests):
        window = requests[start : start + translator.batch]
        end = start + count_fitting([request.text for request in window], translator)
        usage += translator.estimate(requests[start:end])
        start = end
    return usage


def estimate(usage: Usage, translator: Translator, price: Price | None, rate: float) -> Estimate:
    """Return the hours and the cost of some usage. rate: requests per second."""
    hours = usage.requests / rate / HOUR_S if translator.remote or not usage.requests else None
    return Estimate(usage, hours, price.cost(usage) if price else None)
