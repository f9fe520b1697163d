"""`spanferry`: the command line beside DVC. One module for each command."""

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
    """A group that imports a command when it is asked for."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line; see `click.Command.main`."""
        escape_output()
        return super().main(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None when there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        return getattr(importlib.import_module(module), attribute)


@click.command(cls=LazyGroup, help="Carries SQuAD's answer spans into another language.")
def main() -> None:
    """The group itself does nothing."""
