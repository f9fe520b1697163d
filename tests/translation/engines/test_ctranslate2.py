"""Tests of the engine CTranslate2: conversion of models, and translation."""

from importlib.util import find_spec

import pytest
from spanferry.errors import TranslationError
from spanferry.translation.engines.base import Request
from spanferry.translation.engines.ctranslate2 import CTranslate2
from spanferry.translation.settings import CTranslate2Settings

from tests.support import tiny_checkpoints
from tests.support.tiny_checkpoints import DUTCH, ENGLISH, SPANISH

pytestmark = pytest.mark.skipif(not find_spec("ctranslate2"), reason="the extra 'ctranslate2' is not installed")

NLLB = {"source_code": "eng_Latn", "target_code": "spa_Latn"}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture
def cache(root, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(root / "cache"))
    return root / "cache" / "spanferry" / "ctranslate2"


def translated(folder, texts, **settings):
    with CTranslate2(CTranslate2Settings(model=str(folder), **settings), ("en", "nl")) as engine:
        return engine.translate([Request(text) for text in texts])


@pytest.mark.parametrize(
    ("make", "settings", "expected"),
    [
        (tiny_checkpoints.marian, {}, DUTCH),
        (tiny_checkpoints.m2m100, {}, DUTCH),
        (tiny_checkpoints.m2m100, {"target_code": "es"}, SPANISH),
        (tiny_checkpoints.nllb, NLLB, SPANISH),
    ],
)
def test_converts_and_translates(root, cache, make, settings, expected):
    folder = root / make.__name__
    if not folder.exists():
        make(folder)
    for quantization in ("int8", "float32"):
        answers = translated(folder, [*ENGLISH, "the harbour " * 80], quantization=quantization, **settings)
        assert answers == [*expected, ""]
    assert translated(folder, ENGLISH[::-1], batch_tokens=1, **settings) == expected[::-1]


def test_a_t5_is_converted(root, cache):
    folder = tiny_checkpoints.madlad(root / "madlad")
    assert translated(folder, ENGLISH, quantization="float32") == DUTCH
    assert translated(folder, ENGLISH, quantization="float32", target_code="es") == SPANISH


def test_a_model_is_converted_once_for_each_quantization(root, cache, monkeypatch):
    folder = root / "once"
    tiny_checkpoints.marian(folder)
    translated(folder, ENGLISH)
    translated(folder, ENGLISH, quantization="float32")
    made = sorted(path.name for path in cache.glob("once-*"))
    assert len(made) == 2
    monkeypatch.setattr("ctranslate2.converters.TransformersConverter", None)
    assert translated(folder, ENGLISH, beams=2) == DUTCH


def test_a_failed_conversion_leaves_no_files(root, cache):
    folder = root / "broken"
    tiny_checkpoints.marian(folder)
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(TranslationError, match="broken: cannot be loaded: "):
        translated(folder, ENGLISH)
    assert not [path for path in cache.iterdir() if "broken" in path.name]
