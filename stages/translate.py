"""Translate the segments of a corpus. Texts in the translation memory are not sent again."""

from pathlib import Path

import click
from spanferry.cli.corpus_session import corpus_session
from spanferry.cli.support import Command, path_option, print_summary, worker_count
from spanferry.config import read_params
from spanferry.corpus_translation import translate_corpus
from spanferry.executors import open_executor
from spanferry.files import write_json
from spanferry.printing import plural
from spanferry.translation.memory.passed_over import describe_passed_over
from spanferry.translation.money import describe_spent


@click.command(cls=Command, name="translate", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--memory", help="The folder of the corpus's TMX file.")
@path_option("--segments")
@path_option("--layout")
@path_option("--out")
@path_option("--report")
def main(name: str, memory: Path, segments: Path, layout: Path, out: Path, report: Path) -> None:
    params = read_params()
    with (
        open_executor(params.executor, params.ray, worker_count()) as executor,
        corpus_session(params, "translate", name, memory, out, executor) as session,
    ):
        metrics = translate_corpus(session, segments, layout, out, params.names.repair)
        spent = describe_spent(session.spent)
        own = session.own_file
    taken = {"memory": {"taken": own.taken, **own.passed_over.figures}} if own else {}
    write_json(report, {**metrics, **spent, **taken})
    if own:
        passed_over = describe_passed_over(own.passed_over)
        taken_units = f"{name}: {plural(own.taken, 'unit')} of its memory taken"
        print_summary("translate", f"{taken_units}; {passed_over}" if passed_over else taken_units)
    print_summary("translate", f"{name}: {session.counts.summary()}")


if __name__ == "__main__":
    main()
