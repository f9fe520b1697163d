"""Reads and writes YAML 1.2, in which 3e-5 is a number and `no` is a string."""

import re
from io import StringIO
from math import isfinite
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from spanferry.errors import ParamsError, single_line
from spanferry.files import regular_file
from spanferry.surrogates import has_surrogate

# Hundreds of times the size of any hand-written file. The parser takes 20 s for a file of this size.
MAX_BYTES = 1 << 20
MAX_VALUES = 100_000
LINE_WIDTH = 1000  # characters; so long that no value is wrapped


def read_yaml(path: Path) -> object:
    """Read a YAML file as plain Python values. Raises ParamsError."""
    try:
        with regular_file(path).open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise ParamsError(f"{path}: longer than {MAX_BYTES:,} bytes")
        document = YAML(typ="safe", pure=True).load(raw)
    except ParamsError:
        raise
    except OSError as error:
        raise ParamsError(f"{path}: {error.strerror or error}") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark
        position = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ParamsError(f"{path}{position}: not YAML: {error.problem}") from error
    except Exception as error:
        # For a value that does not match its tag (`!!int x`), the parser passes on any exception of the constructor.
        raise ParamsError(f"{path}: not YAML: {single_line(error)}") from error
    check_values(document, path)
    return document


def check_values(document: object, path: Path) -> None:
    """Raise ParamsError for too many values, a lone surrogate, or a number that is not finite.

    Aliases of aliases can double the number of values with every line, and a recursive alias makes it infinite.
    """
    remaining, stack = MAX_VALUES, [document]
    while stack:
        match value := stack.pop():
            case dict():
                stack += [*value.keys(), *value.values()]
            case list() | tuple() | set():
                stack += value
            case str() if has_surrogate(value):
                raise ParamsError(f"{path}: {value!r} has a lone surrogate, which is not a character")
            case float() if not isfinite(value):
                raise ParamsError(f"{path}: {value} is not a finite number")
        remaining -= 1
        if remaining < 0:
            raise ParamsError(f"{path}: more than {MAX_VALUES:,} values; are there aliases of aliases?")


def to_yaml(value: object) -> str:
    """Return plain values as YAML. Keys keep their order."""
    out = StringIO()
    writer = YAML()
    writer.width = LINE_WIDTH
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.dump(value, out)
    return out.getvalue()


def schemas_at(type_: Any, path: str) -> list[dict[str, Any]]:
    """Return the JSON schemas of the values that a type allows at a path such as `build.corpora[0]`."""
    root = msgspec.json.schema(type_)

    def alternatives(node: dict[str, Any]) -> list[dict[str, Any]]:
        if "$ref" in node:
            return alternatives(root["$defs"][node["$ref"].rpartition("/")[2]])
        return [found for each in node["anyOf"] for found in alternatives(each)] if "anyOf" in node else [node]

    nodes = alternatives(root)
    for part in re.findall(r"\[[^]]*\]|[^.\[]+", path):
        children = [
            node.get("properties", {}).get(part) or node.get("items") or node.get("additionalProperties")
            for node in nodes
        ]
        nodes = [found for child in children if isinstance(child, dict) for found in alternatives(child)]
    return nodes
