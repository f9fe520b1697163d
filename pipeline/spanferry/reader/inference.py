"""Run a model over windows, in batches of similar length."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from spanferry.reader.limits import read_limits
from spanferry.reader.windows import Windows

WIDTH_MULTIPLE = 8  # batch widths are rounded up to it, which is faster on a GPU


@dataclass(frozen=True)
class Logits:
    """The logits of all tokens, window after window: those of window i are `bounds[i]:bounds[i + 1]`."""

    start: np.ndarray  # float32
    end: np.ndarray  # float32
    bounds: np.ndarray  # int64, n + 1


def compute_logits(
    model: Any,
    windows: Windows,
    batch: int,
    progress: Callable[[int], object] = lambda _: None,
) -> Logits:
    """Run the model over all windows on its device. progress is called with the number of windows of each batch.

    Raises InputError when the windows have tokens or token types that the model does not have.
    """
    import torch

    limits = read_limits(model)
    limits.check_windows(windows)
    names = limits.input_names
    lengths = windows.lengths
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    start, end = (np.empty(bounds[-1], dtype=np.float32) for _ in range(2))
    order = np.argsort(-lengths, kind="stable")
    if model.device.type == "cuda":
        torch.set_float32_matmul_precision("high")  # TF32: three digits fewer than float32, eight times as fast
    model.eval()
    with torch.inference_mode():
        for at in range(0, len(order), batch):
            rows = order[at : at + batch]
            arrays = windows.batch(rows, WIDTH_MULTIPLE)
            output = model(**{name: torch.from_numpy(arrays[name]).to(model.device) for name in names})
            both = torch.stack([output.start_logits, output.end_logits]).float().cpu().numpy()
            for line, row in enumerate(rows):
                window = slice(bounds[row], bounds[row + 1])
                start[window], end[window] = both[:, line, : lengths[row]]
            progress(len(rows))
    return Logits(start, end, bounds)
