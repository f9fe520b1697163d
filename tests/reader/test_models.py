"""Tests of loading reader models: no code of a model runs, and vocabularies are reproducible."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from spanferry import pretrained
from spanferry.errors import InputError
from spanferry.reader import models
from spanferry.reader.settings import ScratchModel

from tests.support.tiny import SHAPE
from tests.support.tokenizers import texts

ROOT = Path(__file__).parents[2]
VOCABULARY = """
from spanferry.reader.models import train_word_pieces
from tests.support.tokenizers import texts
print(train_word_pieces(texts(), 500))
"""


def test_a_folder_without_a_model_is_an_error(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match="its tokenizer cannot be loaded"):
        pretrained.load_tokenizer(tmp_path)
    with pytest.raises(InputError, match="its model cannot be loaded"):
        models.load_model(tmp_path)


class Touch:
    """An object whose pickle creates a file when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_no_code_of_a_model_runs(tmp_path, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda *_: pytest.fail("asks whether to run a model's own code"))
    touched = tmp_path / "touched"
    config = {"model_type": "bert", "hidden_size": 8, "num_attention_heads": 1, "num_hidden_layers": 1}
    (tmp_path / "config.json").write_text(json.dumps(config))
    torch.save({"x": Touch(touched)}, tmp_path / "pytorch_model.bin")
    with pytest.raises(InputError, match=r"pytorch_model\.bin: refused, because it contains something other"):
        models.load_model(tmp_path, "torch")
    own = {
        "AutoConfig": "own.Config",
        "AutoModelForQuestionAnswering": "own.Model",
        "AutoTokenizer": ["own.T", "own.T"],
    }
    (tmp_path / "config.json").write_text(json.dumps(config | {"model_type": "own", "auto_map": own}))
    (tmp_path / "own.py").write_text(
        f"open({str(touched)!r}, 'w')\nclass Config: pass\nclass Model: pass\nclass T: pass\n"
    )
    with pytest.raises(InputError, match="its tokenizer cannot be loaded"):
        pretrained.load_tokenizer(tmp_path)
    with pytest.raises(InputError, match="its model cannot be loaded"):
        models.load_model(tmp_path, "torch")
    assert not touched.exists()


def test_the_vocabulary_is_the_same_in_every_process():
    pieces = models.train_word_pieces(texts(), 500)
    assert list(pieces)[:5] == list(models.SPECIAL_PIECES)
    assert list(pieces.values()) == list(range(500))
    elsewhere = subprocess.run([sys.executable, "-c", VOCABULARY], cwd=ROOT, capture_output=True, text=True, check=True)
    assert elsewhere.stdout.strip() == str(pieces)


def test_the_vocabulary_has_every_character():
    pieces = models.train_word_pieces(["abc", "é"], 1)
    assert {"a", "##a", "é", "##é"} <= set(pieces)


def test_a_config_that_transformers_refuses_is_an_error():
    with pytest.raises(InputError, match="no 'bort' can be made"):
        models.create_from_scratch(ScratchModel("bort", 500), texts(), 0)
    with pytest.raises(InputError, match="no 'bert' can be made"):
        models.create_from_scratch(ScratchModel("bert", 500, SHAPE | {"num_attention_heads": 7}), texts(), 0)
