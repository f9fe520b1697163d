"""Tests of the settings of runs."""

import msgspec
import pytest
from spanferry.reader.settings import Run

from tests.support.tiny import RUN

PLAIN = {
    "base": {"model": "bert-base-multilingual-cased", "revision": "v1"},
    "train_on": ["squad2", "xquad"],
    "evaluate_on": ["squad2"],
    "training": {"epochs": 2, "batch": 8, "learning_rate": 5e-5},
}


def test_optional_settings_of_a_run_have_the_defaults_of_the_recipe():
    run = msgspec.convert(PLAIN, Run)
    assert (run.training.max_length, run.training.doc_stride, run.prediction.n_best) == (384, 128, 20)
    assert run.corpora == ("squad2", "xquad")
    assert run.base.name == "bert-base-multilingual-cased"
    assert RUN.base.name == "bert from scratch"
    assert msgspec.convert(msgspec.to_builtins(run), Run) == run


def test_a_run_has_one_training_for_each_seed():
    single = msgspec.convert(PLAIN, Run)
    assert (single.by_seed(), single.folder_of(42)) == ({42: single}, ".")
    several = msgspec.convert(PLAIN | {"seeds": [3, 1]}, Run)
    assert [(seed, run.training.seed, run.seeds) for seed, run in several.by_seed().items()] == [(3, 3, ()), (1, 1, ())]
    assert several.folder_of(3) == "seed-3"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"base": {}}, "exactly one of `model` and `scratch`"),
        ({"base": {"scratch": {"architecture": "bert", "vocabulary": 9}, "revision": "v1"}}, "`revision` goes with"),
        ({"train_on": []}, "`train_on` names no corpus"),
        ({"seeds": [1, 2, 1]}, "`seeds` names a seed twice"),
        ({"evaluate_on": ["a", "a"]}, "`evaluate_on` names a corpus twice"),
        ({"training": PLAIN["training"] | {"epochs": 0}}, "`epochs` must be positive"),
        ({"training": PLAIN["training"] | {"device_batch": 3}}, "`device_batch` must divide `batch`"),
        ({"training": PLAIN["training"] | {"doc_stride": 384}}, "`doc_stride` must be"),
        ({"training": PLAIN["training"] | {"warmup": 1.0}}, "`warmup` is a share"),
        ({"training": PLAIN["training"] | {"learning": 1}}, "unknown field `learning`"),
        ({"prediction": {"batch": 0}}, "`batch` must be positive - at `\\$.prediction`"),
        ({"prediction": {"n_best": 0}}, "`n_best` must be positive"),
        ({"prediction": {"max_answer_length": -1}}, "`max_answer_length` must be positive"),
        ({"base": {"model": "x", "weights": "pickle"}}, "Invalid enum value 'pickle'"),
    ],
)
def test_wrong_settings_are_an_error(change, message):
    with pytest.raises(msgspec.ValidationError, match=message):
        msgspec.convert(PLAIN | change, Run)
