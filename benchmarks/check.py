"""Measure how well stage check finds items that are spoiled, and fit its weights.

    python benchmarks/check.py data/CORPUS [data/CORPUS=LANGUAGE ...] [--encoder MODEL] [--reader MODEL] [--fit]

Build each corpus first; LANGUAGE is its target's code, nl by default. Copies of 5 % of its items are spoiled in each of
eight ways (spoiling.py) and checked with the whole corpus.

Prints a Markdown table for each corpus: by way and by the signals that are used, the area under the ROC curve of
`1 - quality` between spoiled and untouched items, and the average precision when each way has 5 % of all items. Then
the share of untouched items with a quality below 0.5.

--fit fits the weights of pipeline/spanferry/quality/weights.json on all of these corpora and prints them: a logistic
regression with a normal prior in which spoiled items weigh as if they were 5 % of all.
"""

import argparse
import json
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from calibration import fit_logistic
from measuring import print_table
from msgspec.structs import replace
from spanferry.arrow import schema_of
from spanferry.executors import LocalExecutor
from spanferry.language import language_of
from spanferry.projection.lookup import TranslationLookup
from spanferry.quality.crossfit import ask_readers, collect_articles
from spanferry.quality.figures import LOW
from spanferry.quality.model import CONSTANT, LEXICAL, OF_ENCODER, OF_READER, contributions, quality_of, read_weights
from spanferry.quality.settings import CheckEncoderSettings
from spanferry.quality.tables import CheckedTables, check_tables
from spanferry.reader.settings import BaseModel, CheckReaderSettings, TrainingSettings
from spanferry.records import Signal, TranslationRow
from spoiling import NEIGHBOUR, SHARE, read_corpus, spoil_corpus

SOURCE = "en"
# Mean and precision (in units of one item's log-likelihood) of the weights' normal prior: each doubt counts, also one
# that no spoiled item raises.
PRIOR_MEAN, PRIOR = -3.0, 0.3
SETS = {"lexical": (), "encoder": OF_ENCODER, "reader": OF_READER, "encoder, reader": (*OF_ENCODER, *OF_READER)}
TRAINING = TrainingSettings(
    epochs=3, batch=16, learning_rate=1e-4, warmup=0.1, max_length=256, doc_stride=64, max_question_length=40
)
UNTOUCHED = ""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Checked:
    """The signals of the judged items of a corpus, and how each was spoiled ("" for untouched ones)."""

    signals: dict[Signal, Floats]
    kinds: npt.NDArray[np.str_]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+", help="data/CORPUS or data/CORPUS=LANGUAGE")
    parser.add_argument("--share", type=float, default=SHARE)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--encoder", help="a folder, or the name of a model on the Hub")
    parser.add_argument("--revision")
    parser.add_argument("--reader", help="the base of the readers: a folder, or the name of a model on the Hub")
    parser.add_argument("--folds", type=int, default=2)
    parser.add_argument("--epochs", type=float, default=3)
    parser.add_argument("--fit", action="store_true")
    args = parser.parse_args()
    encoder = CheckEncoderSettings(args.encoder, args.revision) if args.encoder else None
    reader = CheckReaderSettings(BaseModel(args.reader, args.revision), TRAINING, args.folds) if args.reader else None
    if reader:
        reader = replace(reader, training=replace(TRAINING, epochs=args.epochs))
    checked: list[Checked] = []
    for argument in args.corpora:
        folder, _, language = argument.partition("=")
        checked.append(check_spoiled(Path(folder), language or "nl", args.share, args.seed, encoder, reader))
        print(f"{folder}: {(checked[-1].kinds == UNTOUCHED).sum():,} untouched items\n")
        print_scores(checked[-1])
    if args.fit:
        sets = {name: fit(checked, (*LEXICAL, *own)) for name, own in usable_sets(checked[0]).items()}
        print(json.dumps(sets, indent=1))


def usable_sets(checked: Checked) -> dict[str, tuple[Signal, ...]]:
    """Return the sets of signals that were measured."""
    return {name: own for name, own in SETS.items() if all(signal in checked.signals for signal in own)}


def check_spoiled(
    data: Path,
    language: str,
    share: float,
    seed: int,
    encoder: CheckEncoderSettings | None,
    reader: CheckReaderSettings | None,
) -> Checked:
    """Spoil a corpus, check it, and return the signals of its items."""
    corpus = read_corpus(data)
    spoiled = spoil_corpus(corpus, language_of(language), share, seed)
    rows = [
        {"text": text, "translation": translation, "reason": None if translation else "empty"}
        for text, translation in corpus.questions.items()
    ]
    lookup = TranslationLookup(pa.Table.from_pylist(rows, schema=schema_of(TranslationRow)))
    with TemporaryDirectory() as folder, LocalExecutor(1) as executor:
        tables = CheckedTables(
            spoiled.layout, spoiled.paragraphs, spoiled.spans, lookup, spoiled.names, (SOURCE, language)
        )
        opinions = None
        if reader:
            # The neighbours of spoiled questions are copies, from which readers would learn twice.
            neighbours = {key for key, kind in spoiled.kinds.items() if kind == NEIGHBOUR}
            articles = list(collect_articles(tables.jobs(), neighbours))
            opinions = ask_readers(articles, reader, Path(folder) / "readers", lambda _: nullcontext(lambda _: None))
        parts = check_tables(tables, encoder, executor, Path(folder), opinions=opinions)
        quality = pa.concat_tables(list(parts))
    judged = quality.filter(quality["quality"].is_valid())
    keys = zip(judged["split"].to_pylist(), judged["question_id"].to_pylist(), strict=True)
    columns = {signal: judged[signal] for signal in Signal if judged[signal].null_count < judged.num_rows}
    signals = {signal: np.array(column.to_pylist(), float) for signal, column in columns.items()}
    kinds = np.array([spoiled.kinds.get(key, UNTOUCHED) for key in keys])
    counted = kinds != NEIGHBOUR
    return Checked({signal: values[counted] for signal, values in signals.items()}, kinds[counted])


def print_scores(checked: Checked) -> None:
    """Print how well each set of signals finds each kind of spoiled items."""
    untouched = checked.kinds == UNTOUCHED
    qualities = {
        name: quality(checked, name, own) for name, own in usable_sets(checked).items() if name in read_weights().sets
    }
    rows = []
    for kind in dict.fromkeys(checked.kinds[~untouched].tolist()):
        of_kind = checked.kinds == kind
        scores = [
            (roc_auc(1 - q[of_kind], 1 - q[untouched]), average_precision(1 - q[of_kind], 1 - q[untouched]))
            for q in qualities.values()
        ]
        rows.append((kind, int(of_kind.sum()), *(f"{value:.3f}" for pair in scores for value in pair)))
    low = [(f"{(q[untouched] < LOW).mean():.3f}", "") for q in qualities.values()]
    rows.append(("untouched below 0.5", int(untouched.sum()), *(value for pair in low for value in pair)))
    print_table(("spoiled by", "items", *(f"{name}: {what}" for name in qualities for what in ("AUC", "AP"))), rows)
    print()


def quality(checked: Checked, name: str, own: Sequence[Signal]) -> Floats:
    """Return the quality of each item by a set of signals."""
    weights = read_weights().sets[name]
    signals = {signal: checked.signals[signal] for signal in (Signal.SPAN_SURE, *LEXICAL, *own)}
    return quality_of(signals, contributions(signals, weights), weights)


def roc_auc(positive: Floats, negative: Floats) -> float:
    """Return the probability that a positive value is larger than a negative one; equal ones count half."""
    ordered = np.sort(negative)
    below, upto = np.searchsorted(ordered, positive, "left"), np.searchsorted(ordered, positive, "right")
    return float((below + upto).mean() / 2 / len(negative))


def average_precision(positive: Floats, negative: Floats, share: float = SHARE) -> float:
    """Return the average precision when the positive ones are this share of all."""
    weight = share / (1 - share) * len(negative) / len(positive)
    precision = []
    for value in positive:
        found, false = weight * (positive >= value).sum(), (negative >= value).sum()
        precision.append(found / (found + false))
    return float(np.mean(precision))


def fit(corpora: Sequence[Checked], terms: Sequence[Signal]) -> dict[str, float]:
    """Fit the weights of some signals."""
    doubts, labels, counts = [], [], []
    for checked in corpora:
        untouched = checked.kinds == UNTOUCHED
        doubts.append(np.stack([1 - np.nan_to_num(checked.signals[term], nan=1.0) for term in terms], axis=1))
        labels.append(untouched.astype(float))
        weight = SHARE / (1 - SHARE) * untouched.sum() / max((~untouched).sum(), 1)
        counts.append(np.where(untouched, 1.0, weight))
    inputs = np.concatenate([np.concatenate([np.ones((len(each), 1)), each], axis=1) for each in doubts])
    weights = regress(inputs, np.concatenate(labels), np.concatenate(counts))
    return dict(zip((CONSTANT, *map(str, terms)), weights.round(2).tolist(), strict=True))


def regress(inputs: Floats, labels: Floats, counts: Floats) -> Floats:
    """Return the weights of a logistic regression with a prior on all but the constant.

    A doubt never raises the quality: weights above 0 are set to 0, and the others fitted again.
    """
    free = np.ones(inputs.shape[1], bool)
    mean, precision = (np.where(np.arange(len(free)) == 0, 0.0, prior) for prior in (PRIOR_MEAN, PRIOR))
    while True:
        weights = np.zeros(len(free))
        weights[free] = fit_logistic(inputs[:, free], labels, mean[free], precision[free], counts)
        wrong = (weights > 0) & (np.arange(len(weights)) > 0)
        if not wrong.any():
            return weights
        free &= ~wrong


if __name__ == "__main__":
    main()
