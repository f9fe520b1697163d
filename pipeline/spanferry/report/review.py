"""A person's eye: a sheet of kept answers to judge, and what the verdicts say of precision.

The sheet is stratified by method and confidence, the strata as even as they allow, so that the rare and
unsure ones are seen as well; each row carries its stratum's size, by which its verdict weighs. Its key is
told by what was judged, so that a verdict on a span that a later build no longer has is known as outdated.
"""

import csv
import io
import random
import re
from collections import Counter, defaultdict
from hashlib import sha256
from math import sqrt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from spanferry.errors import InputError
from spanferry.files import regular_file, write_bytes
from spanferry.loss import TOTAL, confidence
from spanferry.records import Method
from spanferry.report.inputs import Build
from spanferry.report.templating import page

VERDICTS = ("right", "extent", "wrong")  # extent: the right place, but too much or too little of it
COLUMNS = (
    *("verdict", "note", "question", "source_answer", "span", "source", "target"),
    *("title", "split", "question_id", "field", "index", "method", "confidence", "stratum_size", "key"),
)
MARKS = ("⟦", "⟧")  # round the answer in source and target
SAID = ("method", "confidence", "key")  # by the sheet, of what is judged
AROUND = 200  # characters of context on each side of the answer in the CSV; the HTML has all
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a cell starts with that a spreadsheet would run
LONGEST_HEAD = 10_000  # characters of the columns' names
Z = 1.96  # 95 % of a normal distribution lies within so many standard deviations

Row = dict[str, Any]


def sample(build: Build, n: int, seed: int) -> list[Row]:
    """Up to n kept answers in the order of the source; same build, n and seed, same rows.

    Each: the COLUMNS but verdict and note, with source and target as (before, answer, after).
    """
    kept = _kept(build)
    strata = defaultdict(list)
    for at, stratum in enumerate(_strata(build, kept)):
        strata[stratum].append(at)
    chance = random.Random(seed)
    drawn = {key: chance.sample(members, len(members)) for key, members in sorted(strata.items())}
    turns = [(turn, key) for key, members in drawn.items() for turn in range(len(members))]
    chosen = sorted(drawn[key][turn] for turn, key in sorted(turns)[:n])
    sizes = {at: len(members) for members in strata.values() for at in members}
    taken = kept.take(pa.array(chosen, pa.int64()))
    return [row | {"stratum_size": sizes[at]} for at, row in zip(chosen, _described(build, taken), strict=True)]


def standing(build: Build, judged: list[Row]) -> list[Row]:
    """The verdicts on spans that this build has as they were judged, with the stratum that each has in it."""
    kept = _kept(build)
    strata = _strata(build, kept)
    sizes = Counter(strata)
    found = dict(zip(_keys(build, kept), strata, strict=True))
    return [
        {**row, "method": stratum[0], "confidence": stratum[1], "stratum_size": sizes[stratum]}
        for row in judged
        if (stratum := found.get(row["key"]))
    ]


def _kept(build: Build) -> pa.Array:
    """The spans rows that were kept, in the order of the source."""
    order = pa.array(build.order)
    return order.filter(pc.is_null(build.selection.answers).take(order))


def _strata(build: Build, rows: pa.Array) -> list[tuple[str, str]]:
    """(method, group of confidence) of each of these spans rows."""
    spans = build.spans.select(["method", "probability"]).take(rows).to_pylist()
    return [(row["method"], _confidence(row)) for row in spans]


def _keys(build: Build, rows: pa.Array) -> list[str]:
    """What a person judges of each of these spans rows, as 12 hexadecimal digits of its sha256.

    The "k" before them keeps a spreadsheet from taking them for a number.
    """
    columns = ["split", "question_id", "field", "index", "source_text", "source_start", "text", "start"]
    spans = build.spans.select(columns).take(rows)
    contexts = build.paragraphs["context"].take(_paragraphs(build, rows))
    seen = zip(*(column.to_pylist() for column in (*spans.columns, contexts)), strict=True)
    return [f"k{sha256(repr(parts).encode('utf-8', 'surrogatepass')).hexdigest()[:12]}" for parts in seen]


def _paragraphs(build: Build, rows: pa.Array) -> pa.ChunkedArray:
    return build.selection.questions["paragraph"].take(build.selection.owners.take(rows))


def _confidence(row: Row) -> str:
    return "unknown" if row["probability"] is None else confidence(row["probability"])


def _described(build: Build, rows: pa.Array) -> list[Row]:
    paragraphs = _paragraphs(build, rows)
    contexts = [table["context"].take(paragraphs).to_pylist() for table in (build.layout, build.paragraphs)]
    questions = build.selection.questions["question"].take(build.selection.owners.take(rows)).to_pylist()
    spans = build.spans.take(rows).to_pylist()
    return [
        {
            **{name: str(row[name]) for name in ("title", "split", "question_id", "field", "index", "method")},
            "question": question,
            "source_answer": row["source_text"],
            "span": row["text"],
            "source": _cut(source, row["source_start"], row["source_text"]),
            "target": _cut(target, row["start"], row["text"]),
            "confidence": _confidence(row),
            "key": key,
        }
        for row, question, source, target, key in zip(spans, questions, *contexts, _keys(build, rows), strict=True)
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
    write_bytes(path, text.getvalue().encode("utf-8-sig"))


def _passage(before: str, answer: str, after: str) -> str:
    left = before if len(before) <= AROUND else f"…{before[-AROUND:]}"
    right = after if len(after) <= AROUND else f"{after[:AROUND]}…"
    return f"{left}{MARKS[0]}{answer}{MARKS[1]}{right}"


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV Injection): such a one gets an apostrophe."""
    return f"'{cell}" if cell.startswith((*FORMULA, "'")) else cell


def write_html(rows: list[Row], corpus: str, languages: tuple[str, str], path: Path) -> None:
    """The sheet for reading or printing, with whole paragraphs."""
    write_bytes(path, page("review.html", rows=rows, corpus=corpus, languages=languages).encode())


def read_verdicts(path: Path) -> list[Row]:
    """Reads a sheet back, as a spreadsheet may have saved it (commas, semicolons or tabs).

    Returns the rows that have a verdict: verdict, method, confidence, stratum_size, key. Raises InputError.
    """
    judged = []
    try:
        with regular_file(path).open(encoding="utf-8-sig", newline="") as sheet:
            head = sheet.readline(LONGEST_HEAD)
            sheet.seek(0)
            rows = csv.DictReader(sheet, delimiter=max(",;\t", key=head.count))
            if missing := {"verdict", "stratum_size", *SAID} - set(rows.fieldnames or ()):
                raise InputError(f"{path}: no column {min(missing)!r}; is it a sheet that `spanferry sample` wrote?")
            for n, row in enumerate(rows, 2):
                if (row["verdict"] or "").strip():
                    judged.append(_judged(f"{path} row {n}", row))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: not a readable sheet: {error}") from error
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
    if not re.fullmatch("k[0-9a-f]{12}", row["key"] or ""):
        raise InputError(f"{place}: key {row['key']!r} is none that `spanferry sample` wrote")
    return {"verdict": verdict, "stratum_size": int(size), **{name: row[name] for name in SAID}}


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
