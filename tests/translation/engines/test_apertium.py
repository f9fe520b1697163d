"""Tests of the engine Apertium."""

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.errors import ParamsError, TranslationError
from spanferry.translation.client.setup import open_session
from spanferry.translation.client.tasks import Segment
from spanferry.translation.engines import apertium
from spanferry.translation.engines.apertium import END, Apertium, escape, unescape
from spanferry.translation.engines.base import Refused, Request
from spanferry.translation.settings import ApertiumSettings

MODES = {"eng-spa", "eng-cat", "en-gl"}
installed = pytest.mark.skipif(
    not shutil.which("apertium") or not all((apertium.DATA / "modes" / f"{mode}.mode").exists() for mode in MODES),
    reason="needs Debian's packages apertium, apertium-eng-spa, apertium-eng-cat and apertium-en-gl",
)


def translated(mode, *texts):
    with Apertium(ApertiumSettings(mode)) as engine:
        return engine.translate([Request(text) for text in texts])


@installed
def test_translates_by_rules():
    texts = ("The old ferry crosses the river every day.", "the harbour")
    assert translated("eng-spa", *texts)[0] == "El transbordador viejo cruza el río todos los días."
    assert translated("eng-cat", *texts)[0] == "El transbordador vell creua el riu cada dia."
    assert translated("en-gl", *texts)[0] == "O vello ferry cruza o río cada día."


@installed
def test_signs_and_unknown_words_are_unchanged():
    texts = [
        "The old [ferry] crosses «the» river.",
        "Xyzzyx",
        "It costs < 5 & > 3 % of \\ $10 ^2 @me {x}/[y].",
        "水 😀 1887",
        "In 1887 three boats sank.",
    ]
    answers = translated("eng-spa", *texts)
    assert answers[0] == "El viejo [transbordador] cruza «el» río."
    assert answers[1] == "Xyzzyx"
    for sign in "<&>%\\$^@{}/[]":
        assert sign in answers[2]
    assert answers[3] == "水 😀 1887"
    assert "1887" in answers[4]


@installed
def test_a_text_does_not_depend_on_its_neighbours():
    texts = ["The", "old ferry", "Who drowned?", "sank", "in", "The boats were", "U.S.A", "of the harbour."]
    together = translated("eng-spa", *texts)
    assert together == [translated("eng-spa", text)[0] for text in texts]
    assert len(translated("eng-spa", *(texts * 50))) == 400


@installed
def test_the_identity_contains_a_digest_of_rules_and_dictionaries(tmp_path, monkeypatch):
    engine = Apertium(ApertiumSettings("eng-spa"))
    name, mode, digest = engine.identity.split()
    assert (name, mode, len(digest)) == ("apertium", "eng-spa", 16)
    assert Apertium(ApertiumSettings("eng-spa")).identity == engine.identity
    (tmp_path / "modes").mkdir()
    rules = tmp_path / "rules.bin"
    rules.write_bytes(b"other rules")
    (tmp_path / "modes" / "eng-spa.mode").write_text(f"lt-proc '{rules}'")
    monkeypatch.setattr(apertium, "DATA", tmp_path)
    assert Apertium(ApertiumSettings("eng-spa")).identity != engine.identity


@installed
def test_a_mode_that_is_not_installed():
    with pytest.raises(ParamsError, match=r"no mode 'eng-tlh' \(installed: .*eng-spa"):
        Apertium(ApertiumSettings("eng-tlh"))


def test_apertium_is_missing(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(TranslationError, match="apt-get install apertium"):
        Apertium(ApertiumSettings("eng-spa"))


@installed
def test_a_crash_is_a_refusal(monkeypatch):
    engine = Apertium(ApertiumSettings("eng-spa"))
    crashed = subprocess.CompletedProcess([], 139, b"uno.[]\0", b"lt-proc: Segmentation fault\n")
    monkeypatch.setattr(subprocess, "run", lambda *arguments, **options: crashed)
    with pytest.raises(Refused, match="Segmentation fault"):
        engine.translate([Request("one"), Request("two")])


@installed
def test_a_session_translates(tmp_path):
    texts = ["How many boats sank in the storm of 1887?", "The old ferry crosses the river every day."]
    with open_session(
        "spanish", ("en", "es"), folder=tmp_path / "memory", translators={"spanish": ApertiumSettings("eng-spa")}
    ) as session:
        results = session.translate([Segment(text, "sentence") for text in texts])
    assert [result.failure for result in results] == [None, None]


@given(st.text())
def test_unescaping_reverses_escaping(text):
    assert unescape(escape(text) + END) == text.replace("\0", " ").strip()
