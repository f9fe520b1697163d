"""Where pretrained models come from: a folder, or the Hugging Face Hub at a pinned revision.

Nothing here runs a model repository's own code.
"""

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from spanferry.errors import InputError, single_line

WEIGHTS = {"safetensors": "*.safetensors", "torch": "pytorch_model.bin"}
TEXT_FILES = ("*.json", "*.txt", "*.model", "*.spm")
HUB_TIMEOUT = 10  # seconds until the Hub counts as out of reach
READ_BYTES = 1 << 20


@dataclass(frozen=True)
class Source:
    """A model's folder on this machine, and the commit it is, when it came from the Hub."""

    folder: Path
    commit: str | None


def digest(folder: Path) -> str:
    """The names and contents of a folder's files, in 16 hex digits."""
    found = blake2b(digest_size=8)
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        found.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while block := file.read(READ_BYTES):
                found.update(block)
    return found.hexdigest()


def locate(model: str, revision: str | None = None, weights: str = "safetensors") -> Source:
    """Finds a base model, downloading it if need be. Raises InputError within seconds when there is none.

    A folder of that name wins over the Hub; what the Hub's local cache holds is not asked for again.
    """
    folder = Path(model)
    if (folder / "config.json").is_file():
        return Source(folder, None)
    if folder.is_dir():
        raise InputError(f"{model}: a folder, but no model: it has no config.json")
    if model.startswith((".", "/", "~")) or model.count("/") > 1:
        raise InputError(f"{model}: there is no such folder")
    if revision is None:
        raise InputError(f"{model}: a model of the Hub needs a `revision` (a commit or a tag)")
    return _cached(model, revision, weights) or _download(model, revision, weights)


def _source(folder: str, weights: str) -> Source | None:
    """The snapshot, when it is whole: configuration and weights of the wanted kind."""
    path = Path(folder)
    whole = (path / "config.json").is_file() and any(path.glob(WEIGHTS[weights]))
    return Source(path, path.name) if whole else None


def _cached(model: str, revision: str | None, weights: str) -> Source | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = snapshot_download(model, revision=revision, local_files_only=True)
    except LocalEntryNotFoundError:
        return None
    except HFValidationError as error:
        raise InputError(f"{model}: neither a folder nor the name of a model on the Hub") from error
    return _source(folder, weights)


def _download(model: str, revision: str | None, weights: str) -> Source:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    place = f"{model} at revision {revision}"
    try:
        # Asked first and without retries: an unknown name or a missing network shows at once.
        told = HfApi().model_info(model, revision=revision, timeout=HUB_TIMEOUT)
        names = [file.rfilename for file in told.siblings]
        if not any(Path(name).match(WEIGHTS[weights]) for name in names):
            raise InputError(f"{place}: has no {WEIGHTS[weights]}" + _other_weights(weights, names))
        folder = snapshot_download(model, revision=revision, allow_patterns=[WEIGHTS[weights], *TEXT_FILES])
    except GatedRepoError as error:
        raise InputError(f"{place}: its owner wants to be asked first (log in with `hf auth login`)") from error
    except RevisionNotFoundError as error:
        raise InputError(f"{place}: the model exists, this revision does not") from error
    except RepositoryNotFoundError as error:
        raise InputError(f"{model}: neither a folder nor a public model on the Hub") from error
    except InputError:
        raise
    except Exception as error:  # the Hub's client passes on whatever its HTTP library raises
        raise InputError(
            f"{place}: no such folder, not in the local cache, and the Hub cannot be reached ({single_line(error)}); "
            "offline, give the folder of a model you have"
        ) from error
    found = _source(folder, weights)
    if found is None:
        raise InputError(f"{place}: was downloaded, but its configuration or weights are missing")
    return found


def _other_weights(weights: str, names: list[str]) -> str:
    other = "torch" if weights == "safetensors" else "safetensors"
    held = any(Path(name).match(WEIGHTS[other]) for name in names)
    return f"; it has {WEIGHTS[other]}: set `weights: {other}`" if held else ""
