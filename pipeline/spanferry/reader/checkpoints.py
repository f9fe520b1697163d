"""Find the checkpoint of transformers' Trainer that training resumes from.

All processes of all machines share the folder of checkpoints. Only the first process removes checkpoints.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from spanferry.errors import InputError
from spanferry.files import write_bytes

FINGERPRINT = "fingerprint"
STATE = "trainer_state.json"  # the last file of a checkpoint to be written


def checkpoint_folder(folder: Path, step: int) -> Path:
    """Return the folder in which the Trainer saves a step."""
    return folder / f"checkpoint-{step}"


def restore_weights(model: Any, checkpoint: Path) -> list[dict[str, Any]]:
    """Load a checkpoint's weights into a model; return the Trainer's log up to it."""
    from safetensors.torch import load_model

    load_model(model, checkpoint / "model.safetensors")
    return json.loads((checkpoint / STATE).read_bytes())["log_history"]


def agree_on_step(folder: Path, fingerprint: str) -> int:
    """Return the step that all processes resume from, 0 for none.

    Checkpoints of another training are removed. Raises InputError when the processes' fingerprints differ, because
    these processes would train different models.
    """
    from accelerate import PartialState
    from accelerate.utils import broadcast_object_list, gather_object

    first, *others = gather_object([fingerprint])
    if different := [str(rank) for rank, other in enumerate(others, 1) if other != first]:
        raise InputError(
            f"training: process {', '.join(different)} of {1 + len(others)} has other data, settings, base model or "
            "version of transformers than process 0"
        )
    step = _last_complete_step(folder, fingerprint) if PartialState().is_main_process else None
    shared: list[Any] = broadcast_object_list([step])
    return shared[0]


def _last_complete_step(folder: Path, fingerprint: str) -> int:
    """Return the last completely saved step of the training with this fingerprint, 0 for none.

    Other trainings' checkpoints and incomplete ones are removed from the folder.
    """
    mark = folder / FINGERPRINT
    if not mark.is_file() or mark.read_text() != fingerprint:
        shutil.rmtree(folder, ignore_errors=True)
        write_bytes(mark, fingerprint.encode())
    for torn in set(folder.glob("checkpoint-*")) - set(_complete_checkpoints(folder)):
        shutil.rmtree(torn)
    return last_saved_step(folder)


def last_saved_step(folder: Path) -> int:
    """Return the step of the last complete checkpoint in a folder, 0 for none."""
    return max((int(path.name.partition("-")[2]) for path in _complete_checkpoints(folder)), default=0)


def _complete_checkpoints(folder: Path) -> list[Path]:
    return [state.parent for state in folder.glob(f"checkpoint-*/{STATE}") if _is_json(state)]


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except ValueError:
        return False
    return True
