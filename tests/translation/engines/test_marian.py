"""Tests of the engine that runs Marian models."""

import shutil

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.encoder import batch_by_length
from spanferry.errors import TranslationError
from spanferry.projection.marked import MarkerRequest, parse_translation
from spanferry.translation.client.setup import open_session
from spanferry.translation.client.tasks import Segment
from spanferry.translation.engines.base import Request
from spanferry.translation.engines.marian import Marian
from spanferry.translation.engines.registry import build_translator
from spanferry.translation.settings import MarianSettings, TranslateSettings, TranslatorSettings

from tests.support import tiny_checkpoints
from tests.support.tiny_checkpoints import DUTCH, ENGLISH, SPANISH, TAGGED


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("models")
    return {
        "marian": tiny_checkpoints.marian(root / "opus-mt-en-nl"),
        "several": tiny_checkpoints.marian(root / "opus-mt-en-mul", codes=True),
        "m2m100": tiny_checkpoints.m2m100(root / "m2m100"),
        "nllb": tiny_checkpoints.nllb(root / "nllb"),
        "madlad": tiny_checkpoints.madlad(root / "madlad"),
    }


def translated(folder, texts, target="nl", **settings):
    with Marian(MarianSettings(model=str(folder), **settings), ("en", target)) as engine:
        return engine.translate([Request(text) for text in texts])


@pytest.mark.parametrize(
    ("model", "dutch", "spanish"),
    [
        ("marian", {}, None),
        ("several", {"target_code": "nld"}, {"target_code": "spa"}),
        ("m2m100", {}, {"target_code": "es"}),
        ("madlad", {}, {"target_code": "es"}),
        (
            "nllb",
            {"source_code": "eng_Latn", "target_code": "nld_Latn"},
            {"source_code": "eng_Latn", "target_code": "spa_Latn"},
        ),
    ],
)
def test_translates_into_the_language(folders, model, dutch, spanish):
    assert translated(folders[model], ENGLISH, **dutch) == DUTCH
    if spanish:
        assert translated(folders[model], ENGLISH, **spanish) == SPANISH


def test_a_model_that_carries_tags_is_asked_with_its_own_markers(tmp_path):
    folder = tiny_checkpoints.nllb_with_tags(tmp_path / "labelpigeon")
    entry = {"engine": "marian", "model": str(folder), "source_code": "eng_Latn", "target_code": "nld_Latn"}
    settings = msgspec.convert(entry | {"markers": [["<a>", "</a>"]]}, TranslatorSettings)
    with build_translator("x", {"x": settings}, ("en", "nl"), TranslateSettings(), {}, tmp_path) as engine:
        assert engine.markers == (("<a>", "</a>"),)
        answers = engine.translate([Request(text) for text in [*ENGLISH, *TAGGED]])
    assert answers == [*DUTCH, *TAGGED.values()]
    requests = [
        MarkerRequest(text, engine.markers[0], text.index("<a>"), text[text.index("<a>") + 3 : text.index("</a>")])
        for text in TAGGED
    ]
    parsed = [
        parse_translation(answer, request) for answer, request in zip(answers[len(DUTCH) :], requests, strict=True)
    ]
    assert [(each.text, each.piece) for each in parsed if each] == list(
        zip((DUTCH[0], DUTCH[1], DUTCH[2]), ("veerboot", "Hoeveel", "haven"), strict=True)
    )


def test_a_t5_that_does_not_select_languages_is_refused(folders, tmp_path):
    folder = shutil.copytree(folders["madlad"], tmp_path / "t5")
    for file in ("tokenizer.json", "tokenizer_config.json"):
        text = (folder / file).read_text()
        (folder / file).write_text(text.replace("<2nl>", "nl").replace("<2es>", "es"))
    with pytest.raises(TranslationError, match="a T5 without language tokens such as <2nl>"):
        translated(folder, ["x"])


def test_batches_do_not_change_translations(folders):
    order = ENGLISH[::-1] + ENGLISH
    together = translated(folders["marian"], order)
    assert together == DUTCH[::-1] + DUTCH
    assert translated(folders["marian"], order, batch_tokens=1) == together
    assert translated(folders["marian"], ENGLISH, beams=1, precision="bfloat16") == DUTCH


def test_a_text_with_more_tokens_than_the_model_takes_has_no_translation(folders):
    assert translated(folders["marian"], ["the harbour", "the harbour " * 40, "the ferry"]) == [
        "de haven",
        "",
        "de veerboot",
    ]
    assert translated(folders["marian"], ["the harbour " * 40]) == [""]


@pytest.mark.parametrize(
    ("model", "settings", "problem"),
    [
        ("several", {}, r"several languages; set target_code \(nld, spa\)"),
        ("several", {"target_code": "deu"}, r"no target_code 'deu' \(it has: nld, spa\)"),
        ("marian", {"target_code": "deu"}, r"no target_code 'deu' \(it has: none\)"),
        ("nllb", {}, r"no language 'en'; set source_code \(it has: eng_Latn, nld_Latn, spa_Latn\)"),
        ("nllb", {"source_code": "eng_Latn"}, "no language 'nl'; set target_code"),
        ("madlad", {"target_code": "tlh"}, r"no language 'tlh'; set target_code \(it has: es, nl\)"),
        ("m2m100", {"target_code": "tlh"}, "no language 'tlh'; set target_code .it has: af, am, "),
    ],
)
def test_a_language_that_the_model_does_not_have(folders, model, settings, problem):
    with pytest.raises(TranslationError, match=problem):
        translated(folders[model], ["x"], **settings)


def test_the_identity_contains_every_setting_that_changes_an_answer(folders):
    def identity(**settings):
        return Marian(MarianSettings(model=str(folders["marian"]), **settings), ("en", "nl")).identity

    name, rest = identity().split("#")
    assert name == "marian opus-mt-en-nl"
    assert rest[16:] == " auto beams=4 length_penalty=1"
    changed = {identity(**{key: value}) for key, value in CHANGES.items()}
    assert len(changed | {identity()}) == len(CHANGES) + 1
    assert identity(batch_tokens=1) == identity()


CHANGES = {"beams": 1, "length_penalty": 0.6, "precision": "float32", "target_code": "nld", "source_code": "eng"}


def test_params(folders):
    settings = msgspec.convert({"engine": "marian", "model": "a/b", "revision": "0" * 40}, MarianSettings)
    assert settings == MarianSettings(model="a/b", revision="0" * 40)
    with pytest.raises(msgspec.ValidationError, match="regex"):
        msgspec.convert({"engine": "marian", "model": "a/b", "revision": "main"}, MarianSettings)


def test_a_session_translates_once_and_then_uses_the_memory(folders, tmp_path):
    segments = [Segment(text, "sentence") for text in (*ENGLISH, "the harbour " * 300)]
    for min_texts in (6, 0):
        with open_session(
            "opus",
            ("en", "nl"),
            folder=tmp_path / "memory",
            translators={"opus": MarianSettings(model=str(folders["marian"]))},
        ) as session:
            results = [result.text for result in session.translate(segments)]
        assert results[:5] == DUTCH
        assert results[5] is None
        assert session.counts.texts >= min_texts or session.counts.texts == 0
    assert session.counts.requests == 0


@given(st.lists(st.integers(1, 60)), st.integers(1, 200))
def test_every_text_is_in_exactly_one_batch_within_the_limit(lengths, tokens):
    batches = list(batch_by_length(lengths, tokens))
    assert sorted(place for batch in batches for place in batch) == list(range(len(lengths)))
    for batch in batches:
        sizes = [lengths[place] for place in batch]
        assert sizes == sorted(sizes, reverse=True)
        assert len(batch) == 1 or sizes[0] * len(batch) <= tokens
