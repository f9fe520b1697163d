"""Tests of `spanferry evaluate` and `spanferry ask`."""

import json

import msgspec
from spanferry.cli.ask import ask
from spanferry.cli.evaluate import evaluate

from tests.reader.test_limits import SHAPE, make_model
from tests.reader.test_metrics import NULL_ODDS, OFFICIAL, OFFICIAL_WITH_ODDS, PREDICTIONS
from tests.support.tokenizers import late_byte_pair
from tests.support.towns import corpus


def test_predictions_of_any_reader_are_scored(workdir, run, refusal):
    (workdir / "gold.json").write_bytes(msgspec.json.encode(corpus(4)))
    (workdir / "predictions.json").write_bytes(msgspec.json.encode(PREDICTIONS))
    (workdir / "odds.json").write_bytes(msgspec.json.encode(NULL_ODDS))
    files = ("--gold", "gold.json", "--predictions", "predictions.json")
    plain = json.loads(run(evaluate, *files).stdout)
    assert {key: plain[key] for key in OFFICIAL} == OFFICIAL
    assert "best_exact" not in plain
    with_odds = json.loads(run(evaluate, *files, "--null-odds", "odds.json").stdout)
    assert {key: with_odds[key] for key in OFFICIAL_WITH_ODDS} == OFFICIAL_WITH_ODDS
    against = json.loads(run(evaluate, *files, "--against", "predictions.json").stdout)["against"]
    assert (against["f1"]["difference"], against["f1"]["p"]) == (0.0, 1.0)
    silent = ("--null-odds", "odds.json", "--threshold", "-99", "--against", "predictions.json")
    against = json.loads(run(evaluate, *files, *silent).stdout)["against"]
    assert against["exact"]["difference"] == 20.0 - OFFICIAL["exact"]

    (workdir / "some.json").write_bytes(msgspec.json.encode(dict(list(PREDICTIONS.items())[1:])))
    some = run(evaluate, "--gold", "gold.json", "--predictions", "some.json")
    assert (json.loads(some.stdout)["total"], some.stderr) == (19, "evaluate: 1 question has no prediction\n")
    assert "nothing.json: No such file" in refusal(evaluate, *files[:3], "nothing.json")
    first = next(iter(PREDICTIONS))
    assert f"odds.json: question {first!r} needs a text as its answer" in refusal(evaluate, *files[:3], "odds.json")


def test_predictions_of_other_tools_are_scored_the_same(workdir, run, refusal):
    (workdir / "gold.json").write_bytes(msgspec.json.encode(corpus(4)))
    n_best = {
        question: [{"text": "x", "probability": 0.1}, {"text": text, "probability": 0.9}]
        for question, text in PREDICTIONS.items()
    }
    rows = [
        {"id": question, "prediction_text": text, "no_answer_probability": NULL_ODDS[question]}
        for question, text in PREDICTIONS.items()
    ]
    (workdir / "plain.json").write_bytes(msgspec.json.encode(PREDICTIONS))
    (workdir / "odds.json").write_bytes(msgspec.json.encode(NULL_ODDS))
    (workdir / "n_best.json").write_bytes(msgspec.json.encode(n_best))
    (workdir / "rows.json").write_bytes(msgspec.json.encode(rows))
    (workdir / "rows.jsonl").write_bytes(b"\n".join(map(msgspec.json.encode, rows)))
    gold = ("--gold", "gold.json", "--predictions")
    plain = run(evaluate, *gold, "plain.json").stdout
    with_odds = run(evaluate, *gold, "plain.json", "--null-odds", "odds.json").stdout
    assert run(evaluate, *gold, "n_best.json").stdout == plain
    assert run(evaluate, *gold, "rows.json").stdout == with_odds != plain
    assert run(evaluate, *gold, "rows.jsonl", "--null-odds", "rows.json").stdout == with_odds
    against = json.loads(run(evaluate, *gold, "n_best.json", "--against", "rows.jsonl").stdout)["against"]
    assert against["f1"]["difference"] == 0.0


def test_predictions_without_a_question_are_told(workdir, run, refusal):
    (workdir / "gold.json").write_bytes(msgspec.json.encode(corpus(4)))
    (workdir / "more.json").write_bytes(msgspec.json.encode(PREDICTIONS | {"a\n": "", "b": ""}))
    (workdir / "other.json").write_text('{"x": "y"}')
    gold = ("--gold", "gold.json", "--predictions")
    told = run(evaluate, *gold, "more.json").stderr
    assert told == "evaluate: 2 predictions are not for a question of gold.json, such as 'a\\n'\n"
    assert refusal(evaluate, *gold, "other.json") == (
        "evaluate: predictions: none of the 20 questions has one; "
        f"the first question is {next(iter(PREDICTIONS))!r}, the first prediction is for 'x'"
    )


def test_ask_answers_whole_words_unless_told_otherwise(workdir, run, refusal):
    model = make_model("roberta", **SHAPE, vocab_size=1_000)
    model.save_pretrained(workdir / "model")
    late_byte_pair().save_pretrained(workdir / "model")
    context = "Quixotische xylofoons klinken hoog."
    asked = ("--model", "model", "--context", context, "--question", "Waar?", "--top-k", "40")
    aligned, plain = (
        {answer["answer"] for answer in json.loads(run(ask, *asked, *flags).stdout)}
        for flags in ((), ("--no-align-to-words",))
    )
    assert all(set(answer.strip(".").split()) <= set(context.strip(".").split()) for answer in aligned)
    assert plain - aligned


def test_asking_a_missing_model_is_an_error(workdir, refusal):
    message = refusal(ask, "--model", "./nothing", "--context", "De Aa.", "--question", "Wat?")
    assert message == "ask: ./nothing: there is no such folder"
