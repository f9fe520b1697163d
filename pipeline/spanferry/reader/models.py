"""Load a reader and its tokenizer, or create both from random weights.

Only safetensors are read unless old weights are requested. Code that a model repository contains is never run.
"""

import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from spanferry.errors import InputError, single_line
from spanferry.pretrained import WEIGHT_FILES
from spanferry.reader.limits import read_limits
from spanferry.reader.settings import ScratchModel, WeightsFormat

SPECIAL_PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def load_model(folder: Path, weights: WeightsFormat = "safetensors") -> Any:
    """Load the model in a folder, with a question-answering head (a new one where it has none). Raises InputError.

    weights: "torch" reads `pytorch_model.bin` through PyTorch's restricted unpickler, which creates tensors only.
    """
    import torch
    from transformers import AutoModelForQuestionAnswering

    old_weights = folder / WEIGHT_FILES["torch"]
    if weights == "safetensors" and not any(folder.glob(WEIGHT_FILES[weights])) and old_weights.exists():
        raise InputError(f"{folder}: has {old_weights.name} instead of safetensors; `weights: torch` reads it")
    try:
        return AutoModelForQuestionAnswering.from_pretrained(
            folder, use_safetensors=weights == "safetensors", dtype=torch.float32, trust_remote_code=False
        )
    except pickle.UnpicklingError as error:
        raise InputError(f"{old_weights}: refused, because it contains something other than weights") from error
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise InputError(f"{folder}: its model cannot be loaded: {single_line(error)}") from error


def train_word_pieces(texts: Iterable[str], size: int) -> dict[str, int]:
    """Train a cased WordPiece vocabulary: piece -> id. The same texts give the same vocabulary.

    The trainer of `tokenizers` numbers characters in the order of a hash table, which differs from run to run.
    Therefore the characters are sorted and passed as special tokens.
    """
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    texts = list(texts)
    normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    tokenizer: Any = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # its properties are untyped
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    alphabet = {character for text in texts for character in normalizer.normalize_str(text)}
    characters = sorted(character for character in alphabet if not character.isspace())
    fixed = [*SPECIAL_PIECES, *characters, *(f"##{character}" for character in characters)]
    trainer = trainers.WordPieceTrainer(vocab_size=max(size, len(fixed)), special_tokens=fixed, show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    return dict(sorted(tokenizer.get_vocab().items(), key=lambda item: item[1]))


def create_from_scratch(scratch: ScratchModel, texts: Iterable[str], seed: int) -> tuple[Any, Any]:
    """Create (model, tokenizer): random weights that depend on the seed, and a vocabulary trained on the texts.

    Raises InputError when transformers has no such architecture or refuses the configuration.
    """
    from transformers import AutoConfig, AutoModelForQuestionAnswering, BertTokenizer, set_seed

    pieces = train_word_pieces(texts, scratch.vocabulary)
    try:
        options = {"vocab_size": len(pieces), "pad_token_id": 0} | scratch.config
        config = AutoConfig.for_model(scratch.architecture, **options)
        set_seed(seed)
        model = AutoModelForQuestionAnswering.from_config(config)
    except (KeyError, ValueError, TypeError, RuntimeError, AttributeError) as error:
        raise InputError(
            f"scratch: no {scratch.architecture!r} can be made of this config: {single_line(error)}"
        ) from error
    limits = read_limits(model)
    tokenizer = BertTokenizer(
        vocab=pieces,
        do_lower_case=False,
        strip_accents=False,
        model_max_length=limits.positions,
        model_input_names=limits.input_names,
    )
    return model, tokenizer
