"""What a translation would take, before anything is sent."""

from collections.abc import Mapping, Sequence
from math import ceil

from msgspec import Struct

from pipeline.translation.drafts import Segment
from pipeline.translation.job import Desk
from pipeline.translation.memory import Memory

HOUR_S = 3600
MILLION = 1_000_000


class Load(Struct, frozen=True):
    """Distinct segments of one kind, and what of them is still to be sent."""

    segments: int
    characters: int
    held: int  # by the memory, or the corpus's own one, whole or in all pieces
    quarantined: int  # given up by earlier runs, and not asked for again
    texts: int  # to ask for; a long segment is several
    texts_characters: int


class Plan(Struct, frozen=True):
    """By kind, and for the whole."""

    kinds: Mapping[str, Load]
    requests: int
    characters: int

    def hours(self, rate: float) -> float:
        """At so many requests a second."""
        return self.requests / rate / HOUR_S

    def price(self, per_million: float) -> float:
        """At so much a million characters."""
        return self.characters / MILLION * per_million


def plan(segments: Sequence[Segment], desk: Desk) -> Plan:
    """What `desk.translate(segments)` would send."""
    drafted, misses = desk.draft(segments)
    kinds = {}
    for kind in dict.fromkeys(segment.kind for segment in segments):
        own = [draft for segment, draft in zip(segments, drafted, strict=True) if segment.kind == kind]
        asked = [miss for miss in misses if miss.kind == kind]
        kinds[kind] = Load(
            segments=len(own),
            characters=sum(len(segment.text) for segment in segments if segment.kind == kind),
            held=sum(isinstance(draft, str) for draft in own),
            quarantined=sum(draft_is_given_up(draft) for draft in own),
            texts=len(asked),
            texts_characters=sum(len(miss.text) for miss in asked),
        )
    return Plan(kinds, ceil(len(misses) / desk.translator.batch), sum(len(miss.text) for miss in misses))
