"""Judges questions by their measures and by what is usual in their corpus (Measures -> QualityRow)."""

import math
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.types import is_nested, is_string

from spanferry.arrow import Column, from_table, numpy_of, schema_of
from spanferry.quality.corpus import USUAL_REST, FloatArray, Usual, length_spread
from spanferry.quality.items import Measures, Text, UnchangedRun
from spanferry.quality.model import REASON, UNCERTAIN, contributions, name_set, quality_of, read_weights
from spanferry.quality.pairs import quote
from spanferry.records import QualityRow, Signal

Rows = pa.RecordBatch | pa.Table
NOTES = 2  # reasons of one signal
EPSILON = 1e-6
SLIGHT = 0.3  # log-odds from which a signal is a reason where no other is stronger
FIXED = {
    Signal.SAME_SENTENCE: "The span is in another sentence than the answer of the source.",
    Signal.REST_SOUND: "Another sentence of the paragraph has an unusual length.",
    Signal.SIMILAR: "The question or the sentence of its answer says something else than the source.",
    Signal.SAME_EXTENT: "The words of the span are not those of the answer.",
    Signal.READER_AGREES: "A reader finds another answer.",
}
"""What the signals without notes say."""


def judge(measures: Rows, similarities: Rows | None, opinions: FloatArray | None, usual: Usual) -> pa.Table:
    """Return the quality of questions (Measures, Similarities -> QualityRow).

    similarities: None without an encoder. opinions: the agreement of readers, None without them.
    """
    signals = lexical_signals(measures, usual)
    if similarities is not None:
        signals |= encoder_signals(similarities, usual, signals[Signal.REST_SOUND])
    if opinions is not None:
        signals[Signal.READER_AGREES] = usual.score_opinions(signals[Signal.SPAN_SURE], opinions)
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
    names = (field.name for field in measures.schema if not (is_nested(field.type) or is_string(field.type)))
    values = {name: as_floats(measures[name]) for name in names}
    unchanged = score_unchanged(measures, usual)
    rest = np.fmin.reduce(
        [
            values["rest_numbers"],
            values["rest_intact"],
            unchanged[Text.REST],
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
        Signal.TRANSLATED: np.minimum(unchanged[Text.QUESTION], unchanged[Text.WINDOW]),
        Signal.INTACT: values["intact"],
        Signal.SAME_NAMES: values["same_names"],
        Signal.ASKS: usual.score_asking(values["has_mark"], values["has_word"]),
        Signal.DISTINCT: values["distinct"],
        Signal.REST_SOUND: np.where(np.isnan(values["rest_numbers"]), np.nan, rest),
    }


def encoder_signals(similarities: Rows, usual: Usual, rest_sound: FloatArray) -> dict[Signal, FloatArray]:
    """Return the signals of an encoder, and `rest_sound` with its opinion on the other sentences."""
    values = {name: as_floats(similarities[name]) for name in similarities.schema.names}
    rest = usual.score_similarity("rest", values["rest"], USUAL_REST)
    return {
        Signal.SIMILAR: np.fmin(*(usual.score_similarity(name, values[name]) for name in ("question", "window"))),
        Signal.SAME_EXTENT: values["extent"],
        Signal.REST_SOUND: np.fmin(rest_sound, rest),
    }


def score_unchanged(measures: Rows, usual: Usual) -> dict[Text, FloatArray]:
    """Return `translated` of the worst text of each kind of each question."""
    scores = {text: np.ones(measures.num_rows) for text in Text}
    rows = np.flatnonzero(numpy_of(pc.list_value_length(measures["unchanged"])))
    for row, item in zip(rows.tolist(), from_table(pa.table(measures).take(pa.array(rows)), Measures), strict=True):
        for run in item.unchanged:
            scores[run.text][row] = min(scores[run.text][row], score_run(run, usual))
    return scores


def score_run(run: UnchangedRun, usual: Usual) -> float:
    """Return `translated` of a text."""
    return usual.score_unchanged(run.words, len(run.names))


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
    doubtful = np.any([values >= SLIGHT for values in strengths.values()], axis=0)
    rows = np.flatnonzero(doubtful & judged)
    items = from_table(pa.table(measures).take(pa.array(rows)), Measures)
    order = list(Signal)
    for row, item in zip(rows.tolist(), items, strict=True):
        own = {signal: float(values[row]) for signal, values in strengths.items() if values[row] >= SLIGHT}
        ranked = sorted(own, key=lambda signal: (-own[signal], order.index(signal)))
        # Several slight doubts together make a question as bad as a strong one; the strongest of them tells why.
        ranked = [signal for signal in ranked if own[signal] >= REASON] or ranked[:1]
        reasons[row] = [text for signal in ranked for text in describe(signal, item, usual)]
    return reasons


def describe(signal: Signal, item: Measures, usual: Usual) -> list[str]:
    """Return what a signal has against a question, in words."""
    if signal is Signal.TRANSLATED:
        runs = [run for run in item.unchanged if run.text is not Text.REST]
        worst = min(runs, key=lambda run: score_run(run, usual))
        return [describe_unchanged(worst)]
    if noted := [note.text for note in item.notes if note.signal is signal]:
        return noted[:NOTES]
    if signal is Signal.SPAN_SURE:
        return [f"Its span is right with a probability of only {100 * (item.span_sure or 0):.0f} %."]
    if signal is Signal.USUAL_LENGTH:
        return [describe_length(item, usual)]
    if signal is Signal.ASKS:
        lost = [name for name, has in (("mark", item.has_mark), ("word", item.has_word)) if has is False]
        return [f"The question has lost its question {' and its question '.join(lost)}."]
    if signal is Signal.REST_SOUND and (rest := [run for run in item.unchanged if run.text is Text.REST]):
        worst = min(rest, key=lambda run: score_run(run, usual))
        if score_run(worst, usual) < 1:
            return [describe_unchanged(worst)]
    return [FIXED[signal]]


def describe_unchanged(run: UnchangedRun) -> str:
    """Return which words of a text stayed as they were."""
    return f"{run.text} leaves “{quote((*run.words, *run.names))}” as in the source."


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
