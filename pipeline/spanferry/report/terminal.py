"""loss.json for a terminal: the table, and the reasons with an example each."""

from collections.abc import Iterator
from typing import Any

from spanferry.loss import TOTAL
from spanferry.records import Method
from spanferry.report import wording

Row = dict[str, Any]

SHOWN = 60  # characters of an example's texts


def tabulate(rows: list[list[str]]) -> list[str]:
    """Rows of cells -> lines with aligned columns, the first to the left and the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]
        ).rstrip()
        for row in rows
    ]


def show(figures: Row, rejected: list[Row]) -> Iterator[str]:
    """The lines of `spanferry loss show`. rejected: the rows of rejected.jsonl, for the examples."""
    yield from (wording.how_much(figures), wording.does_it_matter(figures), "")
    table = [["questions", "source", "kept", "lost", "kept %", "reference", "its kept %"]]
    for row in wording.reference_rows(figures):
        label = row["split"] if row["unit"] == "questions" else f"  {row['label']}"
        theirs = [row["theirs"]["reported"], wording.percent(row["theirs"]["share"])] if row["theirs"] else ["", ""]
        counts = [wording.number(row[name]) for name in ("visited", "kept", "dropped")]
        table.append([label, *counts, wording.percent(row["share"]), *theirs])
    yield from tabulate(table)
    methods = figures[TOTAL]["answers"]["methods"]
    yield from ("", "kept answers by method")
    yield from tabulate(
        [[f"  {method}", wording.number(methods[method])] for method in Method if methods[method]] or [[""]]
    )
    if told := wording.rescue(figures):
        yield from ("", told)
    lost = figures[TOTAL]["answers"]
    told = f"{wording.plural(lost['dropped'], 'lost answer')} by reason" if lost["dropped"] else "no answer is lost"
    yield from ("", told)
    example = {row["reason"]: row for row in reversed(rejected) if row["field"] == "answers"}
    for reason, n in wording.top_reasons(lost):
        yield f"  {wording.number(n):>7}  {reason}: {wording.REASONS[reason][1]}"
        if reason in example:
            yield f"           {describe(example[reason])}"


def describe(row: Row) -> str:
    """One answer in a line: where it is from, source, translation and the best candidate."""
    found = [f"“{clip(text)}”" for text in (row["source_text"], row["translation"]) if text is not None]
    best = next(iter(row["candidates"] or ()), None)
    nearest = f"; nearest “{clip(best['text'])}”" if best else ""
    return f"{row['question_id']} {' → '.join(found)}{nearest}"


def clip(text: str) -> str:
    """A text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
