"""What a translation would take, before anything is sent."""

from collections.abc import Mapping, Sequence
from math import ceil

from msgspec import Struct

from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.tasks import Draft, Segment, Task

HOUR_S = 3600
MILLION = 1_000_000


class Load(Struct, frozen=True):
    """Distinct segments of one kind, and what of them is still to be sent."""

    segments: int
    characters: int
    held: int  # by the memory, or the corpus's own one, whole or in all pieces
    quarantined: int  # given up by earlier runs; not asked for again
    to_ask: int  # texts; a long segment is several, and one that stands in several is one
    to_send: int  # characters


class Plan(Struct, frozen=True):
    """By kind, and for the whole."""

    kinds: Mapping[str, Load]
    requests: int
    characters: int  # to send

    def hours(self, rate: float) -> float:
        """At so many requests a second."""
        return self.requests / rate / HOUR_S

    def price(self, per_million: float) -> float:
        """At so much for a million characters."""
        return self.characters / MILLION * per_million


def plan(segments: Sequence[Segment], desk: TranslationSession) -> Plan:
    """What `desk.translate(segments)` would send."""
    if desk.memory is None:
        drafted, misses = [segment.text for segment in segments], []
    else:
        drafted, misses = desk.draft(segments)
    kinds = {
        kind: load(
            [(segment, draft) for segment, draft in zip(segments, drafted, strict=True) if segment.kind == kind],
            [miss for miss in misses if miss.kind == kind],
        )
        for kind in dict.fromkeys(segment.kind for segment in segments)
    }
    return Plan(kinds, ceil(len(misses) / desk.translator.batch), sum(len(miss.text) for miss in misses))


def load(drafted: Sequence[tuple[Segment, Draft]], misses: Sequence[Task]) -> Load:
    return Load(
        segments=len(drafted),
        characters=sum(len(segment.text) for segment, _ in drafted),
        held=sum(isinstance(draft, str) for _, draft in drafted),
        quarantined=sum(given_up(draft) for _, draft in drafted),
        to_ask=len(misses),
        to_send=sum(len(miss.text) for miss in misses),
    )


def given_up(draft: Draft) -> bool:
    parts = draft if isinstance(draft, list) else [draft]
    return any(isinstance(part, Task) and part.fault is not None for part in parts)
