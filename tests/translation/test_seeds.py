from pathlib import Path

import pyarrow as pa

from pipeline import tables
from pipeline.translation.drafts import Segment
from pipeline.translation.job import Desk, Translated
from pipeline.translation.memory import Memory, Scope
from pipeline.translation.mtranslate import MTranslate
from pipeline.translation.seeds import GIVEN, METADATA, Seed, read_seeds
from pipeline.translation.session import to_table
from pipeline.translation.settings import TranslateSettings

SCOPE = Scope("mtranslate", "en", "nl")
TEXTS = ["the quay", "the weir", "the\tquay", "the lock"]
RESULTS = [Translated("de kaai"), Translated("de stuw"), Translated("de\tkaai"), Translated(None, "empty")]


def table_of(folder: Path, given: dict[str, str]) -> pa.Table:
    desk = Desk(MTranslate("en", "nl", 1.0), Memory(folder, SCOPE), TranslateSettings(), ("en", "nl"), given)
    return to_table([Segment(text, "answer") for text in TEXTS], RESULTS, desk)


def read(path: Path, table: pa.Table) -> tuple[list[Seed], list[str]]:
    """What a table says when it is read again, and what is told meanwhile."""
    told: list[str] = []
    tables.write(table, path)
    return list(read_seeds([path, path.with_name("none")], told.append)), told


def test_a_table_seeds_with_what_its_translator_said(tmp_path):
    assert read(tmp_path / "t.parquet", table_of(tmp_path, {})) == (
        [Seed(SCOPE, {"the quay": "de kaai", "the weir": "de stuw", "the\tquay": "de\tkaai"})],
        [],
    )


def test_what_the_corpus_itself_gave_in_whole_or_in_part_is_noted_and_seeds_nothing(tmp_path):
    table = table_of(tmp_path, {"the quay": "de kaai", "quay": "kaai"})
    assert table.schema.metadata[GIVEN] == b"1010"
    assert read(tmp_path / "t.parquet", table) == ([Seed(SCOPE, {"the weir": "de stuw"})], [])


def test_a_table_that_does_not_say_whose_it_is_seeds_nothing(tmp_path):
    table = table_of(tmp_path, {})
    for said in (None, {}, {METADATA: "?"}, {METADATA: b"\xff"}, {METADATA: '{"translator": "mtranslate"}'}):
        assert read(tmp_path / "t.parquet", table.replace_schema_metadata(said)) == ([], [])


def test_a_note_of_another_length_does_no_harm(tmp_path):
    table = table_of(tmp_path, {})
    for note, texts in (
        (b"01", ["the quay", "the\tquay"]),
        (b"01010101", ["the quay", "the\tquay"]),
        (b"\xff", TEXTS[:3]),
    ):
        (seed,), _ = read(tmp_path / "t.parquet", table.replace_schema_metadata({**table.schema.metadata, GIVEN: note}))
        assert list(seed.rows) == texts
