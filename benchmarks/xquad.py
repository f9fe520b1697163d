"""Compare methods of carrying answers into other languages, on XQuAD, whose paragraphs and spans people translated.

    python benchmarks/xquad.py --xquad FOLDER [--languages de ru zh ar] [--encoder MODEL [--layers 6 7 8]]

FOLDER has the official files xquad.en.json and xquad.<language>.json (https://github.com/google-deepmind/xquad). The
answers on their own were translated for this benchmark (xquad_answers/); no markers are used.

Prints a Markdown table by language and method: the share of questions with a span (yield), and with a good one (word
F1 of at least 0.8 with the right span, or the right span grown to whole words), with its 95 % bootstrap interval; and
of the kept ones, those with exactly the right span (exact), the mean F1, and the share that does not even overlap it
(wrong).
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from measuring import print_header, print_row
from rapidfuzz import fuzz
from spanferry.arrow import from_table
from spanferry.executors import LocalExecutor
from spanferry.projection.confidence import drop_below
from spanferry.projection.link_tables import judge_batches
from spanferry.projection.locate_tables import locate_table
from spanferry.projection.ranking import make_locator
from spanferry.projection.settings import AlignSettings, EncoderSettings
from spanferry.records import Span, SpanRow, TargetParagraph
from xquad_corpora import GoldAnswer, XquadCorpus, read_xquad, score_span, span_in

ENOUGH_ALIKE = 80  # partial ratio, 0 to 100, from which the fuzzy method takes a place
RESAMPLES, SEED = 1000, 0

Spans = dict[str, Span]
"""Question id -> span in the target paragraph, for the questions that are kept."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--xquad", type=Path, required=True)
    parser.add_argument("--languages", nargs="+", default=["de", "ru", "zh", "ar"])
    parser.add_argument("--encoder", help="a folder, or the name of a model on the Hub")
    parser.add_argument("--revision")
    parser.add_argument("--layers", nargs="+", type=int, default=[None], help="compare these layers of the encoder")
    parser.add_argument("--below", type=float, default=EncoderSettings("").below)
    args = parser.parse_args()
    layers = args.layers if args.encoder else []
    encoders = [EncoderSettings(args.encoder, args.revision, layer, args.below) for layer in layers]
    goods: dict[str, list[float]] = {}
    print_header(("language", "method", "questions", "yield", "exact", "f1", "wrong", "good", "95 %"), texts=2)
    for language in args.languages:
        corpus = read_xquad(args.xquad, language)
        for method, spans in run_methods(corpus, encoders):
            *figures, good, low, high = summarise(corpus, spans)
            goods.setdefault(method, []).append(good)
            row = (language, method, len(corpus.answers), *(f"{value:.3f}" for value in (*figures, good)))
            print_row(*row, f"{low:.3f}-{high:.3f}")
    for method, values in goods.items():
        print_row("mean", method, "", "", "", "", "", f"{np.mean(values):.3f}", "")


def run_methods(corpus: XquadCorpus, encoders: list[EncoderSettings]) -> Iterator[tuple[str, Spans]]:
    """Yield each method with the spans that it keeps."""
    for name, find in (("first exact hit", find_first), ("case folding, then fuzzy", find_fuzzy)):
        found = {answer.id: find(answer) for answer in corpus.answers.values()}
        yield name, {id_: span for id_, span in found.items() if span}
    locator = make_locator("en", corpus.language, AlignSettings())
    paragraphs, spans = locate_table(corpus.layout, corpus.translations, locator, 1)
    yield "Spanferry", kept_spans(corpus, paragraphs, spans, locator.settings)
    for encoder in encoders:
        with LocalExecutor(1) as executor:
            judged = pa.concat_tables(list(judge_batches(corpus.layout, paragraphs, spans, locator, encoder, executor)))
        name = "Spanferry with an encoder" + (f", layer {encoder.layer}" if encoder.layer else "")
        yield name, kept_spans(corpus, paragraphs, judged, locator.settings)


def find_first(answer: GoldAnswer) -> Span | None:
    """Return the first place where the translated answer occurs letter for letter."""
    at = answer.context.find(answer.translation)
    return (at, at + len(answer.translation)) if at >= 0 else None


def find_fuzzy(answer: GoldAnswer) -> Span | None:
    """Return the first place without regard to case, or else the most similar one, if it is similar enough."""
    context, wanted = answer.context.lower(), answer.translation.lower()
    if len(context) != len(answer.context):
        return find_first(answer)
    at = context.find(wanted)
    if at >= 0:
        return at, at + len(wanted)
    alike = fuzz.partial_ratio_alignment(wanted, context, score_cutoff=ENOUGH_ALIKE)
    return (alike.dest_start, alike.dest_end) if alike and alike.dest_end > alike.dest_start else None


def kept_spans(corpus: XquadCorpus, paragraphs: pa.Table, spans: pa.Table, settings: AlignSettings) -> Spans:
    """Return the spans that a build would keep, in the official paragraphs."""
    contexts = {(row.article, row.paragraph): row.context or "" for row in from_table(paragraphs, TargetParagraph)}
    kept: Spans = {}
    for row in from_table(drop_below(spans, settings.min_confidence), SpanRow):
        if row.placement:
            context = contexts[row.article, row.paragraph]
            kept[row.question_id] = span_in(corpus.answers[row.question_id].context, context, row.placement.span)
    return kept


def summarise(corpus: XquadCorpus, spans: Spans) -> tuple[float, ...]:
    """Return (yield, exact, f1, wrong, good, and the bounds of its 95 % interval)."""
    scores = {id_: score_span(corpus.answers[id_], span) for id_, span in spans.items()}
    good = np.array([id_ in scores and scores[id_].good for id_ in corpus.answers], float)
    random = np.random.default_rng(SEED)
    resampled = good[random.integers(len(good), size=(RESAMPLES, len(good)))].mean(axis=1)
    mean: Callable[[list[float]], float] = lambda values: float(np.mean(values)) if values else 0.0  # noqa: E731
    return (
        len(scores) / len(good),
        mean([score.exact for score in scores.values()]),
        mean([score.f1 for score in scores.values()]),
        mean([not score.overlaps for score in scores.values()]),
        float(good.mean()),
        *(float(bound) for bound in np.percentile(resampled, (2.5, 97.5))),
    )


if __name__ == "__main__":
    main()
