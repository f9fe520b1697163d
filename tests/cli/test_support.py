"""Tests of the code that all stages and commands share."""

import json

import click
import pytest
from click.testing import CliRunner
from spanferry.cli import support
from spanferry.cli.support import Command, path_option, print_summary, progress_bar, worker_count
from spanferry.errors import InputError, Interrupted, ParamsError
from spanferry.printing import MAX_PRINTED, printable, printable_json


def command(error: BaseException | None) -> click.Command:
    @click.command(cls=Command, name="stage")
    @path_option("--out")
    def main(out) -> None:
        if error:
            raise error
        print_summary("stage", f"wrote {out}")

    return main


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (InputError("train.json: empty"), "stage: train.json: empty"),
        (InputError("two\nlines \x1b[31mred\x07 \ud800"), "stage: two\\nlines \\x1b[31mred\\x07 \\ud800"),
        (
            OSError(28, "No space left on device", "out/a"),
            "stage: out/a: No space left on device; make room, then run again",
        ),
        (OSError("3 of 5 bytes received"), "stage: 3 of 5 bytes received"),
        (PermissionError(13, "Permission denied", "out"), "stage: out: Permission denied"),
        (
            MemoryError(),
            "stage: out of memory; close other programs, or set SPANFERRY_WORKERS to a smaller number of processes",
        ),
        (
            ModuleNotFoundError("No module named 'torch'", name="torch"),
            "stage: the package torch is missing or broken: pip install 'spanferry[reader]' (No module named 'torch')",
        ),
    ],
)
def test_an_expected_error_is_one_line_and_exit_code_2(refusal, error, line) -> None:
    assert refusal(command(error), "--out", "x") == line


def test_a_stage_prints_its_name_however_it_was_started() -> None:
    result = CliRunner().invoke(command(InputError("empty")), ["--out", "x"], prog_name="python -m stages.stage")
    assert result.stderr == "stage: empty\n"


def test_a_bug_is_not_hidden(run) -> None:
    for bug in (ZeroDivisionError(), ModuleNotFoundError("No module named 'x'", name="x")):
        assert run(command(bug), "--out", "x").exception is bug


def test_a_summary_is_one_line(run) -> None:
    result = run(command(None), "--out", "a\nb")
    assert (result.exit_code, result.output) == (0, "stage: wrote a\\nb\n")


def test_characters_that_the_output_cannot_encode_are_escaped() -> None:
    result = CliRunner(charset="latin-1").invoke(command(None), ["--out", "één → 🧀"])
    assert (result.exit_code, result.stdout) == (0, "stage: wrote één \\u2192 \\ud83e\\uddc0\n")


def test_a_missing_option_is_exit_code_2(run) -> None:
    result = run(command(None))
    assert result.exit_code == 2
    assert "Missing option '--out'" in result.stderr


def test_a_log_gets_a_line_of_progress_a_minute(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [0.0]
    monkeypatch.setattr(support, "monotonic", lambda: now[0])
    for total in (3000, None):
        with progress_bar("locate", total, "paragraphs") as progress:
            for _ in range(130):
                now[0] += 1
                progress(10)
    assert capsys.readouterr().err.splitlines() == [
        "locate: 600 of 3,000 paragraphs",
        "locate: 1,200 of 3,000 paragraphs",
        "locate: 600 paragraphs",
        "locate: 1,200 paragraphs",
    ]


def test_an_interruption_is_one_line_and_exit_code_130(run) -> None:
    result = run(command(Interrupted("stopped; 2 of 3 texts are saved")), "--out", "x")
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "stage: stopped; 2 of 3 texts are saved\n"
    assert run(command(KeyboardInterrupt()), "--out", "x").stderr == "stage: stopped; dvc repro runs this stage again\n"


def test_printable() -> None:
    assert printable("één 漢字 🧀 «x»") == "één 漢字 🧀 «x»"
    assert printable("\r\x1b]0;title\x07") == "\\r\\x1b]0;title\\x07"
    assert printable("x" * MAX_PRINTED) == "x" * MAX_PRINTED
    assert printable("x" * 3_000_000) == "x" * MAX_PRINTED + "… (3,000,000 characters)"


def test_printable_json_has_the_same_meaning() -> None:
    value = {"\x9b31m": "één 🧀 \u202e \x7f \U000e0041 \u2028 \t", "b": [1.5, None]}
    text = printable_json(json.dumps(value, ensure_ascii=False))
    assert text.isprintable()
    assert "één 🧀 \\u202e" in text
    assert json.loads(text) == value


def test_the_number_of_workers_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANFERRY_WORKERS", "3")
    assert worker_count() == 3
    monkeypatch.delenv("SPANFERRY_WORKERS")
    assert worker_count() >= 1
    for wrong in ("", "0", "-1", "two", "²", "1.5"):
        monkeypatch.setenv("SPANFERRY_WORKERS", wrong)
        with pytest.raises(
            ParamsError, match=f"^SPANFERRY_WORKERS: must be a positive number of processes, not '{wrong}'$"
        ):
            worker_count()
