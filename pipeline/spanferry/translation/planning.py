"""Estimates what a translation would send and cost, without sending anything."""

from collections.abc import Mapping, Sequence
from math import ceil

from msgspec import Struct

from spanferry.records import Kind
from spanferry.translation.client.lookup import LookupResult, is_quarantined
from spanferry.translation.client.offline import look_up_offline
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.task_queue import count_fitting
from spanferry.translation.client.tasks import Segment, Task
from spanferry.translation.engines.base import Request, Translator
from spanferry.translation.money import Price
from spanferry.translation.usage import Usage, total_usage

HOUR_S = 3600


class KindPlan(Struct, frozen=True):
    """The distinct segments of one kind, and the part of them that would be sent."""

    segments: int
    characters: int
    held: int  # in the memory or the corpus's own translations, as a whole or in all chunks
    quarantined: int  # given up by earlier runs, and therefore not sent again
    to_ask: int  # texts to send; a long segment is several texts, and equal texts count once
    to_send: int  # characters of these texts


class Load(Struct, frozen=True):
    """What some requests use.

    calls: the number of calls to the engine, which are batch jobs for some engines. rounds: the number of calls one
    after the other, if as many as possible are made at once.
    """

    usage: Usage = Usage()
    calls: int = 0
    rounds: int = 0

    def __add__(self, other: "Load") -> "Load":
        return Load(self.usage + other.usage, self.calls + other.calls, self.rounds + other.rounds)

    def scaled(self, share: float) -> "Load":
        """Return a share of this load, rounded up."""
        return Load(self.usage.scaled(share), ceil(share * self.calls), ceil(share * self.rounds))


class Plan(Struct, frozen=True):
    """What a translation would send, by kind and in total."""

    kinds: Mapping[str, KindPlan]
    load: Load


class Estimate(Struct, frozen=True):
    """What a stage would send.

    jobs: the number of batch jobs, None for other engines. hours: None if they depend on this machine; for batch jobs
    the longest time. cost: None if the price is not known.
    """

    usage: Usage
    jobs: int | None
    hours: float | None
    cost: float | None


def make_plan(segments: Sequence[Segment], session: TranslationSession, questions_apart: bool = False) -> Plan:
    """Return the plan of translating segments. questions_apart: True if questions are sent after all others."""
    results: Sequence[LookupResult]
    if session.memory is None:  # an engine that is no service: what it lacks is not sent, so that it has no parts
        texts = [result.text for result in look_up_offline(segments, session.translator)]
        results, tasks = [[] if text is None else text for text in texts], []
    else:
        results, tasks = session.look_up(segments)
    kinds = {
        kind: plan_kind(
            [(segment, result) for segment, result in zip(segments, results, strict=True) if segment.kind == kind],
            [task for task in tasks if task.kind == kind],
        )
        for kind in dict.fromkeys(segment.kind for segment in segments)
    }
    last = [task.request for task in tasks if questions_apart and task.kind == Kind.QUESTION]
    first = [task.request for task in tasks if not questions_apart or task.kind != Kind.QUESTION]
    return Plan(kinds, estimate_requests(first, session.translator) + estimate_requests(last, session.translator))


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


def estimate_requests(requests: Sequence[Request], translator: Translator) -> Load:
    """Return what sending these requests once, in the translator's batches, is expected to use."""
    usage, calls, start = Usage(), 0, 0
    while start < len(requests):
        window = requests[start : start + translator.batch]
        end = start + count_fitting([request.text for request in window], translator)
        usage += translator.estimate(requests[start:end])
        start, calls = end, calls + 1
    return Load(usage, calls, ceil(calls / translator.concurrency))


def estimate(load: Load, translator: Translator, price: Price | None, rate: float) -> Estimate:
    """Return the hours and the cost of some requests. rate: requests per second."""
    jobs = load.calls if translator.call_hours is not None else None
    if translator.call_hours is not None:
        hours = load.rounds * translator.call_hours
    else:
        requests = load.usage.requests
        hours = requests / rate / HOUR_S if translator.remote or not requests else None
    return Estimate(load.usage, jobs, hours, price.cost(load.usage) if price else None)


def total_estimate(parts: Sequence[Estimate]) -> Estimate:
    """Return the sum of the estimates of stages, which run one after the other."""
    jobs = [part.jobs for part in parts if part.jobs is not None]
    hours = [part.hours for part in parts if part.hours is not None]
    costs = [part.cost for part in parts if part.cost is not None]
    return Estimate(
        total_usage(part.usage for part in parts),
        sum(jobs) if jobs else None,
        sum(hours) if len(hours) == len(parts) else None,
        sum(costs) if len(costs) == len(parts) else None,
    )
