"""Show loss.json on a terminal: the table, and the reasons with an example of each."""

from collections.abc import Iterable, Iterator, Sequence

from spanferry.loss_figures import LossFigures
from spanferry.printing import plural
from spanferry.records import Field, Method, SpanRow
from spanferry.report import wording
from spanferry.report.reference import compare_with_reference

SHOWN = 60  # characters of an example's texts that are shown


def align_columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Format rows of cells as lines with aligned columns: the first to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]
        ).rstrip()
        for row in rows
    ]


def loss_lines(figures: LossFigures, rejected: Iterable[SpanRow]) -> Iterator[str]:
    """Yield the lines of `spanferry loss show`. rejected: the rows of rejected.jsonl, for the examples."""
    yield from (wording.answer_how_much(figures), wording.answer_does_it_matter(figures), "")
    yield from align_columns(list(reference_cells(figures)))
    answers = figures.total.answers
    yield from ("", "kept answers by method")
    yield from align_columns(
        [[f"  {method}", wording.number(answers.methods[method])] for method in Method if answers.methods[method]]
        or [[""]]
    )
    if repairs := wording.describe_repairs(figures):
        yield from ("", repairs)
    for note in wording.describe_work(figures):
        yield from ("", note)
    heading = f"{plural(answers.dropped, 'lost answer')} by reason" if answers.dropped else "no answer is lost"
    yield from ("", heading)
    examples: dict[str, SpanRow] = {}
    for row in rejected:
        if row.field is Field.ANSWERS and row.reason is not None:
            examples.setdefault(row.reason, row)
    for reason, n in wording.top_reasons(answers):
        yield f"  {wording.number(n):>7}  {reason}: {wording.REASONS[reason].description}"
        if reason in examples:
            yield f"           {describe_answer(examples[reason])}"


def reference_cells(figures: LossFigures) -> Iterator[list[str]]:
    """Yield the table that compares the build with the reference: its head, then its rows."""
    head = ["questions", "source", "kept", "lost", "kept %", "reference", "its kept %"]
    columns = len(head) if figures.reference else len(head) - 2
    yield head[:columns]
    for row in compare_with_reference(figures):
        label = row.split if row.unit == "questions" else f"  {row.label}"
        counts = [wording.number(n) for n in (row.visited, row.kept, row.dropped)]
        reference = [row.reference.reported, wording.percent(row.reference_share)] if row.reference else ["", ""]
        yield [label, *counts, wording.percent(row.share), *reference][:columns]


def describe_answer(row: SpanRow) -> str:
    """Describe an answer in one line: question id, source text, translation and best candidate."""
    texts = [f"“{clip_text(text)}”" for text in (row.source_text, row.translation) if text is not None]
    nearest = f"; nearest “{clip_text(row.candidates[0].text)}”" if row.candidates else ""
    return f"{row.question_id} {' → '.join(texts)}{nearest}"


def clip_text(text: str) -> str:
    """Put a text on one line and shorten it to SHOWN characters."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
