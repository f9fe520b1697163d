"""Measure how many questions and titles have another name than their paragraphs, before and after repair.

    python benchmarks/names.py FOLDER CORPUS [--cases]

FOLDER is a project in which CORPUS was built up to stage clean: nothing is translated here. Prints a Markdown table of
questions and titles. Then it cleans the corpus again without the repairs of stage names, and compares: contexts, spans,
and their scores and probabilities must be the same for every answer, and other questions and titles must be as they
were. --cases also prints each question and title that differs. Exits with 1 if a context, span or score differs.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from measuring import print_table
from spanferry.arrow import from_table
from spanferry.cleaning import clean_corpus
from spanferry.records import QuestionNames, SpanRow, TitleNames
from spanferry.tables import read

Figures = dict[str, int]
TABLE = ("", "compared", "differ", "share", "differ after", "share after")
MADE_BY_REPAIRS = {"question_repair", "title_repair"}
"""The columns of the provenance that say what was repaired."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("corpus")
    parser.add_argument("--cases", action="store_true", help="also print the questions and titles that differ")
    args = parser.parse_args()
    data = args.folder / "data" / args.corpus
    counts: Figures = json.loads((args.folder / "reports" / args.corpus / "names.json").read_bytes())
    print_table(TABLE, [(kind, *shares(counts, prefix)) for kind, prefix in (("questions", ""), ("titles", "titles_"))])
    with TemporaryDirectory() as temporary:
        plain = Path(temporary)
        clean_without_repairs(data, plain)
        changed = {"questions": 0, "titles": 0, "contexts, spans and scores": spans_that_differ(data, plain)}
        for before, after in zip(texts(plain), texts(data / "clean"), strict=True):
            changed[before[0]] += before != after
    print(f"\nChanged by the repairs: {', '.join(f'{number:,} {kind}' for kind, number in changed.items())}.")
    if args.cases:
        print_cases(data)
    return int(changed["contexts, spans and scores"] > 0)


def shares(counts: Figures, prefix: str) -> Iterator[str]:
    """Yield the cells of a row: questions or titles that were compared, and that differ before and after repair."""
    compared = counts[f"{prefix}compared"]
    yield f"{compared:,}"
    for name in ("different", "different_after"):
        number = counts[f"{prefix}{name}"]
        yield f"{number:,}"
        yield f"{number / compared:.1%}" if compared else "-"


def clean_without_repairs(data: Path, out: Path) -> None:
    """Clean a corpus from its tables, with the translated titles and questions as they were."""
    language = next((data / "clean").glob("*_clean.json")).name.split("_")[0]
    clean_corpus(
        data / "segments" / "layout.parquet",
        data / "located" / "paragraphs.parquet",
        data / "spans.parquet",
        data / "translations.parquet",
        language,
        titles=True,
        out=out,
        decisions=out / "decisions.parquet",
        checksums=out / "checksums",
    )


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield ("titles" or "questions", text) of cleaned files, in order."""
    for path in sorted(folder.glob("*_clean.json")):
        for article in json.loads(path.read_bytes())["data"]:
            yield "titles", article["title"]
            for paragraph in article["paragraphs"]:
                for question in paragraph["qas"]:
                    yield "questions", question["question"]


def spans_that_differ(data: Path, plain: Path) -> int:
    """Return the number of contexts that differ, and of rows of the provenance that do, apart from the repairs."""
    one, other = (contexts(folder) for folder in (data / "clean", plain))
    rows, plain_rows = (read(folder / "provenance.parquet", SpanRow).to_pylist() for folder in (data / "clean", plain))
    return (
        sum(a != b for a, b in zip(one, other, strict=True))
        + abs(len(rows) - len(plain_rows))
        + sum(without_repairs(a) != without_repairs(b) for a, b in zip(rows, plain_rows, strict=False))
    )


def contexts(folder: Path) -> list[str]:
    """Return the contexts of cleaned files, in order."""
    return [
        paragraph["context"]
        for path in sorted(folder.glob("*_clean.json"))
        for article in json.loads(path.read_bytes())["data"]
        for paragraph in article["paragraphs"]
    ]


def without_repairs(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of the provenance without the columns that the repairs set."""
    return {name: value for name, value in row.items() if name not in MADE_BY_REPAIRS}


def print_cases(data: Path) -> None:
    """Print the questions and the titles that differ, with their repairs."""
    print()
    for row in from_table(read(data / "names.parquet", QuestionNames), QuestionNames):
        names = "; ".join(f"{each.name}: {each.in_context}, not {each.in_question}" for each in row.names)
        print(f"{row.translation}\n    {names}\n    {row.repair or 'not repaired'}: {row.repaired or ''}")
    for title in from_table(read(data / "titles.parquet", TitleNames), TitleNames):
        print(f"{title.translation} (title)\n    {title.repair or 'not repaired'}: {title.repaired or ''}")


if __name__ == "__main__":
    raise SystemExit(main())
