from pathlib import Path

import pyarrow as pa
import pytest
from spanferry import tables
from spanferry.translation.client.session import TranslationResult, TranslationSession
from spanferry.translation.client.setup import to_table
from spanferry.translation.client.tasks import Segment
from spanferry.translation.engines.deepl import DeepL
from spanferry.translation.engines.mtranslate import MTranslate
from spanferry.translation.engines.openai import OpenAI
from spanferry.translation.memory.prior import GIVEN, METADATA, Seed, bring, read_prior_tables
from spanferry.translation.memory.store import Memory, Scope, opened
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
    desk = TranslationSession(
        MTranslate("en", "nl", 1.0), Memory(folder, SCOPE), TranslateSettings(), ("en", "nl"), given
    )
    return to_table([Segment(text, "answer") for text in TEXTS], RESULTS, desk)


def read(path: Path, table: pa.Table) -> list[tuple[Scope, dict[str, str]]]:
    """What a table says when it is read again: whose it is, and what of it is the translator's."""
    tables.write(table, path)
    return [(seed.scope, seed.rows()) for seed in read_prior_tables([path, path.with_name("none")], pytest.fail)]


def test_a_table_seeds_with_what_its_translator_said(tmp_path):
    found = {"the quay": "de kaai", "the weir": "de stuw", "the\tquay": "de\tkaai"}
    assert read(tmp_path / "t.parquet", table_of(tmp_path, {})) == [(SCOPE, found)]


def test_what_the_corpus_itself_gave_in_whole_or_in_part_is_noted_and_seeds_nothing(tmp_path):
    table = table_of(tmp_path, {"the quay": "de kaai", "quay": "kaai"})
    assert table.schema.metadata[GIVEN] == b"1010"
    assert read(tmp_path / "t.parquet", table) == [(SCOPE, {"the weir": "de stuw"})]


def test_a_table_that_does_not_say_whose_it_is_seeds_nothing(tmp_path):
    table = table_of(tmp_path, {})
    for said in (None, {}, {METADATA: "?"}, {METADATA: b"\xff"}, {METADATA: '{"translator": "mtranslate"}'}):
        assert read(tmp_path / "t.parquet", table.replace_schema_metadata(said)) == []


@pytest.mark.parametrize(
    ("note", "left"),
    [(b"01", ["the quay", "the\tquay"]), (b"01010101", ["the quay", "the\tquay"]), (b"\xff", TEXTS[:3])],
)
def test_a_note_of_another_length_does_no_harm(tmp_path, note, left):
    table = table_of(tmp_path, {})
    noted = table.replace_schema_metadata({**table.schema.metadata, GIVEN: note})
    ((_, rows),) = read(tmp_path / "t.parquet", noted)
    assert list(rows) == left


def brought(folder: Path, translator: str) -> list[str]:
    told: list[str] = []
    scope = Scope(translator, "en", "nl")
    seeds = [Seed(scope, table_of(folder / "none", {"the quay": "de kaai"}))]
    for _ in range(2):
        bring(folder / "memory", seeds, told.append)
    assert Memory(folder / "memory", scope).get("the quay") is None
    return told


def test_what_is_to_be_overwritten_is_brought_into_the_memory_once(tmp_path):
    with opened(tmp_path / "memory", SCOPE) as memory:
        memory.put([("the weir", "", "de waterkering")])
    assert brought(tmp_path, "mtranslate") == [
        "1 translations of earlier runs by mtranslate are brought into the memory"
    ]
    memory = Memory(tmp_path / "memory", SCOPE)
    assert (memory.get("the weir"), memory.get("the\tquay")) == ("de waterkering", "de\tkaai")


def deepl(context: bool) -> str:
    return DeepL(DeepLSettings(context=context), ("en", "nl"), 1.0).identity


def openai(context: bool) -> str:
    return OpenAI(OpenAISettings(model="m", context=context), ("en", "nl")).identity


@pytest.mark.parametrize("translator", ["memory", "identity", deepl(True), openai(True)])
def test_what_no_memory_keeps_or_only_by_paragraphs_is_not_brought(tmp_path, translator):
    assert brought(tmp_path, translator) == []


@pytest.mark.parametrize("translator", [deepl(False), openai(False)])
def test_without_paragraphs_it_is(tmp_path, translator):
    assert brought(tmp_path, translator) == [
        f"2 translations of earlier runs by {translator} are brought into the memory"
    ]
