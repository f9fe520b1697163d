"""Read the rows of a parquet file, as `datasets` writes it."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from spanferry.decompression import limit_unpacked_size
from spanferry.errors import single_line
from spanferry.squad.answers import MRQA_ANSWERS, SINGLE_ANSWERS
from spanferry.squad.fields import ALIASES, Findings
from spanferry.squad.notes import NoteKind
from spanferry.squad.values import QUESTION_KEYS

READ_COLUMNS = QUESTION_KEYS | {"title", "context", MRQA_ANSWERS, *SINGLE_ANSWERS, "answer_start"}
NEEDED_COLUMNS = ("context", "question")
ANSWER_COLUMNS = ("answers", *SINGLE_ANSWERS, MRQA_ANSWERS)
BATCH_ROWS = 1000

# The errors that pyarrow raises for damaged parquet files.
_PARQUET_ERRORS = (OSError, pa.ArrowException, ValueError, OverflowError)


class NotTable(ValueError):
    """A parquet file cannot be read. is_foreign: it can, but it has other columns than a table of questions."""

    def __init__(self, message: str, is_foreign: bool = False) -> None:
        super().__init__(message)
        self.is_foreign = is_foreign


def table_rows(raw: bytes, found: Findings) -> Iterator[dict[str, Any]]:
    """Yield the rows of a parquet file, and note the columns that are not read. Raises NotTable."""
    try:
        file = BytesIO(raw)
        limit_unpacked_size(file, len(raw))
        table = pq.ParquetFile(file)
        names = list(table.schema_arrow.names)
    except _PARQUET_ERRORS as error:
        raise NotTable(f"not a readable parquet file: {single_line(error)}") from error
    meant = {name: meaning_of(name) for name in names}
    missing = [name for name in NEEDED_COLUMNS if name not in meant.values()]
    if not any(name in ANSWER_COLUMNS for name in meant.values()):
        missing.append(ANSWER_COLUMNS[0])
    if missing:
        columns = ", ".join(names[:8]) or "none"
        raise NotTable(f"a parquet table without the columns {', '.join(missing)}; it has {columns}", is_foreign=True)
    for name in names:
        if meant[name] not in READ_COLUMNS:
            found.note(NoteKind.EXTRA_KEY, f"column {name}", name)
    number = 0
    try:
        for batch in table.iter_batches(BATCH_ROWS, columns=[name for name in names if meant[name] in READ_COLUMNS]):
            for row in batch.to_pylist():
                yield row
                number += 1
    except _PARQUET_ERRORS as error:
        raise NotTable(f"after row {number:,}: {single_line(error)}") from error


def meaning_of(column: str) -> str:
    """Return SQuAD's name of a column: "id" for "guid", "answers" for "answers.text"."""
    return ALIASES.get(column, column.partition(".")[0])
