"""Write SQuAD files."""

import re
from pathlib import Path

import msgspec

from spanferry.files import write_bytes
from spanferry.squad.document import Document

_CLEANED_NAME = re.compile(r"([a-z]{2,3}(?:-[A-Za-z0-9]+)*)_squadv2_(?:train|dev)_clean\.json")


def encode_squad(document: Document) -> bytes:
    """Return a document as compact UTF-8 JSON with a final newline. Equal documents give equal bytes."""
    return msgspec.json.encode(document) + b"\n"


def write_squad(document: Document, path: Path) -> None:
    """Write a SQuAD file as a whole or not at all, with the bytes of `encode_squad`. Raises OSError.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from spanferry.squad import Answer, Article, Paragraph, Question
    >>> question = Question("q1", "When?", (Answer("1612", 22),))
    >>> article = Article((Paragraph("The lock was built in 1612.", (question,)),), title="Lock")
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "train.json")
    ...     write_squad(Document((article,), version="v2.0"), path)
    ...     text = path.read_text(encoding="utf-8")
    >>> text[:54]
    '{"data":[{"paragraphs":[{"context":"The lock was built'
    """
    write_bytes(path, encode_squad(document))


def cleaned_name(target: str, split: str) -> str:
    """Return the name of the cleaned file of a split: "nl_squadv2_train_clean.json"."""
    return f"{target}_squadv2_{split}_clean.json"


def cleaned_language(name: str) -> str | None:
    """Return the language that the name of a cleaned file states, None for another name."""
    match = _CLEANED_NAME.fullmatch(name)
    return match[1] if match else None
