"""Read human verdicts on kept spans from a review sheet, and estimate the precision from them."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import sqrt
from pathlib import Path

from msgspec import Struct

from spanferry.errors import InputError
from spanferry.files import regular_file
from spanferry.loss_figures import TOTAL, PeopleFigures, SampleCounts, SampleFigures
from spanferry.records import Method, Verdict

NEEDED = ("verdict", "stratum_size", "method", "confidence", "key")
"""The columns of a sheet that are read."""

MAX_HEAD = 10_000  # characters of the line with the columns' names
Z = 1.96  # 95 % of a normal distribution lies within this many standard deviations of its mean


class JudgedSpan(Struct, frozen=True):
    """A verdict, and the stratum of the sample that its span was drawn from.

    method, confidence: identify the stratum. stratum_size: its number of kept answers.
    key: identifies the judged span (`review.span_keys`).
    """

    verdict: Verdict
    method: Method
    confidence: str
    stratum_size: int
    key: str


def read_verdicts(path: Path) -> list[JudgedSpan]:
    """Read the rows of a sheet that have a verdict. Columns may be separated by commas, semicolons or tabs.

    Raises InputError.
    """
    judged: list[JudgedSpan] = []
    try:
        with regular_file(path).open(encoding="utf-8-sig", newline="") as sheet:
            head = sheet.readline(MAX_HEAD)
            sheet.seek(0)
            rows = csv.DictReader(sheet, delimiter=max(",;\t", key=head.count))
            if missing := set(NEEDED) - set(rows.fieldnames or ()):
                raise InputError(f"{path}: no column {min(missing)!r}; is it a sheet that `spanferry sample` wrote?")
            for n, row in enumerate(rows, 2):
                if (row["verdict"] or "").strip():
                    judged.append(parse_row(f"{path} row {n}", row))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: not a readable sheet: {getattr(error, 'strerror', None) or error}") from error
    if not judged:
        raise InputError(f"{path}: no verdict yet; write {', '.join(Verdict)} in the column `verdict`")
    return judged


def parse_row(where: str, row: dict[str, str]) -> JudgedSpan:
    """Convert a row of a sheet. where: the name of the row in messages. Raises InputError."""
    verdict, size = row["verdict"].strip().lower(), row["stratum_size"] or ""
    if verdict not in set(Verdict):
        raise InputError(f"{where}: verdict {verdict!r} is not one of {', '.join(Verdict)}")
    if row["method"] not in set(Method):
        raise InputError(f"{where}: method {row['method']!r} is not one of {', '.join(Method)}")
    if not size.isdecimal() or int(size) < 1:
        raise InputError(f"{where}: stratum_size {size!r} is not a count")
    if not re.fullmatch("k[0-9a-f]{12}", row["key"] or ""):
        raise InputError(f"{where}: key {row['key']!r} was not written by `spanferry sample`")
    return JudgedSpan(Verdict(verdict), Method(row["method"]), row["confidence"], int(size), row["key"])


def score_verdicts(judged: Sequence[JudgedSpan]) -> Iterator[PeopleFigures]:
    """Yield the precision of each method that has verdicts, then of all methods together.

    The precision is the share of `right`, with each stratum weighted by its number of answers. Its 95 % interval is
    Wilson's, with the effective number of verdicts n = 1 / sum(weight^2 / verdicts) (Kish).
    """
    for method in (*Method, TOTAL):
        rows = [row for row in judged if method in (row.method, TOTAL)]
        if rows:
            precision, low, high = estimate_precision(rows)
            counts = {verdict: sum(row.verdict is verdict for row in rows) for verdict in Verdict}
            yield PeopleFigures(
                method=str(method),
                judged=len(rows),
                right=counts[Verdict.RIGHT],
                extent=counts[Verdict.EXTENT],
                wrong=counts[Verdict.WRONG],
                precision=round(precision, 6),
                low=round(low, 6),
                high=round(high, 6),
            )


def estimate_precision(judged: Sequence[JudgedSpan]) -> tuple[float, float, float]:
    """Return (precision, low, high): the weighted precision and its 95 % interval."""
    strata: defaultdict[tuple[str, str, int], list[bool]] = defaultdict(list)
    for row in judged:
        strata[row.method, row.confidence, row.stratum_size].append(row.verdict is Verdict.RIGHT)
    whole = sum(size for _, _, size in strata)
    weights = {key: key[2] / whole for key in strata}
    precision = sum(weights[key] * sum(rights) / len(rights) for key, rights in strata.items())
    effective = 1 / sum(weights[key] ** 2 / len(rights) for key, rights in strata.items())
    return precision, *wilson_interval(precision, effective)


def measure_sample(counts: SampleCounts) -> SampleFigures:
    """Return the precision that verdicts on a random sample measure, with its 95 % interval (Wilson's)."""
    judged = counts.right + counts.extent + counts.wrong
    low, high = wilson_interval(counts.right / judged, judged)
    return SampleFigures(
        unit=counts.unit,
        right=counts.right,
        extent=counts.extent,
        wrong=counts.wrong,
        judged=judged,
        precision=round(counts.right / judged, 6),
        low=round(low, 6),
        high=round(high, 6),
    )


def wilson_interval(share: float, n: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share of n. It stays within 0 to 1, and is not empty for shares of 0 and 1."""
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z * sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
    return max(middle - half, 0.0), min(middle + half, 1.0)
