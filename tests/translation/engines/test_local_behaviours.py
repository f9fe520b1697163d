"""Engines that run on this machine: what they have in common with services, with tiny models and the real Apertium."""

import shutil
from collections.abc import Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import msgspec
import pytest
from spanferry.translation.client.setup import open_session
from spanferry.translation.client.tasks import Segment
from spanferry.translation.engines.apertium import DATA
from spanferry.translation.engines.base import Request
from spanferry.translation.memory.store import translation_log
from spanferry.translation.settings import TranslatorSettings

from tests.support import tiny_checkpoints
from tests.support.behaviours import TEXTS, UNICODE, kill_client
from tests.support.tiny_checkpoints import ENGLISH

BATCH = 4
ENGINES = [
    "marian",
    pytest.param("ctranslate2", marks=pytest.mark.skipif(not find_spec("ctranslate2"), reason="not installed")),
    pytest.param(
        "apertium",
        marks=pytest.mark.skipif(
            not shutil.which("apertium") or not (DATA / "modes" / "eng-spa.mode").exists(),
            reason="needs Debian's packages apertium and apertium-eng-spa",
        ),
    ),
]
SENTENCES = [*ENGLISH, *TEXTS, *(f"The {n}th boat came through the lock." for n in range(20))]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return tiny_checkpoints.marian(tmp_path_factory.mktemp("models") / "opus-mt-en-nl")


@pytest.fixture
def settings(engine, model, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return {"engine": engine, **({"mode": "eng-spa"} if engine == "apertium" else {"model": str(model), "beams": 1})}


@contextmanager
def recorded(settings, folder: Path):
    """Yield a session, and the texts that it sends to the engine."""
    sent: list[str] = []
    translators = {"engine": msgspec.convert(settings, TranslatorSettings)}
    with open_session("engine", ("en", "nl"), folder=folder, translators=translators) as session:
        translator = session.translator
        translate = translator.translate

        def record(batch: Sequence[Request]):
            assert all(translator.size(request.text) <= translator.limit for request in batch)
            sent.extend(request.text for request in batch)
            return translate(batch)

        translator.translate = record
        yield session, sent


def translated(settings, folder: Path, texts: Sequence[str]):
    with recorded(settings, folder) as (session, sent):
        return session.translate(Segment(text, "sentence") for text in texts), sent


@pytest.mark.parametrize("engine", ENGINES)
def test_unicode_and_long_texts(settings, tmp_path):
    long = "".join(f"The {n}th boat came through the lock. " for n in range(200))[:4999] + "."
    texts = [*UNICODE, long]
    results, sent = translated(settings, tmp_path, texts)
    assert all((result.text is None) != (result.failure is None) for result in results)
    assert set(UNICODE) <= set(sent)
    pieces = "".join(text for text in sent if text not in UNICODE)
    assert pieces.replace(" ", "") == long.replace(" ", "")


@pytest.mark.parametrize("engine", ENGINES)
def test_killed_and_resumed(settings, tmp_path):
    undisturbed, _ = translated(settings, tmp_path / "undisturbed", SENTENCES)
    log = tmp_path / "killed" / "translations.jsonl"
    kill_client(settings, tmp_path / "killed", SENTENCES, lambda: log.exists() and log.stat().st_size, BATCH)
    stored = {entry.text for entry in translation_log(tmp_path / "killed").records()}
    assert stored
    results, sent = translated(settings, tmp_path / "killed", SENTENCES)
    assert results == undisturbed
    assert not stored & set(sent)


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_is_asked_twice(settings, tmp_path):
    results, sent = translated(settings, tmp_path, [*SENTENCES, *SENTENCES])
    assert len(sent) == len(set(sent)) == len(SENTENCES)
    assert results[: len(SENTENCES)] == results[len(SENTENCES) :]
    assert any(result.text for result in results)
    assert translated(settings, tmp_path, SENTENCES) == (results[: len(SENTENCES)], [])
