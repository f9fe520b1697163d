"""Figures of the benchmarks that trained readers from real weights, for the comparison of runs (`benchmarks.json`).

Benchmarks write them with `--record`; each replaces what it wrote before.
"""

from pathlib import Path

from msgspec import Struct

from spanferry.files import read_json, write_json

BENCHMARKS_FILE = Path(__file__).with_name("benchmarks.json")


class BenchmarkScore(Struct, frozen=True, forbid_unknown_fields=True):
    """The mean scores of readers that differ in their seed alone.

    trained_on: what they were trained on, or how. questions: number of training questions. low, high: the 95 % interval
    of F1, a bootstrap over paragraphs. seeds: seed -> F1. cpu_seconds: of one reader, on average. All scores are
    percentages.
    """

    trained_on: str
    questions: int
    exact: float
    f1: float
    low: float
    high: float
    seeds: dict[int, float]
    cpu_seconds: float


class BenchmarkTest(Struct, frozen=True, forbid_unknown_fields=True):
    """A paired test of F1 between two of the scores, a minus b, in points, with its 95 % interval."""

    a: str
    b: str
    points: float
    low: float
    high: float
    p: float


class BenchmarkResult(Struct, frozen=True, forbid_unknown_fields=True):
    """A benchmark. data: what was answered, by which model. command: what measures it again."""

    name: str
    data: str
    command: str
    evaluated: int
    scores: tuple[BenchmarkScore, ...]
    tests: tuple[BenchmarkTest, ...] = ()


def read_benchmarks(path: Path = BENCHMARKS_FILE) -> tuple[BenchmarkResult, ...]:
    """Read the results, in the order in which their benchmarks were first recorded."""
    return tuple(read_json(path, list[BenchmarkResult]))


def record_benchmark(result: BenchmarkResult, path: Path) -> None:
    """Write a result into a file, in place of one of the same name."""
    kept = {one.name: one for one in read_benchmarks(path)} if path.exists() else {}
    write_json(path, list((kept | {result.name: result}).values()))
