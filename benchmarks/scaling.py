"""Time locate by the number of workers, on this machine and on Ray, and by the size of the corpus.

    python benchmarks/scaling.py [--paragraphs 950] [--multiples 1 4 16] [--cases local:1 local:2 local:4 ray:1 ray:2]
        [--in-memory 400000]

A multiple of n is n corpora of so many paragraphs in one (19,000 are SQuAD2.0's size), each a tiled sample with other
letters (tiled_corpus.py). Each case is a process that works as the stage does: it reads batches from Parquet, locates,
and writes. --in-memory translations are kept in memory and the others in a file, whose cache shrinks in proportion: a
small value shows with a small corpus how a large one behaves.

Prints a Markdown table. Seconds are those of the work; the start of Ray is listed beside them. CPU seconds are those of
all processes, imports included; use them on a machine that is not idle. Memory (MiB) is the peak that one process has
for itself (USS): of the process that reads and writes, and of the largest other one, Ray's own included; memory that
processes share, such as Ray's object store, is not counted. Then says whether all cases wrote the same bytes.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import msgspec
import psutil
import pyarrow as pa
from measuring import MIB, print_header, print_row, run_measured
from spanferry import tables
from spanferry.arrow import schema_of
from spanferry.executors import RaySettings, open_executor
from spanferry.projection import lookup
from spanferry.projection.locate_tables import locate_batches
from spanferry.projection.ranking import make_locator
from spanferry.records import SourceParagraph, SpanRow, TargetParagraph, TranslationRow
from spanferry.segmentation import make_layout
from spanferry.squad import Document
from tiled_corpus import SQUAD2_PARAGRAPHS, SQUAD2_QUESTIONS, tile_sample


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--paragraphs", type=int, default=950)
    parser.add_argument("--multiples", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--cases", nargs="+", default=["local:1", "local:2", "local:4", "ray:1", "ray:2"])
    parser.add_argument("--in-memory", type=int, default=lookup.MAX_IN_MEMORY)
    parser.add_argument("--run", nargs=3, metavar=("FOLDER", "EXECUTOR", "WORKERS"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.run:
        lookup.CACHE_KIB = lookup.CACHE_KIB * args.in_memory // lookup.MAX_IN_MEMORY
        lookup.MAX_IN_MEMORY = args.in_memory
        print(json.dumps(locate_corpus(Path(args.run[0]), args.run[1], int(args.run[2]))))
        return
    print(f"{psutil.cpu_count()} cores\n")
    columns = ("start s", "seconds", "a second", "CPU s", "CPU ms each", "MiB", "largest other")
    print_header(("executor", "paragraphs", "workers", *columns))
    with TemporaryDirectory() as home:
        for multiple in args.multiples:
            folder = Path(home) / str(multiple)
            write_corpus(folder, args.paragraphs, multiple)
            digests = {measure_case(folder, case, args.in_memory) for case in args.cases}
            print(f"{multiple} x: {'same bytes' if len(digests) == 1 else 'DIFFERENT BYTES'}", file=sys.stderr)


def write_corpus(folder: Path, paragraphs: int, multiple: int) -> None:
    """Write layout.parquet and translations.parquet of several corpora in one."""
    questions = paragraphs * SQUAD2_QUESTIONS // SQUAD2_PARAGRAPHS
    with (
        tables.writer(folder / "layout.parquet", schema_of(SourceParagraph)) as add_layout,
        tables.writer(folder / "translations.parquet", schema_of(TranslationRow)) as add_translations,
    ):
        for seed in range(1, multiple + 1):
            corpus = tile_sample(paragraphs, questions, seed)
            document = msgspec.convert({"version": "v2.0", "data": corpus.articles["train"]}, Document)
            add_layout(make_layout({"train": document}, "en"))
            texts, translations = list(corpus.translations), list(corpus.translations.values())
            columns = [pa.array(texts), pa.array(translations), pa.nulls(len(texts), pa.string())]
            add_translations(pa.Table.from_arrays(columns, schema=schema_of(TranslationRow)))


def measure_case(folder: Path, case: str, in_memory: int) -> str:
    """Run a case in a process of its own, print its row, and return the sha256 of what it wrote."""
    executor, workers = case.split(":")
    options = ["--in-memory", str(in_memory), "--run", str(folder), executor, workers]
    output, usage = run_measured([sys.executable, __file__, *options])
    result = json.loads(output)
    print_row(
        executor,
        f"{result['paragraphs']:,}",
        workers,
        f"{result['start']:.1f}",
        f"{result['seconds']:.1f}",
        f"{result['paragraphs'] / result['seconds']:,.0f}",
        f"{usage.cpu_seconds:.1f}",
        f"{1e3 * usage.cpu_seconds / result['paragraphs']:.2f}",
        f"{usage.own_peak / MIB:,.0f}",
        f"{usage.largest_other_peak / MIB:,.0f}",
    )
    return result["digest"]


def locate_corpus(folder: Path, executor: Any, workers: int) -> dict[str, Any]:
    """Locate a corpus as the stage does; return seconds, the number of paragraphs, and the sha256 of the outputs."""
    begin = perf_counter()
    paragraphs = 0
    with open_executor(executor, RaySettings(), workers) as running:
        start = perf_counter()
        layout = tables.LazyTable(folder / "layout.parquet", SourceParagraph)
        translations = lookup.TranslationLookup(tables.LazyTable(folder / "translations.parquet", TranslationRow))
        with (
            tables.writer(folder / "paragraphs.parquet", schema_of(TargetParagraph)) as add_paragraphs,
            tables.writer(folder / "spans.parquet", schema_of(SpanRow)) as add_spans,
        ):
            for located, spans in locate_batches(layout, translations, make_locator("en", "nl"), running):
                add_paragraphs(located)
                add_spans(spans)
                paragraphs += located.num_rows
        seconds = perf_counter() - start
    written = b"".join((folder / f"{name}.parquet").read_bytes() for name in ("paragraphs", "spans"))
    return {
        "paragraphs": paragraphs,
        "start": start - begin,
        "seconds": seconds,
        "digest": hashlib.sha256(written).hexdigest(),
    }


if __name__ == "__main__":
    main()
