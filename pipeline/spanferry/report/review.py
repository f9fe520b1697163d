"""Draw a sample of kept answers, and write it as a sheet for a person to judge.

The sample is stratified by method and confidence. Each stratum gets an equal part as far as its size allows, so that
rare and uncertain spans are reviewed as well. Each row has the size of its stratum, which weights its verdict, and a
key of the judged span. The key shows when a later build no longer has the span and the verdict is outdated.
"""

import csv
import io
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
from msgspec import Struct
from msgspec.structs import replace

from spanferry.arrow import from_table
from spanferry.breakdown import confidence_group
from spanferry.files import write_bytes
from spanferry.pages.templating import render_page
from spanferry.records import Method, SpanRow
from spanferry.report.inputs import Build
from spanferry.report.verdicts import JudgedSpan

TEMPLATE = Path(__file__).parent / "templates" / "review.html"
COLUMNS = (
    *("verdict", "note", "question", "source_answer", "span", "source", "target"),
    *("title", "split", "question_id", "field", "index", "method", "confidence", "stratum_size", "key"),
)
MARKS = ("⟦", "⟧")  # placed around the answer in source and target
EXCERPT = 200  # characters of context on each side of the answer in the CSV; the HTML shows the whole context
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # a spreadsheet runs a cell that starts with one of these
UNKNOWN = "unknown"  # the confidence of a span without a probability

Stratum = tuple[Method, str]
"""(method, confidence group)."""


class Excerpt(Struct, frozen=True):
    """A context, split into the text before an answer, the answer, and the text after it."""

    before: str
    answer: str
    after: str


class ReviewRow(Struct, frozen=True, kw_only=True):
    """A row of the sheet. verdict, note: filled in by the reviewer."""

    verdict: str = ""
    note: str = ""
    question: str
    source_answer: str
    span: str
    source: Excerpt
    target: Excerpt
    title: str
    split: str
    question_id: str
    field: str
    index: int
    method: Method
    confidence: str
    stratum_size: int
    key: str


def draw_sample(build: Build, size: int, seed: int) -> list[ReviewRow]:
    """Draw up to `size` kept answers, in the order of the source. Equal arguments give equal rows."""
    strata = strata_of(build, build.kept)
    members: defaultdict[Stratum, list[int]] = defaultdict(list)
    for position, stratum in enumerate(strata):
        members[stratum].append(position)
    chance = random.Random(seed)
    drawn = {stratum: chance.sample(positions, len(positions)) for stratum, positions in sorted(members.items())}
    turns = sorted((turn, stratum) for stratum, positions in drawn.items() for turn in range(len(positions)))
    chosen = sorted(drawn[stratum][turn] for turn, stratum in turns[:size])
    rows = build.kept.take(pa.array(chosen, pa.int64()))
    return describe_rows(build, rows, [len(members[strata[position]]) for position in chosen])


def current_verdicts(build: Build, judged: Sequence[JudgedSpan]) -> list[JudgedSpan]:
    """Return the verdicts whose span is unchanged in this build, each with its stratum in this build."""
    strata = strata_of(build, build.kept)
    sizes = Counter(strata)
    stratum_of = dict(zip(span_keys(build, build.kept), strata, strict=True))
    return [
        replace(row, method=stratum[0], confidence=stratum[1], stratum_size=sizes[stratum])
        for row in judged
        if (stratum := stratum_of.get(row.key))
    ]


def strata_of(build: Build, rows: pa.Array) -> list[Stratum]:
    """Return the stratum of each of these spans rows."""
    methods, probabilities = (build.spans[name].take(rows).to_pylist() for name in ("method", "probability"))
    return [
        (Method(method), UNKNOWN if probability is None else confidence_group(probability))
        for method, probability in zip(methods, probabilities, strict=True)
    ]


def span_keys(build: Build, rows: pa.Array) -> list[str]:
    """Return a key for each of these spans rows: 12 hexadecimal digits of the sha256 of everything that is judged.

    The key starts with "k", so that a spreadsheet does not read it as a number.
    """
    columns = ["split", "question_id", "field", "index", "source_text", "source_start", "text", "start"]
    spans = build.spans.select(columns).take(rows)
    contexts = build.paragraphs["context"].take(build.paragraphs_of(rows))
    judged = zip(*(column.to_pylist() for column in (*spans.columns, contexts)), strict=True)
    return [f"k{sha256(repr(parts).encode('utf-8', 'surrogatepass')).hexdigest()[:12]}" for parts in judged]


def describe_rows(build: Build, rows: pa.Array, stratum_sizes: Sequence[int]) -> list[ReviewRow]:
    """Build the rows of the sheet for these spans rows."""
    paragraphs = build.paragraphs_of(rows)
    sources, targets = (table["context"].take(paragraphs).to_pylist() for table in (build.layout, build.paragraphs))
    questions = build.selection.questions["question"].take(build.selection.owners.take(rows)).to_pylist()
    spans, strata, keys = from_table(build.spans.take(rows), SpanRow), strata_of(build, rows), span_keys(build, rows)
    described: list[ReviewRow] = []
    for at, span in enumerate(spans):
        assert span.placement is not None, "a kept answer has a span"
        method, confidence = strata[at]
        row = ReviewRow(
            question=questions[at],
            source_answer=span.source_text,
            span=span.placement.text,
            source=cut_context(sources[at], span.source_start, span.source_text),
            target=cut_context(targets[at], span.placement.start, span.placement.text),
            title=span.title,
            split=span.split,
            question_id=span.question_id,
            field=span.field,
            index=span.index,
            method=method,
            confidence=confidence,
            stratum_size=stratum_sizes[at],
            key=keys[at],
        )
        described.append(row)
    return described


def cut_context(context: str, start: int, text: str) -> Excerpt:
    """Split a context at a span."""
    return Excerpt(context[:start], text, context[start + len(text) :])


def write_csv(rows: Sequence[ReviewRow], path: Path) -> None:
    """Write the sheet as CSV: UTF-8 with a byte order mark, and formulas escaped."""
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow(COLUMNS)
    for row in rows:
        cells = (getattr(row, name) for name in COLUMNS)
        texts = (shorten_passage(cell) if isinstance(cell, Excerpt) else str(cell) for cell in cells)
        sheet.writerow(list(map(escape_formula, texts)))
    write_bytes(path, text.getvalue().encode("utf-8-sig"))


def shorten_passage(passage: Excerpt) -> str:
    """Return an answer between MARKS, with up to EXCERPT characters of its context on each side."""
    before, after = passage.before, passage.after
    left = before if len(before) <= EXCERPT else f"…{before[-EXCERPT:]}"
    right = after if len(after) <= EXCERPT else f"{after[:EXCERPT]}…"
    return f"{left}{MARKS[0]}{passage.answer}{MARKS[1]}{right}"


def escape_formula(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would read as a formula (OWASP, CSV Injection)."""
    return f"'{cell}" if cell.startswith((*FORMULA, "'")) else cell


def write_html(rows: Sequence[ReviewRow], corpus: str, languages: tuple[str, str], path: Path) -> None:
    """Write the sheet as HTML with whole paragraphs. languages: codes of source and target language."""
    write_bytes(path, render_page(TEMPLATE, rows=rows, corpus=corpus, languages=languages).encode())
