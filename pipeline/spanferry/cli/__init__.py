"""The command line program `spanferry`, for everything that is not a stage of DVC. One module per command."""

import importlib
import sys
from typing import Any

import click

from spanferry.printing import escape_output

# A command's module is imported when the command runs, so that `spanferry --help` and each command start quickly.
COMMANDS = {
    "ask": "spanferry.cli.ask:ask",
    "convert": "spanferry.cli.convert:convert",
    "diff": "spanferry.cli.diff:diff",
    "doctor": "spanferry.cli.doctor:doctor",
    "evaluate": "spanferry.cli.evaluate:evaluate",
    "init": "spanferry.cli.init:init",
    "loss": "spanferry.cli.loss:loss",
    "memory": "spanferry.cli.memory:memory",
    "mend": "spanferry.cli.mend:mend",
    "new": "spanferry.cli.new:new",
    "plan": "spanferry.cli.plan:plan",
    "publish": "spanferry.cli.publish:publish",
    "review": "spanferry.cli.review:review",
    "sample": "spanferry.cli.sample:sample",
    "validate": "spanferry.cli.validate:validate",
}


class LazyGroup(click.Group):
    """A group that imports the module of a command only when the command is used."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line; see `click.Command.main`. Messages begin with "spanferry", however it was started."""
        escape_output()
        return super().main(*args, **{"prog_name": self.name, **kwargs})

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; see `click.Group.invoke`. An interruption while its module is imported is one line too."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo(f"{ctx.command_path}: stopped", err=True)
            sys.exit(130)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        return getattr(importlib.import_module(module), attribute)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command in the arguments; see `click.Group.resolve_command`. The error names similar commands."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand:
            raise click.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx) from None


@click.command(cls=LazyGroup, name="spanferry", help="Carry the answer spans of SQuAD into another language.")
@click.version_option(package_name="spanferry", prog_name="spanferry")
def main() -> None:
    """Run a command of the group."""
