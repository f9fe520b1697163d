"""The figures that others published for the same rows, with their source (`published.json`)."""

from pathlib import Path

import msgspec
from msgspec import Struct

FILE = Path(__file__).with_name("published.json")


class Published(Struct, frozen=True, forbid_unknown_fields=True):
    """What one model card says: percentages by official key (`exact` is also 1.1's exact match)."""

    run: str  # the run of params.yaml that repeats it
    model: str
    source: str
    data: str
    figures: dict[str, float]
    languages: dict[str, dict[str, float]] = {}

    @property
    def always_no_answer(self) -> float | None:
        """What answering nothing would have scored on its questions; None where it does not say."""
        figures = self.figures
        return 100 * figures["NoAns_total"] / figures["total"] if "NoAns_total" in figures else None


def published() -> dict[str, Published]:
    """Run name -> what was published for it."""
    return {row.run: row for row in msgspec.json.decode(FILE.read_bytes(), type=list[Published])}
