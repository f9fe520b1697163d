"""Fit the weights of pipeline/spanferry/projection/linked_confidence.py, and show how well they are calibrated.

    python benchmarks/calibrate_encoder.py --encoder MODEL --xquad FOLDER [--languages de ru zh ar] [--plot FILE.html]

Uses the sample (Dutch) and XQuAD in these languages (see xquad.py). Takes the answers that the lexical search locates
with a probability below `align.encoder.below`, lets the encoder judge them, and compares the spans with the right ones.
A span is right if its word F1 is at least 0.8. The fit is a logistic regression with an L2 prior (Newton's method).

Prints the fitted and the shipped weights. Then, for each language, the share that is right, and with weights that were
fitted without this language the mean probability and the expected calibration error (ECE, ten bins): first of the
answers that the encoder judged, then of all answers, those that need no encoder included. The last column has the ECE
of all answers with the shipped weights, of which --plot writes a reliability plot.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from calibrate import calibration_error, write_plot
from measuring import print_table
from spanferry.arrow import from_table
from spanferry.encoder import Encoder
from spanferry.projection.candidates import make_query
from spanferry.projection.consistency import key_of
from spanferry.projection.grouping import ParagraphGroup, group_by_paragraph
from spanferry.projection.link_tables import LinkedParagraph, link_batch, make_jobs
from spanferry.projection.linked_confidence import LINKED_WEIGHTS, LinkedEvidence, linked_features, linked_probability
from spanferry.projection.linking import locate_linked
from spanferry.projection.locate import source_text, tokenize_target
from spanferry.projection.locate_tables import locate_table
from spanferry.projection.ranking import Locator, make_locator
from spanferry.projection.settings import AlignSettings, EncoderSettings
from spanferry.projection.unsettled import unsettled_answers
from spanferry.records import SPLITS, Field, Span, SpanRow
from spanferry.report.accuracy import read_gold
from spanferry.segmentation import collect_segments, make_layout
from spanferry.squad import read_squad
from spanferry.translation.memory.tmx import read_tmx
from xquad_corpora import GoldAnswer, XquadCorpus, read_xquad, score_span, span_in, translation_table

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
PRIOR = 1.0  # precision of the weights' normal prior, in units of one answer's log-likelihood
STEPS = 50
EVERYTHING = 1_000_000  # paragraphs


@dataclass(frozen=True)
class Judged:
    """An answer that the encoder judged, and whether its span is right."""

    evidence: LinkedEvidence
    is_right: bool


@dataclass(frozen=True)
class Outcome:
    """What was found in one language. settled: (probability, whether it is right) of the answers without encoder."""

    judged: list[Judged]
    settled: list[tuple[float, bool]]

    def with_shipped_weights(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the probability of each answer with the shipped weights, and whether it is right (1 or 0)."""
        judged = [(linked_probability(each.evidence), each.is_right) for each in self.judged]
        p, right = np.array([*judged, *self.settled], float).reshape(-1, 2).T
        return p, right


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", required=True, help="a folder, or the name of a model on the Hub")
    parser.add_argument("--revision")
    parser.add_argument("--layer", type=int)
    parser.add_argument("--below", type=float, default=EncoderSettings("").below)
    parser.add_argument("--xquad", type=Path, required=True)
    parser.add_argument("--languages", nargs="+", default=["de", "ru", "zh", "ar"])
    parser.add_argument("--plot", type=Path, help="write a reliability plot here (HTML)")
    args = parser.parse_args()
    encoder = Encoder(args.encoder, args.revision, args.layer)
    corpora = {"nl (sample)": read_sample()} | {name: read_xquad(args.xquad, name) for name in args.languages}
    outcomes = {name: judge(corpus, encoder, args.below) for name, corpus in corpora.items()}
    everything = [judged for outcome in outcomes.values() for judged in outcome.judged]
    print("fitted: ", name_weights(fit(everything)))
    print("shipped:", LINKED_WEIGHTS, "\n")
    columns = ("language", "judged", "right", "mean", "ECE", "all", "right", "mean", "ECE", "ECE, shipped")
    print_table(columns, list(calibration(outcomes)))
    if args.plot:
        write_plot({name: outcome.with_shipped_weights() for name, outcome in outcomes.items()}, args.plot)


def read_sample() -> XquadCorpus:
    """Return the sample in the form of XQuAD, with the answers that have one gold span."""
    layout = make_layout({split: read_squad(SAMPLE / f"{split}-v2.0.json") for split in SPLITS}, "en")
    memory = dict(read_tmx(SAMPLE / "memory.tmx", "en", "nl"))
    translations = translation_table({text: memory[text] for text in collect_segments(layout)["text"].to_pylist()})
    tables = locate_table(layout, translations, make_locator("en", "nl"), 1)
    (window,) = group_by_paragraph(layout, *tables, EVERYTHING)
    gold = read_gold(SAMPLE / "gold.json")
    answers = {
        row.question_id: GoldAnswer(
            row.question_id, "", group.target.context or "", (one.start, one.start + len(one.text))
        )
        for group in from_table(window, ParagraphGroup)
        for row in group.spans
        if len(golds := gold.get(row.question_id, {}).get(Field.ANSWERS, ())) == 1
        for one in golds
    }
    return XquadCorpus("nl", layout, translations, answers)


def judge(corpus: XquadCorpus, encoder: Encoder, below: float) -> Outcome:
    """Locate the answers of a corpus, and let the encoder judge those that are unsettled."""
    locator = make_locator("en", corpus.language, AlignSettings(min_score=0))
    tables = locate_table(corpus.layout, corpus.translations, locator, 1)
    (window,) = group_by_paragraph(corpus.layout, *tables, EVERYTHING)
    settled = [
        (row.placement.probability, right)
        for group in from_table(window, ParagraphGroup)
        for row in group.spans
        if row.placement and row.placement.probability >= below
        if (right := is_right(corpus, row, group.target.context, row.placement.span)) is not None
    ]
    judged = [
        judgement
        for jobs in make_jobs(window, *unsettled_answers(window, below))
        for paragraph in from_table(link_batch(jobs, encoder, (locator.source, locator.target)), LinkedParagraph)
        for judgement in judge_paragraph(corpus, locator, paragraph)
    ]
    return Outcome(judged, settled)


def judge_paragraph(corpus: XquadCorpus, locator: Locator, paragraph: LinkedParagraph) -> Iterator[Judged]:
    """Yield the judgement of each row of a paragraph that the encoder judged and that has a right span."""
    target = tokenize_target(paragraph.target)
    assert target is not None
    source = source_text(paragraph.source.context, paragraph.source.sentences, target)
    links_of = {(links.source_start, links.source_text): links for links in paragraph.links}
    for row in paragraph.spans:
        if links := links_of.get(key_of(row)):
            query = make_query(source, row.source_start, row.source_text, row.translation)
            decision = locate_linked(locator, query, target, links)
            if decision.chosen and isinstance(decision.evidence, LinkedEvidence):
                right = is_right(corpus, row, target.text, decision.chosen.span)
                if right is not None:
                    yield Judged(decision.evidence, right)


def is_right(corpus: XquadCorpus, row: SpanRow, context: str | None, span: Span) -> bool | None:
    """Return whether the span of an answer is right; None for an answer without a right span."""
    answer = corpus.answers.get(row.question_id)
    if answer is None or context is None or row.field is not Field.ANSWERS:
        return None
    return score_span(answer, span_in(answer.context, context, span)).good


def fit(judged: Sequence[Judged]) -> np.ndarray:
    """Return the fitted weights, in the order of LINKED_WEIGHTS."""
    x, y = features_of(judged), np.array([each.is_right for each in judged], float)
    weights = np.zeros(x.shape[1])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-x @ weights))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + PRIOR * np.eye(len(weights))
        weights += np.linalg.solve(hessian, x.T @ (y - p) - PRIOR * weights)
    return weights


def features_of(judged: Sequence[Judged]) -> np.ndarray:
    rows = [linked_features(each.evidence) for each in judged]
    return np.array([[row[name] for name in LINKED_WEIGHTS] for row in rows])


def name_weights(weights: np.ndarray) -> dict[str, float]:
    return dict(zip(LINKED_WEIGHTS, weights.round(2).tolist(), strict=True))


def calibration(outcomes: dict[str, Outcome]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of the table."""
    for name, outcome in outcomes.items():
        elsewhere = [judged for other, each in outcomes.items() if other != name for judged in each.judged]
        right = np.array([each.is_right for each in outcome.judged], float)
        settled, settled_right = np.array(outcome.settled, float).reshape(-1, 2).T
        held_out = 1 / (1 + np.exp(-features_of(outcome.judged) @ fit(elsewhere)))
        everything, all_right = np.append(held_out, settled), np.append(right, settled_right)
        yield (
            name,
            *(len(right), f"{right.mean():.3f}", f"{held_out.mean():.3f}", f"{calibration_error(held_out, right):.3f}"),
            *(len(all_right), f"{all_right.mean():.3f}", f"{everything.mean():.3f}"),
            f"{calibration_error(everything, all_right):.3f}",
            f"{calibration_error(*outcome.with_shipped_weights()):.3f}",
        )


if __name__ == "__main__":
    main()
