"""The checkpoints that transformers' Trainer leaves in a folder: which of them a training goes on from.

All processes of all machines share the folder; the first one alone clears it.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from spanferry.errors import InputError
from spanferry.files import write_bytes

FINGERPRINT = "fingerprint"
STATE = "trainer_state.json"  # the last file of a checkpoint to be written


def of(folder: Path, step: int) -> Path:
    """Where the Trainer saves this step."""
    return folder / f"checkpoint-{step}"


def restore(model: Any, checkpoint: Path) -> list[dict[str, Any]]:
    """Gives a model the weights that were saved; returns what the Trainer had logged until then."""
    from safetensors.torch import load_model

    load_model(model, checkpoint / "model.safetensors")
    return json.loads((checkpoint / STATE).read_bytes())["log_history"]


def agreed(folder: Path, fingerprint: str) -> int:
    """The step that all processes go on from, 0 for none. Raises InputError where they would train apart."""
    from accelerate import PartialState
    from accelerate.utils import broadcast_object_list, gather_object

    first, *others = gather_object([fingerprint])
    if apart := [str(rank) for rank, theirs in enumerate(others, 1) if theirs != first]:
        raise InputError(
            f"training: process {', '.join(apart)} of {1 + len(others)} has other data, settings, base model or "
            "version of transformers than process 0"
        )
    found = _newest(folder, fingerprint) if PartialState().is_main_process else None
    return broadcast_object_list([found])[0]


def _newest(folder: Path, fingerprint: str) -> int:
    """The last step that was saved whole by this very training, 0 for none; what is another one's is removed."""
    mark = folder / FINGERPRINT
    if not mark.is_file() or mark.read_text() != fingerprint:
        shutil.rmtree(folder, ignore_errors=True)
        write_bytes(mark, fingerprint.encode())
    whole = [state.parent for state in folder.glob(f"checkpoint-*/{STATE}") if _is_json(state)]
    for torn in set(folder.glob("checkpoint-*")) - set(whole):
        shutil.rmtree(torn)
    return max((int(path.name.partition("-")[2]) for path in whole), default=0)


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except ValueError:
        return False
    return True
