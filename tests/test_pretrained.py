"""Finding pretrained models: folders, and what the Hub gave before."""

import pytest
from spanferry.errors import InputError
from spanferry.pretrained import Source, digest, locate


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (("./nothing",), r"\./nothing: there is no such folder"),
        (("a/b/c",), "a/b/c: there is no such folder"),
        (("someone/nothing",), "needs a `revision`"),
        (("no such name", "v1"), "neither a folder nor the name of a model"),
        (("someone/nothing", "v1"), "the Hub cannot be reached .* offline, give the folder"),
    ],
)
def test_models_that_are_not_there_are_told_at_once(place, told, monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(InputError, match=told) as error:
        locate(*place)
    assert "\n" not in str(error.value)


def test_a_folder_that_is_no_model_is_told(tmp_path):
    with pytest.raises(InputError, match=r"a folder, but no model: it has no config\.json"):
        locate(str(tmp_path))
    (tmp_path / "config.json").write_text("{}")
    assert locate(str(tmp_path)) == Source(tmp_path, None)


def test_a_folders_digest_never_changes_of_itself(tmp_path):
    """The translation memory bears it."""
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_text("weights")
    (tmp_path / "of no account").mkdir()
    assert digest(tmp_path) == "991158d5fb8d1215"
    (tmp_path / "model.safetensors").rename(tmp_path / "model.bin")
    assert digest(tmp_path) != "991158d5fb8d1215"


def test_what_the_hub_gave_before_is_used_without_it(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    held = tmp_path / "models--someone--something"
    snapshot = held / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    (held / "refs").mkdir()
    (held / "refs" / "v1").write_text("0" * 40)
    for name in ("config.json", "model.safetensors"):
        (snapshot / name).write_text("{}")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    found = locate("someone/something", "v1")
    assert found == Source(snapshot, "0" * 40)
    with pytest.raises(InputError, match="the Hub cannot be reached"):
        locate("someone/something", "v1", "torch")
