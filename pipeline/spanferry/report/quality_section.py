"""The loss page's section on quality: its distribution, the most frequent reasons, and the worst questions.

Everything is about the kept questions, and links to examples of the page.
"""

from collections.abc import Sequence
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from spanferry.arrow import numpy_of
from spanferry.quality.figures import GROUPS, LOW
from spanferry.records import Signal
from spanferry.report.examples import find_translations
from spanferry.report.inputs import Build
from spanferry.report.wording import SIGNALS
from spanferry.selection import check_same_questions

WORST = 20  # questions that are listed


class CountLine(Struct, frozen=True):
    """A number of kept questions, and the link to the example of the worst of them; "" if it has no answer."""

    name: str
    description: str
    questions: int
    link: str


class WorstLine(Struct, frozen=True):
    """One of the worst questions. translation: of the question, None if it is not known."""

    quality: float
    question: str
    translation: str | None
    reasons: Sequence[str]
    link: str


class QualitySection(Struct, frozen=True):
    """What the section shows. mean: of the kept questions; they are expected to be right so often."""

    judged: int
    mean: float
    low: int
    groups: list[CountLine]
    reasons: list[CountLine]
    worst: list[WorstLine]


def describe_quality(build: Build, quality: pa.Table) -> QualitySection | None:
    """Return the section on the kept questions of a build; None when none of them was judged.

    quality: rows of QualityRow. Raises InputError when it comes from another build.
    """
    questions = build.selection.questions
    check_same_questions(questions, quality)
    is_shown = numpy_of(pc.and_(pc.is_null(questions["reason"]), pc.is_valid(quality["quality"]))).copy()
    # What a person has corrected was judged before.
    is_shown[numpy_of(build.selection.owners)[numpy_of(pc.list_value_length(build.spans["corrected"])) > 0]] = False
    rows = np.flatnonzero(is_shown)
    if not rows.size:
        return None
    values = numpy_of(quality["quality"].take(pa.array(rows))).astype(float)
    order = np.argsort(values, kind="stable")  # the worst first
    rows, values = rows[order], values[order]
    links = example_links(build)
    group = np.minimum((values * GROUPS).astype(int), GROUPS - 1)
    return QualitySection(
        judged=len(rows),
        mean=float(values.mean()),
        low=int((values < LOW).sum()),
        groups=[count_line(name_group(n), "", rows[group == n], links) for n in range(GROUPS) if (group == n).any()],
        reasons=list_reasons(quality, rows, links),
        worst=list_worst(build, quality, rows[:WORST], links),
    )


def name_group(number: int) -> str:
    """Return the name of a group of quality: "40 to 50 %"."""
    return f"{100 * number // GROUPS} to {100 * (number + 1) // GROUPS}\u00a0%"


def count_line(name: str, description: str, rows: np.ndarray, links: dict[int, str]) -> CountLine:
    """Return the line of some questions, the worst first."""
    return CountLine(name, description, len(rows), next((links[row] for row in rows.tolist() if row in links), ""))


def list_reasons(quality: pa.Table, rows: np.ndarray, links: dict[int, str]) -> list[CountLine]:
    """Return what speaks against the questions, the most frequent first. rows: the questions, the worst first."""
    lines: list[CountLine] = []
    for signal in Signal:
        values = quality[signal].take(pa.array(rows))
        against = numpy_of(pc.fill_null(pc.less(values, LOW), False))
        if against.any():
            lines.append(count_line(*SIGNALS[signal], rows[against], links))
    return sorted(lines, key=lambda line: -line.questions)


def list_worst(build: Build, quality: pa.Table, rows: np.ndarray, links: dict[int, str]) -> list[WorstLine]:
    """Return some questions with what speaks against them."""
    questions = build.selection.questions.take(pa.array(rows))
    judged = quality.take(pa.array(rows))
    reasons, sure_spans = judged["reasons"].to_pylist(), judged[Signal.SPAN_SURE].to_pylist()
    columns = (
        judged["quality"].to_pylist(),
        questions["question"].to_pylist(),
        find_translations(build, questions),
        [own or [say_nothing(sure)] for own, sure in zip(reasons, sure_spans, strict=True)],
        [links.get(row, "") for row in rows.tolist()],
    )
    return [WorstLine(*line) for line in zip(*columns, strict=True)]


def say_nothing(span_sure: float | None) -> str:
    """Say that no check speaks against a question, and how sure its span is. span_sure: None without an answer."""
    sure = "" if span_sure is None else f" Its span is right with a probability of {100 * span_sure:.0f} %."
    return f"No check speaks against it.{sure}"


def example_links(build: Build) -> dict[int, str]:
    """Return the link to the first kept answer of each question, by its row in `Selection.questions`."""
    rows = build.kept
    columns = [build.spans[name].take(rows).to_pylist() for name in ("split", "question_id", "field", "index")]
    links: dict[int, str] = {}
    for owner, *key in zip(build.selection.owners.take(rows).to_pylist(), *columns, strict=True):
        links.setdefault(owner, "#example=" + "/".join(quote(str(part), safe="!'()*") for part in key))
    return links
