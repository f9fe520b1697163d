"""Finds pretrained models in a folder, or on the Hugging Face Hub at a pinned revision, and loads their tokenizers.

Code in a model repository is never run.
"""

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from spanferry.errors import InputError, single_line

WEIGHT_FILES = {"safetensors": "*.safetensors", "torch": "pytorch_model.bin"}
TEXT_FILES = ("*.json", "*.txt", "*.model", "*.spm")
HUB_TIMEOUT = 10  # seconds until the Hub counts as unreachable
READ_BYTES = 1 << 20


@dataclass(frozen=True)
class ModelSource:
    """The folder of a model on this machine, and its commit if the model comes from the Hub."""

    folder: Path
    commit: str | None


def folder_fingerprint(folder: Path) -> str:
    """Return a checksum of the names and contents of a folder's files, in 16 hexadecimal digits."""
    checksum = blake2b(digest_size=8)
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        checksum.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while block := file.read(READ_BYTES):
                checksum.update(block)
    return checksum.hexdigest()


def locate_model(model: str, revision: str | None = None, weights: str = "safetensors") -> ModelSource:
    """Find a model, and download it if necessary.

    Files in the local cache of the Hub are not downloaded again. weights: a key of WEIGHT_FILES. Raises InputError
    within seconds when there is no such model.
    """
    if found := find_model(model, revision, weights):
        return found
    assert revision is not None  # find_model requires it of a model on the Hub
    return _download(model, revision, weights)


def find_model(model: str, revision: str | None, weights: str) -> ModelSource | None:
    """Find a model on this machine; None for one that would have to be downloaded.

    A folder of that name takes precedence over the Hub. Raises InputError for what can be neither.
    """
    folder = Path(model)
    if (folder / "config.json").is_file():
        return ModelSource(folder, None)
    if folder.is_dir():
        raise InputError(f"{model}: this folder is not a model: it has no config.json")
    if model.startswith((".", "/", "~")) or model.count("/") > 1:
        raise InputError(f"{model}: there is no such folder")
    if revision is None:
        raise InputError(f"{model}: a model on the Hub needs a `revision` (a commit or a tag)")
    return _find_cached(model, revision, weights)


def silence_transformers() -> None:
    """Turn off the warnings and progress bars of transformers; it still reports errors."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()


def load_tokenizer(folder: Path) -> Any:
    """Load the fast tokenizer in a folder. Raises InputError."""
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError, ImportError) as error:
        raise InputError(f"{folder}: its tokenizer cannot be loaded: {single_line(error)}") from error


def _complete_snapshot(folder: str, weights: str) -> ModelSource | None:
    """Return a snapshot if it has a configuration and weights in the requested format, else None."""
    path = Path(folder)
    complete = (path / "config.json").is_file() and any(path.glob(WEIGHT_FILES[weights]))
    return ModelSource(path, path.name) if complete else None


def _find_cached(model: str, revision: str, weights: str) -> ModelSource | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = snapshot_download(model, revision=revision, local_files_only=True)
    except LocalEntryNotFoundError:
        return None
    except HFValidationError as error:
        raise InputError(f"{model}: neither a folder nor the name of a model on the Hub") from error
    return _complete_snapshot(folder, weights)


def _download(model: str, revision: str, weights: str) -> ModelSource:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    label = f"{model} at revision {revision}"
    try:
        # This request comes first and has no retries, so an unknown name or a missing network is reported at once.
        info = HfApi().model_info(model, revision=revision, timeout=HUB_TIMEOUT)
        names = [file.rfilename for file in info.siblings or ()]
        if not any(Path(name).match(WEIGHT_FILES[weights]) for name in names):
            raise InputError(f"{label}: has no {WEIGHT_FILES[weights]}" + _suggest_other_weights(weights, names))
        folder = snapshot_download(model, revision=revision, allow_patterns=[WEIGHT_FILES[weights], *TEXT_FILES])
    except GatedRepoError as error:
        raise InputError(f"{label}: its owner requires a login (log in with `hf auth login`)") from error
    except RevisionNotFoundError as error:
        raise InputError(f"{label}: the model exists, but this revision does not") from error
    except RepositoryNotFoundError as error:
        raise InputError(f"{model}: neither a folder nor a public model on the Hub") from error
    except InputError:
        raise
    except Exception as error:  # the Hub's client passes on whatever its HTTP library raises
        raise InputError(
            f"{label}: not a folder, not in the local cache, and the Hub cannot be reached ({single_line(error)}); "
            "to work offline, give the folder of a model"
        ) from error
    snapshot = _complete_snapshot(folder, weights)
    if snapshot is None:
        raise InputError(f"{label}: the download lacks the configuration or the weights")
    return snapshot


def _suggest_other_weights(weights: str, names: list[str]) -> str:
    """Return advice to load the other weight format if the repository has it, else ''."""
    other = "torch" if weights == "safetensors" else "safetensors"
    has_other = any(Path(name).match(WEIGHT_FILES[other]) for name in names)
    return f"; it has {WEIGHT_FILES[other]}: set `weights: {other}`" if has_other else ""
