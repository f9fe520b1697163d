"""Tests of the words of errors."""

import errno
import pickle

import pytest
from spanferry.errors import StaleError, describe_os_error, plain_problem


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Expected `int`, got `str` - at `$.batch`", "batch: must be a whole number, not text"),
        ("Expected `str | null`, got `array`", "must be text or nothing, not a list"),
        ("Expected `float` <= 1.0 - at `$`", "must be at most 1"),
        ("Expected `int` >= 0 - at `$[...]`", "a value in it: must be at least 0"),
        ("Expected `array` of length >= 1 - at `$.a[0].b`", "a[0].b: must be a list of at least 1 value"),
        (
            "Expected `str` of length 2 - at `$.a[...]`",
            "a value in a: must be text of exactly 2 characters",
        ),
        (r"Expected `str` matching regex '\\A\\S+\\Z'", "must be one word"),
        ("Expected `str` matching regex '^a$'", "must be text of the form ^a$"),
        ("Object missing required field `x`", "the key x is missing"),
        ("Object contains unknown field `x` - at `$.y`", "y: there is no key x"),
        ("Invalid enum value 'x'", "'x' is not allowed"),
        ("`batch` must be positive - at `$.training`", "training: `batch` must be positive"),
        ("Input data was truncated", "Input data was truncated"),
    ],
)
def test_a_wrong_value_is_described_without_names_of_types(said: str, words: str) -> None:
    assert plain_problem(said, {r"\A\S+\Z": "one word"}) == words


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device", "a"),
            "a: No space left on device; make room, then run again",
        ),
        (OSError(errno.EACCES, "Permission denied", "a"), "a: Permission denied"),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
        (OSError("3 of 5\nbytes"), "3 of 5 bytes"),
    ],
)
def test_an_error_of_the_system_names_the_file_and_the_remedy(error: OSError, words: str) -> None:
    assert describe_os_error(error) == words


def test_a_stale_table_names_the_command_also_from_another_process() -> None:
    error = pickle.loads(pickle.dumps(StaleError("a and b are from different builds", "segment")))
    assert str(error) == ("a and b are from different builds; run `dvc repro --force segment@CORPUS`, then `dvc repro`")
    assert "segment@sample`" in error.describe("sample")
