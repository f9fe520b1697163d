"""Tests of building translators from the settings in params.yaml."""

import msgspec
import pytest
from spanferry.errors import ParamsError
from spanferry.markers import STYLES
from spanferry.translation.engines.openai import OpenAI
from spanferry.translation.engines.openai_batch import OpenAIBatch
from spanferry.translation.engines.registry import build_translator
from spanferry.translation.settings import TranslateSettings, TranslatorSettings


def build(tmp_path, **entry):
    translators = {"x": msgspec.convert(entry, TranslatorSettings)}
    return build_translator("x", translators, ("en", "nl"), TranslateSettings(), {}, tmp_path)


def test_markers_of_the_settings_replace_those_of_the_engine(tmp_path):
    pairs = [["<a>", "</a>"], ["[", "]"]]
    for engine in ("google", "libretranslate", "deepl", "mtranslate", "memory", "identity"):
        assert build(tmp_path, engine=engine, markers=pairs).markers == (("<a>", "</a>"), ("[", "]"))
    assert build(tmp_path, engine="google").markers == STYLES


@pytest.mark.parametrize(
    ("pairs", "problem"),
    [
        ([["<a>", "</b>"]], "not a tag and its end"),
        ([["<a id='1'>", "</a>"]], "regex"),
        ([["", "]"]], "length"),
        ([["[ ", "]"]], "regex"),
        ([], "length"),
        ([["["]], "length 2"),
    ],
)
def test_invalid_markers_are_an_error(tmp_path, pairs, problem):
    with pytest.raises(msgspec.ValidationError, match=problem):
        build(tmp_path, engine="google", markers=pairs)


def test_the_mode_of_openai_selects_the_engine_and_not_its_memory(tmp_path):
    chat, batch = (build(tmp_path, engine="openai", model="m", mode=mode) for mode in ("chat", "batch"))
    assert (type(chat), type(batch)) == (OpenAI, OpenAIBatch)
    assert chat.identity == batch.identity
    assert (chat.batch, batch.batch, batch.batch_retries) == (16, 16_000, True)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"mode": "plain"}, "mode plain needs one"),
        ({"template": "x {text}"}, "set mode to plain or batch"),
        ({"mode": "plain", "template": "translate"}, "has no {text}"),
    ],
)
def test_a_template_goes_with_its_mode(tmp_path, settings, problem):
    with pytest.raises(msgspec.ValidationError, match=problem):
        build(tmp_path, engine="openai", model="m", **settings)


def test_an_unknown_name(tmp_path):
    with pytest.raises(ParamsError, match="google, libretranslate, deepl"):
        build_translator("nobody", {}, ("en", "nl"), TranslateSettings(), {}, tmp_path)
