"""Read training.json, the record that `finetune` writes to a model's folder."""

import json
from pathlib import Path

import msgspec
from msgspec import Struct

from spanferry.errors import InputError, plain_problem
from spanferry.reader.features import FeatureCounts
from spanferry.reader.settings import Run

RECORD_NAME = "training.json"


class TrainingRecord(Struct, frozen=True):
    """The record of a training.

    base: name of the base model. commit: its commit on the Hub, None for a folder or a model from scratch. steps:
    number of optimiser steps. loss: (step, mean loss since the previous point). fingerprint: of a run with seeds, the
    checksum of what determines the training's outcome (data, base, settings, code); "" otherwise.
    """

    base: str
    commit: str | None
    settings: Run
    features: FeatureCounts
    steps: int
    loss: tuple[tuple[int, float], ...]
    fingerprint: str = ""


def read_training_record(folder: Path) -> TrainingRecord:
    """Read the training.json of a model's folder. Raises InputError."""
    path = folder / RECORD_NAME
    try:
        # The loss of a diverged training is written as NaN, which msgspec's JSON reader refuses.
        return msgspec.convert(json.loads(path.read_bytes()), TrainingRecord)
    except OSError as error:
        raise InputError(f"{folder}: not a model that `finetune` wrote: {error.strerror or error}") from error
    except (ValueError, msgspec.ValidationError) as error:
        raise InputError(f"{path}: not what `finetune` wrote: {plain_problem(str(error))}") from error
