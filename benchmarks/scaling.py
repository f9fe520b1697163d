"""How locate grows: with workers, here and on Ray, and with the corpus.

    python benchmarks/scaling.py [--paragraphs 950] [--multiples 1 4 16] [--cases local:1 local:2 local:4 ray:1 ray:2]
        [--held 400000]

A multiple is that many corpora of so many paragraphs (19,000 are SQuAD2.0's size) in one, each the sample tiled
with other letters (projection.py). Each case is a process that does what the stage does: batches are read from
parquet, located, and written. Seconds are those of the work, without Ray's own start, which stands beside them;
seconds of CPU are those of all processes, imports and all, and say most on a machine that is not quiet.
Memory is the most that one process has for itself (USS): the one that reads and writes, and the largest of the
others, Ray's own processes among them, but not what these share (its object store). `held` translations are kept in
memory and the others in a file, with its cache in proportion: fewer show with a small corpus what a large one does.
"""

import argparse
import hashlib
import json
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

import psutil
from projection import locator, tiled
from spanferry import tables
from spanferry.arrow import schema_of
from spanferry.executors import RaySettings, open_executor
from spanferry.projection import lookup as known
from spanferry.projection.locate_tables import located
from spanferry.records import SourceParagraph, SpanRow, TargetParagraph, TranslationRow

QUESTIONS = 6.84  # a paragraph: SQuAD2.0's 130,000 of 19,000
TABLES = {"layout": schema_of(SourceParagraph), "translations": schema_of(TranslationRow)}
Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--paragraphs", type=int, default=950)
    parser.add_argument("--multiples", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--cases", nargs="+", default=["local:1", "local:2", "local:4", "ray:1", "ray:2"])
    parser.add_argument("--held", type=int, default=known.HELD)
    parser.add_argument("--case", nargs=3, metavar=("FOLDER", "EXECUTOR", "WORKERS"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.case:
        known.HELD, known.CACHE_KIB = args.held, known.CACHE_KIB * args.held // known.HELD
        print(json.dumps(case(Path(args.case[0]), args.case[1], int(args.case[2]))))
        return
    print(f"{psutil.cpu_count()} cores\n")
    print(
        "| paragraphs | executor | workers | start s | seconds | a second | CPU s | CPU ms each | MiB | largest other |"
    )
    print("|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    with TemporaryDirectory() as home:
        for multiple in args.multiples:
            folder = corpus(Path(home) / str(multiple), args.paragraphs, multiple)
            digests = set()
            for executor, workers in (name.split(":") for name in args.cases):
                run = watched(
                    [sys.executable, __file__, "--held", str(args.held), "--case", str(folder), executor, workers]
                )
                print(line(run, executor, workers), flush=True)
                digests.add(run["digest"])
            print(f"{multiple} x: {'the same bytes' if len(digests) == 1 else 'OTHER BYTES'}", file=sys.stderr)


def corpus(folder: Path, paragraphs: int, multiple: int) -> Path:
    """Writes the tables of some corpora in one."""
    sizes = argparse.Namespace(paragraphs=paragraphs, questions=int(paragraphs * QUESTIONS))
    parts = [tiled(folder / str(seed), sizes, 1.0, seed) for seed in range(1, multiple + 1)]
    for name, schema in TABLES.items():
        with tables.writer(folder / f"{name}.parquet", schema) as add:
            for part in parts:
                add(tables.read(part / f"{name}.parquet", schema))
    return folder


def case(folder: Path, executor: str, workers: int) -> Row:
    """Locates a corpus as the stage does, and says how long that took."""
    begun = perf_counter()
    paragraphs = 0
    with open_executor(executor, RaySettings(), workers) as running:
        start = perf_counter()
        layout, translations = (tables.LazyTable(folder / f"{name}.parquet", schema) for name, schema in TABLES.items())
        with (
            tables.writer(folder / "paragraphs.parquet", schema_of(TargetParagraph)) as add_paragraphs,
            tables.writer(folder / "spans.parquet", schema_of(SpanRow)) as add_spans,
        ):
            for placed, spans in located(layout, known.Known(translations), locator(), running):
                add_paragraphs(placed)
                add_spans(spans)
                paragraphs += placed.num_rows
        seconds = perf_counter() - start
    written = b"".join((folder / f"{name}.parquet").read_bytes() for name in ("paragraphs", "spans"))
    return {
        "paragraphs": paragraphs,
        "start": start - begun,
        "seconds": seconds,
        "digest": hashlib.sha256(written).hexdigest(),
    }


def watched(command: list[str]) -> Row:
    """What a case prints, its seconds of CPU, and the most memory (bytes) of its own process and of any other."""
    peaks: Counter[int] = Counter()
    spent: Counter[int] = Counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        while process.poll() is None:
            with suppress(psutil.Error):
                first = psutil.Process(process.pid)
                for one in (first, *first.children(recursive=True)):
                    with suppress(psutil.Error):
                        peaks[one.pid] = max(peaks[one.pid], one.memory_full_info().uss)
                        spent[one.pid] = sum(one.cpu_times()[:2])
            sleep(0.2)
        said = process.stdout.read()
    own = peaks.pop(process.pid)
    return json.loads(said) | {"cpu": spent.total(), "own": own, "other": max(peaks.values(), default=0)}


def line(run: Row, executor: str, workers: str) -> str:
    paragraphs, cpu, own, other = (run[name] for name in ("paragraphs", "cpu", "own", "other"))
    times = f"{run['start']:.1f} | {run['seconds']:.1f} | {paragraphs / run['seconds']:,.0f}"
    costs = f"{cpu:.1f} | {1e3 * cpu / paragraphs:.2f} | {own / 2**20:,.0f} | {other / 2**20:,.0f}"
    return f"| {paragraphs:,} | {executor} | {workers} | {times} | {costs} |"


if __name__ == "__main__":
    main()
