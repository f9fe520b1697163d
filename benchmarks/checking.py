"""Time stage check without models at SQuAD2.0's size.

    python benchmarks/checking.py [--paragraphs 19000] [--questions 130000] [--workers 2]

The corpus is the sample, tiled (tiled_corpus.py), and located in advance. Each worker count is a process of its own.
Prints a Markdown table: seconds of the check, CPU seconds of all processes, and peak MiB (all processes together) of
the whole process, imports included.
"""

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import msgspec
import pyarrow as pa
from measuring import MIB, print_header, print_row, run_measured
from spanferry import tables
from spanferry.arrow import schema_of
from spanferry.executors import LocalExecutor
from spanferry.projection.locate_tables import locate_batches
from spanferry.projection.lookup import TranslationLookup
from spanferry.projection.ranking import make_locator
from spanferry.quality.figures import count_quality
from spanferry.quality.tables import CheckedTables, check_tables
from spanferry.records import QualityRow, SourceParagraph, SpanRow, TargetParagraph, TranslationRow
from spanferry.segmentation import make_layout
from spanferry.squad import Document
from tiled_corpus import SQUAD2_PARAGRAPHS, SQUAD2_QUESTIONS, tile_sample


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--paragraphs", type=int, default=SQUAD2_PARAGRAPHS)
    parser.add_argument("--questions", type=int, default=SQUAD2_QUESTIONS)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--run", nargs=2, metavar=("FOLDER", "WORKERS"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.run:
        print(json.dumps(check(Path(args.run[0]), int(args.run[1]))))
        return
    with TemporaryDirectory() as home:
        write_corpus(Path(home), args.paragraphs, args.questions)
        print_header(("workers", "questions", "seconds", "CPU s", "MiB"))
        for workers in args.workers:
            output, usage = run_measured([sys.executable, __file__, "--run", home, str(workers)])
            result = json.loads(output)
            figures = f"{result['seconds']:.1f}", f"{usage.cpu_seconds:.1f}", f"{usage.peak / MIB:,.0f}"
            print_row(workers, f"{result['questions']:,}", *figures)


def write_corpus(folder: Path, paragraphs: int, questions: int) -> None:
    """Write the tables that stage check reads."""
    corpus = tile_sample(paragraphs, questions)
    document = msgspec.convert({"version": "v2.0", "data": corpus.articles["train"]}, Document)
    layout = make_layout({"train": document}, "en")
    texts, translations = list(corpus.translations), list(corpus.translations.values())
    columns = [pa.array(texts), pa.array(translations), pa.nulls(len(texts), pa.string())]
    translated = pa.Table.from_arrays(columns, schema=schema_of(TranslationRow))
    tables.write(layout, folder / "layout.parquet")
    tables.write(translated, folder / "translations.parquet")
    with (
        LocalExecutor(2) as executor,
        tables.writer(folder / "paragraphs.parquet", schema_of(TargetParagraph)) as add_paragraphs,
        tables.writer(folder / "spans.parquet", schema_of(SpanRow)) as add_spans,
    ):
        for located, spans in locate_batches(layout, TranslationLookup(translated), make_locator("en", "nl"), executor):
            add_paragraphs(located)
            add_spans(spans)


def check(folder: Path, workers: int) -> dict[str, float]:
    """Check a corpus as the stage does. Returns the seconds, and the number of questions."""
    start = perf_counter()
    with (
        LocalExecutor(workers) as executor,
        TemporaryDirectory() as temporary,
        tables.writer(folder / "quality.parquet", schema_of(QualityRow)) as add,
    ):
        corpus = CheckedTables(
            tables.LazyTable(folder / "layout.parquet", SourceParagraph),
            tables.LazyTable(folder / "paragraphs.parquet", TargetParagraph),
            tables.LazyTable(folder / "spans.parquet", SpanRow),
            TranslationLookup(tables.LazyTable(folder / "translations.parquet", TranslationRow)),
            {},
            ("en", "nl"),
        )

        def written(part: pa.Table) -> pa.Table:
            add(part)
            return part

        figures = count_quality(map(written, check_tables(corpus, None, executor, Path(temporary))))
    return {"seconds": perf_counter() - start, "questions": figures.questions}


if __name__ == "__main__":
    main()
