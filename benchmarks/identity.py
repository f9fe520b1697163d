"""English to English: every answer must come back exactly where it was.

    python benchmarks/identity.py FILE [--language en] [--show 20] [--out failures.json]

Locates the answers of a SQuAD file with a translator that changes nothing, so that the source is its
own gold. Prints a Markdown table: the share of answers at their own place, beside `str.find` (the
first place where the text stands) and the first place at word boundaries; then lists the failures.
White space at an answer's ends is no part of it. Every answer counts, plausible ones too; an answer
whose offset does not hold its text has no place, and is left out.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spanferry.language.profile import language
from spanferry.projection.exact import is_boundary, occurrences
from spanferry.projection.locate_tables import locate_table
from spanferry.projection.ranking import Locator
from spanferry.projection.settings import AlignSettings
from spanferry.records import Reason
from spanferry.segmentation import collect_segments, make_layout
from spanferry.squad import read_squad

Row = dict[str, Any]


def located(file: Path, code: str) -> Iterator[tuple[str, Row]]:
    """(context, row of schema_of(SpanRow)) of every answer of a file, each translated by itself."""
    laid = make_layout({"dev": read_squad(file)}, code)
    known = collect_segments(laid).select(["text"])
    known = known.append_column("translation", known["text"])
    paragraphs, spans = locate_table(laid, known, Locator(language(code), language(code), AlignSettings()), 1)
    contexts = {(row["article"], row["paragraph"]): row["context"] for row in paragraphs.to_pylist()}
    for row in spans.to_pylist():
        if row["reason"] != Reason.SOURCE_MISMATCH:
            yield contexts[row["article"], row["paragraph"]], row


def place(row: Row) -> tuple[int, str]:
    """Where an answer is, without the white space at its ends."""
    text = row["source_text"]
    return row["source_start"] + len(text) - len(text.lstrip()), text.strip()


def bounded(context: str, text: str) -> int:
    """Where a text first stands at word boundaries; -1 when nowhere."""
    for start, end in occurrences(context, text, (0, len(context))):
        if is_boundary(context, start) and is_boundary(context, end):
            return start
    return -1


def failure(context: str, row: Row) -> Row:
    start, text = place(row)
    return {
        "id": row["question_id"],
        "answer": text,
        "start": start,
        "found": row["text"],
        "at": row["start"],
        "method": row["method"] or row["reason"],
        "n of m": f"{row['occurrence']} of {row['occurrences']}",
        "around": context[max(start - 40, 0) : start] + "⟦" + text + "⟧" + context[start + len(text) :][:40],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--language", default="en")
    parser.add_argument("--show", type=int, default=20, help="failures to list")
    parser.add_argument("--out", type=Path, help="write all failures here, as JSON")
    args = parser.parse_args()
    rows = list(located(args.file, args.language))
    failures = [failure(context, row) for context, row in rows if (row["start"], row["text"]) != place(row)]
    right = {
        "Spanferry": len(rows) - len(failures),
        "first place at word boundaries": sum(
            bounded(context, place(row)[1]) == place(row)[0] for context, row in rows
        ),
        "`str.find`": sum(context.find(place(row)[1]) == place(row)[0] for context, row in rows),
    }
    print(f"{args.file}: {len(rows):,} answers\n\n| method | at their own place | elsewhere or lost |\n|---|--:|--:|")
    for name, n in right.items():
        print(f"| {name} | {n / max(len(rows), 1):.2%} | {len(rows) - n:,} |")
    for told in failures[: args.show]:
        print("\n" + "\n".join(f"  {key}: {value!r}" for key, value in told.items()))
    if args.out:
        args.out.write_text(json.dumps(failures, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
