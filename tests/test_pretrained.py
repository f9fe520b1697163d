"""Tests of locating pretrained models: folders, and snapshots in the local cache of the Hub."""

import pytest
from spanferry.errors import InputError
from spanferry.pretrained import ModelSource, folder_fingerprint, locate_model


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (("./nothing",), r"\./nothing: there is no such folder"),
        (("a/b/c",), "a/b/c: there is no such folder"),
        (("someone/nothing",), "needs a `revision`"),
        (("no such name", "v1"), "neither a folder nor the name of a model"),
        (("someone/nothing", "v1"), "the Hub cannot be reached .* to work offline, give the folder"),
    ],
)
def test_missing_models_are_an_error(place, message, monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(InputError, match=message) as error:
        locate_model(*place)
    assert "\n" not in str(error.value)


def test_a_folder_without_a_model_is_an_error(tmp_path):
    with pytest.raises(InputError, match=r"this folder is not a model: it has no config\.json"):
        locate_model(str(tmp_path))
    (tmp_path / "config.json").write_text("{}")
    assert locate_model(str(tmp_path)) == ModelSource(tmp_path, None)


def test_a_folders_fingerprint_is_stable(tmp_path):
    """It is part of the keys of the translation memory."""
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_text("weights")
    (tmp_path / "ignored folder").mkdir()
    assert folder_fingerprint(tmp_path) == "991158d5fb8d1215"
    (tmp_path / "model.safetensors").rename(tmp_path / "model.bin")
    assert folder_fingerprint(tmp_path) != "991158d5fb8d1215"


def test_cached_snapshots_are_used_offline(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    repository = tmp_path / "models--someone--something"
    snapshot = repository / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "v1").write_text("0" * 40)
    for name in ("config.json", "model.safetensors"):
        (snapshot / name).write_text("{}")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    source = locate_model("someone/something", "v1")
    assert source == ModelSource(snapshot, "0" * 40)
    with pytest.raises(InputError, match="the Hub cannot be reached"):
        locate_model("someone/something", "v1", "torch")
