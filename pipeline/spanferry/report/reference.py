"""The table that compares a build with the reference, the Dutch SQuAD2.0 of 2020."""

from collections.abc import Iterator

from msgspec import Struct

from spanferry.loss_figures import TOTAL, LossFigures, Part, ReferenceRow, Tally, Unit
from spanferry.report.wording import UNITS, built_splits, kept_share


class ComparedRow(Struct, frozen=True, kw_only=True):
    """A tally of this build. reference: the same tally of the reference, if known. Shares are kept / visited."""

    split: Part
    unit: Unit
    label: str
    visited: int
    kept: int
    dropped: int
    share: float | None
    reference: ReferenceRow | None
    reference_share: float | None


def compare_with_reference(figures: LossFigures) -> Iterator[ComparedRow]:
    """Yield a row for each kind of question in each split of the corpus, and in both splits together."""
    by_unit = {(row.split, row.unit): row for row in figures.reference}
    splits = built_splits(figures)
    parts: list[Part] = [*splits] if len(splits) == 1 else [*splits, TOTAL]
    for part in parts:
        units = figures.units(part)
        tallies: dict[Unit, Tally] = {
            "questions": units.questions,
            "has_answer": units.has_answer,
            "no_answer": units.no_answer,
        }
        for unit, tally in tallies.items():
            reference = by_unit.get((part, unit)) if part != TOTAL else None
            yield ComparedRow(
                split=part,
                unit=unit,
                label=UNITS[unit],
                visited=tally.visited,
                kept=tally.kept,
                dropped=tally.dropped,
                share=kept_share(tally.kept, tally.visited),
                reference=reference,
                reference_share=kept_share(reference.kept, reference.visited) if reference else None,
            )
