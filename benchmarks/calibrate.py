"""Fit the weights by which spans are ranked and their probabilities computed, and show how well they are calibrated.

    python benchmarks/calibrate.py sample [CORPUS=LANGUAGE ...] [--check CORPUS=LANGUAGE ...] [--plot FILE.html]

Build each corpus with `gold` in params.yaml first. The shipped weights were fitted after builds with `rescue.below: 1`,
which requests every answer between markers, not only the doubtful ones. LANGUAGE is the target's code, nl by default.

Each answer is located twice: without and with its marked translation. A span is right if its token F1 with the gold
span is at least 0.8. Two models are fitted:

    RANK_WEIGHTS  (projection/runs.py)        conditional logit: which run of words a person would mark
    WEIGHTS       (projection/confidence.py)  logistic regression: whether the chosen span is right

Both have an L2 prior and are fitted by Newton's method. Prints the fitted and the shipped weights; then, for each
language, the expected calibration error of the shipped weights and of weights that were fitted without that language,
and tables of predicted probability against the share that is right. --plot writes a reliability plot.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import altair as alt
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
from spanferry.projection.ranking import Locator, make_locator
from spanferry.projection.rescue import tokenize_target
from spanferry.projection.run_table import RunTable
from spanferry.projection.runs import RANK_WEIGHTS
from spanferry.projection.search import Search
from spanferry.projection.settings import AlignSettings
from spanferry.projection.similarity import candidate_for, features_of
from spanferry.projection.tokenized import TokenizedText, TokenRange
from spanferry.records import SourceParagraph, Span, TranslationRow
from spanferry.report.accuracy import ENOUGH, Gold, GoldSpan, read_gold, token_f1

PRIOR = 1.0  # precision of the weights' normal prior, in units of one answer's log-likelihood
# The mean of the prior is 0, except for features that a small corpus rarely shows. Of spans that differ from other
# candidates only in position, 52 of 57 were right in Swedish SQuAD against XQuAD: log odds of 2.3, where others have
# 4.5. A missing number is as strong a sign, and as rare. Gold spans take the whole compound, so they cannot show that
# the compound is not the thing itself.
EXPECTED = {"tied": -2.2, "missing_number": -2.2, "compound": -5.0}
# Hardly any answer is left without a verbatim phrase when it has a marked translation. The piece and its position are
# worth as much as the similarity to the translation unless the data say otherwise.
EXPECTED_RANKS = {"piece": 7.0, "hint": 7.0}
STEPS = 50
EDGES = (0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)
BINS = 10  # of equal width, for the expected calibration error

Sample = tuple[Evidence, bool]
"""The evidence for a chosen span, and whether the span is right."""
Choice = tuple[np.ndarray, np.ndarray]
"""The features of the runs of words of a window (shape (n, features)), and for each whether it is right."""


@dataclass(frozen=True)
class BuiltCorpus:
    """The outputs of a build of a corpus with gold. marked: sentence with markers -> its translation."""

    layout: pa.Table
    translations: pa.Table
    marked: dict[str, str | None]
    gold: Gold
    locator: Locator


@dataclass(frozen=True)
class GoldCase:
    """An answer with its gold span, and its marked translation if there is one."""

    query: AnswerQuery
    target: TokenizedText
    gold: GoldSpan
    locator: Locator
    marked: MarkedTranslation | None

    def is_right(self, span: Span) -> bool:
        """Return whether a span of the target is right."""
        start, end = span
        overlaps = start < self.gold.start + len(self.gold.text) and self.gold.start < end
        return overlaps and token_f1(self.target.text[start:end], self.gold.text) >= ENOUGH


def read_corpus(name: str, source: str, target: str) -> BuiltCorpus:
    """Read the outputs of a build."""
    home = Path("data") / name
    marked = tables.read(home / "marked.parquet", TranslationRow)
    return BuiltCorpus(
        layout=tables.read(home / "segments" / "layout.parquet", SourceParagraph),
        translations=tables.read(home / "translations.parquet", TranslationRow),
        marked=dict(zip(marked["text"].to_pylist(), marked["translation"].to_pylist(), strict=True)),
        gold=read_gold(home / "judgements" / "gold.json"),
        locator=make_locator(source, target, AlignSettings(min_score=0)),
    )


def find_gold_cases(corpus: BuiltCorpus) -> Iterator[GoldCase]:
    """Yield every answer that has a gold span and a translated paragraph, with and without its marked translation."""
    paragraphs, spans = locate_table(corpus.layout, corpus.translations, corpus.locator, 1)
    for table in group_by_paragraph(corpus.layout, paragraphs, spans, BATCH):
        for group in from_table(table, ParagraphGroup):
            target = tokenize_target(group.target)
            if target is None:
                continue
            source = source_text(group.source.context, group.source.sentences, target)
            for row in group.spans:
                gold = corpus.gold.get(row.question_id, {}).get(row.field, ())
                if row.index < len(gold) and is_at(source.text, row.source_start, row.source_text):
                    query = make_query(source, row.source_start, row.source_text, row.translation)
                    marked = find_marked(query, corpus.marked)
                    for translation in (None, marked) if marked else (None,):
                        yield GoldCase(query, target, gold[row.index], corpus.locator, translation)


def find_marked(query: AnswerQuery, translations: Mapping[str, str | None]) -> MarkedTranslation | None:
    """Return the first marked translation of an answer that kept its markers."""
    for markers in usable_styles(query):
        request = make_request(query, markers)
        if marked := parse_translation(translations.get(request.text) or "", request):
            return marked
    return None


def choices_of(cases: Iterable[GoldCase]) -> Iterator[Choice]:
    """Yield the choices among runs of words, for the answers of which no phrase occurs verbatim."""
    for case in cases:
        search = case.locator.search(case.query, case.target, case.marked)
        if not search.phrases or any(case.locator.find_verbatim(search)):
            continue
        runs = RunTable.of([search])
        right = np.array([case.is_right(span_of_run(search, run)) for run in map(runs.tokens_of, range(len(runs)))])
        if right.any() and not right.all():
            yield features_of(runs).values.T, right


def span_of_run(search: Search, run: TokenRange) -> Span:
    """Return the span that a run of words gets when it is chosen."""
    return candidate_for(search, run, 1.0).span


def samples_of(cases: Iterable[GoldCase]) -> list[Sample]:
    """Return the samples of the answers that have a span."""
    samples: list[Sample] = []
    for case in cases:
        decision = case.locator.locate(case.query, case.target, case.marked)
        if decision.chosen is not None and isinstance(decision.evidence, Evidence):
            samples.append((decision.evidence, case.is_right(decision.chosen.span)))
    return samples


def fit_ranks(choices: Sequence[Choice]) -> dict[str, float]:
    """Return RANK_WEIGHTS, fitted: they maximise the probability of the right runs of each choice.

    In each step the right runs of a choice share it as the current weights have them (EM).
    """
    mean = np.array([EXPECTED_RANKS.get(name, 0.0) for name in RANK_WEIGHTS])
    weights = mean
    for _ in range(STEPS):
        gradient, hessian = -PRIOR * (weights - mean), PRIOR * np.eye(len(weights))
        for x, right in choices:
            odds = np.exp(x @ weights - (x @ weights).max())
            p, q = odds / odds.sum(), odds * right / (odds * right).sum()
            average = p @ x
            gradient = gradient + q @ x - average
            hessian += (x * p[:, None]).T @ x - np.outer(average, average)
        weights = weights + np.linalg.solve(hessian, gradient)
    return dict(zip(RANK_WEIGHTS, weights.round(2).tolist(), strict=True))


def fit_weights(samples: Sequence[Sample]) -> dict[str, float]:
    """Return WEIGHTS, fitted."""
    x, y = to_arrays(samples)
    mean = np.array([EXPECTED.get(name, 0.0) for name in WEIGHTS])
    weights = np.zeros(len(mean))
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (y - p) - PRIOR * (weights - mean)
        hessian = (x * (p * (1 - p))[:, None]).T @ x + PRIOR * np.eye(len(mean))
        weights += np.linalg.solve(hessian, gradient)
    return dict(zip(WEIGHTS, weights.round(2).tolist(), strict=True))


def to_arrays(samples: Sequence[Sample]) -> tuple[np.ndarray, np.ndarray]:
    """Return (features of shape (samples, WEIGHTS), 1 for right and 0 for wrong)."""
    x = np.array([list(features(evidence).values()) for evidence, _ in samples]).reshape(len(samples), len(WEIGHTS))
    return x, np.array([is_right for _, is_right in samples], float)


@contextmanager
def ranked_by(weights: Mapping[str, float]) -> Iterator[None]:
    """Rank runs by these weights inside the block."""
    shipped = dict(RANK_WEIGHTS)
    RANK_WEIGHTS.update(weights)
    try:
        yield
    finally:
        RANK_WEIGHTS.update(shipped)


def fit(cases: Sequence[GoldCase]) -> tuple[dict[str, float], dict[str, float]]:
    """Return (RANK_WEIGHTS, WEIGHTS), fitted to these cases."""
    ranks = fit_ranks(list(choices_of(cases)))
    with ranked_by(ranks):
        return ranks, fit_weights(samples_of(cases))


def predict(samples: Sequence[Sample], weights: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return (predicted probabilities, 1 for right and 0 for wrong)."""
    x, y = to_arrays(samples)
    return 1 / (1 + np.exp(-x @ np.array(list(weights.values())))), y


def bins(p: np.ndarray, y: np.ndarray) -> list[tuple[int, float, float]]:
    """Return (spans, mean prediction, share that is right) of each of BINS ranges that has spans."""
    of_bin = np.minimum((p * BINS).astype(int), BINS - 1)
    found = [of_bin == number for number in range(BINS) if (of_bin == number).any()]
    return [(int(inside.sum()), float(p[inside].mean()), float(y[inside].mean())) for inside in found]


def calibration_error(p: np.ndarray, y: np.ndarray) -> float:
    """Return the expected calibration error: the mean distance of prediction and share, by spans."""
    return sum(count * abs(mean - share) for count, mean, share in bins(p, y)) / max(len(p), 1)


def print_weights(fitted: Mapping[str, float], shipped: Mapping[str, float], title: str) -> None:
    """Print fitted beside shipped weights."""
    print(f"\n{title}\nfitted:  {dict(fitted)}\nshipped: {dict(shipped)}")


def print_calibration(title: str, p: np.ndarray, y: np.ndarray) -> None:
    """Print the predicted probability against the share that is right, by ranges of the former."""
    print(f"\n{title}: {len(y)} spans, {y.mean():.4f} right, Brier {np.mean((p - y) ** 2):.4f}\n")
    rows = []
    for low, high in pairwise(EDGES):
        inside = (p >= low) & (p < high)
        if inside.any():
            rows.append((f"{low}-{min(high, 1)}", inside.sum(), f"{p[inside].mean():.3f}", f"{y[inside].mean():.3f}"))
    print_table(("predicted", "spans", "mean prediction", "right"), rows)


def without_markers(cases: Sequence[GoldCase]) -> list[GoldCase]:
    """Return the cases without a marked translation."""
    return [case for case in cases if case.marked is None]


def print_errors(by_language: Mapping[str, Sequence[GoldCase]], checked: Mapping[str, Sequence[GoldCase]]) -> None:
    """Print the expected calibration error of each language, with the shipped weights and with those fitted without it.

    checked: languages that are not fitted.
    """
    rows = []
    for language, cases in by_language.items():
        plain = without_markers(cases)
        own = predict(samples_of(plain), WEIGHTS)
        others = [case for other, theirs in by_language.items() if other != language for case in theirs]
        error = "-"
        if others:
            ranks, weights = fit(others)
            with ranked_by(ranks):
                error = f"{calibration_error(*predict(samples_of(plain), weights)):.3f}"
        rows.append((language, len(own[0]), f"{own[1].mean():.3f}", f"{calibration_error(*own):.3f}", error))
    for language, cases in checked.items():
        own = predict(samples_of(without_markers(cases)), WEIGHTS)
        rows.append(
            (f"{language} (not fitted)", len(own[0]), f"{own[1].mean():.3f}", "-", f"{calibration_error(*own):.3f}")
        )
    print("\nExpected calibration error, without markers\n")
    print_table(("language", "spans", "right", "shipped weights", "fitted without it"), rows)


def write_plot(by_language: Mapping[str, tuple[np.ndarray, np.ndarray]], path: Path) -> None:
    """Write a reliability plot, one panel per language.

    by_language: language -> (predicted probabilities, 1 for right and 0 for wrong).
    """
    rows = [
        {"language": language, "predicted": mean, "right": share, "spans": count}
        for language, predictions in by_language.items()
        for count, mean, share in bins(*predictions)
    ]
    scale = alt.Scale(domain=[0, 1])
    points = (
        alt.Chart()
        .mark_line(point=True)
        .encode(
            alt.X("predicted:Q", scale=scale, title="predicted probability"),
            alt.Y("right:Q", scale=scale, title="share that is right"),
            tooltip=["spans:Q", "predicted:Q", "right:Q"],
        )
    )
    ideal = (
        alt.Chart()
        .mark_rule(strokeDash=[4, 4])
        .encode(x=alt.datum(0), y=alt.datum(0), x2=alt.datum(1), y2=alt.datum(1))
    )
    panels = alt.layer(ideal, points, data=alt.Data(values=rows)).properties(width=180, height=180)
    panels.facet("language:N", columns=3).save(path)


def by_language(names: Sequence[str], source: str) -> dict[str, list[GoldCase]]:
    """Return the cases of corpora, given as CORPUS or CORPUS=LANGUAGE, by their language."""
    cases: Callable[[], list[GoldCase]] = list
    found = defaultdict(cases)
    for name, _, code in (name.partition("=") for name in names):
        found[code or "nl"] += find_gold_cases(read_corpus(name, source, code or "nl"))
    return dict(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+", metavar="CORPUS=LANGUAGE")
    parser.add_argument("--check", nargs="*", default=[], metavar="CORPUS=LANGUAGE")
    parser.add_argument("--source", default="en")
    parser.add_argument("--plot", type=Path, help="write a reliability plot here (HTML)")
    args = parser.parse_args()
    fitted, checked = by_language(args.corpora, args.source), by_language(args.check, args.source)
    cases = [case for theirs in fitted.values() for case in theirs]
    ranks, weights = fit(cases)
    print_weights(ranks, RANK_WEIGHTS, "RANK_WEIGHTS")
    print_weights(weights, WEIGHTS, "WEIGHTS")
    for title, has_markers in (("without markers", False), ("with markers", True)):
        samples = samples_of(case for case in cases if (case.marked is not None) == has_markers)
        if samples:
            print_calibration(title, *predict(samples, WEIGHTS))
    print_errors(fitted, checked)
    if args.plot:
        shown = fitted | {f"{language} (not fitted)": theirs for language, theirs in checked.items()}
        predictions = {name: predict(samples_of(without_markers(theirs)), WEIGHTS) for name, theirs in shown.items()}
        write_plot(predictions, args.plot)


if __name__ == "__main__":
    main()
