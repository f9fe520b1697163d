"""Where models come from and go to: a folder, the Hugging Face Hub, or nothing but a configuration.

Weights are written as safetensors only. Nothing here runs a model repository's own code.
"""

import os
import shutil
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.reader.runs import Base, Scratch

WEIGHTS = {"safetensors": "*.safetensors", "torch": "pytorch_model.bin"}
TEXT_FILES = ("*.json", "*.txt", "*.model")
HUB_TIMEOUT = 10  # seconds until the Hub counts as out of reach
SPECIAL_PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


@dataclass(frozen=True)
class Source:
    """A model's folder on this machine, and the commit it is, when it came from the Hub."""

    folder: Path
    commit: str | None


def locate(base: Base) -> Source:
    """Finds a base model, downloading it if need be. Raises InputError within seconds when there is none.

    A folder of that name wins over the Hub; what the Hub's local cache holds is not asked for again.
    """
    folder = Path(base.model)
    if (folder / "config.json").is_file():
        return Source(folder, None)
    if folder.is_dir():
        raise InputError(f"{base.model}: a folder, but no model: it has no config.json")
    if base.model.startswith((".", "/", "~")) or base.model.count("/") > 1:
        raise InputError(f"{base.model}: there is no such folder")
    if base.revision is None:
        raise InputError(f"{base.model}: a model of the Hub needs a `revision` (a commit or a tag)")
    return _cached(base) or _download(base)


def _patterns(base: Base) -> list[str]:
    return [WEIGHTS[base.weights], *TEXT_FILES]


def _source(folder: str, base: Base) -> Source | None:
    """The snapshot, when it is whole: configuration and weights of the wanted kind."""
    path = Path(folder)
    whole = (path / "config.json").is_file() and any(path.glob(WEIGHTS[base.weights]))
    return Source(path, path.name) if whole else None


def _cached(base: Base) -> Source | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = snapshot_download(base.model, revision=base.revision, local_files_only=True)
    except LocalEntryNotFoundError:
        return None
    except HFValidationError as error:
        raise InputError(f"{base.model}: neither a folder nor the name of a model on the Hub") from error
    return _source(folder, base)


def _download(base: Base) -> Source:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    place = f"{base.model} at revision {base.revision}"
    try:
        # Asked first and without retries: an unknown name or a missing network shows at once.
        told = HfApi().model_info(base.model, revision=base.revision, timeout=HUB_TIMEOUT)
        names = [file.rfilename for file in told.siblings]
        if not any(Path(name).match(WEIGHTS[base.weights]) for name in names):
            raise InputError(f"{place}: has no {WEIGHTS[base.weights]}" + _other_weights(base, names))
        folder = snapshot_download(base.model, revision=base.revision, allow_patterns=_patterns(base))
    except GatedRepoError as error:
        raise InputError(f"{place}: its owner wants to be asked first (log in with `hf auth login`)") from error
    except RevisionNotFoundError as error:
        raise InputError(f"{place}: the model exists, this revision does not") from error
    except RepositoryNotFoundError as error:
        raise InputError(f"{base.model}: neither a folder nor a public model on the Hub") from error
    except InputError:
        raise
    except Exception as error:  # the Hub's client passes on whatever its HTTP library raises
        raise InputError(
            f"{place}: no such folder, not in the local cache, and the Hub cannot be reached ({_line(error)}); "
            "offline, give the folder of a model you have"
        ) from error
    found = _source(folder, base)
    if found is None:
        raise InputError(f"{place}: was downloaded, but its configuration or weights are missing")
    return found


def _other_weights(base: Base, names: list[str]) -> str:
    other = "torch" if base.weights == "safetensors" else "safetensors"
    held = any(Path(name).match(WEIGHTS[other]) for name in names)
    return f"; it has {WEIGHTS[other]}: set `weights: {other}`" if held else ""


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def load_tokenizer(folder: Path) -> Any:
    """The folder's tokenizer, a fast one. Raises InputError."""
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder)
    except (OSError, ValueError, KeyError, TypeError, ImportError) as error:
        raise InputError(f"{folder}: its tokenizer cannot be loaded: {_line(error)}") from error


def load_model(folder: Path, weights: str = "safetensors") -> Any:
    """The folder's model with a question-answering head (new where it had none). Raises InputError."""
    import torch
    from transformers import AutoModelForQuestionAnswering

    try:
        return AutoModelForQuestionAnswering.from_pretrained(
            folder, use_safetensors=weights == "safetensors", dtype=torch.float32
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise InputError(f"{folder}: its model cannot be loaded: {_line(error)}") from error


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
        raise InputError(f"scratch: no {scratch.architecture!r} can be made of this config: {_line(error)}") from error
    tokenizer = BertTokenizer(
        vocab=pieces,
        do_lower_case=False,
        strip_accents=False,
        model_max_length=config.max_position_embeddings,
        model_input_names=_inputs_of(model),
    )
    return model, tokenizer


def _inputs_of(model: Any) -> list[str]:
    """The inputs a model takes; RoBERTa's `token_type_ids` have one type and are left away."""
    names = ["input_ids", "attention_mask"]
    return [*names, "token_type_ids"] if getattr(model.config, "type_vocab_size", 1) > 1 else names


def inputs(tokenizer: Any, batch: dict[str, Any]) -> dict[str, Any]:
    """Those parts of a batch that the tokenizer's model wants."""
    return {name: batch[name] for name in tokenizer.model_input_names if name in batch}


@contextmanager
def replacing_folder(folder: Path) -> Any:
    """A folder to write into that takes the place of `folder` when all went well, and goes when not."""
    beside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        yield beside
        shutil.rmtree(folder, ignore_errors=True)
        beside.replace(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
