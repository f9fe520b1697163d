"""Summarise readers that differ in their seed alone, and compare them. Shared by the benchmarks that train readers."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from spanferry.reader.benchmarks import BenchmarkResult, BenchmarkScore, BenchmarkTest, record_benchmark
from spanferry.reader.comparison_tables import format_benchmark
from spanferry.reader.evaluation import Evaluation
from spanferry.reader.rendering import markdown_table
from spanferry.reader.significance import bootstrap_interval, run_paired_test


class Readers:
    """The evaluations of readers that were trained in the same way. seeds: seed -> evaluation."""

    def __init__(self, trained_on: str, questions: int, seeds: Mapping[int, Evaluation], cpu_seconds: float) -> None:
        self.trained_on, self.questions, self.seeds, self.cpu_seconds = trained_on, questions, seeds, cpu_seconds
        scores = [one.scores.f1 for one in seeds.values()]
        self.f1 = {question: float(np.mean([one[question] for one in scores])) for question in scores[0]}

    def mean(self, key: str) -> float:
        return float(np.mean([one.official[key] for one in self.seeds.values()]))

    def summarise(self, paragraph_of: Mapping[str, int]) -> BenchmarkScore:
        """Return the means over the seeds, rounded as they are shown."""
        interval = bootstrap_interval(self.f1, paragraph_of)
        return BenchmarkScore(
            trained_on=self.trained_on,
            questions=self.questions,
            exact=round(self.mean("exact"), 2),
            f1=round(self.mean("f1"), 2),
            low=round(interval.low, 2),
            high=round(interval.high, 2),
            seeds={seed: round(one.official["f1"], 2) for seed, one in self.seeds.items()},
            cpu_seconds=round(self.cpu_seconds),
        )


def compare_readers(a: Readers, b: Readers, paragraph_of: Mapping[str, int]) -> BenchmarkTest:
    """Return the paired test of F1, on the means of each question over the seeds."""
    test = run_paired_test(a.f1, b.f1, paragraph_of)
    points, low, high = (round(value, 2) for value in (test.difference, test.low, test.high))
    return BenchmarkTest(a=a.trained_on, b=b.trained_on, points=points, low=low, high=high, p=round(test.p, 4))


def report(result: BenchmarkResult, record: Path | None) -> None:
    """Print a result's tables, as comparisons show them. record: the file of results to write it into, if any."""
    scores, tests = format_benchmark(result)
    print(markdown_table(scores))
    if tests:
        print(f"\n{markdown_table(tests)}")
    if record:
        record_benchmark(result, record)
