"""Fit the weights of pipeline/spanferry/projection/confidence.py, and show how well they are calibrated.

    python benchmarks/calibrate.py sample [CORPUS ...] [--check CORPUS ...] [--source en] [--target nl]

Build each corpus with `gold` in params.yaml first. The shipped weights were fitted after builds with `rescue.below: 1`,
which requests every answer between markers, not only the doubtful ones.

Each answer is located twice: without and with its marked translation. A span is right if its token F1 with the gold
span is at least 0.8. The fit is a logistic regression with an L2 prior (Newton's method). Prints the fitted and the
shipped weights, and tables of predicted probability against the share that is right; --check prints these for corpora
that were not fitted.
"""

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
from measuring import print_table
from spanferry import tables
from spanferry.arrow import from_table
from spanferry.projection.candidates import AnswerQuery, is_at, make_query
from spanferry.projection.confidence import WEIGHTS, Evidence, features
from spanferry.projection.grouping import BATCH, ParagraphGroup, group_by_paragraph
from spanferry.projection.locate import source_text
from spanferry.projection.locate_tables import locate_table
from spanferry.projection.marked import MarkedTranslation, make_request, parse_translation, usable_styles
from spanferry.projection.ranking import Decision, Locator, make_locator
from spanferry.projection.rescue import target_text
from spanferry.projection.settings import AlignSettings
from spanferry.projection.tokenized import TokenizedText
from spanferry.records import SourceParagraph, TranslationRow
from spanferry.report.accuracy import ENOUGH, Gold, GoldSpan, read_gold, token_f1

PRIOR = 1.0  # precision of the weights' normal prior, in units of one answer's log-likelihood
# The mean of the prior is 0, except for two features that a small corpus rarely shows. Of spans that
# differ from other candidates only in position, 52 of 57 were right in Swedish SQuAD against XQuAD: log odds of 2.3,
# where others have 4.5. A missing number is as strong a sign, and as rare.
EXPECTED = {"tied": -2.2, "missing_number": -2.2}
EDGES = (0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)

Sample = tuple[Evidence, bool]
"""The evidence for a chosen span, and whether the span is right."""


@dataclass(frozen=True)
class BuiltCorpus:
    """The outputs of a build of a corpus with gold. marked: sentence with markers -> its translation."""

    layout: pa.Table
    translations: pa.Table
    marked: dict[str, str | None]
    gold: Gold


@dataclass(frozen=True)
class GoldCase:
    """An answer with its gold span."""

    group: ParagraphGroup
    query: AnswerQuery
    target: TokenizedText
    gold: GoldSpan


def read_corpus(name: str) -> BuiltCorpus:
    home = Path("data") / name
    marked = tables.read(home / "marked.parquet", TranslationRow)
    return BuiltCorpus(
        layout=tables.read(home / "segments" / "layout.parquet", SourceParagraph),
        translations=tables.read(home / "translations.parquet", TranslationRow),
        marked=dict(zip(marked["text"].to_pylist(), marked["translation"].to_pylist(), strict=True)),
        gold=read_gold(home / "judgements" / "gold.json"),
    )


def find_gold_cases(corpus: BuiltCorpus, locator: Locator) -> Iterator[GoldCase]:
    """Yield every answer that has a gold span and a translated paragraph."""
    paragraphs, spans = locate_table(corpus.layout, corpus.translations, locator, 1)
    for table in group_by_paragraph(corpus.layout, paragraphs, spans, BATCH):
        for group in from_table(table, ParagraphGroup):
            target = target_text(group.target)
            if target is None:
                continue
            source = source_text(group.source.context, group.source.sentences, target)
            for row in group.spans:
                gold = corpus.gold.get(row.question_id, {}).get(row.field, ())
                if row.index < len(gold) and is_at(source.text, row.source_start, row.source_text):
                    query = make_query(source, row.source_start, row.source_text, row.translation)
                    yield GoldCase(group, query, target, gold[row.index])


def collect_samples(corpus: BuiltCorpus, locator: Locator) -> tuple[list[Sample], list[Sample]]:
    """Return the samples of a corpus (without markers, with markers)."""
    without, with_markers = [], []
    for case in find_gold_cases(corpus, locator):
        without += sample_of(locator.locate(case.query, case.target), case)
        if marked := find_marked(case.query, corpus.marked):
            with_markers += sample_of(locator.locate(case.query, case.target, marked), case)
    return without, with_markers


def find_marked(query: AnswerQuery, translations: Mapping[str, str | None]) -> MarkedTranslation | None:
    """Return the first marked translation of an answer that kept its markers."""
    for markers in usable_styles(query):
        request = make_request(query, markers)
        if marked := parse_translation(translations.get(request.text) or "", request):
            return marked
    return None


def sample_of(decision: Decision, case: GoldCase) -> list[Sample]:
    """Return the sample of a decision; none if no span was chosen."""
    if decision.chosen is None or decision.evidence is None:
        return []
    start, end = decision.chosen.span
    overlaps = start < case.gold.start + len(case.gold.text) and case.gold.start < end
    return [(decision.evidence, overlaps and token_f1(case.target.text[start:end], case.gold.text) >= ENOUGH)]


def fit_weights(
    samples: Sequence[Sample], names: Sequence[str], expected: Mapping[str, float], steps: int = 50
) -> dict[str, float]:
    """Return WEIGHTS with those in `names` fitted. expected: means of their prior; 0 where missing."""
    x, y = to_arrays(samples, names)
    others = [name for name in WEIGHTS if name not in names]
    offset = to_arrays(samples, others)[0] @ np.array([WEIGHTS[name] for name in others])
    mean = np.array([expected.get(name, 0.0) for name in names])
    weights = np.zeros(len(names))
    for _ in range(steps):
        p = 1 / (1 + np.exp(-offset - x @ weights))
        gradient = x.T @ (y - p) - PRIOR * (weights - mean)
        hessian = (x * (p * (1 - p))[:, None]).T @ x + PRIOR * np.eye(len(names))
        weights += np.linalg.solve(hessian, gradient)
    return WEIGHTS | dict(zip(names, weights.round(2).tolist(), strict=True))


def to_arrays(samples: Sequence[Sample], names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return (features of shape (samples, names), 1 for right and 0 for wrong)."""
    rows = [features(evidence) for evidence, _ in samples]
    x = np.array([[row[name] for name in names] for row in rows]).reshape(len(rows), len(names))
    return x, np.array([is_right for _, is_right in samples], float)


def print_calibration(title: str, samples: Sequence[Sample], weights: Mapping[str, float]) -> None:
    """Print the predicted probability against the share that is right, by ranges of the former."""
    x, y = to_arrays(samples, list(weights))
    p = 1 / (1 + np.exp(-x @ np.array(list(weights.values()))))
    print(f"\n{title}: {len(y)} spans, {y.mean():.4f} right, Brier {np.mean((p - y) ** 2):.4f}\n")
    rows = []
    for low, high in pairwise(EDGES):
        inside = (p >= low) & (p < high)
        if inside.any():
            rows.append((f"{low}-{min(high, 1)}", inside.sum(), f"{p[inside].mean():.3f}", f"{y[inside].mean():.3f}"))
    print_table(("predicted", "spans", "mean prediction", "right"), rows)


def print_weights(weights: Mapping[str, float], names: Iterable[str]) -> None:
    """Print fitted beside shipped weights."""
    print("fitted: ", {name: weights[name] for name in names})
    print("shipped:", {name: WEIGHTS[name] for name in names})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+")
    parser.add_argument("--check", nargs="*", default=[])
    parser.add_argument("--source", default="en")
    parser.add_argument("--target", default="nl")
    args = parser.parse_args()
    locator = make_locator(args.source, args.target, AlignSettings(min_score=0))
    parts = [collect_samples(read_corpus(name), locator) for name in args.corpora]
    without = [sample for part, _ in parts for sample in part]
    with_markers = [sample for _, part in parts for sample in part]
    names = list(WEIGHTS)
    weights = fit_weights(without + with_markers, names, EXPECTED)
    print_weights(weights, WEIGHTS)
    title = "+".join(args.corpora)
    print_calibration(f"{title}, without markers", without, weights)
    print_calibration(f"{title}, with markers", with_markers, weights)
    for name in args.check:
        without, with_markers = collect_samples(read_corpus(name), locator)
        print_calibration(f"{name} (not fitted), without markers", without, weights)
        print_calibration(f"{name} (not fitted), with markers", with_markers, weights)


if __name__ == "__main__":
    main()
