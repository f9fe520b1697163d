"""The program `spanferry` as a whole: its version, and its help for a mistyped command or option."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import click
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


ROOT = Path(__file__).parents[2]


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield each command below a group with its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield (*path, name), command


def test_the_help_of_every_command_has_an_example_that_it_accepts():
    for words, command in leaves(main):
        check_example(words, command)


def check_example(words: tuple[str, ...], command: click.Command) -> None:
    shown = CliRunner().invoke(main, [*words, "--help"]).stdout
    example = shown.partition("\nExample:\n  ")[2].strip()
    program, *arguments = shlex.split(example.partition(" && ")[0])
    assert [program, *arguments[: len(words)]] == ["spanferry", *words]
    command.make_context(words[-1], arguments[len(words) :])  # raises an error for options that do not exist


def test_the_shell_completes_commands_and_options(monkeypatch):
    def complete(line: str) -> list[str]:
        words = line.split(" ")
        variables = {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1), "_SPANFERRY_COMPLETE": "bash_complete"}
        result = CliRunner().invoke(main, [], env=variables, prog_name="spanferry")
        return [line.partition(",")[2] for line in result.stdout.split()]

    assert complete("spanferry m") == ["memory", "mend"]
    assert complete("spanferry memory im") == ["import"]
    assert complete("spanferry loss show x --js") == ["--json"]


@pytest.mark.parametrize(("no_color", "red"), [("", "\x1b[31m"), ("1", "")])
def test_errors_are_red_on_a_terminal_unless_no_color_is_set(workdir, no_color, red):
    result = CliRunner().invoke(main, ["plan", "gone"], env={"NO_COLOR": no_color}, color=True)
    assert result.stderr.startswith(f"{red}spanferry plan:")


def test_a_reader_that_has_enough_is_no_error():
    code = "from spanferry.cli import main; main(['validate', 'data/sample/dev-v2.0.json', '--json'])"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_every_command_has_its_name():
    context = main.make_context("spanferry", ["--help"], resilient_parsing=True)
    assert [main.get_command(context, name).name for name in COMMANDS] == list(COMMANDS)
