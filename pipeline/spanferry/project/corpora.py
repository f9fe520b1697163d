"""Adds a corpus to params.yaml. Comments and all other lines stay as they are, in the style of `dvc exp run -S`."""

import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import FoldedScalarString

from spanferry.config import NAME_PATTERN, RESERVED, Params, read_params
from spanferry.errors import InputError, ParamsError
from spanferry.files import atomic_write
from spanferry.hub.ids import is_hub_id
from spanferry.translation.engines.registry import find_settings
from spanferry.translation.memory.tmx import read_tmx
from spanferry.translation.settings import MemorySettings

LONGEST_VALUE = 60  # characters; -S breaks a longer value without spaces behind its key, unless it is folded


def check_name(params: Params, name: str) -> None:
    """Raise ParamsError if no new corpus can have this name."""
    if not re.match(NAME_PATTERN, name):
        raise ParamsError(f"{name!r} is no name of a corpus: use letters, digits, _ and -, a letter or digit first")
    if name in RESERVED:
        raise ParamsError(f"{name!r} is no name of a corpus: the folder data/{name} is reserved")
    if name in params.corpora:
        raise ParamsError(f"params.yaml has a corpus {name!r} already; choose another name or edit it there")


def add_corpus(path: Path, name: str, entry: Mapping[str, Any], licence: str | None = None) -> None:
    """Add a corpus to params.yaml, and to what it builds. Raises ParamsError or InputError; nothing is written then.

    entry: the keys of the corpus, as plain values. licence: that of its publication (an SPDX identifier).
    """
    check_name(read_params(path), name)
    text = insert_corpus(path.read_text(encoding="utf-8"), name, entry, licence)
    with atomic_write(path) as part:
        part.write_text(text, encoding="utf-8")
        check_files(read_params(part), name)


def check_files(params: Params, name: str) -> None:
    """Raise an error if a corpus cannot be built: unknown translator, missing files, no translations in its memory."""
    corpus, languages = params.corpus(name), params.languages(name)
    settings = find_settings(corpus.translator, params.translators) if corpus.translator else None
    if isinstance(settings, MemorySettings) and not corpus.memory:
        raise ParamsError(f"corpora.{name}: the translator memory needs a TMX file: give --memory")
    for key in ("train", "dev", "memory"):
        location: str | None = getattr(corpus, key)
        if location and is_local(location) and not Path(location).exists():
            raise InputError(f"--{key}: there is no file {location}")
    if corpus.memory and is_local(corpus.memory):
        pairs = read_tmx(Path(corpus.memory), languages.source, languages.target)
        if not any(True for _ in pairs):
            raise InputError(
                f"--memory: {corpus.memory} has no translations from {languages.source} to {languages.target}"
            )


def is_local(location: str) -> bool:
    """Return True for a path, False for a URL or a data set of the Hub."""
    return "://" not in location and not is_hub_id(location)


def insert_corpus(text: str, name: str, entry: Mapping[str, Any], licence: str | None = None) -> str:
    """Return the text of params.yaml with another corpus.

    >>> text = insert_corpus("build: {corpora: []}\\ncorpora: {}\\n", "towns", {"dev": "towns.json", "native": True})
    >>> print(text, end="")
    build: {corpora: [towns]}
    corpora:
      towns:
        dev: towns.json
        native: true
    """
    yaml = YAML()
    document = yaml.load(text) or CommentedMap()
    _insert(document, "corpora", name, {key: _fold(value) for key, value in entry.items()})
    if licence:
        _insert(document, "about", name, {"licence": licence})
    build = _section(document, "build", CommentedMap())
    names = _section(build, "corpora", CommentedSeq())
    names.insert(len(names) if names.fa.flow_style() else 0, name)
    out = StringIO()
    yaml.dump(document, out)
    return out.getvalue()


def _insert(document: CommentedMap, section: str, name: str, entry: Mapping[str, Any]) -> None:
    """Insert an entry as the first of a section, or add a licence to an entry that is there.

    A comment behind the last entry belongs to the next section, but ruamel.yaml holds it with the entry.
    """
    entries = _section(document, section, CommentedMap())
    if not entries:
        entries.fa.set_block_style()
    if name in entries:
        entries[name].update(entry)
    else:
        entries.insert(0, name, CommentedMap(entry))


def _section(parent: CommentedMap, key: str, empty: Any) -> Any:
    """Return a section, which is created if it is missing or empty."""
    if parent.get(key) is None:
        parent[key] = empty
    return parent[key]


def _fold(value: Any) -> Any:
    """Return a long text as a folded one (`>-`)."""
    return FoldedScalarString(value) if isinstance(value, str) and len(value) > LONGEST_VALUE else value
