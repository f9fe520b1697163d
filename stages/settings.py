"""Write the settings that each stage depends on (spanferry/stage_settings.py says why)."""

from pathlib import Path

import click
from spanferry.cli.support import Command, path_option, print_summary
from spanferry.config import read_params
from spanferry.files import atomic_folder, write_json
from spanferry.stage_settings import corpus_settings, run_settings, training_settings


@click.command(cls=Command, name="settings", help=__doc__)
@path_option("--out")
def main(out: Path) -> None:
    params = read_params()
    with atomic_folder(out) as part:
        for corpus in params.build.corpora:
            for group, values in corpus_settings(params, corpus).items():
                write_json(part / corpus / f"{group}.json", values)
        for run in params.build.runs:
            for group, values in training_settings(params, run).items():
                write_json(part / "runs" / run / f"{group}.json", values)
        write_json(part / "runs.json", run_settings(params))
    languages = (f"{name} in {code}" for name, code in params.targets(params.build.corpora).items())
    print_summary("settings", ", ".join(languages) or "build.corpora of params.yaml names no corpus")


if __name__ == "__main__":
    main()
