"""Locate English answers in English text: each must come back at its own span.

    python benchmarks/identity.py FILE [--language en] [--show 20] [--out failures.json]

Locates the answers of a SQuAD file with a translator that returns its input, so that the source is its own gold. White
space at an answer's ends is not part of it. Plausible answers count too; answers whose offset does not hold their text
are left out.

Prints a Markdown table: the share of answers at their own span, for Spanferry, for the first match at word boundaries,
and for `str.find`. Then lists the first failures; --out writes them all.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from measuring import print_table
from spanferry.arrow import from_table, schema_of
from spanferry.language.boundaries import is_boundary
from spanferry.projection.locate_tables import locate_table
from spanferry.projection.ranking import make_locator
from spanferry.records import Reason, SpanRow, TargetParagraph, TranslationRow
from spanferry.segmentation import collect_segments, make_layout
from spanferry.squad import read_squad


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--language", default="en")
    parser.add_argument("--show", type=int, default=20, help="failures to list")
    parser.add_argument("--out", type=Path, help="write all failures here, as JSON")
    args = parser.parse_args()
    rows = list(locate_file(args.file, args.language))
    failures = [describe_failure(context, row) for context, row in rows if not is_at_own_span(row)]
    correct = {
        "Spanferry": len(rows) - len(failures),
        "first match at word boundaries": sum(
            find_at_boundaries(context, own_span(row)[1]) == own_span(row)[0] for context, row in rows
        ),
        "`str.find`": sum(context.find(own_span(row)[1]) == own_span(row)[0] for context, row in rows),
    }
    print(f"{args.file}: {len(rows):,} answers\n")
    print_table(
        ("method", "at their own span", "elsewhere or lost"),
        [(name, f"{n / max(len(rows), 1):.2%}", f"{len(rows) - n:,}") for name, n in correct.items()],
    )
    for failure in failures[: args.show]:
        print("\n" + "\n".join(f"  {key}: {value!r}" for key, value in failure.items()))
    if args.out:
        args.out.write_text(json.dumps(failures, ensure_ascii=False, indent=1), encoding="utf-8")


def locate_file(file: Path, language: str) -> Iterator[tuple[str, SpanRow]]:
    """Yield (context, row) of every answer of a file, each text translated by itself."""
    layout = make_layout({"dev": read_squad(file)}, language)
    texts = collect_segments(layout)["text"]
    translations = pa.table([texts, texts, pa.nulls(len(texts), pa.string())], schema=schema_of(TranslationRow))
    paragraphs, spans = locate_table(layout, translations, make_locator(language, language), 1)
    contexts = {(row.article, row.paragraph): row.context or "" for row in from_table(paragraphs, TargetParagraph)}
    for row in from_table(spans, SpanRow):
        if row.reason is not Reason.SOURCE_MISMATCH:
            yield contexts[row.article, row.paragraph], row


def own_span(row: SpanRow) -> tuple[int, str]:
    """Return the (start, text) of an answer in the source, without white space at its ends."""
    text = row.source_text
    return row.source_start + len(text) - len(text.lstrip()), text.strip()


def is_at_own_span(row: SpanRow) -> bool:
    return row.placement is not None and (row.placement.start, row.placement.text) == own_span(row)


def find_at_boundaries(context: str, text: str) -> int:
    """Return the start of the first match at word boundaries, or -1."""
    start = context.find(text)
    while start >= 0 and not (is_boundary(context, start) and is_boundary(context, start + len(text))):
        start = context.find(text, start + 1)
    return start


def describe_failure(context: str, row: SpanRow) -> dict[str, Any]:
    start, text = own_span(row)
    placement = row.placement
    return {
        "id": row.question_id,
        "answer": text,
        "start": start,
        "found": placement and placement.text,
        "at": placement and placement.start,
        "method": placement.method if placement else row.reason,
        "n of m": placement and f"{placement.occurrence} of {placement.occurrences}",
        "around": context[max(start - 40, 0) : start] + "⟦" + text + "⟧" + context[start + len(text) :][:40],
    }


if __name__ == "__main__":
    main()
