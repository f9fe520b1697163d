"""The SQuAD document: its types, its reader and writer, validation and comparison."""

from msgspec import UNSET

from spanferry.squad.document import (
    LONGEST,
    Answer,
    Article,
    Document,
    Offset,
    Paragraph,
    Question,
    Text,
    decode,
    encode,
    foreign,
    problems,
    read,
    walk,
    write,
)

__all__ = [
    "LONGEST",
    "UNSET",
    "Answer",
    "Article",
    "Document",
    "Offset",
    "Paragraph",
    "Question",
    "Text",
    "decode",
    "encode",
    "foreign",
    "problems",
    "read",
    "walk",
    "write",
]
