"""Tests of model folders and Hub models: their identity, and errors about their files."""

import pytest
from spanferry.errors import InputError, ParamsError, TranslationError
from spanferry.translation.engines.checkpoint import model_label
from spanferry.translation.engines.marian import Marian
from spanferry.translation.settings import MarianSettings

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_a_hub_model_is_identified_by_its_commit():
    assert model_label(MarianSettings(model="Helsinki-NLP/opus-mt-en-nl", revision=COMMIT)) == (
        f"Helsinki-NLP/opus-mt-en-nl@{COMMIT}"
    )
    with pytest.raises(ParamsError, match="needs a `revision`"):
        model_label(MarianSettings(model="Helsinki-NLP/opus-mt-en-nl"))


def test_a_folder_is_identified_by_its_name_and_contents(tmp_path):
    names = []
    for place, weights in (("one", "a"), ("two", "a"), ("three", "b")):
        folder = tmp_path / place / "ferry"
        folder.mkdir(parents=True)
        (folder / "model.safetensors").write_text(weights)
        names.append(model_label(MarianSettings(model=str(folder))))
    assert names[0] == names[1] != names[2]
    assert names[0].startswith("ferry#")


@pytest.mark.parametrize(
    ("files", "error", "problem"),
    [
        ({}, InputError, "this folder is not a model: it has no config.json"),
        ({"config.json": "{"}, TranslationError, "cannot be loaded: .*valid JSON"),
        ({"config.json": '{"model_type": "bert"}'}, TranslationError, "a bert model; marian and ctranslate2 run"),
        ({"config.json": '{"model_type": "marian"}'}, TranslationError, "cannot be loaded"),
    ],
)
def test_a_folder_without_a_supported_model(tmp_path, files, error, problem):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(error, match=problem) as caught, Marian(MarianSettings(model=str(tmp_path)), ("en", "nl")):
        pass
    assert "\n" not in str(caught.value)
