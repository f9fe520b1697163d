"""The program `spanferry` as a whole: its version, and its help for a mistyped command or option."""

import re
from importlib.metadata import version

import pytest
from click.testing import CliRunner
from spanferry.cli import COMMANDS, LazyGroup, main


def test_the_version(run):
    assert run(main, "--version").stdout == f"spanferry, version {version('spanferry')}\n"


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["mendd"], "No such command 'mendd'. Did you mean 'mend'?"),
        (["memory", "stat"], "No such command 'stat'. Did you mean 'stats'?"),
        (["loss", "show", "sample", "--jsn"], "No such option '--jsn'. Did you mean '--json'?"),
        (["xyzzy"], "No such command 'xyzzy'."),
    ],
)
def test_a_mistyped_word_gets_the_nearest_one(arguments, advice):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == f"Error: {advice}"


@pytest.mark.parametrize(
    "arguments", [["loss", "show", "gone"], ["memory", "export", "x.tmx", "--translator", "bing"], ["plan", "gone"]]
)
def test_an_error_begins_with_the_whole_command(workdir, arguments):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    words = [word for word in arguments if re.fullmatch("loss|show|memory|export|plan", word)]
    assert result.stderr.startswith(f"spanferry {' '.join(words)}: ")


@pytest.mark.parametrize("during", ["import", "run"])
def test_an_interrupted_command_is_one_line(monkeypatch, during):
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    if during == "import":
        monkeypatch.setattr(LazyGroup, "get_command", interrupt)
    else:
        monkeypatch.setattr("spanferry.cli.plan.read_params", interrupt)
    result = CliRunner().invoke(main, ["plan", "sample"])
    assert result.exit_code == 130
    assert result.stderr == f"spanferry{' plan' if during == 'run' else ''}: stopped\n"


def test_every_command_has_its_name():
    context = main.make_context("spanferry", ["--help"], resilient_parsing=True)
    assert [main.get_command(context, name).name for name in COMMANDS] == list(COMMANDS)
