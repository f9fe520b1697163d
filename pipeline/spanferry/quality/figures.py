"""The figures of a corpus's quality: the content of quality.json.

Numbers in objects are DVC metrics; lists of rows are not, so that `dvc metrics` shows the headline only.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from spanferry.arrow import numpy_of
from spanferry.files import read_json
from spanferry.loss_figures import ratio
from spanferry.records import Signal

LOW = 0.5  # a question with a lower quality counts as low, and a signal as speaking against it
GROUPS = 10


class QualityGroup(Struct, frozen=True, kw_only=True):
    """The number of questions with a quality from `low` on, up to and, in the last group, including `high`."""

    low: float
    high: float
    questions: int


class SignalFigures(Struct, frozen=True, kw_only=True):
    """A signal. applicable: questions that have it. below: those where it is below LOW. mean: None if none has it."""

    signal: Signal
    applicable: int
    below: int
    mean: float | None


class QualityFigures(Struct, frozen=True, kw_only=True):
    """The content of quality.json.

    questions: all of the source. judged: those that can be judged. low: judged ones with a quality below LOW.
    mean: the mean quality of the judged ones: the share that people would be expected to accept.
    """

    questions: int
    judged: int
    low: int
    mean: float | None
    distribution: tuple[QualityGroup, ...]
    signals: tuple[SignalFigures, ...]


def count_quality(parts: Iterable[pa.Table]) -> QualityFigures:
    """Count the figures of a corpus's quality. parts: its rows of QualityRow."""
    questions = judged = low = 0
    total = 0.0
    groups = np.zeros(GROUPS, int)
    counts, below = Counter[Signal](), Counter[Signal]()
    sums = dict.fromkeys(Signal, 0.0)
    for part in parts:
        quality = numpy_of(part["quality"].drop_null())
        questions, judged = questions + part.num_rows, judged + len(quality)
        low += int((quality < LOW).sum())
        total += float(quality.sum(dtype=float))
        groups += np.bincount(np.minimum((quality * GROUPS).astype(int), GROUPS - 1), minlength=GROUPS)
        for signal in Signal:
            values = part[signal].drop_null()
            counts[signal] += len(values)
            below[signal] += pc.sum(pc.less(values, LOW)).as_py() or 0
            sums[signal] += pc.sum(pc.cast(values, pa.float64())).as_py() or 0.0
    return QualityFigures(
        questions=questions,
        judged=judged,
        low=low,
        mean=ratio(total, judged),
        distribution=tuple(
            QualityGroup(low=n / GROUPS, high=(n + 1) / GROUPS, questions=int(count)) for n, count in enumerate(groups)
        ),
        signals=tuple(
            SignalFigures(
                signal=signal,
                applicable=counts[signal],
                below=below[signal],
                mean=ratio(sums[signal], counts[signal]),
            )
            for signal in Signal
        ),
    )


def read_quality_figures(path: Path) -> QualityFigures:
    """Read quality.json. Raises InputError when the file cannot be read or is not what stage check writes."""
    return read_json(path, QualityFigures, "not what stage check writes: {}; build it again with `dvc repro`")
