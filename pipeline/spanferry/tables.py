"""The files between stages: Arrow schemas, and the closed sets of words in them.

    segments.parquet      SEGMENTS      each distinct text to translate, once
    layout.parquet        LAYOUT        one row a source paragraph: sentences, questions, answers
    translations.parquet  TRANSLATIONS  each segment's translation, or why there is none
    paragraphs.parquet    PARAGRAPHS    one row a target paragraph, sentences aligned with the layout's
    spans.parquet         SPANS         one row an answer: where it lies in the target, or why nowhere
    provenance.parquet    SPANS         the kept rows (`reason` null)
    rejected.jsonl        SPANS         the others (`reason` set), as JSON lines

Offsets count Unicode code points from 0; ends are exclusive. Rows keep the source's order: split,
article, paragraph, question, answers before plausible answers.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from spanferry.decompression import guarded
from spanferry.errors import InputError, one_line
from spanferry.files import regular, replacing


class Kind(StrEnum):
    """What a segment is. A text that is several things is the first of them."""

    SENTENCE = "sentence"
    QUESTION = "question"
    ANSWER = "answer"


class Field(StrEnum):
    """Which list of a question an answer stands in."""

    ANSWERS = "answers"
    PLAUSIBLE = "plausible_answers"


class Method(StrEnum):
    """How a span was found; from the surest to the least sure."""

    NATIVE = "native"  # the corpus is in its language already: the span is the source's
    EXACT = "exact"  # the isolated translation, letter for letter, at word boundaries
    NORMALISED = "normalised"  # the same after folding case, diacritics, quotes, numbers, articles
    FUZZY = "fuzzy"  # the most similar run of words
    MARKED = "marked"  # found by translating the sentence with the answer between markers


class Reason(StrEnum):
    """Why an answer, a question or a paragraph was dropped. Closed: every count is by these."""

    SOURCE_MISMATCH = "source_mismatch"  # the source's own offset does not hold its text
    CONTEXT_UNTRANSLATED = "context_untranslated"  # a sentence of the paragraph has no translation
    QUESTION_UNTRANSLATED = "question_untranslated"
    ANSWER_UNTRANSLATED = "answer_untranslated"
    NOT_FOUND = "not_found"  # nothing in the window resembles the translated answer
    BELOW_THRESHOLD = "below_threshold"  # something does, not enough
    AMBIGUOUS = "ambiguous"  # several places do, and nothing tells which
    LOW_CONFIDENCE = "low_confidence"  # found, but less probable than align.min_confidence


SPLITS = ("train", "dev")

_SPAN = pa.struct([("start", pa.int32()), ("end", pa.int32())])
_ANSWER = pa.struct([("text", pa.string()), ("start", pa.int32())])

SEGMENTS = pa.schema(
    [
        ("text", pa.string()),
        ("kind", pa.string()),  # Kind
        ("count", pa.int32()),  # how often it stands in the corpus
        # Row in LAYOUT of the first paragraph it stands in. Not that paragraph itself: each of its sentences would
        # repeat it whole, 300 MB for thirty documents of 31,000 characters.
        ("layout_row", pa.int32()),
    ]
)

LAYOUT = pa.schema(
    [
        ("split", pa.string()),
        ("article", pa.int32()),  # index of the article in its file
        ("paragraph", pa.int32()),  # index of the paragraph in its article
        ("title", pa.string()),
        ("context", pa.string()),
        ("sentences", pa.list_(_SPAN)),  # spans of context; the white space between them is kept
        (
            "questions",
            pa.list_(
                pa.struct(
                    [
                        ("id", pa.string()),
                        ("question", pa.string()),
                        ("is_impossible", pa.bool_()),
                        ("answers", pa.list_(_ANSWER)),
                        ("plausible_answers", pa.list_(_ANSWER)),
                    ]
                )
            ),
        ),
    ]
)

TRANSLATIONS = pa.schema(
    [
        ("text", pa.string()),
        ("translation", pa.string()),  # null when there is none
        ("reason", pa.string()),  # translation.validation.Fault when there is none, else null
    ]
)

PARAGRAPHS = pa.schema(
    [
        ("split", pa.string()),
        ("article", pa.int32()),
        ("paragraph", pa.int32()),
        ("context", pa.string()),  # null when a sentence has no translation
        ("sentences", pa.list_(_SPAN)),  # sentence i translates the layout's sentence i
    ]
)

_CANDIDATE = pa.struct(
    [
        ("start", pa.int32()),
        ("text", pa.string()),
        ("method", pa.string()),
        ("score", pa.float32()),
    ]
)

SPANS = pa.schema(
    [
        ("split", pa.string()),
        ("article", pa.int32()),
        ("paragraph", pa.int32()),
        ("title", pa.string()),
        ("question_id", pa.string()),
        ("field", pa.string()),  # Field
        ("index", pa.int32()),  # position in that list
        ("source_text", pa.string()),
        ("source_start", pa.int32()),
        ("translation", pa.string()),  # of the answer on its own; null when there is none
        ("marked", pa.string()),  # translation of the marked sentence(s), when rescue asked for it
        ("text", pa.string()),  # the chosen span; null when dropped
        ("start", pa.int32()),  # its offset in the target context; null when dropped
        ("method", pa.string()),  # Method; null when dropped
        ("score", pa.float32()),  # similarity of span and evidence, 0 to 1; null when dropped
        ("probability", pa.float32()),  # calibrated chance that the span is right; null when dropped
        ("occurrence", pa.int32()),  # the span is the n-th, from 1, ...
        ("occurrences", pa.int32()),  # ... of m places that would do
        ("reason", pa.string()),  # Reason when dropped, else null
        ("candidates", pa.list_(_CANDIDATE)),  # the other (or, when dropped, the best) ones, best first
    ]
)


# What only a kept answer has.
_FOUND = ("text", "start", "method", "score", "probability", "occurrence", "occurrences")


def dropped(row: Mapping[str, Any]) -> dict[str, Any]:
    """What changes in a row of SPANS when its span is dropped: the span then leads the candidates."""
    first = {name: row[name] for name in ("start", "text", "method", "score")}
    return dict.fromkeys(_FOUND) | {"candidates": [first, *row["candidates"]]}


# Rows that are written, and can be read, at once; some 10 MB of spans, 60 of paragraphs.
ROW_GROUP = 10_000
READ_BYTES = 1 << 20


def write(table: pa.Table, path: Path) -> None:
    """Writes a table whole or not at all; equal tables give equal bytes."""
    with writing(path, table.schema) as add:
        add(table)


@contextmanager
def writing(path: Path, schema: pa.Schema) -> Iterator[Callable[[pa.Table], None]]:
    """Gives what adds rows to a table, which is there at the end of the `with` block, whole or not at all.

    The bytes are the same whatever the rows come in: no more than ROW_GROUP of them are held.
    """
    with replacing(path) as beside, pq.ParquetWriter(beside, schema, compression="zstd") as writer:
        held = schema.empty_table()

        def add(table: pa.Table) -> None:
            nonlocal held
            held = pa.concat_tables([held, table])
            while held.num_rows >= ROW_GROUP:
                writer.write_table(held.slice(0, ROW_GROUP).combine_chunks())
                held = held.slice(ROW_GROUP)

        yield add
        if held.num_rows:
            writer.write_table(held.combine_chunks())


# Of each schema: the columns that may be null, and those that hold words of a closed set.
_RULES: tuple[tuple[pa.Schema, frozenset[str], dict[str, tuple[str, ...]]], ...] = (
    (SEGMENTS, frozenset(), {"kind": tuple(Kind)}),
    (LAYOUT, frozenset(), {"split": SPLITS}),
    (TRANSLATIONS, frozenset({"translation", "reason"}), {}),
    (PARAGRAPHS, frozenset({"context", "sentences"}), {"split": SPLITS}),
    (
        SPANS,
        frozenset({"translation", "marked", "reason", *_FOUND}),
        {"split": SPLITS, "field": tuple(Field), "method": tuple(Method), "reason": tuple(Reason)},
    ),
)
_KEPT = ("text", "start", "method", "score", "probability")  # each row of SPANS has these or a reason


def check(rows: pa.Table | pa.RecordBatch, path: Path) -> None:
    """What a schema cannot say: where values may be missing, and which words there are. Raises InputError."""
    _, optional, words = next(rule for rule in _RULES if rule[0].names == rows.schema.names)
    for name in rows.schema.names:
        if missing := next(_nulls(name, rows[name], optional), None):
            raise InputError(f"{path}: column {missing}: a value is missing; rebuild it")
    for name, known in words.items():
        there = rows[name].drop_null()
        strange = there.filter(pc.invert(pc.is_in(there, value_set=pa.array(known))))
        if len(strange):
            raise InputError(f"{path}: column {name}: {strange[0].as_py()!r} is none of {', '.join(known)}; rebuild it")
    for name in _KEPT if "reason" in words else ():
        if not pc.all(pc.not_equal(pc.is_null(rows[name]), pc.is_null(rows["reason"])), min_count=0).as_py():
            raise InputError(f"{path}: columns {name} and reason: a row has both or neither; rebuild it")


def _nulls(name: str, column: pa.Array | pa.ChunkedArray, optional: frozenset[str]) -> Iterator[str]:
    """The names of columns with nulls where none may be, lists and their structs gone through."""
    if column.null_count and name not in optional:
        yield name
    elif pa.types.is_list(column.type):
        yield from _nulls(f"{name}[]", pc.list_flatten(column), optional)
    elif pa.types.is_struct(column.type):
        for n, field in enumerate(column.type):
            yield from _nulls(f"{name}.{field.name}", pc.struct_field(column, [n]), optional)


def read(path: Path, schema: pa.Schema) -> pa.Table:
    """Reads a table that must have exactly this schema. Raises InputError."""
    try:
        with regular(path).open("rb") as opened:  # a file, where read_table would take a folder for a data set
            table = pq.read_table(guarded(opened, path.stat().st_size))
        table.validate(full=True)  # text that is no UTF-8 would be met much later
    except (OSError, ValueError, pa.ArrowException) as error:
        raise InputError(f"{path}: not a readable table: {getattr(error, 'strerror', None) or error}") from error
    if not table.schema.equals(schema):
        raise InputError(f"{path}: its columns are not those that this version writes; rebuild it")
    check(table, path)
    return table


class Stored:
    """A table that stays in its file: for those that need no more than its batches, it is the table.

    It must have exactly this schema. Raises InputError, also while it is read.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path, self.schema = path, schema
        with self._opened() as file:
            self.num_rows = file.metadata.num_rows
            if not file.schema_arrow.equals(schema):
                raise InputError(f"{path}: its columns are not those that this version writes; rebuild it")

    def to_batches(self, max_chunksize: int) -> Iterator[pa.RecordBatch]:
        with self._opened() as file:
            for group in range(file.num_row_groups):  # Arrow would keep half a MB of each until the last
                for batch in file.iter_batches(max_chunksize, row_groups=[group]):
                    batch.validate(full=True)  # text that is no UTF-8 would be met much later
                    check(batch, self.path)
                    yield batch

    @contextmanager
    def _opened(self) -> Iterator[pq.ParquetFile]:
        try:
            with regular(self.path).open("rb") as file:
                yield pq.ParquetFile(guarded(file, self.path.stat().st_size), buffer_size=READ_BYTES)
        except (OSError, ValueError, pa.ArrowException) as error:
            told = getattr(error, "strerror", None) or error
            raise InputError(f"{self.path}: not a readable table: {told}") from error


def read_rejected(path: Path) -> pa.Table:
    """Reads rejected.jsonl (SPANS). Raises InputError.

    Not with Arrow's own reader of JSON lines: the line `null` ends the process (pyarrow 26).
    """
    decoder = msgspec.json.Decoder(dict[str, Any])
    try:
        rows = [decoder.decode(line) for line in regular(path).read_bytes().splitlines()]
        if strange := next((row for row in rows if row.keys() != set(SPANS.names)), None):
            raise ValueError(f"a row has the columns {', '.join(strange)}")
        table = pa.Table.from_pylist(rows, schema=SPANS)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except (ValueError, TypeError, OverflowError, RecursionError, pa.ArrowException) as error:
        raise InputError(f"{path}: not rejected answers as this version writes them: {one_line(error)}") from error
    check(table, path)
    return table
