"""Checks the cleaned files against their contract and makes the folder that is published of them."""

from pathlib import Path

import click
import msgspec
from spanferry.cli.support import Command, path_option, print_summary
from spanferry.config import Params, load
from spanferry.publish.about import About, Made
from spanferry.publish.package import publish


@click.command(cls=Command, name="publish", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--clean")
@path_option("--loss")
@path_option("--out")
def main(name: str, clean: Path, loss: Path, out: Path) -> None:
    params = load()
    reports = publish(clean, loss, out, made(params, name), params.about.get(name, About()))
    questions = sum(report.counts.questions for report in reports.values())
    warnings = sum(report.warnings for report in reports.values())
    print_summary("publish", f"{name}: {questions:,} questions in {out}; contract kept, {warnings:,} warnings")


def made(params: Params, name: str) -> Made:
    """What the card says of how a corpus was built: all of params.yaml that changes the result."""
    corpus = params.corpus(name)
    sections = {"align": params.align, "rescue": params.rescue} if not corpus.native else {}
    return Made(
        corpus=name,
        source=params.language.source,
        target=params.language.target,
        translator=engine(params, corpus.translator),
        places=corpus.splits(),
        digests={split: digest for split in corpus.splits() if (digest := corpus.digest(split))},
        settings={"language": msgspec.to_builtins(params.language)}
        | {section: msgspec.to_builtins(settings) for section, settings in sections.items()},
    )


def engine(params: Params, translator: str | None) -> str | None:
    """The engine behind a translator's name."""
    settings = params.translators.get(translator) if translator else None
    return settings.__struct_config__.tag if settings else translator


if __name__ == "__main__":
    main()
