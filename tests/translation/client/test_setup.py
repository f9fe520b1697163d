"""Tests of opening a translation session: the memory, the earlier table, and prior translations."""

from pathlib import Path

import pytest
from spanferry import tables
from spanferry.errors import ParamsError, TranslationError
from spanferry.records import TranslationRow
from spanferry.translation.client.segment_tables import translation_table
from spanferry.translation.client.setup import open_session
from spanferry.translation.client.tasks import Segment
from spanferry.translation.engines.mtranslate import MTranslate
from spanferry.translation.memory.prior import SCOPE_KEY
from spanferry.translation.memory.store import Memory, Scope
from spanferry.translation.memory.tmx import write_tmx

from tests.support.standin import dutch

SEGMENTS = [Segment("The quay is old.", "sentence"), Segment("the quay", "answer"), Segment("in 1853", "answer")]
LANGUAGES = ("en", "nl")


def build(folder: Path, **kwargs) -> tuple[list[str | None], int]:
    """Translate into folder/translations.parquet. Return the translations and the number of requests."""
    out = folder / "translations.parquet"
    with open_session("mtranslate", LANGUAGES, folder=folder / "memory", prior_tables=[out], **kwargs) as session:
        results = session.translate(SEGMENTS)
        tables.write(translation_table(SEGMENTS, results, session), out)
    return [result.text for result in results], session.counts.requests


def test_the_table_has_its_scope_and_the_same_bytes_again(google, tmp_path):
    google(lambda text, n: dutch(text))
    build(tmp_path)
    path = tmp_path / "translations.parquet"
    first, table = path.read_bytes(), tables.read(path, TranslationRow)
    assert table.to_pylist() == [
        {"text": segment.text, "translation": dutch(segment.text), "reason": None} for segment in SEGMENTS
    ]
    assert table.schema.metadata == {SCOPE_KEY: b'{"source": "en", "target": "nl", "translator": "mtranslate"}'}
    assert build(tmp_path)[1] == 0
    assert path.read_bytes() == first


def test_a_fresh_clone_starts_from_the_table(google, tmp_path):
    served = google(lambda text, n: dutch(text))
    first, sent = build(tmp_path)
    assert sent == 3
    for file in (tmp_path / "memory").iterdir():
        file.unlink()
    messages = []
    assert build(tmp_path, notify=messages.append) == (first, 0)
    assert messages == ["imported 3 translations of earlier runs by mtranslate"]
    assert len(Memory(tmp_path / "memory", Scope("mtranslate", *LANGUAGES))) == 3
    assert served.seen.total() == 3


@pytest.mark.parametrize("content", [b"", b"PAR1 and no more"])
def test_a_broken_table_is_skipped(google, tmp_path, content):
    google(lambda text, n: dutch(text))
    (tmp_path / "translations.parquet").write_bytes(content)
    messages = []
    assert build(tmp_path, notify=messages.append)[1] == 3
    assert len(messages) == 1
    assert "translations.parquet" in messages[0]


def test_a_table_by_another_translator_is_not_used(google, tmp_path):
    google(lambda text, n: dutch(text))
    out = tmp_path / "translations.parquet"
    with open_session("identity", LANGUAGES, folder=tmp_path / "memory") as session:
        tables.write(translation_table(SEGMENTS, session.translate(SEGMENTS), session), out)
    assert build(tmp_path)[1] == 3


def test_a_table_survives_another_translator_in_between(google, tmp_path):
    """In a fresh clone the table is the only copy of the translations."""
    served = google(lambda text, n: dutch(text))
    first, _ = build(tmp_path)
    (tmp_path / "memory" / "translations.jsonl").unlink()
    out = tmp_path / "translations.parquet"
    with open_session("identity", LANGUAGES, folder=tmp_path / "memory", prior_tables=[out]) as session:
        tables.write(translation_table(SEGMENTS, session.translate(SEGMENTS), session), out)
    assert build(tmp_path) == (first, 0)
    assert served.seen.total() == 3


def test_a_corpus_own_translations_come_first_and_are_not_stored(google, tmp_path):
    google(lambda text, n: dutch(text))
    tmx = tmp_path / "memory.tmx"
    write_tmx(tmx, [("the quay", "de kaai")], *LANGUAGES)
    first, sent = build(tmp_path, tmx=tmx)
    assert (first[1], sent) == ("de kaai", 2)
    memory = Memory(tmp_path / "memory", Scope("mtranslate", *LANGUAGES))
    assert (len(memory), memory.get("the quay")) == (2, None)
    assert build(tmp_path, tmx=tmx) == (first, 0)
    assert Memory(tmp_path / "memory", memory.scope).get("the quay") is None


def test_a_text_removed_from_a_corpus_own_translations_is_sent(google, tmp_path):
    google(lambda text, n: dutch(text))
    tmx = tmp_path / "memory.tmx"
    write_tmx(tmx, [("the quay", "de kwaai")], *LANGUAGES)
    assert build(tmp_path, tmx=tmx)[0][1] == "de kwaai"
    good = [dutch(segment.text) for segment in SEGMENTS]
    assert build(tmp_path) == (good, 1)
    assert build(tmp_path, tmx=tmx)[0][1] == "de kwaai"
    assert build(tmp_path) == (good, 0)


def test_planning_needs_no_lock_and_writes_nothing(google, tmp_path):
    google(lambda text, n: dutch(text))
    build(tmp_path)
    with (
        open_session("mtranslate", LANGUAGES, folder=tmp_path / "memory"),
        open_session("mtranslate", LANGUAGES, folder=tmp_path / "memory", planning=True) as session,
    ):
        _, tasks = session.look_up([*SEGMENTS, Segment("the weir", "answer")])
    assert [task.text for task in tasks] == ["the weir"]
    with open_session("mtranslate", LANGUAGES, folder=tmp_path / "none", planning=True) as session:
        assert len(session.look_up(SEGMENTS)[1]) == 3
    assert not (tmp_path / "none").exists()


def test_an_engine_is_entered_once_when_there_is_something_to_send(google, tmp_path, monkeypatch):
    served = google(lambda text, n: dutch(text))
    entered = []

    class Counted(MTranslate):
        def __enter__(self):
            entered.append("in")
            return super().__enter__()

        def __exit__(self, *_):
            entered.append("out")
            super().__exit__()

    monkeypatch.setattr("spanferry.translation.client.setup.build_translator", lambda *_: Counted(*LANGUAGES, 5.0))
    with open_session("mtranslate", LANGUAGES, folder=tmp_path / "memory") as session:
        assert entered == []
        for segment in SEGMENTS:
            session.translate([segment])
    assert entered == ["in", "out"]
    build(tmp_path)
    assert entered == ["in", "out"]

    def missing(self):
        raise TranslationError("the key of the service is missing")

    monkeypatch.setattr(Counted, "__enter__", missing)
    first = build(tmp_path)
    assert first == ([dutch(segment.text) for segment in SEGMENTS], 0)
    (tmp_path / "memory" / "translations.jsonl").unlink()
    (tmp_path / "translations.parquet").unlink()
    with pytest.raises(TranslationError, match="the key of the service is missing"):
        build(tmp_path)
    assert served.seen.total() == 3


def test_unknown_translators_are_errors(tmp_path):
    with (
        pytest.raises(ParamsError, match="translator 'bing': neither an entry of translators"),
        open_session("bing", LANGUAGES, folder=tmp_path),
    ):
        pass
    with (
        pytest.raises(ParamsError, match="the corpus has no memory"),
        open_session("memory", LANGUAGES, folder=tmp_path),
    ):
        pass
