"""Fit the weights of pipeline/spanferry/projection/linked_confidence.py, and show how well they are calibrated.

    python benchmarks/calibrate_encoder.py --encoder MODEL --xquad FOLDER [--languages de ru zh ar] [--plot FILE]

Uses the sample (Dutch) and XQuAD in these languages (see xquad.py). Takes the answers that the lexical search locates
with a probability below `align.encoder.below`, lets the encoder judge them, and compares the spans with the right ones.
A span is right if its word F1 is at least 0.8. The fit is a logistic regression with an L2 prior (Newton's method).

Prints the fitted and the shipped weights. Then, for each language, how well probabilities are calibrated, as
calibrate.py does: first of the answers that the encoder judged, then of all answers, those that need no encoder
included. --plot writes a reliability plot of all answers, with weights that were fitted without the language.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from calibration import (
    ERROR_COLUMNS,
    Predictions,
    error_cells,
    fit_logistic,
    logistic,
    prior_precision,
    write_plot,
)
from gold_corpora import GoldCorpus, is_right, read_corpora
from measuring import print_table
from spanferry.arrow import from_table
from spanferry.encoder import Encoder
from spanferry.projection.candidates import make_query
from spanferry.projection.consistency import key_of
from spanferry.projection.grouping import ParagraphGroup, group_by_paragraph
from spanferry.projection.link_tables import LinkedParagraph, link_batch, make_jobs
from spanferry.projection.linked_confidence import LINKED_WEIGHTS, LinkedEvidence, linked_features
from spanferry.projection.linking import locate_linked
from spanferry.projection.locate import source_text, tokenize_target
from spanferry.projection.locate_tables import locate_table
from spanferry.projection.ranking import Locator, make_locator
from spanferry.projection.settings import AlignSettings, EncoderSettings
from spanferry.projection.unsettled import unsettled_answers

EVERYTHING = 1_000_000  # paragraphs


@dataclass(frozen=True)
class Judged:
    """An answer that the encoder judged, and whether its span is right."""

    evidence: LinkedEvidence
    is_right: bool


@dataclass(frozen=True)
class Outcome:
    """What was found in one language. settled: the answers that need no encoder."""

    judged: list[Judged]
    settled: Predictions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", required=True, help="a folder, or the name of a model on the Hub")
    parser.add_argument("--revision")
    parser.add_argument("--layer", type=int)
    parser.add_argument("--below", type=float, default=EncoderSettings("").below)
    parser.add_argument("--xquad", type=Path, required=True)
    parser.add_argument("--languages", nargs="+", default=["de", "ru", "zh", "ar"])
    parser.add_argument("--plot", type=Path, help="write a reliability plot here (HTML, SVG or PNG)")
    args = parser.parse_args()
    encoder = Encoder(args.encoder, args.revision, args.layer)
    corpora = read_corpora(args.xquad, args.languages)
    outcomes = {name: judge(corpus, encoder, args.below) for name, corpus in corpora.items()}
    print("fitted: ", name_weights(fit([judged for outcome in outcomes.values() for judged in outcome.judged])))
    print("shipped:", LINKED_WEIGHTS)
    shipped = {name: predict(each.judged, np.array([*LINKED_WEIGHTS.values()])) for name, each in outcomes.items()}
    left_out = predict_left_out(outcomes)
    print("\nAnswers that the encoder judged\n")
    print_errors(shipped, left_out)
    shipped, left_out = (
        {name: each.and_those(outcomes[name].settled) for name, each in predictions.items()}
        for predictions in (shipped, left_out)
    )
    print("\nAll answers\n")
    print_errors(shipped, left_out)
    if args.plot:
        write_plot(left_out, args.plot)


def judge(corpus: GoldCorpus, encoder: Encoder, below: float) -> Outcome:
    """Locate the answers of a corpus, and let the encoder judge those that are unsettled."""
    locator = make_locator("en", corpus.language, AlignSettings(min_score=0))
    tables = locate_table(corpus.layout, corpus.translations, locator, 1)
    (window,) = group_by_paragraph(corpus.layout, *tables, EVERYTHING)
    settled = [
        (row.placement.probability, is_right(gold, context, row.placement.span))
        for group in from_table(window, ParagraphGroup)
        for row in group.spans
        if row.placement and row.placement.probability >= below and (context := group.target.context)
        if (gold := corpus.gold_of(row, context))
    ]
    judged = [
        judgement
        for jobs in make_jobs(window, *unsettled_answers(window, below))
        for paragraph in from_table(link_batch(jobs, encoder, (locator.source, locator.target)), LinkedParagraph)
        for judgement in judge_paragraph(corpus, locator, paragraph)
    ]
    return Outcome(judged, Predictions(*np.array(settled, float).reshape(-1, 2).T))


def judge_paragraph(corpus: GoldCorpus, locator: Locator, paragraph: LinkedParagraph) -> Iterator[Judged]:
    """Yield the judgement of each row of a paragraph that the encoder judged and that has a right span."""
    target = tokenize_target(paragraph.target)
    assert target is not None
    source = source_text(paragraph.source.context, paragraph.source.sentences, target)
    links_of = {(links.source_start, links.source_text): links for links in paragraph.links}
    for row in paragraph.spans:
        gold, links = corpus.gold_of(row, target.text), links_of.get(key_of(row))
        if gold and links:
            query = make_query(source, row.source_start, row.source_text, row.translation)
            decision = locate_linked(locator, query, target, links)
            if decision.chosen and isinstance(decision.evidence, LinkedEvidence):
                yield Judged(decision.evidence, is_right(gold, target.text, decision.chosen.span))


def fit(judged: Sequence[Judged]) -> np.ndarray:
    """Return the fitted weights, in the order of LINKED_WEIGHTS."""
    right = np.array([each.is_right for each in judged], float)
    return fit_logistic(features_of(judged), right, np.zeros(len(LINKED_WEIGHTS)), prior_precision(LINKED_WEIGHTS))


def features_of(judged: Sequence[Judged]) -> np.ndarray:
    rows = [linked_features(each.evidence) for each in judged]
    return np.array([[row[name] for name in LINKED_WEIGHTS] for row in rows]).reshape(-1, len(LINKED_WEIGHTS))


def name_weights(weights: np.ndarray) -> dict[str, float]:
    return dict(zip(LINKED_WEIGHTS, weights.round(2).tolist(), strict=True))


def predict(judged: Sequence[Judged], weights: np.ndarray) -> Predictions:
    """Return the probabilities of judged answers."""
    return Predictions(logistic(features_of(judged) @ weights), np.array([each.is_right for each in judged], float))


def predict_left_out(outcomes: dict[str, Outcome]) -> dict[str, Predictions]:
    """Return the probabilities of the judged answers of each language, by weights that were fitted to the others."""
    found: dict[str, Predictions] = {}
    for name, outcome in outcomes.items():
        others = [judged for other, each in outcomes.items() if other != name for judged in each.judged]
        found[name] = predict(outcome.judged, fit(others))
    return found


def print_errors(shipped: dict[str, Predictions], left_out: dict[str, Predictions]) -> None:
    """Print the calibration errors of each language."""
    print_table(("language", *ERROR_COLUMNS), [(name, *error_cells(shipped[name], left_out[name])) for name in shipped])


if __name__ == "__main__":
    main()
