"""Tests of each run of params.yaml, with a base model in the published form but with tiny random weights."""

import json
from pathlib import Path

import pytest
import torch
from msgspec.structs import replace
from spanferry.config import read_params
from spanferry.pretrained import locate_model, silence_transformers
from spanferry.reader import training
from spanferry.reader.gold import Gold
from spanferry.reader.run_report import evaluate_run
from transformers import AutoConfig, AutoModelForMaskedLM

from tests.support import tokenizers
from tests.support.tiny import ROOT, TRAINING
from tests.support.towns import corpus

silence_transformers()
RUNS = {name: run for name, run in read_params(ROOT / "params.yaml").runs.items() if run.base.model}
BERT = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
ROBERTA = BERT | {"type_vocab_size": 1, "max_position_embeddings": 514}
DISTILBERT = {"dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 16}


def word_piece_files() -> dict[str, str]:
    """Return the files of BERT's tokenizer in the form before tokenizer.json."""
    vocabulary = tokenizers.word_piece().get_vocab()
    lines = "".join(f"{piece}\n" for piece in sorted(vocabulary, key=vocabulary.__getitem__))
    return {"vocab.txt": lines, "tokenizer_config.json": '{"do_lower_case": false}'}


def byte_pair_files() -> dict[str, str]:
    """Return the files of RoBERTa's tokenizer."""
    model = json.loads(tokenizers.byte_pair().backend_tokenizer.to_str())["model"]
    merges = "".join(" ".join(pair) + "\n" for pair in model["merges"])
    return {"vocab.json": json.dumps(model["vocab"]), "merges.txt": f"#version: 0.2\n{merges}"}


def unigram_files() -> dict[str, str]:
    """Return the files of XLM-R's tokenizer."""
    return {"tokenizer.json": tokenizers.unigram().backend_tokenizer.to_str()}


FORMS = {
    "dutch-mbert": ("bert", BERT, tokenizers.word_piece, word_piece_files),
    "dutch-bertje": ("bert", BERT, tokenizers.word_piece, word_piece_files),
    "dutch-robbert": ("roberta", ROBERTA, tokenizers.byte_pair, byte_pair_files),
    "dutch-xlmr-large": ("xlm-roberta", ROBERTA, tokenizers.unigram, unigram_files),
    "tydiqa-distilmbert": ("distilbert", DISTILBERT, tokenizers.word_piece, word_piece_files),
    "xquad-tydiqa-mbert": ("bert", BERT, tokenizers.word_piece, word_piece_files),
}


def publish(name: str, folder: Path) -> None:
    """Write configuration, tokenizer, and the weights of a masked language model in the form that the run expects."""
    architecture, shape, tokenizer, files = FORMS[name]
    config = AutoConfig.for_model(architecture, vocab_size=len(tokenizer()), pad_token_id=1, **shape)
    model = AutoModelForMaskedLM.from_config(config)
    if RUNS[name].base.weights == "torch":
        config.save_pretrained(folder)
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
    else:
        model.save_pretrained(folder)
    for file, text in files().items():
        (folder / file).write_text(text, encoding="utf-8")


def test_every_run_with_a_published_model_has_its_form():
    assert list(FORMS) == list(RUNS)


@pytest.mark.parametrize("name", FORMS)
def test_a_run_starts_from_the_published_form_of_its_base_model(tmp_path, name):
    torch.set_num_threads(1)
    base = tmp_path / "base"
    base.mkdir()
    publish(name, base)
    run = replace(RUNS[name], base=replace(RUNS[name].base, model=str(base), revision=None))
    run = replace(run, training=replace(run.training, epochs=TRAINING.epochs, checkpoints=1))
    prepared = training.prepare_training(run, [corpus()], locate_model(str(base), None, run.base.weights))
    assert prepared.counts.questions.dropped == 0
    trained = training.train(prepared, tmp_path / "checkpoints")
    training.save_model(prepared, trained, tmp_path / "model")
    assert (tmp_path / "model" / "model.safetensors").is_file()
    report = evaluate_run(run, tmp_path / "model", Gold(corpus(), {}, {}), {}, None)
    assert report.figures["total"] == 50
