"""Types, reader and writer of SQuAD documents. `validation` checks files, and `difference` compares versions."""

from msgspec import UNSET

from spanferry.squad.document import (
    MAX_TEXT_LENGTH,
    Answer,
    Article,
    Document,
    Offset,
    Paragraph,
    Question,
    Text,
    iterate_questions,
)
from spanferry.squad.reader import (
    NotSquad,
    decode_squad,
    read_document,
    read_rows,
    read_squad,
    scan_bytes,
    scan_document,
)
from spanferry.squad.reading import Fault, FaultReasons, Position, Reading
from spanferry.squad.writer import cleaned_language, cleaned_name, encode_squad, write_squad

__all__ = [
    "MAX_TEXT_LENGTH",
    "UNSET",
    "Answer",
    "Article",
    "Document",
    "Fault",
    "FaultReasons",
    "NotSquad",
    "Offset",
    "Paragraph",
    "Position",
    "Question",
    "Reading",
    "Text",
    "cleaned_language",
    "cleaned_name",
    "decode_squad",
    "encode_squad",
    "iterate_questions",
    "read_document",
    "read_rows",
    "read_squad",
    "scan_bytes",
    "scan_document",
    "write_squad",
]
