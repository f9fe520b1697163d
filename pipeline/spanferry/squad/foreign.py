"""Name what is not a file of questions, and say what to do with it."""

import re
from collections.abc import Mapping
from typing import cast

from spanferry.squad.json_text import describe_value, fields_of
from spanferry.squad.notes import shorten

EXAMPLE = (
    '{"data": [{"title": "T", "paragraphs": [{"context": "It opened in 1612.", "qas": '
    '[{"id": "1", "question": "When?", "answers": [{"text": "1612", "answer_start": 13}]}]}]}]}'
)
ROW_EXAMPLE = (
    '{"id": "1", "context": "It opened in 1612.", "question": "When?", '
    '"answers": {"text": ["1612"], "answer_start": [13]}}'
)
EXPECTED = f"a file of questions looks like {EXAMPLE}, or has rows like {ROW_EXAMPLE}"

# The first bytes of a format -> its name and what to do.
_MAGIC = {
    b"PK\x03\x04": "a zip archive (or a file of an office program); unpack it first",
    b"%PDF": "a PDF file",
    b"BZh": "compressed with bzip2; unpack it first, or pack it with gzip",
    b"\xfd7zXZ": "compressed with xz; unpack it first, or pack it with gzip",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; unpack it first, or pack it with gzip",
    b"7z\xbc\xaf": "a 7z archive; unpack it first",
    b"Rar!": "a RAR archive; unpack it first",
    b"ARROW1": "an Arrow file; save it as parquet (`Dataset.to_parquet`)",
    b"\xff\xff\xff\xff": "an Arrow stream, as the cache of `datasets` holds; save it as parquet (`Dataset.to_parquet`)",
    b"SQLite format 3": "an SQLite database; export its rows as JSON lines",
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a NumPy array",
    b"\x80\x02": "a Python pickle, which is never opened; save it as JSON",
    b"\x80\x03": "a Python pickle, which is never opened; save it as JSON",
    b"\x80\x04": "a Python pickle, which is never opened; save it as JSON",
    b"\x80\x05": "a Python pickle, which is never opened; save it as JSON",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"\x7fELF": "a program",
    b"Obj\x01": "an Avro file; export its rows as JSON lines",
    b"ORC": "an ORC file; save it as parquet",
    b"\xd0\xcf\x11\xe0": "a file of an office program; export its rows as JSON lines",
    b"version https://git-lfs": "a pointer of Git LFS, not the file itself; run `git lfs pull`",
    b"oid sha256:": "a pointer of Git LFS, not the file itself; run `git lfs pull`",
}
_TAR_MAGIC, _TAR_OFFSET = b"ustar", 257
_XML_ROOTS = {
    "tmx": "a TMX file, a translation memory; `spanferry memory import` reads it",
    "xliff": "an XLIFF file, with translations",
    "html": "an HTML page; the address of the file itself is needed, not that of a page about it",
    "tei": "a TEI document",
    "mediawiki": "a dump of a wiki",
    "rss": "an RSS feed",
    "error": "an XML error message of a server",
}
_FIRST_TAG = re.compile(r"<([A-Za-z_][\w.:-]*)")
_XML_HEAD = re.compile(r"\s*(?:<\?xml.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?[^>]*>|\s)*", re.DOTALL)
_JSON_START = re.compile(r'\s*[\[{"\d-]')

# Keys that a record of another format has -> its name.
_RECORDS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"messages"}), "chat messages"),
    (frozenset({"conversations"}), "chat messages"),
    (frozenset({"instruction", "output"}), "instructions for a language model"),
    (frozenset({"prompt", "completion"}), "prompts and completions for a language model"),
    (frozenset({"prompt", "chosen"}), "preferences for a language model"),
    (frozenset({"prediction_text"}), "predictions; `spanferry evaluate --predictions` reads them"),
    (frozenset({"translation"}), "translations"),
    (frozenset({"body", "snippets"}), "questions of BioASQ"),
    (frozenset({"data", "version"}), "whole SQuAD files; give each a file of its own"),
    (frozenset({"document_text", "annotations"}), "Natural Questions"),
    (
        frozenset({"question_text", "document_plaintext"}),
        "TyDi QA's primary tasks; its gold passages are in SQuAD's form",
    ),
    (frozenset({"question_text", "document_title"}), "Natural Questions"),
    (frozenset({"Question", "Answer"}), "TriviaQA"),
    (frozenset({"supporting_facts"}), "HotpotQA"),
    (frozenset({"story", "questions"}), "CoQA"),
    (frozenset({"passage", "qa_pairs"}), "DROP"),
    (frozenset({"text", "questions"}), "NewsQA"),
    (frozenset({"passage", "question"}), "yes-or-no questions, as in BoolQ"),
    (frozenset({"query", "passages"}), "MS MARCO"),
    (frozenset({"article", "options"}), "multiple-choice questions, as in RACE"),
    (frozenset({"choices", "question"}), "multiple-choice questions"),
    (frozenset({"premise", "hypothesis"}), "pairs of sentences for inference"),
    (frozenset({"tokens", "ner_tags"}), "tokens with labels"),
    (frozenset({"text", "label"}), "texts with labels"),
    (frozenset({"question_id", "source_text"}), "the answers that a build has rejected"),
    (frozenset({"question", "answer"}), "questions and answers without a context"),
    (frozenset({"question", "answers"}), "questions and answers without a context"),
    (frozenset({"context", "question"}), "rows without answers"),
    (frozenset({"text", "probability"}), "n-best predictions; `spanferry evaluate --predictions` reads them"),
    (frozenset({"text"}), "plain texts"),
)
_DOCUMENTS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"nbformat", "cells"}), "a Jupyter notebook"),
    (frozenset({"type", "features"}), "GeoJSON"),
    (frozenset({"model_type"}), "the configuration of a model"),
    (frozenset({"added_tokens", "model"}), "a tokenizer"),
    (frozenset({"@context"}), "JSON-LD, such as Croissant metadata"),
    (frozenset({"exact", "f1", "total"}), "the scores of an evaluation"),
    (frozenset({"columns", "index", "data"}), "a table that pandas has split; save it with orient='records'"),
    (frozenset({"error"}), "an error message of a server"),
)
_SPLITS = frozenset({"train", "dev", "validation", "test"})


def name_format(raw: bytes) -> str | None:
    """Name the format of a file that is neither JSON nor parquet, by its bytes; None when it may be JSON."""
    for magic, name in _MAGIC.items():
        if raw.startswith(magic):
            return name
    if raw[_TAR_OFFSET : _TAR_OFFSET + len(_TAR_MAGIC)] == _TAR_MAGIC:
        return "a tar archive; unpack it first"
    return None


def name_text(text: str) -> str | None:
    """Name the format of a text that is not JSON; None when it may be JSON that is damaged."""
    if (start := text.lstrip()[:1]) == "<":
        return _name_xml(text)
    if start in ("{", "["):
        is_python = re.match(r"\s*[\[{]+\s*'", text) is not None
        return "written by Python's print, not JSON; write it with json.dump" if is_python else None
    if text.startswith(("---", "%YAML")):
        return "a YAML file"
    line = text.lstrip().partition("\n")[0].rstrip("\r")
    for separator, name in (
        ("\t", "tab-separated values (TSV)"),
        (",", "comma-separated values (CSV)"),
        (";", "semicolon-separated values (CSV)"),
        ("|", "values separated by |"),
    ):
        if line.count(separator) >= 2 or (line.count(separator) == 1 and " " not in line):
            return f"a table of {name}; turn its rows into JSON lines"
    return None if _JSON_START.match(text) else "a text that is not JSON"


def _name_xml(text: str) -> str:
    head = text[:100_000]
    if re.match(r"\s*<!doctype\s+html", head, re.IGNORECASE):
        return _XML_ROOTS["html"]
    found = _FIRST_TAG.search(head)
    tag = found[1].rpartition(":")[2].lower() if found else ""
    return _XML_ROOTS.get(tag) or (f"an XML file (<{shorten(tag)}>)" if tag else "an XML file")


def name_value(value: object) -> str:
    """Name what JSON holds when it has no questions."""
    if isinstance(value, list):
        items = cast("list[object]", value)
        return f"a list of {name_item(items[0])}" if items else "an empty list"
    fields = fields_of(value)
    if fields is None:
        return describe_value(value)
    keys = fields.keys()
    if {"context", "question"} <= keys:
        return "a table by columns; write it by rows (`orient='records'`)"
    if name := _name_by_keys(fields, (*_DOCUMENTS, *_RECORDS)):
        return name
    if keys and keys <= _SPLITS:
        return f"an object of the splits {', '.join(keys)}; write one file for each"
    values = list(fields.values())
    if len(values) == 1 and isinstance(values[0], list):
        items = cast("list[object]", values[0])
        if name := _name_by_keys(fields_of(items[0] if items else None) or {}, _RECORDS):
            return f"an object with a list of {name}"
    if values and all(isinstance(one, str) for one in values):
        return "an object of texts, such as predictions {id: answer}; `spanferry evaluate --predictions` reads those"
    if values and all(isinstance(one, list) for one in values):
        return "an object of lists, such as n-best predictions"
    return name_item(value)


def name_item(item: object) -> str:
    """Name a record of a file that has no questions."""
    fields = fields_of(item)
    if fields is None:
        return f"values such as {describe_value(item)}"
    if name := _name_by_keys(fields, _RECORDS):
        return name
    if not fields:
        return "empty objects"
    named = ", ".join(shorten(key) for key in list(fields)[:6])
    return f"objects with the keys {named}{', …' if len(fields) > 6 else ''}"


def _name_by_keys(fields: Mapping[str, object], known: tuple[tuple[frozenset[str], str], ...]) -> str | None:
    return next((name for keys, name in known if keys <= fields.keys()), None)
