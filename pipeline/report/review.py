"""A person's eye: a sheet of kept answers to judge, and what the verdicts say of precision.

The sheet is stratified by method and confidence, the strata as even as they allow, so that the rare and
unsure ones are seen as well; each row carries its stratum's size, by which its verdict weighs.
"""

import csv
import io
import random
from collections import defaultdict
from math import sqrt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import InputError
from pipeline.files import write_atomically
from pipeline.loss import TOTAL, confidence
from pipeline.report.inputs import Build
from pipeline.report.templating import page
from pipeline.tables import Method

VERDICTS = ("right", "extent", "wrong")  # extent: the right place, but too much or too little of it
COLUMNS = (
    *("verdict", "note", "question", "source_answer", "span", "source", "target"),
    *("title", "split", "question_id", "field", "index", "method", "confidence", "stratum_size"),
)
MARKS = ("⟦", "⟧")  # round the answer in source and target
AROUND = 200  # characters of context on each side of the answer in the CSV; the HTML has all
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a cell starts with that a spreadsheet would run
Z = 1.96  # 95 % of a normal distribution lies within so many standard deviations

Row = dict[str, Any]


def sample(build: Build, n: int, seed: int) -> list[Row]:
    """Up to n kept answers in the order of the source; same build, n and seed, same rows.

    Each: the COLUMNS but verdict and note, with source and target as (before, answer, after).
    """
    kept = pa.array(build.order).filter(pc.is_null(build.fates.answers).take(pa.array(build.order)))
    spans = build.spans.select(["method", "probability"]).take(kept).to_pylist()
    strata = defaultdict(list)
    for at, row in enumerate(spans):
        strata[row["method"], _confidence(row)].append(at)
    chance = random.Random(seed)
    drawn = {key: chance.sample(members, len(members)) for key, members in sorted(strata.items())}
    turns = [(turn, key) for key, members in drawn.items() for turn in range(len(members))]
    chosen = sorted(drawn[key][turn] for turn, key in sorted(turns)[:n])
    sizes = {at: len(members) for members in strata.values() for at in members}
    taken = kept.take(pa.array(chosen, pa.int64()))
    return [row | {"stratum_size": sizes[at]} for at, row in zip(chosen, _described(build, taken), strict=True)]


def _confidence(row: Row) -> str:
    return "unknown" if row["probability"] is None else confidence(row["probability"])


def _described(build: Build, rows: pa.Array) -> list[Row]:
    owners = build.fates.owners.take(rows)
    paragraphs = build.fates.questions["paragraph"].take(owners)
    contexts = [table["context"].take(paragraphs).to_pylist() for table in (build.layout, build.paragraphs)]
    questions = build.fates.questions["question"].take(owners).to_pylist()
    return [
        {
            **{name: str(row[name]) for name in ("title", "split", "question_id", "field", "index", "method")},
            "question": question,
            "source_answer": row["source_text"],
            "span": row["text"],
            "source": _cut(source, row["source_start"], row["source_text"]),
            "target": _cut(target, row["start"], row["text"]),
            "confidence": _confidence(row),
        }
        for row, question, source, target in zip(build.spans.take(rows).to_pylist(), questions, *contexts, strict=True)
    ]


def _cut(context: str, start: int, text: str) -> tuple[str, str, str]:
    return context[:start], text, context[start + len(text) :]


def write_csv(rows: list[Row], path: Path) -> None:
    """The sheet for a spreadsheet: UTF-8 with a byte order mark, cells that would be formulas made text."""
    text = io.StringIO()
    sheet = csv.DictWriter(text, COLUMNS, restval="")
    sheet.writeheader()
    for row in rows:
        passages = {side: _passage(*row[side]) for side in ("source", "target")}
        sheet.writerow({name: guarded(str(cell)) for name, cell in (row | passages).items()})
    write_atomically(path, text.getvalue().encode("utf-8-sig"))


def _passage(before: str, answer: str, after: str) -> str:
    left = before if len(before) <= AROUND else f"…{before[-AROUND:]}"
    right = after if len(after) <= AROUND else f"{after[:AROUND]}…"
    return f"{left}{MARKS[0]}{answer}{MARKS[1]}{right}"


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV Injection): such a one gets an apostrophe."""
    return f"'{cell}" if cell.startswith((*FORMULA, "'")) else cell


def write_html(rows: list[Row], corpus: str, languages: tuple[str, str], path: Path) -> None:
    """The sheet for reading or printing, with whole paragraphs."""
    write_atomically(path, page("review.html", rows=rows, corpus=corpus, languages=languages).encode())


def read_verdicts(path: Path) -> list[Row]:
    """Reads a sheet back, as a spreadsheet may have saved it (commas, semicolons or tabs).

    Returns the rows that have a verdict: verdict, method, confidence, stratum_size. Raises InputError.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a readable sheet: {error}") from error
    head = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    if missing := {"verdict", "method", "confidence", "stratum_size"} - set(rows.fieldnames or ()):
        raise InputError(f"{path}: no column {min(missing)!r}; is it a sheet that `spanferry sample` wrote?")
    judged = [_judged(f"{path} row {n}", row) for n, row in enumerate(rows, 2) if (row["verdict"] or "").strip()]
    if not judged:
        raise InputError(f"{path}: no verdict yet; write {', '.join(VERDICTS)} in the column `verdict`")
    return judged


def _judged(place: str, row: dict[str, str]) -> Row:
    verdict, size = row["verdict"].strip().lower(), row["stratum_size"] or ""
    if verdict not in VERDICTS:
        raise InputError(f"{place}: verdict {verdict!r} is none of {', '.join(VERDICTS)}")
    if row["method"] not in set(Method):
        raise InputError(f"{place}: method {row['method']!r} is none of {', '.join(Method)}")
    if not size.isdecimal() or int(size) < 1:
        raise InputError(f"{place}: stratum_size {size!r} is not a count")
    return {"verdict": verdict, "method": row["method"], "confidence": row["confidence"], "stratum_size": int(size)}


def score(judged: list[Row]) -> list[Row]:
    """Precision by method, and of all: rows {method, judged, right, extent, wrong, precision, low, high}.

    precision: the share of `right`, each stratum weighing as much as it has answers; low and high: its
    95 % interval, Wilson's with the effective number of verdicts n = 1 / sum(weight^2 / verdicts) (Kish).
    """
    rows = []
    for method in (*Method, TOTAL):
        mine = [row for row in judged if method in (row["method"], TOTAL)]
        if mine:
            counts = {verdict: sum(row["verdict"] == verdict for row in mine) for verdict in VERDICTS}
            rows.append({"method": str(method), "judged": len(mine), **counts, **_precision(mine)})
    return rows


def _precision(judged: list[Row]) -> dict[str, float]:
    strata = defaultdict(list)
    for row in judged:
        strata[row["method"], row["confidence"], row["stratum_size"]].append(row["verdict"] == "right")
    whole = sum(size for _, _, size in strata)
    weights = {key: key[2] / whole for key in strata}
    precision = sum(weights[key] * sum(rights) / len(rights) for key, rights in strata.items())
    effective = 1 / sum(weights[key] ** 2 / len(rights) for key, rights in strata.items())
    low, high = wilson(precision, effective)
    return {"precision": round(precision, 6), "low": round(low, 6), "high": round(high, 6)}


def wilson(share: float, n: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of n: never outside 0 to 1, and not of no width at 0 or 1."""
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z * sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
    return max(middle - half, 0.0), min(middle + half, 1.0)
