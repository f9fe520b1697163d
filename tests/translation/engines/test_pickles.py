"""Tests of pickled weights: engines that run models refuse them, for every value of `weights`."""

import shutil
from pathlib import Path

import pytest
import torch
from spanferry.errors import TranslationError
from spanferry.translation.engines.ctranslate2 import CTranslate2
from spanferry.translation.engines.marian import Marian
from spanferry.translation.settings import CTranslate2Settings, MarianSettings

from tests.support import tiny_checkpoints


class Touch:
    """An object whose pickle creates a file when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.fixture(scope="module")
def pickled(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("pickled")
    folder = tiny_checkpoints.marian(root / "model")
    for weights in folder.glob("*.safetensors*"):
        weights.unlink()
    torch.save({"x": Touch(root / "touched")}, folder / "pytorch_model.bin")
    return folder


@pytest.mark.parametrize("weights", ["safetensors", "torch"])
@pytest.mark.parametrize(("engine", "settings"), [(Marian, MarianSettings), (CTranslate2, CTranslate2Settings)])
def test_no_code_of_a_pickle_runs(engine, settings, weights, pickled, tmp_path) -> None:
    folder = shutil.copytree(pickled, tmp_path / "model")
    with pytest.raises(TranslationError) as caught, engine(settings(model=str(folder), weights=weights), ("en", "nl")):
        pass
    message = "pytorch_model.bin is not loaded" if weights == "torch" else "safetensors"
    assert message in str(caught.value)
    assert not (pickled.parent / "touched").exists()
