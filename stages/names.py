"""Find questions in which a name differs from their paragraph, and give them the paragraph's rendering."""

from pathlib import Path

import click
from spanferry.arrow import schema_of, to_table
from spanferry.cli.corpus_session import corpus_session, import_earlier_output
from spanferry.cli.support import Command, path_option, print_summary, progress_bar, worker_count
from spanferry.config import Params, read_params
from spanferry.executors import open_executor
from spanferry.files import write_json
from spanferry.language import Language
from spanferry.loss_figures import count_repaired
from spanferry.names.asking import AskedQuestions
from spanferry.names.tables import CheckedCorpus, check_corpus, list_differing, repair_questions, repair_titles
from spanferry.projection.lookup import TranslationLookup
from spanferry.projection.ranking import make_locator
from spanferry.records import QuestionNames, SourceParagraph, TargetParagraph, TitleNames, TranslationRow
from spanferry.tables import LazyTable, write
from spanferry.translation.money import describe_spent


@click.command(cls=Command, name="names", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--memory", help="The folder of the corpus's TMX file.")
@path_option("--layout")
@path_option("--paragraphs")
@path_option("--translations")
@path_option("--out")
@path_option("--asked", help="The table of the questions that were asked again, to write.")
@path_option("--titles", help="The table of the titles that differ, to write.")
@path_option("--report")
def main(
    name: str,
    memory: Path,
    layout: Path,
    paragraphs: Path,
    translations: Path,
    out: Path,
    asked: Path,
    titles: Path,
    report: Path,
) -> None:
    params = read_params()
    corpus, rows, title_rows = CheckedCorpus(), list[QuestionNames](), list[TitleNames]()
    spent: dict[str, object] = {}
    if params.corpus(name).native:
        write(schema_of(TranslationRow).empty_table(), asked)
    else:
        languages = params.languages(name)
        locator = make_locator(languages.source, languages.target, params.align)
        lookup = TranslationLookup(LazyTable(translations, TranslationRow))
        tables = LazyTable(layout, SourceParagraph), LazyTable(paragraphs, TargetParagraph)
        with progress_bar("names", tables[0].num_rows, "paragraphs") as progress:
            corpus = check_corpus(*tables, lookup, locator, params.names.titles, progress)
        del lookup  # the translations of a corpus take 100 MB
        if params.names.repair:
            rows, spent = repair(params, name, memory, corpus, locator.target, asked)
            title_rows = repair_titles(corpus, locator.target)
        else:
            import_earlier_output(name, asked)
            rows, title_rows = list_differing(corpus)
            write(schema_of(TranslationRow).empty_table(), asked)
    write(to_table(rows, QuestionNames), out)
    write(to_table(title_rows, TitleNames), titles)
    counts = dict(corpus.counts)
    write_json(report, {**counts, **spent})
    print_summary("names", f"{name}: {describe(counts)}")


def repair(
    params: Params, name: str, memory: Path, corpus: CheckedCorpus, language: Language, asked: Path
) -> tuple[list[QuestionNames], dict[str, object]]:
    """Return the rows of the differing questions, and what the service has billed (`describe_spent`)."""
    with (
        open_executor(params.executor, params.ray, worker_count()) as executor,
        corpus_session(params, "names", name, memory, asked, executor) as session,
        AskedQuestions(session, asked) as questions,
    ):
        rows = repair_questions(corpus, language, questions.ask)
        corpus.counts.update(texts=questions.texts, characters=questions.characters)
        return rows, describe_spent(session.spent)


def describe(counts: dict[str, int]) -> str:
    """Return the counts in words."""
    repaired, partly = count_repaired(counts)
    in_part = f" ({partly:,} of them repaired in part)" if partly else ""
    return (
        f"names differ in {counts['different']:,} of {counts['compared']:,} questions with a known name; "
        f"{repaired:,} repaired, {counts['different_after']:,} left{in_part}; "
        f"{counts['titles_different']:,} of {counts['titles_compared']:,} titles differ, "
        f"{counts['titles_different_after']:,} left"
    )


if __name__ == "__main__":
    main()
