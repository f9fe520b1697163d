"""Writes the cleaned SQuAD files, each answer's provenance, and what was rejected; and their checksums."""

from pathlib import Path

import click
import msgspec
from spanferry import tables
from spanferry.cleaning import documents, provenance, rejected
from spanferry.cli.support import Command, path_option, print_summary
from spanferry.config import read_params
from spanferry.files import atomic_write, file_sha256, write_json
from spanferry.records import SourceParagraph, SpanRow, TargetParagraph, TranslationRow
from spanferry.selection import decide
from spanferry.squad import write_squad


@click.command(cls=Command, name="clean", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--layout")
@path_option("--paragraphs")
@path_option("--spans")
@path_option("--translations")
@path_option("--out")
@path_option("--digests", help="A JSON file of the sha256 of each file in OUT, by its name.")
def main(name: str, layout: Path, paragraphs: Path, spans: Path, translations: Path, out: Path, digests: Path) -> None:
    params = read_params()
    native = params.corpus(name).native
    laid = tables.read(layout, SourceParagraph)
    placed = tables.read(paragraphs, TargetParagraph)
    found = tables.read(spans, SpanRow)
    translated = None if native else tables.read(translations, TranslationRow)
    selection = decide(laid, placed, found, translated)
    for split, document in documents(laid, placed, found, translated, selection).items():
        write_squad(document, out / f"{params.language.target}_squadv2_{split}_clean.json")
    kept = provenance(found, selection)
    tables.write(kept, out / "provenance.parquet")
    with atomic_write(out / "rejected.jsonl") as beside, beside.open("wb") as lines:
        for row in rejected(found, selection):
            lines.write(msgspec.json.encode(row) + b"\n")
    write_json(digests, {path.name: file_sha256(path) for path in out.iterdir()})
    print_summary("clean", f"{name}: {kept.num_rows:,} of {found.num_rows:,} answers kept")


if __name__ == "__main__":
    main()
