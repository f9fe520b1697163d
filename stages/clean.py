"""Decide which answers to keep, and write the cleaned SQuAD files, their provenance, and the rejected answers."""

from pathlib import Path

import click
from spanferry import tables
from spanferry.cleaning import documents, provenance, rejected
from spanferry.cli.support import Command, path_option, print_summary
from spanferry.config import read_params
from spanferry.files import file_sha256, write_json
from spanferry.records import SourceParagraph, SpanRow, TargetParagraph, TranslationRow
from spanferry.selection import decisions_table, select
from spanferry.squad import cleaned_name, write_squad


@click.command(cls=Command, name="clean", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--layout")
@path_option("--paragraphs")
@path_option("--spans")
@path_option("--translations")
@path_option("--out")
@path_option("--decisions", help="The table of decisions on paragraphs and questions to write.")
@path_option("--digests", help="The JSON file to write: file name in OUT -> sha256.")
def main(
    name: str,
    layout: Path,
    paragraphs: Path,
    spans: Path,
    translations: Path,
    out: Path,
    decisions: Path,
    digests: Path,
) -> None:
    params = read_params()
    source = tables.read(layout, SourceParagraph)
    target = tables.read(paragraphs, TargetParagraph)
    located = tables.read(spans, SpanRow)
    translated = None if params.corpus(name).native else tables.read(translations, TranslationRow)
    selection = select(source, target, located, translated)
    for split, document in documents(source, target, located, translated, selection).items():
        write_squad(document, out / cleaned_name(params.language.target, split))
    kept = provenance(located, selection)
    tables.write(kept, out / "provenance.parquet")
    tables.write_rejected(rejected(located, selection), out / "rejected.jsonl")
    tables.write(decisions_table(source, selection), decisions)
    write_json(digests, {path.name: file_sha256(path) for path in out.iterdir()})
    print_summary("clean", f"{name}: {kept.num_rows:,} of {located.num_rows:,} answers kept")


if __name__ == "__main__":
    main()
