import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.reader import models
from pipeline.reader.runs import Base, Scratch
from tests.reader.tiny import SHAPE
from tests.reader.tokenizers import texts

ROOT = Path(__file__).parents[2]
VOCABULARY = """
from pipeline.reader.models import word_pieces
from tests.reader.tokenizers import texts
print(word_pieces(texts(), 500))
"""


@pytest.mark.parametrize(
    ("base", "told"),
    [
        (Base(model="./nothing"), r"\./nothing: there is no such folder"),
        (Base(model="a/b/c"), "a/b/c: there is no such folder"),
        (Base(model="someone/nothing"), "needs a `revision`"),
        (Base(model="no such name", revision="v1"), "neither a folder nor the name of a model"),
        (Base(model="someone/nothing", revision="v1"), "the Hub cannot be reached .* offline, give the folder"),
    ],
)
def test_models_that_are_not_there_are_told_at_once(base, told, monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(InputError, match=told) as error:
        models.locate(base)
    assert "\n" not in str(error.value)


def test_a_folder_that_is_no_model_is_told(tmp_path):
    with pytest.raises(InputError, match=r"a folder, but no model: it has no config\.json"):
        models.locate(Base(model=str(tmp_path)))
    (tmp_path / "config.json").write_text("{}")
    assert models.locate(Base(model=str(tmp_path))) == models.Source(tmp_path, None)
    with pytest.raises(InputError, match="its tokenizer cannot be loaded"):
        models.load_tokenizer(tmp_path)
    with pytest.raises(InputError, match="its model cannot be loaded"):
        models.load_model(tmp_path)


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
    found = models._cached(Base(model="someone/something", revision="v1"))
    assert found == models.Source(snapshot, "0" * 40)
    assert models._cached(Base(model="someone/something", revision="v1", weights="torch")) is None


def test_the_vocabulary_is_the_same_in_every_process():
    pieces = models.word_pieces(texts(), 500)
    assert list(pieces)[:5] == list(models.SPECIAL_PIECES)
    assert list(pieces.values()) == list(range(500))
    elsewhere = subprocess.run([sys.executable, "-c", VOCABULARY], cwd=ROOT, capture_output=True, text=True, check=True)
    assert elsewhere.stdout.strip() == str(pieces)


def test_the_vocabulary_never_misses_a_character():
    pieces = models.word_pieces(["abc", "é"], 1)
    assert {"a", "##a", "é", "##é"} <= set(pieces)


def test_a_config_that_makes_no_model_is_told():
    with pytest.raises(InputError, match="no 'bort' can be made"):
        models.from_scratch(Scratch("bort", 500), texts(), 0)
    with pytest.raises(InputError, match="no 'bert' can be made"):
        models.from_scratch(Scratch("bert", 500, SHAPE | {"num_attention_heads": 7}), texts(), 0)


def interrupted(path: Path) -> None:
    path.write_text("")
    raise KeyboardInterrupt


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path):
    folder = tmp_path / "model"
    for content in ("old", "new"):
        with models.replacing_folder(folder) as beside:
            (beside / content).write_text(content)
    with pytest.raises(KeyboardInterrupt), models.replacing_folder(folder) as beside:
        interrupted(beside / "torn")
    assert [path.name for path in tmp_path.rglob("*")] == ["model", "new"]
