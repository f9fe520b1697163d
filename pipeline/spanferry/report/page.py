"""Render loss.html, a single file that opens from disk and shows how much was lost, why, and whether it matters."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from spanferry.breakdown import CONFIDENCE_GROUPS
from spanferry.language import language_name
from spanferry.loss_figures import ArticleRow, LossFigures, figures_checksum
from spanferry.pages.templating import render_page
from spanferry.records import SPLITS, Field, Method, Reason
from spanferry.report import wording
from spanferry.report.accuracy import ENOUGH
from spanferry.report.charts import draw_charts
from spanferry.report.examples import BLOCK, WEAK, pack_examples, select_examples
from spanferry.report.inputs import Build
from spanferry.report.plots import breakdown_rows, group_shares
from spanferry.report.quality_section import describe_quality
from spanferry.report.reference import compare_with_reference

TEMPLATE = Path(__file__).parent / "templates" / "loss.html"
WORST = 10  # articles that are listed


class GroupLine(Struct, frozen=True):
    """A line of a breakdown's table.

    share: kept / visited. before, after: the group's share of all groups, in the source and in what was kept.
    """

    group: str
    kept: int
    dropped: int
    share: float | None
    before: float | None
    after: float | None


class BreakdownTable(Struct, frozen=True):
    """A breakdown as the page shows it. distance: total variation distance between what was kept and the source."""

    title: str
    unit: str
    description: str
    distance: float | None
    lines: list[GroupLine]


class ArticleLine(Struct, frozen=True):
    """An article that lost questions. share: kept / visited."""

    split: str
    title: str
    kept: int
    dropped: int
    share: float


def render_loss(
    build: Build,
    figures: LossFigures,
    corpus: str,
    languages: tuple[str, str],
    translator: Mapping[str, object] | None = None,
) -> str:
    """Render the page as HTML text.

    languages: codes of source and target language. translator: its settings that may be published; None if they are
    not known, as for a native corpus.
    """
    first, sure = (pack_examples(build, rows) for rows in select_examples(build))
    return render_page(
        TEMPLATE,
        {"percent": unbroken_percent, "number": wording.number},
        corpus=corpus,
        origin=wording.describe_origin(languages, translator),
        languages=languages,
        checksum=figures_checksum(figures),
        total=figures.total,
        summary={
            "how_much": wording.answer_how_much(figures),
            "main_reason": wording.name_main_reason(figures),
            "why": wording.answer_why(figures),
            "shift": wording.name_shift(figures.total.drift),
            "does_it_matter": wording.answer_does_it_matter(figures),
            "parts": wording.describe_parts(figures),
            "repairs": wording.describe_repairs(figures),
            "notes": wording.describe_work(figures),
        },
        reference_rows=list(compare_with_reference(figures)),
        reference_source=figures.reference[0].source if figures.reference else "",
        charts=draw_charts(figures),
        figures=figures,
        breakdowns=list(breakdown_tables(figures)),
        articles=worst_articles(figures),
        reasons=[(reason.value, *wording.REASONS[reason]) for reason in Reason],
        methods=[(method.value, *wording.METHODS[method]) for method in Method],
        quality=None if build.quality is None else describe_quality(build, build.quality),
        weak=WEAK,
        enough=ENOUGH,
        vocabulary=vocabulary_json(languages),
        first=first,
        sure=sure,
    )


def unbroken_percent(share: float | None, digits: int = 1) -> str:
    """Format a share as `wording.percent` does, but with a no-break space."""
    return wording.percent(share, digits).replace(" ", "\u00a0")


def vocabulary_json(languages: tuple[str, str]) -> str:
    """Return the labels that the page's script needs, as JSON without "<" so that it can stand in a script element."""
    words = {
        "splits": SPLITS,
        "fields": [field.value for field in Field],
        "reasons": [[reason.value, *wording.REASONS[reason]] for reason in Reason],
        "methods": [[method.value, *wording.METHODS[method]] for method in Method],
        "confidences": [[name, None if below is None else round(1000 * below)] for name, below in CONFIDENCE_GROUPS],
        "languages": languages,
        "language_names": list(map(language_name, languages)),
        "weak": round(1000 * WEAK),
        "block": BLOCK,
    }
    return json.dumps(words, sort_keys=True).replace("<", "\\u003c")


def breakdown_tables(figures: LossFigures) -> Iterator[BreakdownTable]:
    """Yield the tables of the breakdowns, for both splits together."""
    drift = figures.total.drift
    distances = {
        "question_word": drift.question_word_distance,
        "answer_length": drift.answer_length_distance,
        "answer_type": drift.answer_type_distance,
        "position": drift.position_distance,
    }
    for name, label in wording.BREAKDOWNS.items():
        rows = breakdown_rows(figures.breakdowns, name)
        shares = {share.group: share for share in group_shares(rows)}
        lines: list[GroupLine] = []
        for row in rows:
            share = shares.get(row.group)
            before, after = (share.before, share.after) if share else (None, None)
            kept = wording.kept_share(row.kept, row.visited)
            lines.append(GroupLine(row.group, row.kept, row.dropped, kept, before, after))
        yield BreakdownTable(label.title, label.unit, label.description, distances[name], lines)


def worst_articles(figures: LossFigures) -> list[ArticleLine]:
    """Return the articles that lost most questions; among equals, those with the smallest kept share come first."""

    def line(row: ArticleRow) -> ArticleLine:
        return ArticleLine(row.split, row.group, row.kept, row.dropped, row.kept / row.visited)

    lines = [line(row) for row in figures.breakdowns.article if row.dropped]
    return sorted(lines, key=lambda line: (-line.dropped, line.share))[:WORST]
