"""loss.html: one file, opened from disk, that answers how much was lost, why, whether it matters, and shows it."""

import json
from typing import Any

from spanferry.loss import CONFIDENCES, TOTAL
from spanferry.records import SPLITS, Field, Method, Reason
from spanferry.report import wording
from spanferry.report.accuracy import ENOUGH
from spanferry.report.examples import WEAK, pack
from spanferry.report.inputs import Build
from spanferry.report.plots import charts, shares
from spanferry.report.templating import page

WORST = 10  # articles listed


def render(build: Build, figures: dict[str, Any], corpus: str, languages: tuple[str, str]) -> str:
    """The page as text. languages: the source's and the target's code."""
    rows, paragraphs = pack(build)
    return page(
        "loss.html",
        corpus=corpus,
        languages=languages,
        total=figures[TOTAL],
        said={
            "much": wording.how_much(figures),
            "reason": wording.main_reason(figures),
            "why": wording.why(figures),
            "matter": wording.does_it_matter(figures),
            "rescue": wording.rescue(figures),
        },
        table=wording.reference_rows(figures),
        source=figures["reference"][0]["source"],
        charts=charts(figures),
        figures=figures,
        breakdowns=list(_breakdowns(figures)),
        articles=_worst(figures),
        reasons=[(reason.value, *wording.REASONS[reason]) for reason in Reason],
        methods=[(method.value, *wording.METHODS[method]) for method in Method],
        confidences=[name for name, _ in CONFIDENCES],
        weak=WEAK,
        enough=ENOUGH,
        vocabulary=_vocabulary(languages),
        rows=rows,
        paragraphs=paragraphs,
    )


def _vocabulary(languages: tuple[str, str]) -> str:
    """What the page's script must know to read the rows; JSON with no "<" in it, for a script element."""
    words = {
        "splits": SPLITS,
        "fields": [field.value for field in Field],
        "reasons": [[reason.value, *wording.REASONS[reason]] for reason in Reason],
        "methods": [[method.value, *wording.METHODS[method]] for method in Method],
        "confidences": [[name, None if below is None else round(1000 * below)] for name, below in CONFIDENCES],
        "languages": languages,
    }
    return json.dumps(words, sort_keys=True).replace("<", "\\u003c")


def _breakdowns(figures: dict[str, Any]):
    for name, (title, unit, told) in wording.BREAKDOWNS.items():
        distribution = {(row["group"], row["when"]): row["share"] for row in shares(figures, name)}
        rows = [row for row in figures["breakdowns"][name] if row["split"] == TOTAL]
        yield {
            "title": title,
            "unit": unit,
            "told": told,
            "distance": figures[TOTAL]["drift"][f"{name}_distance"],
            "rows": [
                row
                | {"share": wording.share(row)}
                | {when: distribution.get((row["group"], when)) for when in ("before", "after")}
                for row in rows
            ],
        }


def _worst(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """The articles that lost most questions."""
    lost = [row | {"share": wording.share(row)} for row in figures["breakdowns"]["article"] if row["dropped"]]
    return sorted(lost, key=lambda row: (-row["dropped"], row["share"]))[:WORST]
