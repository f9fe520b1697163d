"""Measure what word alignment (`align.words`) gains where markers are lost, also against eflomal.

    python benchmarks/alignment.py sample [CORPUS ...] [--source en] [--target nl]

Build each corpus with `gold` in params.yaml first. Its answers are located and then rescued: without requests
(`rescue.rounds: 0`), with the markers that the build received, and with all markers lost. Each is done without word
alignment, with Spanferry's, and with eflomal's if that is installed (its figures vary a little between runs, because
it takes its seeds from the system).

Prints three Markdown tables and a fit:

- by corpus, markers and alignment: the share of questions with an answer that are kept (yield) and kept with a good
  span (token F1 of at least 0.8 with a gold span); of the kept ones the share without overlap with a gold span (wrong)
  and the mean F1; and the number of requests. The best answer of a question counts;
- how well the aligned spans alone overlap the gold spans, by the share of the corpus that is trained on at once;
- the fit of the weights `aligned` and `misalignment` of pipeline/spanferry/projection/confidence.py, with the others
  fixed, and its calibration.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np
import pyarrow as pa
from calibrate import (
    BuiltCorpus,
    GoldCase,
    Sample,
    find_gold_cases,
    fit_weights,
    print_calibration,
    print_weights,
    read_corpus,
    sample_of,
)
from measuring import print_header, print_row
from spanferry.arrow import from_table
from spanferry.language.words import fold, tokens
from spanferry.projection import rescue_tables
from spanferry.projection.alignment import align_answer
from spanferry.projection.candidates import overlap
from spanferry.projection.confidence import WEIGHTS, drop_below
from spanferry.projection.lexicon import STEM, train
from spanferry.projection.locate_tables import locate_table
from spanferry.projection.ranking import Locator, make_locator
from spanferry.projection.rescue import translation_pairs
from spanferry.projection.rescue_tables import rescue_table
from spanferry.projection.settings import AlignSettings, RescueSettings
from spanferry.records import Field, Placement, SpanRow, TargetParagraph
from spanferry.report.accuracy import ENOUGH, Gold, GoldSpan, token_f1

FITTED = ("aligned", "misalignment")
PARTS = (1, 2, 4, 8)  # of a corpus, each trained on alone

Pair = tuple[str, str]
Trainer = Callable[[Sequence[Pair]], Any]
"""Sentences and answers with their translations -> an object with the method `links` of Lexicon."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+")
    parser.add_argument("--source", default="en")
    parser.add_argument("--target", default="nl")
    args = parser.parse_args()
    without = make_locator(args.source, args.target, AlignSettings(words="off"))
    with_words = make_locator(args.source, args.target, AlignSettings(words="corpus"))
    corpora = {name: read_corpus(name) for name in args.corpora}
    print_header(("corpus", "markers", "alignment", "yield", "good", "wrong", "f1", "requests"), texts=3)
    for name, corpus in corpora.items():
        for row in compare_trainers(corpus, without, with_words):
            print_row(name, *row)
    print()
    print_header(("corpus", "pairs trained on", "mean overlap", "at least 0.8", "no overlap"))
    for name, corpus in corpora.items():
        for row in compare_sizes(corpus, without):
            print_row(name, *row)
    samples = [sample for corpus in corpora.values() for sample in collect_aligned_samples(corpus, with_words)]
    weights = fit_weights(samples, FITTED, {})
    print()
    print_weights(weights, FITTED)
    print_calibration("aligned, shipped weights", samples, WEIGHTS)
    print_calibration("aligned, fitted weights", samples, weights)


def compare_trainers(corpus: BuiltCorpus, without: Locator, with_words: Locator) -> Iterator[tuple[object, ...]]:
    """Yield rows (markers, alignment, yield, good, wrong, f1, requests)."""
    paragraphs, spans = locate_table(corpus.layout, corpus.translations, without, 1)
    trainers: dict[str, Trainer | None] = {"none": None, "Spanferry": train}
    if find_spec("eflomal"):
        trainers["eflomal"] = train_eflomal
    responses: tuple[tuple[str, int, Mapping[str, str | None]], ...] = (
        ("not requested", 0, {}),
        ("as received", 2, corpus.marked),
        ("all lost", 2, {}),
    )
    for markers, rounds, marked in responses:
        for name, trainer in trainers.items():
            with patch.object(rescue_tables, "train", trainer):
                rescued, cost = rescue_table(
                    corpus.layout,
                    paragraphs,
                    spans,
                    lambda texts, marked=marked: {text: marked.get(text) for text in texts},
                    with_words if trainer else without,
                    RescueSettings(rounds=rounds),
                    1,
                )
            kept = drop_below(rescued, without.settings.min_confidence)
            figures = score(kept, paragraphs, corpus.gold)
            yield markers, name, *(f"{value:.4f}" for value in figures), cost["requests"]


def score(spans: pa.Table, paragraphs: pa.Table, gold: Gold) -> tuple[float, float, float, float]:
    """Return (yield, good, wrong, f1) by question with an answer."""
    contexts = {
        (row.split, row.article, row.paragraph): row.context or "" for row in from_table(paragraphs, TargetParagraph)
    }
    scores: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for row in from_table(spans, SpanRow):
        if row.field is not Field.ANSWERS:
            continue
        of_question = scores[row.question_id]
        if row.placement:
            context = contexts[row.split, row.article, row.paragraph]
            golds = gold.get(row.question_id, {}).get(row.field, ())
            of_question += [compare_spans(row.placement, one, context) for one in golds]
    best = [max(of_question) for of_question in scores.values() if of_question]
    n = max(len(best), 1)
    return (
        len(best) / len(scores),
        sum(f1 >= ENOUGH for f1, _ in best) / len(scores),
        sum(not overlaps for _, overlaps in best) / n,
        sum(f1 for f1, _ in best) / n,
    )


def compare_spans(placement: Placement, gold: GoldSpan, context: str) -> tuple[float, bool]:
    """Return (token F1, whether they overlap). The gold span counts also when grown to whole words."""
    low, high = gold.start, gold.start + len(gold.text)
    words = [(start, end) for start, end in tokens(context) if start < high and end > low]
    low, high = words[0][0], words[-1][1]
    start, end = placement.span
    if not (start < high and low < end):
        return 0.0, False
    return max(token_f1(placement.text, gold.text), token_f1(placement.text, context[low:high])), True


def training_pairs(cases: Sequence[GoldCase]) -> list[Pair]:
    """Return the distinct translation pairs of the paragraphs of some cases."""
    groups = {id(case.group): case.group for case in cases}.values()
    pairs = (pair for group in groups for pair in translation_pairs(group.source, group.target, group.spans))
    return list(dict.fromkeys(pairs))


def compare_sizes(corpus: BuiltCorpus, locator: Locator) -> Iterator[tuple[object, ...]]:
    """Yield rows (pairs trained on, mean overlap, at least 0.8, none), for training on parts of whole paragraphs."""
    cases = list(find_gold_cases(corpus, locator))
    groups = list(dict.fromkeys(id(case.group) for case in cases))
    number_of = {group: number for number, group in enumerate(groups)}
    for parts in PARTS:
        overlaps, sizes = [], []
        for part in range(parts):
            in_part = [case for case in cases if number_of[id(case.group)] % parts == part]
            pairs = training_pairs(in_part)
            lexicon = train(pairs)
            sizes.append(len(pairs))
            for case in in_part:
                hint = align_answer(case.query, case.target, lexicon)
                gold_span = case.gold.start, case.gold.start + len(case.gold.text)
                overlaps.append(overlap(hint.span, gold_span) if hint else 0.0)
        shares = np.array(overlaps)
        yield (
            f"{np.mean(sizes):,.0f}",
            f"{shares.mean():.3f}",
            f"{(shares >= ENOUGH).mean():.3f}",
            f"{(shares == 0).mean():.3f}",
        )


def collect_aligned_samples(corpus: BuiltCorpus, locator: Locator) -> Iterator[Sample]:
    """Yield the sample of every answer that has gold, located with word alignment."""
    cases = list(find_gold_cases(corpus, locator))
    lexicon = train(training_pairs(cases))
    for case in cases:
        hint = align_answer(case.query, case.target, lexicon)
        yield from sample_of(locator.locate(case.query, case.target, None, hint), case)


class Links(dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[np.ndarray, np.ndarray]]):
    """Links of sentence pairs, with the interface of Lexicon."""

    def links(self, source: Sequence[str], target: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        none = np.zeros((len(source), len(target)))
        return self.get((tuple(source), tuple(target)), (none, none))


def train_eflomal(pairs: Sequence[Pair]) -> Links:
    """Return eflomal's links, with the same stems as Lexicon."""
    from eflomal.cython import align, read_text, write_text

    sides = [[[fold(text[s:e]) for s, e in tokens(text)] for text in side] for side in zip(*pairs, strict=True)]
    with TemporaryDirectory() as home:
        names = [str(Path(home) / name) for name in ("source", "target", "forward", "backward")]
        for name, side in zip(names, sides, strict=False):
            # A number may contain a space.
            lines = "\n".join(" ".join("".join(word.split()) or "_" for word in words) for words in side) + "\n"
            sentences, vocabulary = read_text(StringIO(lines), False, STEM, 0)
            with Path(name).open("wb") as file:
                write_text(file, tuple(sentences), len(vocabulary))
        align(names[0], names[1], links_filename_fwd=names[2], links_filename_rev=names[3], n_samplers=3)
        links = Links()
        outputs = [Path(name).read_text().splitlines() for name in names[2:]]
        for source, target, *lines in zip(*sides, *outputs, strict=True):
            matrices = np.zeros((len(source), len(target))), np.zeros((len(source), len(target)))
            for matrix, line in zip(matrices, lines, strict=True):
                for link in line.split():
                    row, column = link.split("-")
                    matrix[int(row), int(column)] = 1.0
            links[tuple(source), tuple(target)] = matrices
    return links


if __name__ == "__main__":
    main()
