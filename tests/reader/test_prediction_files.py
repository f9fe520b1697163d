"""Files of predictions and null odds, in the forms of other tools."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.errors import InputError
from spanferry.reader.prediction_files import Predictions, read_null_odds, read_predictions

ROWS = '[{"id": "a", "prediction_text": "Kolk"}, {"id": 2, "prediction_text": ""}]'
ODDS = '[{"id": "a", "prediction_text": "Kolk", "no_answer_probability": 0.25}]'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "p.json"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"a": "Kolk", "b": ""}', Predictions({"a": "Kolk", "b": ""})),
        (
            '{"a": [{"text": "x", "probability": 0.1}, {"text": "Kolk", "probability": 0.9}]}',
            Predictions({"a": "Kolk"}),
        ),
        ('{"a": [{"text": "Kolk", "score": 5}, {"text": "", "score": 5.0}]}', Predictions({"a": "Kolk"})),
        ('{"a": [{"text": "Kolk"}, {"text": "x", "probability": 0.9}]}', Predictions({"a": "Kolk"})),
        ('{"a": ["Kolk", "x"]}', Predictions({"a": "Kolk"})),
        ('{"a": {"answer": "Kolk", "score": 0.5, "start": 3}}', Predictions({"a": "Kolk"})),
        (ROWS, Predictions({"a": "Kolk", "2": ""})),
        (ODDS, Predictions({"a": "Kolk"}, {"a": 0.25})),
        ('{"id": "a", "prediction_text": "Kolk"}\n\n{"id": 2, "text": "x"}\n', Predictions({"a": "Kolk", "2": "x"})),
    ],
)
def test_forms(path: Path, content: str, expected: Predictions) -> None:
    path.write_text(content)
    assert read_predictions(path) == expected
    for codec in ("utf-8-sig", "utf-16"):
        path.write_bytes(content.encode(codec))
        assert read_predictions(path) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"d1": "x", "d2": 1742}', "question 'd2' needs a text as its answer, not the number 1742"),
        ('{"d1": null, "d2": true}', "question 'd1' needs a text as its answer, not null (for no answer, write \"\"); "
         "question 'd2' needs a text as its answer, not true"),
        (json.dumps(dict.fromkeys("abcde")), "(and 2 more)"),
        ('{"d1": []}', "question 'd1' has an empty list of answers"),
        ('{"d1": [["x"]]}', "question 'd1' has a list within its list of answers"),
        ('{"d1": [{"score": 1}]}', "question 'd1' has none of the keys prediction_text, text, answer, prediction"),
        ('{"d1": [{"text": "x", "text": "y"}]}', "question 'd1' has the key 'text' twice"),
        ('{"d1": [{"text": "x", "probability": NaN}]}',
         "question 'd1' needs a finite number as its probability, not nan"),
        ('{"d1": [{"text": "x", "probability": "1"}]}',
         "question 'd1' needs a number as its probability, not the text '1'"),
        ('[{"id": "d1", "prediction_text": ["x"]}]', "question 'd1' needs a text as its prediction_text, not a list"),
        ('[{"id": "d1", "prediction_text": null}]', "question 'd1' needs a text as its answer, not null"),
        ('[{"id": "d1", "text": "x"}, {"id": "d1", "text": "y"}]', "question 'd1' occurs twice"),
        ('[{"id": "a", "text": "x", "no_answer_probability": 0}, {"id": "d2", "text": ""}]',
         "question 'd2' has no no_answer_probability"),
        ('{"d1": "x", "d1": "y"}', "question 'd1' occurs twice"),
        ('{"d1": "\\ud800"}', "question 'd1' has a lone surrogate in its answer"),
        ('{"\\ud800": "x"}', "the id of question 1 has a lone surrogate"),
        ('[{"id": "d1", "text": "x"}, 3]', "row 2 is the number 3; expected"),
        ('[{"text": "x"}]', 'row 1 needs a text or a whole number as its "id", and has none'),
        ('[{"id": null, "text": "x"}]', 'row 1 needs a text or a whole number as its "id", not null'),
        ('{"version": "v2.0", "data": []}', "a SQuAD file, not predictions"),
        ("[]", "no questions; expected"),
        ("3", "not the number 3"),
        ("{", "not JSON: Expecting"),
        ("", "not JSON: Expecting value"),
        ("[" * 100_000, "not JSON: nested too deeply"),
        ('{"a": ' + "9" * 5000 + "}", "question 'a' needs a text as its answer, not the number Infinity"),
        ('{"id": "a", "text": "x"}\n{"id": ', "line 2: not JSON"),
    ],
)  # fmt: skip
def test_an_error_names_the_question(path: Path, content: str, message: str) -> None:
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        read_predictions(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)


def test_null_odds(path: Path) -> None:
    path.write_text('{"d1": 0.5, "d2": -3}')
    assert read_null_odds(path) == {"d1": 0.5, "d2": -3.0}
    path.write_text(ODDS)
    assert read_null_odds(path) == {"a": 0.25}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"d1": NaN, "d2": -3.2}', "question 'd1' needs a finite number as its null odds, not nan"),
        ('{"d1": 1, "d2": -Infinity}', "question 'd2' needs a finite number as its null odds, not -inf"),
        ('{"d1": 1' + "0" * 400 + "}", "question 'd1' needs a finite number as its null odds, not inf"),
        ('{"d1": null}', "question 'd1' needs a number as its null odds, not null"),
        ('{"d1": true}', "question 'd1' needs a number as its null odds, not true"),
        ('{"d1": "0.5"}', "question 'd1' needs a number as its null odds, not the text '0.5'"),
        (ROWS, "question 'a' has no no_answer_probability; question '2' has no"),
        ("[3]", 'row 1 is the number 3; expected {"ID": 0.1}'),
    ],
)
def test_wrong_null_odds_name_the_question(path: Path, content: str, message: str) -> None:
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        read_null_odds(path)
    assert message in str(caught.value)


def test_a_missing_file_and_bytes_that_are_no_text(path: Path) -> None:
    with pytest.raises(InputError, match=r"p\.json: No such file"):
        read_null_odds(path)
    path.write_bytes(b'{"a": "\xff"}')
    with pytest.raises(InputError, match="not JSON: not text in UTF-8 at byte 7"):
        read_predictions(path)


KEYS = st.sampled_from(["id", "text", "prediction_text", "probability", "score", "no_answer_probability", "data", "d1"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
JSON = st.recursive(SCALARS, lambda part: st.lists(part, max_size=3) | st.dictionaries(KEYS, part, max_size=4))


@given(JSON)
def test_any_json_is_read_or_refused_in_one_line(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    path = tmp_path_factory.mktemp("predictions") / "p.json"
    path.write_text(json.dumps(value))
    for read in (read_predictions, read_null_odds):
        message = refusal_of(read, path)
        assert message is None or message.startswith(f"{path}: ")
        assert "\n" not in (message or "")


def refusal_of(read: Callable[[Path], object], path: Path) -> str | None:
    """Return the message with which a file is refused, or None."""
    try:
        read(path)
    except InputError as error:
        return str(error)
    return None
