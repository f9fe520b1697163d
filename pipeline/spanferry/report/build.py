"""The report of a build: figures, plots and page, from its tables.

layout, paragraphs, clean/, translations [, rescue.json, gold, verdicts] ──> loss.json, loss.html, plots/*.json
"""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from spanferry.files import write_bytes, write_json
from spanferry.loss import TOTAL, count
from spanferry.records import Field
from spanferry.report import accuracy, review
from spanferry.report.inputs import Build
from spanferry.report.page import render
from spanferry.report.plots import plot_data

Row = dict[str, Any]


def figures_of(
    build: Build,
    language: str,
    gold: accuracy.Gold | None,
    verdicts: list[Row] | None,
    rescue: dict[str, int] | None = None,
) -> Row:
    """Everything that loss.json holds: what `loss.count` gives, and

    rescue    what rescue cost and brought, as it noted it; {} where it did not run
    curve     rows {how, threshold, precision, yield} (accuracy.curves)
    gold      accuracy.measure, null without gold
    people    review.score, rows by method, empty without verdicts
    verdicts  {counted, outdated}: how many verdicts these rows stand on, and how many were left out because their
              span is another one in this build; null without verdicts

    Raises InputError when gold has a question that is in both splits.
    """
    if gold:
        accuracy.check(gold, pc.struct_field(pc.list_flatten(build.layout["questions"]), "id").to_pylist())
    figures = count(build.layout, build.spans, build.selection, language)
    surest = list(accuracy.surest(kept_answers(build)).values())
    standing = review.standing(build, verdicts) if verdicts else []
    return figures | {
        "rescue": rescue or {},
        "curve": accuracy.curves(surest, figures[TOTAL]["has_answer"]["visited"], gold),
        "gold": accuracy.measure(surest, gold) if gold else None,
        "people": review.score(standing),
        "verdicts": {"counted": len(standing), "outdated": len(verdicts) - len(standing)} if verdicts else None,
    }


def kept_answers(build: Build) -> list[Row]:
    """split, question_id, text, start, probability of the kept answers of has_answer questions, in order."""
    columns = ["split", "question_id", "text", "start", "probability"]
    keep = pc.and_(
        pc.is_null(build.selection.answers), pc.equal(build.spans["field"], Field.ANSWERS.value).combine_chunks()
    )
    order = pa.array(build.order)
    return build.spans.select(columns).take(order).filter(keep.take(order)).to_pylist()


def write(build: Build, figures: Row, corpus: str, languages: tuple[str, str], out: Path) -> None:
    """Writes loss.json, loss.html and plots/*.json into a folder.

    languages: the source's and the target's code.
    """
    html = render(build, figures, corpus, languages)  # first: nothing is written when something is wrong
    write_json(out / "loss.json", figures)
    for name, rows in plot_data(figures).items():
        write_json(out / "plots" / f"{name}.json", rows)
    write_bytes(out / "loss.html", html.encode())
