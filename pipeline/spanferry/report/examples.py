"""The answers that a page shows one by one: every rejected one, and every kept one that is weak.

They travel as JSON, gzipped and in base64: rows by columns in one block that is read when the page
opens, paragraphs in blocks of `BLOCK` that are read when an example of theirs is shown. Base64 has no
character that could end the element that holds it.
"""

import gzip
import json
from base64 import b64encode
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry.records import SPLITS, Field, Method, Reason
from spanferry.report.inputs import Build
from spanferry.selection import codes

WEAK = 0.8  # a kept answer less probably right than this is shown; the edge of a group of `loss.CONFIDENCES`
BLOCK = 200  # paragraphs; some 100 kB as base64
CANDIDATES = 3  # shown of each answer


def select(build: Build) -> pa.Array:
    """The spans rows to show, in the order of the source."""
    weak = pc.fill_null(pc.less(build.spans["probability"], WEAK), False)
    shown = pc.or_(pc.is_valid(build.selection.answers), weak.combine_chunks())
    order = pa.array(build.order)
    return order.filter(shown.take(order))


def pack(build: Build) -> tuple[str, list[str]]:
    """(the block of rows, the blocks of paragraphs), each base64 of gzipped JSON.

    Rows, by column (one entry an answer):
        q question (index)   f Field   i index   r Reason or -1   m Method or -1   p probability * 1000
        a source text   s source start   t translation   k marked translation   x span   y its start
        n occurrence   o occurrences   c candidates [start, text, Method, score * 1000]
    and `questions` [id, text, translation, paragraph, article], `articles` [split, title].
    Paragraphs: [source, target], numbered through all blocks.
    """
    rows = select(build)
    spans = build.spans.take(rows)
    owners = build.selection.owners.take(rows).to_numpy()
    asked, q = np.unique(owners, return_inverse=True)
    questions = build.selection.questions.take(pa.array(asked))
    shown, paragraph = np.unique(questions["paragraph"].to_numpy(), return_inverse=True)
    layout, targets = build.layout.take(pa.array(shown)), build.paragraphs["context"].take(pa.array(shown))
    articles, article = _articles(layout)
    columns = {
        "q": q.tolist(),
        "f": codes(spans["field"], list(Field)).tolist(),
        "i": spans["index"].to_pylist(),
        "r": codes(build.selection.answers.take(rows), list(Reason)).tolist(),
        "m": codes(spans["method"], list(Method)).tolist(),
        "p": _thousandths(spans["probability"].to_pylist()),
        "a": spans["source_text"].to_pylist(),
        "s": spans["source_start"].to_pylist(),
        "t": spans["translation"].to_pylist(),
        "k": spans["marked"].to_pylist(),
        "x": spans["text"].to_pylist(),
        "y": spans["start"].to_pylist(),
        "n": spans["occurrence"].to_pylist(),
        "o": spans["occurrences"].to_pylist(),
        "c": [_candidates(found) for found in spans["candidates"].to_pylist()],
    }
    texts = questions["question"].to_pylist()
    translated = _translations(build, questions["question"])
    numbers = (paragraph.tolist(), article[paragraph].tolist())
    asked_rows = [list(row) for row in zip(questions["id"].to_pylist(), texts, translated, *numbers, strict=True)]
    pairs = [list(pair) for pair in zip(layout["context"].to_pylist(), targets.to_pylist(), strict=True)]
    blocks = [_block(pairs[at : at + BLOCK]) for at in range(0, len(pairs), BLOCK)]
    return _block({**columns, "questions": asked_rows, "articles": articles}), blocks


def _articles(layout: pa.Table) -> tuple[list[list[Any]], np.ndarray]:
    """[split, title] of each article of these paragraphs, and the article of each paragraph."""
    keys = zip(*(layout[name].to_pylist() for name in ("split", "article", "title")), strict=True)
    numbers: dict[tuple[str, int, str], int] = {}
    article = np.array([numbers.setdefault(key, len(numbers)) for key in keys], int)
    return [[SPLITS.index(split), title] for split, _, title in numbers], article


def _translations(build: Build, questions: pa.ChunkedArray) -> list[str | None]:
    if build.translations is None:
        return [None] * len(questions)
    at = pc.index_in(questions, value_set=build.translations["text"].combine_chunks())
    return build.translations["translation"].take(at).to_pylist()


def _candidates(found: list[dict[str, Any]] | None) -> list[list[Any]]:
    methods = list(Method)
    return [
        [c["start"], c["text"], methods.index(c["method"]) if c["method"] else -1, *_thousandths([c["score"]])]
        for c in (found or [])[:CANDIDATES]
    ]


def _thousandths(shares: list[float | None]) -> list[int | None]:
    return [None if share is None else round(1000 * share) for share in shares]


def _block(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    packed = BytesIO()
    # The header of gzip.compress depends on the version of Python.
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        file.write(text.encode())
    return b64encode(packed.getvalue()).decode()
