"""Tests of the means over several seeds."""

import msgspec
import pytest
from spanferry.reader.metrics import Averages
from spanferry.reader.run_report import RunDetails
from spanferry.reader.seeds import join_details, join_figures
from spanferry.reader.training_record import TrainingRecord

from tests.support.tiny import RUN

COUNTS = {
    "questions": {"visited": 2, "kept": 2, "dropped": 0, "reasons": {}},
    "windows": {
        **{"visited": 2, "kept": 2, "dropped": 0, "reasons": {"question_dropped": 0, "answer_cut": 0}},
        "kinds": {"answer": 2, "no_answer": 0, "answer_elsewhere": 0},
    },
}


def details(exact: float, f1: float, scores: dict[str, tuple[float, float, int]]) -> RunDetails:
    record = {"base": "bert", "commit": None, "settings": msgspec.to_builtins(RUN), "steps": 4, "loss": []}
    training = msgspec.convert(record | {"features": COUNTS}, TrainingRecord)
    return RunDetails(RUN, training, {"method": {"exact": Averages(exact, f1, 2)}}, scores)


def test_all_figures_are_means_and_the_deviation_is_between_the_seeds() -> None:
    reports = {
        1: details(50.0, 60.0, {"a": (1.0, 1.0, 0), "b": (0.0, 0.2, 1)}),
        2: details(100.0, 100.0, {"a": (1.0, 1.0, 0), "b": (1.0, 1.0, 1)}),
    }
    flat = {1: {"exact": 50.0, "f1": 60.0, "total": 2}, 2: {"exact": 100.0, "f1": 100.0, "total": 2}}
    joined = join_details(reports, flat)
    assert joined.scores == {"a": (1.0, 1.0, 0), "b": (0.5, 0.6, 1)}
    assert joined.breakdown == {"method": {"exact": Averages(75.0, 80.0, 2)}}
    assert joined.seeds == {1: (50.0, 60.0), 2: (100.0, 100.0)}
    figures = join_figures(flat, joined)
    assert (figures["exact"], figures["f1"], figures["total"], figures["seeds"]) == (75.0, 80.0, 2, 2)
    assert figures["exact_deviation"] == pytest.approx(35.355, abs=0.001)  # |100 - 50| / sqrt(2)
    assert figures["f1_deviation"] == pytest.approx(28.284, abs=0.001)
    assert figures["exact_low"] == 50.0  # a bootstrap sample of "b" alone
    assert figures["exact_high"] == 100.0


def test_one_seed_has_no_deviation() -> None:
    report = details(50.0, 60.0, {"a": (0.5, 0.6, 0)})
    flat = {7: {"exact": 50.0, "f1": 60.0}}
    figures = join_figures(flat, join_details({7: report}, flat))
    assert (figures["exact_deviation"], figures["f1_deviation"], figures["seeds"]) == (0.0, 0.0, 1)
