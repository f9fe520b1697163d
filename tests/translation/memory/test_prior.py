"""Tests of prior translations and their import into a memory."""

from pathlib import Path

import pyarrow as pa
import pytest
from spanferry import tables
from spanferry.translation.client.segment_tables import translation_table
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.tasks import Segment, TranslationResult
from spanferry.translation.engines.deepl import DeepL
from spanferry.translation.engines.mtranslate import MTranslate
from spanferry.translation.engines.openai import OpenAI
from spanferry.translation.memory.prior import GIVEN_KEY, SCOPE_KEY, PriorTable, import_prior, read_prior_tables
from spanferry.translation.memory.store import Memory, Scope, open_memory
from spanferry.translation.settings import DeepLSettings, OpenAISettings, TranslateSettings

SCOPE = Scope("mtranslate", "en", "nl")
TEXTS = ["the quay", "the weir", "the\tquay", "the lock"]
RESULTS = [
    TranslationResult("de kaai"),
    TranslationResult("de stuw"),
    TranslationResult("de\tkaai"),
    TranslationResult(None, "empty"),
]


def table_of(folder: Path, given: dict[str, str]) -> pa.Table:
    session = TranslationSession(
        MTranslate("en", "nl", 1.0), Memory(folder, SCOPE), TranslateSettings(), ("en", "nl"), given
    )
    return translation_table([Segment(text, "answer") for text in TEXTS], RESULTS, session)


def read(path: Path, table: pa.Table) -> list[tuple[Scope, dict[str, str]]]:
    """Write a table and read it back. Return its scope and the rows that the translator produced."""
    tables.write(table, path)
    return [
        (table.scope, table.translations()) for table in read_prior_tables([path, path.with_name("none")], pytest.fail)
    ]


def test_a_table_returns_its_translators_rows(tmp_path):
    expected = {"the quay": "de kaai", "the weir": "de stuw", "the\tquay": "de\tkaai"}
    assert read(tmp_path / "t.parquet", table_of(tmp_path, {})) == [(SCOPE, expected)]


def test_rows_with_a_part_of_the_corpus_own_translations_are_marked_and_skipped(tmp_path):
    table = table_of(tmp_path, {"the quay": "de kaai", "quay": "kaai"})
    assert table.schema.metadata[GIVEN_KEY] == b"1010"
    assert read(tmp_path / "t.parquet", table) == [(SCOPE, {"the weir": "de stuw"})]


def test_a_table_without_a_scope_is_skipped(tmp_path):
    table = table_of(tmp_path, {})
    for metadata in (None, {}, {SCOPE_KEY: "?"}, {SCOPE_KEY: b"\xff"}, {SCOPE_KEY: '{"translator": "mtranslate"}'}):
        assert read(tmp_path / "t.parquet", table.replace_schema_metadata(metadata)) == []


@pytest.mark.parametrize(
    ("marks", "expected"),
    [(b"01", ["the quay", "the\tquay"]), (b"01010101", ["the quay", "the\tquay"]), (b"\xff", TEXTS[:3])],
)
def test_marks_of_another_length_are_handled(tmp_path, marks, expected):
    table = table_of(tmp_path, {})
    marked = table.replace_schema_metadata({**table.schema.metadata, GIVEN_KEY: marks})
    ((_, rows),) = read(tmp_path / "t.parquet", marked)
    assert list(rows) == expected


def import_twice(folder: Path, translator: str) -> list[str]:
    messages: list[str] = []
    scope = Scope(translator, "en", "nl")
    prior = [PriorTable(scope, table_of(folder / "none", {"the quay": "de kaai"}))]
    for _ in range(2):
        import_prior(folder / "memory", prior, messages.append)
    assert Memory(folder / "memory", scope).get("the quay") is None
    return messages


def test_prior_translations_are_imported_once(tmp_path):
    with open_memory(tmp_path / "memory", SCOPE) as memory:
        memory.add([("the weir", "", "de waterkering")])
    assert import_twice(tmp_path, "mtranslate") == ["imported 1 translation of earlier runs by mtranslate"]
    memory = Memory(tmp_path / "memory", SCOPE)
    assert (memory.get("the weir"), memory.get("the\tquay")) == ("de waterkering", "de\tkaai")


def deepl(context: bool) -> str:
    return DeepL(DeepLSettings(context=context), ("en", "nl"), 1.0).identity


def openai(context: bool) -> str:
    return OpenAI(OpenAISettings(model="m", context=context), ("en", "nl")).identity


@pytest.mark.parametrize("translator", ["memory", "identity", deepl(True), openai(True)])
def test_translations_that_are_not_reusable_are_not_imported(tmp_path, translator):
    assert import_twice(tmp_path, translator) == []


@pytest.mark.parametrize("translator", [deepl(False), openai(False)])
def test_translations_without_context_are_imported(tmp_path, translator):
    assert import_twice(tmp_path, translator) == [f"imported 2 translations of earlier runs by {translator}"]
