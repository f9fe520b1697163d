"""Loading a reader and its tokenizer, or making both from nothing but a configuration.

Only safetensors are read, unless old weights are asked for; code that comes with a model never is run.
"""

import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from spanferry.errors import InputError, single_line
from spanferry.pretrained import WEIGHTS
from spanferry.reader.runs import Scratch

SPECIAL_PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def load_tokenizer(folder: Path) -> Any:
    """The folder's tokenizer, a fast one. Raises InputError."""
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError, ImportError) as error:
        raise InputError(f"{folder}: its tokenizer cannot be loaded: {single_line(error)}") from error


def load_model(folder: Path, weights: str = "safetensors") -> Any:
    """The folder's model with a question-answering head (new where it had none). Raises InputError.

    weights: "torch" reads `pytorch_model.bin` through PyTorch's restricted unpickler, which makes tensors only.
    """
    import torch
    from transformers import AutoModelForQuestionAnswering

    if weights == "safetensors" and not any(folder.glob(WEIGHTS[weights])) and (folder / WEIGHTS["torch"]).exists():
        raise InputError(f"{folder}: has no safetensors but {WEIGHTS['torch']}; `weights: torch` would read that")
    try:
        return AutoModelForQuestionAnswering.from_pretrained(
            folder, use_safetensors=weights == "safetensors", dtype=torch.float32, trust_remote_code=False
        )
    except pickle.UnpicklingError as error:
        raise InputError(f"{folder / WEIGHTS['torch']}: refused, since it holds something else than weights") from error
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise InputError(f"{folder}: its model cannot be loaded: {single_line(error)}") from error


def word_pieces(texts: Iterable[str], size: int) -> dict[str, int]:
    """A cased WordPiece vocabulary trained on texts: piece -> id; the same texts give the same one.

    The trainer of `tokenizers` numbers characters in the order of a hash table, which differs from run
    to run; they are handed to it sorted, as if they were special.
    """
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    texts = list(texts)
    maker = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    maker.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    maker.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    held = {character for text in texts for character in maker.normalizer.normalize_str(text)}
    characters = sorted(character for character in held if not character.isspace())
    fixed = [*SPECIAL_PIECES, *characters, *(f"##{character}" for character in characters)]
    trainer = trainers.WordPieceTrainer(vocab_size=max(size, len(fixed)), special_tokens=fixed, show_progress=False)
    maker.train_from_iterator(texts, trainer)
    return dict(sorted(maker.get_vocab().items(), key=lambda item: item[1]))


def from_scratch(scratch: Scratch, texts: Iterable[str], seed: int) -> tuple[Any, Any]:
    """(model, tokenizer): random weights after the seed, and a vocabulary of the texts. Raises InputError."""
    from transformers import AutoConfig, AutoModelForQuestionAnswering, BertTokenizer, set_seed

    pieces = word_pieces(texts, scratch.vocabulary)
    try:
        options = {"vocab_size": len(pieces), "pad_token_id": 0} | scratch.config
        config = AutoConfig.for_model(scratch.architecture, **options)
        set_seed(seed)
        model = AutoModelForQuestionAnswering.from_config(config)
    except (KeyError, ValueError, TypeError, RuntimeError, AttributeError) as error:
        raise InputError(
            f"scratch: no {scratch.architecture!r} can be made of this config: {single_line(error)}"
        ) from error
    tokenizer = BertTokenizer(
        vocab=pieces,
        do_lower_case=False,
        strip_accents=False,
        model_max_length=config.max_position_embeddings,
        model_input_names=input_names(model),
    )
    return model, tokenizer


def input_names(model: Any) -> list[str]:
    """The inputs a model takes. RoBERTa's `token_type_ids` have one type and are left away.

    The model is asked, not its tokenizer: DistilBERT's is BERT's, and offers types that it does not take.
    """
    names = ["input_ids", "attention_mask"]
    return [*names, "token_type_ids"] if getattr(model.config, "type_vocab_size", 1) > 1 else names


def inputs(model: Any, batch: dict[str, Any]) -> dict[str, Any]:
    """Those parts of a batch that the model takes."""
    return {name: batch[name] for name in input_names(model)}
