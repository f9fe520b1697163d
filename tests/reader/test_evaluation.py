import json

import pyarrow as pa
import pytest
from spanferry.arrow import schema_of
from spanferry.errors import InputError
from spanferry.reader import evaluation
from spanferry.reader.evaluation import Gold, evaluate, join, methods
from spanferry.records import SpanRow

from tests.reader.test_metrics import NULL_ODDS, OFFICIAL_WITH_ODDS, PREDICTIONS
from tests.support.towns import corpus


def provenance(*rows: tuple[str, str, str, str | None]) -> pa.Table:
    """SPANS with only split, field, question_id and method filled."""
    names = ("split", "field", "question_id", "method")
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=schema_of(SpanRow))


def test_everything_is_said_of_predictions():
    found = evaluate(
        corpus(4),
        PREDICTIONS,
        null_odds=NULL_ODDS,
        threshold=1.0,
        language="nl",
        method_of={"velderbroek-0": "exact", "oosterhaven-0": "exact", "ganzendam-0": "marked"},
    )
    shown = found.as_json()
    breakdown = shown.pop("breakdown")
    assert list(shown) == [
        *OFFICIAL_WITH_ODDS,
        "language_exact",
        "language_f1",
        "exact_low",
        "exact_high",
        "f1_low",
        "f1_high",
        "always_no_answer",
        "missing",
    ]
    assert {key: shown[key] for key in OFFICIAL_WITH_ODDS} == OFFICIAL_WITH_ODDS
    assert (shown["always_no_answer"], shown["missing"]) == (20.0, 0)
    assert shown["f1_low"] < shown["f1"] < shown["f1_high"]
    assert shown["language_exact"] > shown["exact"]  # "Zilvere" is right where "de Zilvere" is
    assert {
        dimension: {one: row["total"] for one, row in groups.items()} for dimension, groups in breakdown.items()
    } == {
        "question_word": {"hoeveel": 4, "wanneer": 4, "welke": 8, "wie": 4},
        "answer_length": {"1": 8, "2": 6, "3-5": 2, "no answer": 4},
        "method": {"exact": 2, "marked": 1},
    }
    assert json.loads(json.dumps(shown)) == shown


def test_the_threshold_counts_for_every_figure():
    strict = evaluate(corpus(4), PREDICTIONS, null_odds=NULL_ODDS, threshold=-99, language="nl")
    assert strict.official["exact"] == strict.beside["language_exact"] == strict.beside["exact_high"] == 20.0
    assert strict.breakdown["answer_length"]["no answer"]["exact"] == 100.0


def test_the_surest_method_of_the_answers_counts():
    table = provenance(
        ("dev", "answers", "a", "fuzzy"),
        ("dev", "answers", "a", "exact"),
        ("dev", "answers", "a", "marked"),
        ("dev", "plausible_answers", "b", "exact"),
        ("train", "answers", "c", "exact"),
        ("dev", "answers", "d", None),
        ("dev", "answers", "e", "marked"),
    )
    assert methods(table, "dev") == {"a": "exact", "e": "marked"}


def test_corpora_are_joined_and_their_ids_kept():
    first, second = corpus(4), corpus(2)
    other = Gold(type(first)(first.data[2:]), {"ganzendam-0": "fuzzy"})
    found = join({"one": Gold(second, {"velderbroek-0": "exact"}), "two": other})
    assert found == Gold(type(first)(first.data), {"velderbroek-0": "exact", "ganzendam-0": "fuzzy"})


def test_shared_ids_get_their_corpus_before_them():
    found = join({"one": Gold(corpus(1), {"velderbroek-0": "exact"}), "two": Gold(corpus(1), {})})
    ids = [question.id for article in found.document.data for question in article.paragraphs[0].qas]
    assert ids[:2] + ids[5:6] == ["one/velderbroek-0", "one/velderbroek-1", "two/velderbroek-0"]
    assert found.method_of == {"one/velderbroek-0": "exact"}


def test_two_sets_of_predictions_are_compared():
    silence = dict.fromkeys(PREDICTIONS, "")
    found = evaluation.compare(corpus(4), evaluate(corpus(4), PREDICTIONS, language="nl"), silence)
    assert found["exact"]["difference"] == 20.0
    assert found["f1"]["total"] == 20
    assert set(found["f1"]) == {"difference", "low", "high", "p", "total"}
    strict = evaluate(corpus(4), PREDICTIONS, null_odds=NULL_ODDS, threshold=-99, language="nl")
    assert evaluation.compare(corpus(4), strict, silence)["exact"]["difference"] == 0.0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[]", "Expected `object`, got `array`"),
        ('{"a": 1}', r"Expected `str`, got `int` - at `\$\[\.\.\.\]`"),
        ("{", "Input data was truncated"),
    ],
)
def test_wrong_predictions_are_told_with_their_place(tmp_path, content, told):
    path = tmp_path / "predictions.json"
    path.write_text(content)
    with pytest.raises(InputError, match=rf"predictions\.json: {told}"):
        evaluation.read_predictions(path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputError, match=r"odds\.json: No such file"):
        evaluation.read_null_odds(tmp_path / "odds.json")
