"""Fit the weights by which spans are ranked and their probabilities computed, and show how well they are calibrated.

    python benchmarks/calibrate.py --xquad FOLDER [--languages de ru zh ar] [--plot FILE]

Uses the sample (Dutch) and XQuAD in these languages (see xquad.py). Each answer of the sample is located twice: without
and with its marked translation. A span is right if its token F1 with the marked span is at least 0.8. Two models are
fitted:

    RANK_WEIGHTS  (projection/runs.py)        conditional logit: which run of words a person would mark
    WEIGHTS       (projection/confidence.py)  logistic regression: whether the chosen span is right

Both have an L2 prior and are fitted by Newton's method. Prints the fitted and the shipped weights, and tables of
predicted probability against the share that is right. Then, for each language without markers, the expected calibration
error (ECE, ten bins of equal width) of the shipped weights, and of weights that were fitted without that language; and
what error is due to the number of spans: the mean, and the bound of 95 %, of the errors of simulated answers that are
right exactly as often as predicted. The last line is the log loss of weights that were fitted without the language:
features and prior were chosen by it. --plot writes a reliability plot of these weights.
"""

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from calibration import (
    ERROR_COLUMNS,
    PRIOR,
    STEPS,
    Predictions,
    error_cells,
    fit_logistic,
    logistic,
    mean_log_loss,
    prior_precision,
    write_plot,
)
from gold_corpora import GoldCorpus, is_right, read_corpora
from measuring import print_table
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
from spanferry.records import Span
from xquad_corpora import GoldAnswer

# The mean of the prior is 0, except for features that a small corpus rarely shows. Of spans that differ from other
# candidates only in position, 52 of 57 were right in Swedish SQuAD against XQuAD: log odds of 2.3, where others have
# 4.5. A missing number is as strong a sign, and as rare. Gold spans take the whole compound, so they cannot show that
# the compound is not the thing itself.
EXPECTED = {"tied": -2.2, "missing_number": -2.2, "compound": -5.0}
# Hardly any answer is left without a verbatim phrase when it has a marked translation. The piece and its position are
# worth as much as the similarity to the translation unless the data say otherwise.
EXPECTED_RANKS = {"piece": 7.0, "hint": 7.0}
EDGES = (0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)

Sample = tuple[Evidence, bool]
"""The evidence for a chosen span, and whether the span is right."""
Choice = tuple[np.ndarray, np.ndarray]
"""The features of the runs of words of a window (shape (n, features)), and for each whether it is right."""


@dataclass(frozen=True)
class GoldCase:
    """An answer with its gold span, and its marked translation if there is one."""

    query: AnswerQuery
    target: TokenizedText
    gold: GoldAnswer
    locator: Locator
    marked: MarkedTranslation | None

    def is_right(self, span: Span) -> bool:
        """Return whether a span of the target is right."""
        return is_right(self.gold, self.target.text, span)


@dataclass(frozen=True)
class GoldCases:
    """The answers of a language, and the choices among runs of words for those without a verbatim phrase."""

    cases: list[GoldCase]
    choices: list[Choice]

    @classmethod
    def of(cls, corpus: GoldCorpus) -> "GoldCases":
        """Return the answers of a corpus."""
        cases = list(find_gold_cases(corpus))
        return cls(cases, list(choices_of(cases)))


def find_gold_cases(corpus: GoldCorpus) -> Iterator[GoldCase]:
    """Yield every answer that has a gold span and a translated paragraph, with and without its marked translation."""
    locator = make_locator("en", corpus.language, AlignSettings(min_score=0))
    paragraphs, spans = locate_table(corpus.layout, corpus.translations, locator, 1)
    for table in group_by_paragraph(corpus.layout, paragraphs, spans, BATCH):
        for group in from_table(table, ParagraphGroup):
            target = tokenize_target(group.target)
            if target is None:
                continue
            source = source_text(group.source.context, group.source.sentences, target)
            for row in group.spans:
                gold = corpus.gold_of(row, target.text)
                if gold and is_at(source.text, row.source_start, row.source_text):
                    query = make_query(source, row.source_start, row.source_text, row.translation)
                    marked = find_marked(query, corpus.marked)
                    for translation in (None, marked) if marked else (None,):
                        yield GoldCase(query, target, gold, locator, translation)


def find_marked(query: AnswerQuery, translations: Mapping[str, str]) -> MarkedTranslation | None:
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
    x, right = to_arrays(samples)
    mean = np.array([EXPECTED.get(name, 0.0) for name in WEIGHTS])
    weights = fit_logistic(x, right, mean, prior_precision(WEIGHTS))
    return dict(zip(WEIGHTS, weights.round(2).tolist(), strict=True))


def to_arrays(samples: Sequence[Sample]) -> tuple[np.ndarray, np.ndarray]:
    """Return (features of shape (samples, WEIGHTS), 1 for right and 0 for wrong)."""
    x = np.array([list(features(evidence).values()) for evidence, _ in samples]).reshape(len(samples), len(WEIGHTS))
    return x, np.array([right for _, right in samples], float)


@contextmanager
def ranked_by(weights: Mapping[str, float]) -> Iterator[None]:
    """Rank runs by these weights inside the block."""
    shipped = dict(RANK_WEIGHTS)
    RANK_WEIGHTS.update(weights)
    try:
        yield
    finally:
        RANK_WEIGHTS.update(shipped)


def fit(languages: Iterable[GoldCases]) -> tuple[dict[str, float], dict[str, float]]:
    """Return (RANK_WEIGHTS, WEIGHTS), fitted to these languages."""
    languages = list(languages)
    ranks = fit_ranks([choice for each in languages for choice in each.choices])
    with ranked_by(ranks):
        return ranks, fit_weights(samples_of(case for each in languages for case in each.cases))


def predict(samples: Sequence[Sample], weights: Mapping[str, float]) -> Predictions:
    """Return the probabilities of samples."""
    x, right = to_arrays(samples)
    return Predictions(logistic(x @ np.array(list(weights.values()))), right)


def predict_left_out(languages: Mapping[str, GoldCases]) -> dict[str, Predictions]:
    """Return the probabilities of the answers of each language, by weights that were fitted to the others."""
    found: dict[str, Predictions] = {}
    for name, own in languages.items():
        ranks, weights = fit(each for other, each in languages.items() if other != name)
        with ranked_by(ranks):
            found[name] = predict(samples_of(without_markers(own.cases)), weights)
    return found


def without_markers(cases: Sequence[GoldCase]) -> list[GoldCase]:
    """Return the cases without a marked translation."""
    return [case for case in cases if case.marked is None]


def print_weights(fitted: Mapping[str, float], shipped: Mapping[str, float], title: str) -> None:
    """Print fitted beside shipped weights."""
    print(f"\n{title}\nfitted:  {dict(fitted)}\nshipped: {dict(shipped)}")


def print_calibration(title: str, predictions: Predictions) -> None:
    """Print the predicted probability against the share that is right, by ranges of the former."""
    p, right = predictions.p, predictions.right
    brier = np.mean((p - right) ** 2)
    print(f"\n{title}: {len(p)} spans, {right.mean():.4f} right, Brier {brier:.4f}\n")
    rows = []
    for low, high in pairwise(EDGES):
        inside = (p >= low) & (p < high)
        if inside.any():
            shares = (f"{p[inside].mean():.3f}", f"{right[inside].mean():.3f}")
            rows.append((f"{low}-{min(high, 1)}", inside.sum(), *shares))
    print_table(("predicted", "spans", "mean prediction", "right"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--xquad", type=Path, required=True)
    parser.add_argument("--languages", nargs="*", default=["de", "ru", "zh", "ar"])
    parser.add_argument("--plot", type=Path, help="write a reliability plot here (HTML, SVG or PNG)")
    args = parser.parse_args()
    languages = {name: GoldCases.of(corpus) for name, corpus in read_corpora(args.xquad, args.languages).items()}
    ranks, weights = fit(languages.values())
    print_weights(ranks, RANK_WEIGHTS, "RANK_WEIGHTS")
    print_weights(weights, WEIGHTS, "WEIGHTS")
    cases = [case for each in languages.values() for case in each.cases]
    for title, has_markers in (("without markers", False), ("with markers", True)):
        samples = samples_of(case for case in cases if (case.marked is not None) == has_markers)
        print_calibration(title, predict(samples, WEIGHTS))
    shipped = {name: predict(samples_of(without_markers(each.cases)), WEIGHTS) for name, each in languages.items()}
    left_out = predict_left_out(languages)
    print("\nCalibration by language, without markers\n")
    print_table(("language", *ERROR_COLUMNS), [(name, *error_cells(shipped[name], left_out[name])) for name in shipped])
    print(f"\nlog loss, left out: {mean_log_loss(list(left_out.values())):.4f}")
    if args.plot:
        write_plot(left_out, args.plot)


if __name__ == "__main__":
    main()
