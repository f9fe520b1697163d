"""Add an entry to params.yaml."""

import sys
from typing import Any

import click

from spanferry.cli.support import Command, command_name, print_summary
from spanferry.config import PARAMS, Params, read_params
from spanferry.errors import ParamsError
from spanferry.printing import printable
from spanferry.project.corpora import add_corpus, check_name
from spanferry.translation.engines.registry import DEFAULT_SETTINGS
from spanferry.translation.settings import MemorySettings

FREE_LOCATION = "a path, a URL, or hf:owner/name@revision"


@click.group(name="new", help=__doc__)
def new() -> None:
    pass


@new.command(
    "corpus",
    cls=Command,
    example="spanferry new corpus towns --train towns.json --target de --translator memory --memory towns.tmx",
)
@click.argument("name")
@click.option("--train", metavar="LOCATION", help=f"The training questions: {FREE_LOCATION}.")
@click.option("--dev", metavar="LOCATION", help="The development questions.")
@click.option("--source", metavar="CODE", help="The language of the files, if it is not language.source.")
@click.option("--target", metavar="CODE", help="The language to build, such as de or pt-BR.")
@click.option("--translator", metavar="NAME", help="An engine, or an entry of translators; none with --native.")
@click.option("--memory", metavar="TMX", help="A TMX file of translations to start from.")
@click.option("--native", is_flag=True, help="The files are in the target language already.")
@click.option("--licence", metavar="SPDX", help="The licence under which the corpus is published: CC-BY-SA-4.0.")
def corpus(
    name: str,
    train: str | None,
    dev: str | None,
    source: str | None,
    target: str | None,
    translator: str | None,
    memory: str | None,
    native: bool,
    licence: str | None,
) -> None:
    """Add a corpus to params.yaml, and to what `dvc repro` builds.

    On a terminal it asks for what is missing. Comments and all other lines of params.yaml stay as they are.
    """
    if not PARAMS.exists():
        raise ParamsError(f"there is no {PARAMS} here: cd into a project, or start one with `spanferry init`")
    params = read_params()
    check_name(params, name)
    given = {
        "train": train,
        "dev": dev,
        "source": source,
        "target": target,
        "translator": translator,
        "memory": memory,
        "native": native or None,
    }
    entry = ask_for_missing(params, given) if is_interactive() else given
    if missing := missing_options(entry):
        raise ParamsError(f"{name}: {' and '.join(missing)} missing; params.yaml is unchanged")
    add_corpus(PARAMS, name, {key: value for key, value in entry.items() if value}, licence)
    print_summary(command_name(), f"{name} is in params.yaml, and dvc repro builds it")
    click.echo("next:")
    for line in next_commands(name, entry):
        click.echo(f"  {printable(line)}")


def is_interactive() -> bool:
    """Return True if a person can answer questions."""
    return sys.stdin.isatty()


def missing_options(entry: dict[str, Any]) -> list[str]:
    """Return the options without which a corpus cannot be built."""
    missing = [] if entry["train"] or entry["dev"] else ["--train or --dev"]
    missing += [] if entry["target"] else ["--target"]
    return missing + ([] if entry["translator"] or entry["native"] else ["--translator"])


def ask_for_missing(params: Params, given: dict[str, Any]) -> dict[str, Any]:
    """Ask on the terminal for what is missing, and return all values."""
    entry = dict(given)
    if not entry["train"] and not entry["dev"]:
        entry["train"] = ask(f"training questions ({FREE_LOCATION}; empty: none)")
        entry["dev"] = ask("development questions (the same; empty: none)")
    if not entry["target"]:
        entry["target"] = ask("target language (a code such as de)", params.language.target)
    if not entry["translator"] and not entry["native"]:
        known = ", ".join({**DEFAULT_SETTINGS, **params.translators})
        entry["translator"] = ask(f"translator ({known})", "mtranslate")
        settings = {**DEFAULT_SETTINGS, **params.translators}.get(entry["translator"] or "")
        if not entry["memory"]:
            use = "" if isinstance(settings, MemorySettings) else "; empty: none"
            entry["memory"] = ask(f"translations to start from (a TMX file{use})")
    return entry


def ask(question: str, default: str = "") -> str | None:
    """Return the answer to a question on the terminal, or None for an empty one."""
    return click.prompt(question, default=default, show_default=bool(default), err=True).strip() or None


def next_commands(name: str, entry: dict[str, Any]) -> list[str]:
    """Return the commands that follow, each with what it does."""
    lines = ["spanferry doctor            # checks that the build can run"]
    if not entry["native"]:
        lines.append(
            f"spanferry plan {name:<12} # what would be sent, and what it costs (after dvc repro segment@{name})"
        )
    return [
        *lines,
        f"dvc repro publish@{name:<9} # builds it; data/{name}/published/ is the result",
        f"spanferry loss show {name:<7} # what was lost, and why; reports/{name}/loss.html is a page",
    ]
