"""Tests of the model card."""

from huggingface_hub import ModelCard
from spanferry.reader.card import render_card
from spanferry.reader.evaluation import evaluate
from spanferry.reader.features import (
    FeatureCounts,
    QuestionCounts,
    SkipReason,
    WindowCounts,
    WindowKinds,
    WindowSkips,
)
from spanferry.reader.run_report import RunDetails, flatten_figures
from spanferry.reader.settings import BaseModel, Run
from spanferry.reader.training_record import TrainingRecord
from spanferry.records import Method

from tests.reader.test_metrics import NULL_ODDS, PREDICTIONS
from tests.support.tiny import RUN
from tests.support.towns import corpus

COUNTS = FeatureCounts(
    QuestionCounts(
        visited=1_250,
        kept=1_200,
        dropped=50,
        reasons={SkipReason.MISMATCH: 48, SkipReason.NO_TOKEN: 0, SkipReason.NO_WINDOW: 2},
    ),
    WindowCounts(
        visited=1_400,
        kept=1_300,
        dropped=100,
        reasons=WindowSkips(question_dropped=97, answer_cut=3),
        kinds=WindowKinds(answer=900, no_answer=300, answer_elsewhere=100),
    ),
)


def card(run=RUN, commit: str | None = None) -> str:
    method_of = {"velderbroek-0": Method.FUZZY}
    evaluation = evaluate(corpus(4), PREDICTIONS, null_odds=NULL_ODDS, language="nl", method_of=method_of)
    record = TrainingRecord(run.base.name, commit, run, COUNTS, 240, ())
    details = RunDetails(run, record, evaluation.breakdown, {}, {"towns": "nl"})
    return render_card("tiny", details, flatten_figures(evaluation, None))


def test_the_card_describes_the_model_and_its_scores():
    text = card()
    body = text.split("---\n", 2)[2]
    metrics = [{"type": "exact_match", "value": 35.0}, {"type": "f1", "value": 49.0}]
    result = {
        "task": {"type": "question-answering"},
        "dataset": {"name": ", ".join(RUN.evaluate_on), "type": "squad_v2"},
        "metrics": metrics,
    }
    assert ModelCard(text).data.to_dict() == {
        "language": ["nl"],
        "library_name": "transformers",
        "pipeline_tag": "question-answering",
        "tags": ["question-answering", "extractive-qa", "squad"],
        "model-index": [{"name": "tiny", "results": [result]}],
    }
    for line in (
        "**This model was trained from random weights",
        "| all | 35.00 | 49.00 | 20 |",
        "| HasAns | 25.00 | 42.50 | 16 |",
        "| fuzzy | 0.00 | 66.67 | 1 |",
        "Left out: 48 questions (mismatch), 2 questions (no_window), 3 windows that cut their answer in two.",
        "1,200 of 1,250 questions",
        "| epochs | 2 |",
        "handle_impossible_answer=True",
    ):
        assert line in body
    assert "device batch" not in body


def test_a_hub_model_is_named_with_its_commit():
    text = card(Run(BaseModel(model="someone/something", revision="v1"), ("a",), ("b",), RUN.training), "0123abc")
    assert ModelCard(text).data.to_dict()["base_model"] == "someone/something"
    assert "| commit | 0123abc |" in text
    assert "random weights" not in text
