"""The command line program `spanferry`, for everything that is not a stage of DVC. One module per command."""

import importlib
from typing import Any

import click

from spanferry.printing import escape_output

# A command's module is imported when the command runs, so that `spanferry --help` and each command start quickly.
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


class LazyGroup(click.Group):
    """A group that imports the module of a command only when the command is used."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line; see `click.Command.main`."""
        escape_output()
        return super().main(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        return getattr(importlib.import_module(module), attribute)


@click.command(cls=LazyGroup, help="Carry the answer spans of SQuAD into another language.")
def main() -> None:
    """Run a command of the group."""
