"""Read the figures of published model cards, with their source, for the runs that repeat them (`published.json`)."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from spanferry.language import primary_subtag
from spanferry.reader.metrics import Figures

PUBLISHED_FILE = Path(__file__).with_name("published.json")


class PublishedResult(Struct, frozen=True, forbid_unknown_fields=True):
    """The figures of one model card.

    run: the run of params.yaml that repeats it. language: that of its questions, "mul" for several. figures:
    percentages by official key (`exact` is also the exact match of 1.1). languages: language code -> figures.
    """

    run: str
    language: str
    model: str
    source: str
    data: str
    figures: Figures
    languages: dict[str, Figures] = {}

    @property
    def always_no_answer(self) -> float | None:
        """The score of a reader that leaves every question unanswered; None when the card gives no counts."""
        figures = self.figures
        return 100 * figures["NoAns_total"] / figures["total"] if "NoAns_total" in figures else None


def find_published(
    results: Mapping[str, PublishedResult], run: str, languages: Iterable[str]
) -> PublishedResult | None:
    """Return the published result of a run, None if there is none or the run is evaluated in another language.

    results: run name -> result. languages: codes of the languages of the corpora that the run is evaluated on.
    """
    result = results.get(run)
    is_other = result is not None and any(primary_subtag(code) != result.language for code in languages)
    return None if is_other else result


def read_published() -> dict[str, PublishedResult]:
    """Read the published results by run name."""
    results = msgspec.json.decode(PUBLISHED_FILE.read_bytes(), type=list[PublishedResult])
    return {result.run: result for result in results}
