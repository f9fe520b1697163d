"""`spanferry`: the command line beside DVC. One file a command."""

import importlib
from typing import Any

import click

from spanferry.printing import escape_output

# Imported when called, so that `spanferry --help` and each command start quickly.
COMMANDS = {
    "ask": "spanferry.cli.ask:ask",
    "diff": "spanferry.cli.diff:diff",
    "evaluate": "spanferry.cli.evaluate:evaluate",
    "loss": "spanferry.cli.loss:loss",
    "memory": "spanferry.cli.memory:memory",
    "mend": "spanferry.cli.mend:mend",
    "plan": "spanferry.cli.plan:plan",
    "publish": "spanferry.cli.publish:publish",
    "sample": "spanferry.cli.sample:sample",
    "validate": "spanferry.cli.validate:validate",
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
