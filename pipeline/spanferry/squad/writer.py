"""Write SQuAD files."""

from pathlib import Path

import msgspec

from spanferry.files import write_bytes
from spanferry.squad.document import Document


def encode_squad(document: Document) -> bytes:
    """Return a document as compact UTF-8 JSON with a final newline. Equal documents give equal bytes."""
    return msgspec.json.encode(document) + b"\n"


def write_squad(document: Document, path: Path) -> None:
    """Write a SQuAD file as a whole or not at all. Raises OSError."""
    write_bytes(path, encode_squad(document))


def cleaned_name(target: str, split: str) -> str:
    """Return the name of the cleaned file of a split: "nl_squadv2_train_clean.json"."""
    return f"{target}_squadv2_{split}_clean.json"
