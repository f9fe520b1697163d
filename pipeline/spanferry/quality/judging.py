"""Judges questions by their measures and by what is usual in their corpus (Measures -> QualityRow)."""

import math
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry.arrow import Column, from_table, numpy_of, schema_of
from spanferry.quality.corpus import FloatArray, Usual, length_spread
from spanferry.quality.items import Measures
from spanferry.quality.model import REASON, UNCERTAIN, contributions, name_set, quality_of, read_weights
from spanferry.records import QualityRow, Signal

Rows = pa.RecordBatch | pa.Table
NOTES = 2  # reasons of one signal
EPSILON = 1e-6
FIXED = {
    Signal.SAME_SENTENCE: "The span is in another sentence than the answer of the source.",
    Signal.REST_SOUND: "Another sentence of the paragraph has an unusual length.",
    Signal.SIMILAR: "The question or the sentence of its answer says something else than the source.",
    Signal.SAME_EXTENT: "The words of the span are not those of the answer.",
    Signal.READER_AGREES: "A reader finds another answer.",
}
"""What the signals without notes say."""


def judge(measures: Rows, usual: Usual, others: Mapping[Signal, FloatArray] | None = None) -> pa.Table:
    """Return the quality of questions (Measures -> QualityRow). others: the signals of models."""
    signals = {**lexical_signals(measures, usual), **(others or {})}
    judged = numpy_of(measures["judged"])
    weights = read_weights().sets[name_set(signals)]
    against = contributions(signals, weights)
    quality = quality_of(signals, against, weights)
    reasons = list_reasons(measures, usual, signals, against, judged)
    columns: dict[str, Column] = {
        "split": measures["split"],
        "question_id": measures["question_id"],
        "quality": pa.array(quality, pa.float32(), mask=~judged),
        "reasons": pa.array(reasons, pa.list_(pa.string())),
    }
    for signal in Signal:
        values = signals.get(signal, np.full(len(quality), np.nan))
        columns[signal] = pa.array(values, pa.float32(), mask=np.isnan(values) | ~judged)
    schema = schema_of(QualityRow)
    return pa.table([columns[name] for name in schema.names], schema=schema)


def lexical_signals(measures: Rows, usual: Usual) -> dict[Signal, FloatArray]:
    """Return the signals that need no model."""
    names = (name for name in measures.schema.names if name not in ("split", "question_id", "judged", "notes"))
    values = {name: as_floats(measures[name]) for name in names}
    rest = np.fmin.reduce(
        [
            values["rest_numbers"],
            values["rest_intact"],
            usual.score_unchanged(values["rest_unchanged"]),
            usual.score_lengths(
                (values["rest_shortest"], usual.sentence_lengths), (values["rest_longest"], usual.sentence_lengths)
            ),
        ]
    )
    return {
        Signal.SPAN_SURE: values["span_sure"],
        Signal.SAME_SENTENCE: values["same_sentence"],
        Signal.SAME_NUMBERS: values["same_numbers"],
        Signal.USUAL_LENGTH: usual.score_lengths(
            (values["question_length"], usual.question_lengths),
            (values["shortest"], usual.sentence_lengths),
            (values["longest"], usual.sentence_lengths),
        ),
        Signal.TRANSLATED: usual.score_unchanged(values["unchanged"]),
        Signal.INTACT: values["intact"],
        Signal.SAME_NAMES: values["same_names"],
        Signal.ASKS: usual.score_asking(values["has_mark"], values["has_word"]),
        Signal.DISTINCT: values["distinct"],
        Signal.REST_SOUND: rest,
    }


def as_floats(column: Column) -> FloatArray:
    """Return a column of numbers or booleans as floats, NaN for null."""
    return np.asarray(numpy_of(pc.fill_null(pc.cast(column, pa.float64()), float("nan"))), float)


def list_reasons(
    measures: Rows,
    usual: Usual,
    signals: Mapping[Signal, FloatArray],
    against: Mapping[Signal, FloatArray],
    judged: np.ndarray,
) -> list[list[str] | None]:
    """Return the reasons of each question, the strongest first; None for one that is not judged."""
    reasons: list[list[str] | None] = [[] if each else None for each in judged.tolist()]
    strengths = {signal: values for signal, values in against.items()}
    sure = signals[Signal.SPAN_SURE]
    strengths[Signal.SPAN_SURE] = np.where(sure < UNCERTAIN, REASON - np.log(np.maximum(sure, EPSILON)), 0.0)
    doubtful = np.any([values >= REASON for values in strengths.values()], axis=0)
    rows = np.flatnonzero(doubtful & judged)
    items = from_table(pa.table(measures).take(pa.array(rows)), Measures)
    order = list(Signal)
    for row, item in zip(rows.tolist(), items, strict=True):
        own = {signal: float(values[row]) for signal, values in strengths.items() if values[row] >= REASON}
        ranked = sorted(own, key=lambda signal: (-own[signal], order.index(signal)))
        reasons[row] = [text for signal in ranked for text in describe(signal, item, usual)]
    return reasons


def describe(signal: Signal, item: Measures, usual: Usual) -> list[str]:
    """Return what a signal has against a question, in words."""
    if noted := [note.text for note in item.notes if note.signal is signal]:
        return noted[:NOTES]
    if signal is Signal.SPAN_SURE:
        return [f"Its span is right with a probability of only {100 * (item.span_sure or 0):.0f} %."]
    if signal is Signal.USUAL_LENGTH:
        return [describe_length(item, usual)]
    if signal is Signal.ASKS:
        lost = [name for name, has in (("mark", item.has_mark), ("word", item.has_word)) if has is False]
        return [f"The question has lost its question {' and its question '.join(lost)}."]
    return [FIXED[signal]]


def describe_length(item: Measures, usual: Usual) -> str:
    """Return which text of a question has an unusual length, and by how much."""
    texts = (
        ("question", item.question_length, usual.question_lengths),
        ("sentence of its answer", item.shortest, usual.sentence_lengths),
        ("sentence of its answer", item.longest, usual.sentence_lengths),
    )
    spreads = [(name, value, length_spread(lengths)) for name, value, lengths in texts if value is not None]
    name, value, spread = max(spreads, key=lambda each: abs(each[1] - each[2].median) / each[2].deviation)
    return f"The {name} has {math.exp(value - spread.median):.1f} times the usual length."
