"""Tests of judging a corpus with an encoder: which answers are judged, what changes, and rescue afterwards."""

from typing import Any

import pyarrow as pa
import pytest
from spanferry.errors import InputError
from spanferry.executors import LocalExecutor
from spanferry.projection import grouping, link_tables
from spanferry.projection.link_tables import judge_batches
from spanferry.projection.locate_tables import locate_table
from spanferry.projection.rescue_tables import rescue_table
from spanferry.projection.settings import EncoderSettings, RescueSettings
from spanferry.records import Method

from tests.support.corpora import DUTCH, layout, sample_layout, sample_translations, translations
from tests.support.tiny_encoder import DictionaryEncoder, save_encoder
from tests.support.tokenizers import word_piece

CONTEXT = "The red dog sleeps. The old dog stands."
KNOWN = {
    "The red dog sleeps.": "De rode hond slaapt.",
    "The old dog stands.": "De oude hond staat.",
    "red": "rode",
    "dog": "qqq",
}
MEANINGS = {"rode": "red", "hond": "dog", "slaapt": "sleeps", "oude": "old", "staat": "stands", "de": "the"}
SETTINGS = EncoderSettings("a folder")


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> DictionaryEncoder:
    """Replace the encoder that is loaded."""
    made = DictionaryEncoder(MEANINGS)
    monkeypatch.setattr(link_tables, "Encoder", lambda *_: made)
    return made


def judge(
    table: pa.Table, known: pa.Table, settings: EncoderSettings = SETTINGS
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Return (paragraphs, spans, spans after the encoder has judged them)."""
    paragraphs, spans = locate_table(table, known, DUTCH, 1)
    with LocalExecutor(1) as executor:
        judged = list(judge_batches(table, paragraphs, spans, DUTCH, settings, executor))
    return paragraphs, spans, pa.concat_tables(judged)


def small() -> tuple[pa.Table, pa.Table]:
    return layout(CONTEXT, (4, "red"), (28, "dog"), cut=(20,)), translations(KNOWN)


def test_only_the_windows_of_unsettled_answers_are_encoded(encoder):
    _, before, after = judge(*small())
    assert encoder.encoded == [["De oude hond staat.", "The old dog stands."]]
    assert after.slice(0, 1).equals(before.slice(0, 1))
    (_, dog), (_, was) = after.to_pylist(), before.to_pylist()
    assert (was["text"], dog["text"], dog["start"], dog["method"]) == (None, "hond", 29, Method.LINKED)
    assert 0.5 < dog["probability"] < 1


def test_the_threshold_decides_which_answers_are_judged(encoder):
    judge(*small(), EncoderSettings("a folder", below=1))
    assert len(encoder.encoded[0]) == 4


def test_no_model_is_loaded_when_everything_is_settled(monkeypatch):
    monkeypatch.setattr(link_tables, "Encoder", lambda *_: pytest.fail("loads a model"))
    table = layout(CONTEXT, (4, "red"), cut=(20,))
    _, before, after = judge(table, translations(KNOWN))
    assert after.equals(before)


def test_a_paragraph_without_translation_and_a_wrong_offset_stay_as_they_are(encoder):
    for table, known in (
        (layout(CONTEXT, (5, "red"), cut=(20,)), KNOWN),
        (layout(CONTEXT, (4, "red"), cut=(20,)), KNOWN | {"The old dog stands.": None}),
    ):
        _, before, after = judge(table, translations(known))
        assert after.equals(before)
    assert encoder.encoded == []


def test_marked_translations_decide_when_they_come_back_and_the_encoder_where_they_are_lost(encoder):
    table, known = small()
    paragraphs, _, judged = judge(table, known)

    def rescued(replies: dict[str, str]) -> dict[str, Any]:
        translate = lambda texts: {text: replies.get(text) for text in texts}  # noqa: E731
        spans, _ = rescue_table(table, paragraphs, judged, translate, DUTCH, RescueSettings(below=1), 1)
        return spans.to_pylist()[1]

    lost = rescued({})
    assert (lost["text"], lost["method"]) == ("hond", Method.LINKED)
    back = rescued({"The old [dog] stands.": "De [oude hond] staat."})
    assert (back["text"], back["method"]) == ("oude hond", Method.MARKED)


def test_batches_and_workers_do_not_change_the_result(encoder, monkeypatch):
    tables = sample_layout(), sample_translations()
    *_, expected = judge(*tables)
    monkeypatch.setattr(link_tables, "GROUP", 3)
    monkeypatch.setattr(link_tables, "WINDOW", 10)
    monkeypatch.setattr(grouping, "BATCH", 7)
    paragraphs, spans = locate_table(*tables, DUTCH, 1)
    with LocalExecutor(2) as executor:
        judged = pa.concat_tables(list(judge_batches(sample_layout(), paragraphs, spans, DUTCH, SETTINGS, executor)))
    assert judged.combine_chunks().equals(expected.combine_chunks())
    assert judged.schema.equals(spans.schema)


def test_a_real_model_runs_and_gives_the_same_spans_twice(tmp_path):
    settings = EncoderSettings(str(save_encoder(tmp_path, word_piece(), 512)))
    once, again = (judge(sample_layout(), sample_translations(), settings)[2] for _ in range(2))
    assert once.equals(again)
    assert {row["method"] for row in once.to_pylist()} >= {Method.EXACT, Method.LINKED}


def test_a_wrong_model_is_an_error():
    with pytest.raises(InputError, match="there is no such folder"):
        judge(*small(), EncoderSettings("./nowhere"))
