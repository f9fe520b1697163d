"""Start a new project in a folder: dvc.yaml, params.yaml and the stages, with the library from the installed package.

The folder (by default this one) need not exist.
"""

from pathlib import Path

import click

from spanferry.cli.support import Command, command_name, print_summary
from spanferry.project.files import create_project


@click.command(cls=Command, help=__doc__, example="spanferry init my-project")
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
def init(folder: Path) -> None:
    files = create_project(folder)
    print_summary(command_name(), f"{len(files)} files written to {folder.resolve()}")
    enter = "" if folder.resolve() == Path.cwd() else f"cd {folder} && "
    click.echo(f"next: {enter}spanferry new corpus NAME")
