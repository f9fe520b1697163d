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
from spanferry.squad.reader import decode_squad, detect_foreign_format, read_squad
from spanferry.squad.writer import cleaned_name, encode_squad, write_squad

__all__ = [
    "MAX_TEXT_LENGTH",
    "UNSET",
    "Answer",
    "Article",
    "Document",
    "Offset",
    "Paragraph",
    "Question",
    "Text",
    "cleaned_name",
    "decode_squad",
    "detect_foreign_format",
    "encode_squad",
    "iterate_questions",
    "read_squad",
    "write_squad",
]
