"""Tests of translating a corpus: paragraphs with a sentence that has no translation are translated as a whole."""

from pathlib import Path

import pytest
from spanferry import tables
from spanferry.corpus_translation import translate_corpus
from spanferry.records import CheckFailure, Kind, TranslationRow
from spanferry.segmentation import collect_segments, make_layout
from spanferry.squad import decode_squad
from spanferry.translation.client.setup import open_session
from spanferry.translation.memory.store import FailedAttempt, Scope, open_memory

from tests.support.small_squad import FERRY, TRAIN, as_json
from tests.support.standin import dutch

LANGUAGES = ("en", "nl")
FAILED = "In 1912 the first steam ferry sank."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    layout = make_layout({"train": decode_squad(as_json(TRAIN), "train")}, "en")
    tables.write(layout, tmp_path / "layout.parquet")
    tables.write(collect_segments(layout), tmp_path / "segments.parquet")
    return tmp_path


def translate(folder: Path) -> tuple[dict[str, str | None], dict]:
    """Translate the corpus in a folder. Returns {text: translation} in the order of the table, and the metrics."""
    out = folder / "translations.parquet"
    with open_session("mtranslate", LANGUAGES, folder=folder / "memory") as session:
        metrics = translate_corpus(session, folder / "segments.parquet", folder / "layout.parquet", out)
    rows = tables.read(out, TranslationRow)
    return dict(zip(rows["text"].to_pylist(), rows["translation"].to_pylist(), strict=True)), metrics


def test_a_paragraph_with_a_failed_sentence_is_translated_as_a_whole(folder, google) -> None:
    served = google(lambda text, n: dutch(text))
    failure = FailedAttempt(
        "mtranslate", *LANGUAGES, FAILED, CheckFailure.EMPTY, "", failures=10, repeats=10, final=True
    )
    with open_memory(folder / "memory", Scope("mtranslate", *LANGUAGES)) as memory:
        memory.add_failure(failure)
    translations, metrics = translate(folder)
    assert translations[FAILED] is None
    assert list(translations)[-1] == FERRY.strip()
    lines = FERRY.strip().split("\n\n")  # the engine's chunks
    assert translations[FERRY.strip()] == "\n\n".join(map(dutch, lines))
    assert (served.seen[FAILED], *(served.seen[line] for line in lines)) == (0, 1, 1)
    sentences = metrics["by_kind"][Kind.SENTENCE]
    assert (sentences["visited"], sentences["dropped"]) == (4, 1)


def test_the_layout_is_not_read_when_every_segment_has_a_translation(folder, google) -> None:
    google(lambda text, n: dutch(text))
    (folder / "layout.parquet").unlink()
    translations, metrics = translate(folder)
    assert FERRY.strip() not in translations
    assert metrics["dropped"] == 0
