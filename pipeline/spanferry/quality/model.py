"""From the signals of a question to the probability that a person would accept it, and the reasons against it.

    quality = span_sure * logistic(constant + sum of weight * doubt)        doubt = 1 - signal, 0 where it is null

`span_sure` is a calibrated probability already. The weights are data (weights.json): `benchmarks/check.py --fit` fits
them on translations with injected errors, one set for each combination of models that are set up.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import msgspec
import numpy as np
from msgspec import Struct

from spanferry.quality.corpus import FloatArray
from spanferry.records import Signal

LEXICAL = (
    Signal.SAME_SENTENCE,
    Signal.SAME_NUMBERS,
    Signal.USUAL_LENGTH,
    Signal.TRANSLATED,
    Signal.INTACT,
    Signal.SAME_NAMES,
    Signal.ASKS,
    Signal.DISTINCT,
    Signal.REST_SOUND,
)
"""The signals that need no model."""
OF_ENCODER = (Signal.SIMILAR, Signal.SAME_EXTENT)
OF_READER = (Signal.READER_AGREES,)
CONSTANT = "constant"
UNCERTAIN = 0.8  # a span with a lower probability is a reason
# A signal is a reason from this many log-odds on. 1 makes a question that is 95 % acceptable 87 % acceptable.
REASON = 1.0

Signals = Mapping[Signal, FloatArray]
"""Signal -> its values, NaN where it is null."""


class Weights(Struct, frozen=True):
    """The content of weights.json. source: how they were fitted. sets: name of a set -> term -> weight."""

    source: str
    sets: dict[str, dict[str, float]]


@cache
def read_weights() -> Weights:
    """Read the weights that belong to this version."""
    return msgspec.json.decode(files("spanferry.quality").joinpath("weights.json").read_bytes(), type=Weights)


def name_set(signals: Signals) -> str:
    """Return the name of the set of weights for these signals: "lexical", "encoder", "reader" or "encoder, reader"."""
    models = {"encoder": OF_ENCODER, "reader": OF_READER}
    return ", ".join(name for name, own in models.items() if any(signal in signals for signal in own)) or "lexical"


def doubts_of(signals: Signals, terms: Sequence[str]) -> FloatArray:
    """Return the doubts, shape (questions, terms): 1 - signal, 0 where it is null."""
    return np.stack([1 - np.nan_to_num(signals[Signal(term)], nan=1.0) for term in terms], axis=1)


def contributions(signals: Signals, weights: Mapping[str, float]) -> dict[Signal, FloatArray]:
    """Return the log-odds by which each signal lowers the quality."""
    terms = [term for term in weights if term != CONSTANT and Signal(term) in signals]
    doubts = doubts_of(signals, terms)
    return {Signal(term): -weights[term] * doubts[:, n] for n, term in enumerate(terms)}


def quality_of(signals: Signals, against: Mapping[Signal, FloatArray], weights: Mapping[str, float]) -> FloatArray:
    """Return the quality of each question. against: `contributions`."""
    log_odds = weights[CONSTANT] - sum(against.values())
    sure = np.nan_to_num(signals[Signal.SPAN_SURE], nan=1.0)
    return sure / (1 + np.exp(-log_odds))
