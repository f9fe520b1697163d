"""The answers that the page shows one by one: every rejected and every weak answer when it opens, the others on demand.

They are stored in the page as JSON, compressed with gzip and encoded in base64. Of both parts, one block has the rows,
stored by column. Further blocks have `BLOCK` paragraphs each; the page reads one when it shows an example from it.
Base64 has no character that could end the HTML element around it. The page reads the block of the sure answers when
a person asks for them, so that it opens in a second however many there are.
"""

import gzip
import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry.arrow import from_table
from spanferry.records import SPLITS, CandidateRow, Field, Method, Placement, Reason, SpanRow
from spanferry.report.inputs import Build

WEAK = 0.8  # kept answers with a lower probability are shown first; it is a bound of CONFIDENCE_GROUPS
BLOCK = 200  # paragraphs in a block; about 100 kB as base64
CANDIDATES = 3  # candidates that are shown for each answer
FIELDS, METHODS, REASONS = list(Field), list(Method), list(Reason)


class PackedExamples(NamedTuple):
    """Answers as the page stores them: the block of rows, and those of paragraphs. size: the number of answers."""

    size: int
    rows: str
    paragraphs: list[str]


PackedCandidate = tuple[int, str, int, int | None]
"""start, text, index in METHODS, score * 1000."""


def select_examples(build: Build) -> tuple[pa.Array, pa.Array]:
    """Return the indices of the spans rows to show first, and of the sure ones, both in the order of the source."""
    weak = pc.fill_null(pc.less(build.spans["probability"], WEAK), False)
    is_first = pc.or_(pc.is_valid(build.selection.answers), weak.combine_chunks())
    order = pa.array(build.order)
    return order.filter(is_first.take(order)), order.filter(pc.invert(is_first).take(order))


def pack_examples(build: Build, rows: pa.Array) -> PackedExamples:
    """Return the answers of some spans rows, each block as base64 of gzipped JSON.

    The block of rows has the columns of `answer_columns`, the column q (index of the answer's question), `questions`
    with entries [id, text, translation, paragraph, article], and `articles` with entries [split, title].
    The blocks of paragraphs have entries [source, target]; their numbers continue from block to block.
    """
    owners = build.selection.owners.take(rows).to_numpy()
    question_rows, question = np.unique(owners, return_inverse=True)
    questions = build.selection.questions.take(pa.array(question_rows))
    layout_rows, paragraph = np.unique(questions["paragraph"].to_numpy(), return_inverse=True)
    layout = build.layout.take(pa.array(layout_rows))
    articles, article = number_articles(layout)
    texts = questions["question"].to_pylist()
    translations = find_translations(build, questions)
    numbers = (paragraph.tolist(), article[paragraph].tolist())
    packed = {
        "q": question.tolist(),
        **answer_columns(from_table(build.spans.take(rows), SpanRow)),
        "questions": list(zip(questions["id"].to_pylist(), texts, translations, *numbers, strict=True)),
        "articles": articles,
    }
    targets = build.paragraphs["context"].take(pa.array(layout_rows)).to_pylist()
    pairs = list(zip(layout["context"].to_pylist(), targets, strict=True))
    blocks = [pack_json(pairs[at : at + BLOCK]) for at in range(0, len(pairs), BLOCK)]
    return PackedExamples(len(rows), pack_json(packed), blocks)


def answer_columns(spans: Sequence[SpanRow]) -> dict[str, list[Any]]:
    """Return the answers by column, with one entry per answer:

    f Field   i index   r Reason or -1   m Method or -1   p probability * 1000
    a source text   s source start   t translation   k marked translation   x span   y its start
    n occurrence   o occurrences   c candidates [start, text, Method, score * 1000]
    u quality of the question * 1000   w what speaks against the question
    """

    def placed(value: Callable[[Placement], Any], missing: Any = None) -> list[Any]:
        return [missing if span.placement is None else value(span.placement) for span in spans]

    return {
        "f": [FIELDS.index(span.field) for span in spans],
        "i": [span.index for span in spans],
        "r": [-1 if span.reason is None else REASONS.index(span.reason) for span in spans],
        "m": placed(lambda placement: METHODS.index(placement.method), -1),
        "p": placed(lambda placement: to_thousandths(placement.probability)),
        "a": [span.source_text for span in spans],
        "s": [span.source_start for span in spans],
        "t": [span.translation for span in spans],
        "k": [span.marked for span in spans],
        "x": placed(lambda placement: placement.text),
        "y": placed(lambda placement: placement.start),
        "n": placed(lambda placement: placement.occurrence),
        "o": placed(lambda placement: placement.occurrences),
        "c": [list(map(pack_candidate, span.candidates[:CANDIDATES])) for span in spans],
        "u": [span.quality and to_thousandths(span.quality.quality) for span in spans],
        "w": [span.quality.reasons if span.quality else () for span in spans],
    }


def number_articles(layout: pa.Table) -> tuple[list[tuple[int, str]], np.ndarray]:
    """Return (split, title) of each article of these paragraphs, and the number of each paragraph's article."""
    keys = zip(*(layout[name].to_pylist() for name in ("split", "article", "title")), strict=True)
    numbers: dict[tuple[str, int, str], int] = {}
    article = np.array([numbers.setdefault(key, len(numbers)) for key in keys], int)
    split_numbers: dict[str, int] = {split: number for number, split in enumerate(SPLITS)}
    return [(split_numbers[split], title) for split, _, title in numbers], article


def find_translations(build: Build, questions: pa.Table) -> list[str | None]:
    """Return the translation of each question (a row of `Selection.questions`), or None."""
    if build.translations is None:
        return [None] * len(questions)
    rows = pc.index_in(questions["question"], value_set=build.translations["text"].combine_chunks())
    texts = build.translations["translation"].take(rows).to_pylist()
    corrected = {(each.split, each.id): each.text for each in build.corrections.questions}
    keys = zip(questions["split"].to_pylist(), questions["id"].to_pylist(), strict=True)
    return [corrected.get(key, text) for key, text in zip(keys, texts, strict=True)]


def pack_candidate(candidate: CandidateRow) -> PackedCandidate:
    """Convert a candidate to the form that the page's script reads."""
    return candidate.start, candidate.text, METHODS.index(candidate.method), to_thousandths(candidate.score)


def to_thousandths(share: float | None) -> int | None:
    """Convert a share to thousandths: 0.9537 -> 954. None stays None, because a table may lack a probability."""
    return None if share is None else round(1000 * share)


def pack_json(value: Any) -> str:
    """Encode a value as base64 of gzipped JSON. Equal values give equal text."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    packed = BytesIO()
    # The header of gzip.compress depends on the version of Python.
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        file.write(text.encode())
    return b64encode(packed.getvalue()).decode()
