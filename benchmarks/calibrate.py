"""Fits the weights of pipeline/spanferry/projection/confidence.py, and says how well they are calibrated.

    python benchmarks/calibrate.py sample [CORPUS ...] [--check CORPUS]

Each corpus must have been built with `gold` in params.yaml and, as what was shipped, with `rescue.below: 1`: then
every answer was asked between markers, not only the doubtful. Its answers are located twice, without
and with what came back between markers; a span is right when its token F1 with the gold span is at
least 0.8. The fit is logistic regression with an L2 prior (Newton's method); --check measures it on
corpora that were not fitted.
"""

import argparse
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
from spanferry import tables
from spanferry.language.profile import language
from spanferry.projection.confidence import WEIGHTS, Evidence, features
from spanferry.projection.locate import sought, source_passage, stands
from spanferry.projection.marked import parse, request, styles
from spanferry.projection.ranking import Locator
from spanferry.projection.rescue_tables import groups
from spanferry.projection.settings import AlignSettings
from spanferry.records import SourceParagraph, SpanRow, TargetParagraph, TranslationRow
from spanferry.report.accuracy import ENOUGH, token_f1

PRIOR = 1.0  # precision of the weights' normal prior, in units of one answer's log-likelihood
# Around 0, but for what a small corpus seldom shows: of places that only their position could tell
# apart, 52 of 57 were right in Swedish SQuAD against XQuAD: log odds 2.3, where others have 4.5.
# That a number gets lost is as bad a sign, and as rare.
# The weights of aligned words are not fitted here (benchmarks/alignment.py).
EXPECTED = {"tied": -2.2, "missing_number": -2.2} | {name: WEIGHTS[name] for name in ("aligned", "misalignment")}
Known = list[tuple[Evidence, bool]]


def judged(corpus: str, source: str, target: str) -> tuple[Known, Known]:
    """(without markers, with markers): the evidence for each chosen span, and whether it is right."""
    home = Path("data") / corpus
    gold = json.loads((home / "source" / "gold.json").read_text(encoding="utf-8"))
    translations = tables.read(home / "translations.parquet", TranslationRow)
    known = dict(zip(translations["text"].to_pylist(), translations["translation"].to_pylist(), strict=True))
    marked = tables.read(home / "marked.parquet", TranslationRow)
    heard = dict(zip(marked["text"].to_pylist(), marked["translation"].to_pylist(), strict=True))
    layout = tables.read(home / "segments" / "layout.parquet", SourceParagraph)
    paragraphs = tables.read(home / "located" / "paragraphs.parquet", TargetParagraph)
    spans = tables.read(home / "located" / "spans.parquet", SpanRow)
    locator = Locator(language(source), language(target), AlignSettings(min_score=0))
    plain, helped = [], []
    for group in groups(layout, paragraphs, spans):
        if (other := group.target) is None:
            continue
        english = source_passage(group.layout, other)
        for row in group.spans:
            right = gold.get(row["question_id"], {}).get(row["field"], [])
            if row["index"] >= len(right) or not stands(english.text, row["source_start"], row["source_text"]):
                continue
            answer = sought(english, row["source_start"], row["source_text"], known.get(row["source_text"].strip()))
            person = right[row["index"]]
            plain += evidence_of(locator.locate(answer, other), person, other)
            for markers in styles(answer):
                if back := parse(heard.get(request(answer, markers)) or "", answer, markers):
                    helped += evidence_of(locator.locate(answer, other, back), person, other)
                    break
    return plain, helped


def evidence_of(decision, person, passage) -> Known:
    if decision.chosen is None:
        return []
    start, end = decision.chosen.span
    touches = start < person["start"] + len(person["text"]) and person["start"] < end
    return [(decision.evidence, touches and token_f1(passage.text[start:end], person["text"]) >= ENOUGH)]


def matrix(known: Known) -> tuple[np.ndarray, np.ndarray]:
    return np.array([list(features(e).values()) for e, _ in known]), np.array([right for _, right in known], float)


def fit(known: Known, steps: int = 50) -> dict[str, float]:
    x, y = matrix(known)
    expected = np.array([EXPECTED.get(name, 0.0) for name in WEIGHTS])
    weights = np.zeros(x.shape[1])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (y - p) - PRIOR * (weights - expected)
        hessian = (x * (p * (1 - p))[:, None]).T @ x + PRIOR * np.eye(x.shape[1])
        weights += np.linalg.solve(hessian, gradient)
    return dict(zip(WEIGHTS, weights.round(2).tolist(), strict=True))


def table(name: str, known: Known, weights: dict[str, float]) -> None:
    """Prints said against true, by tenths of what was said."""
    x, y = matrix(known)
    p = 1 / (1 + np.exp(-x @ np.array(list(weights.values()))))
    print(f"\n{name}: {len(y)} spans, {y.mean():.4f} right, Brier {np.mean((p - y) ** 2):.4f}\n")
    print("| said | spans | mean said | right |\n|---|---|---|---|")
    edges = [0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01]
    for low, high in pairwise(edges):
        inside = (p >= low) & (p < high)
        if inside.any():
            print(f"| {low}-{min(high, 1)} | {inside.sum()} | {p[inside].mean():.3f} | {y[inside].mean():.3f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+")
    parser.add_argument("--check", nargs="*", default=[])
    parser.add_argument("--source", default="en")
    parser.add_argument("--target", default="nl")
    args = parser.parse_args()
    fitted = [judged(corpus, args.source, args.target) for corpus in args.corpora]
    plain, helped = ([pair for part in fitted for pair in part[n]] for n in (0, 1))
    weights = fit(plain + helped)
    print("fitted: ", weights)
    print("shipped:", WEIGHTS)
    for name, known in (("without markers", plain), ("with markers", helped)):
        table(f"{'+'.join(args.corpora)}, {name}", known, weights)
    for corpus in args.check:
        for name, known in zip(
            ("without markers", "with markers"), judged(corpus, args.source, args.target), strict=True
        ):
            table(f"{corpus} (not fitted), {name}", known, weights)


if __name__ == "__main__":
    main()
