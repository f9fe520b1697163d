"""`spanferry`: the command line beside DVC. One file a command."""

import importlib
from typing import Any

import click

from pipeline.printing import escape_output

# Imported when called, so that `spanferry --help` and each command start quickly.
COMMANDS = {
    "ask": "cli.ask:ask",
    "diff": "cli.diff:diff",
    "evaluate": "cli.evaluate:evaluate",
    "loss": "cli.loss:loss",
    "memory": "cli.memory:memory",
    "mend": "cli.mend:mend",
    "plan": "cli.plan:plan",
    "publish": "cli.publish:publish",
    "sample": "cli.sample:sample",
    "validate": "cli.validate:validate",
}


class Lazy(click.Group):
    """A group whose commands are imported when they are asked for."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        escape_output()
        return super().main(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        return getattr(importlib.import_module(module), attribute)


@click.command(cls=Lazy, help="Carries SQuAD's answer spans into another language.")
def main() -> None:
    """The group; each command says what it does."""
