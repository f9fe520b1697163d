"""params.yaml, typed: a wrong or unknown key is an error that names it."""

import re
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, field
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from spanferry.errors import ParamsError
from spanferry.executors import ExecutorName, RaySettings
from spanferry.files import regular_file
from spanferry.projection.settings import AlignSettings, RescueSettings
from spanferry.publish.about import About
from spanferry.reader.runs import Run
from spanferry.records import SPLITS
from spanferry.translation.settings import TranslateSettings, TranslatorSettings

PARAMS = Path("params.yaml")
# Hundreds of times as much as anybody writes by hand; the parser takes 20 s for so many bytes.
MOST_BYTES, MOST_VALUES = 1 << 20, 100_000

# Names become folder names and keys in dvc.yaml (corpora.NAME), where a dot would part them.
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*\Z")]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*\Z")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Place = Annotated[str, Meta(pattern=r"^[^\0\ud800-\udfff]+\Z")]  # what can name a file


class Build(Struct, frozen=True, forbid_unknown_fields=True):
    """What `dvc repro` builds."""

    corpora: tuple[Name, ...] = ()
    runs: tuple[Name, ...] = ()


class Languages(Struct, frozen=True, forbid_unknown_fields=True):
    source: Language
    target: Language


class Digests(Struct, frozen=True, forbid_unknown_fields=True):
    """The promised sha256 of each split's file."""

    train: Sha256 | None = None
    dev: Sha256 | None = None


class Corpus(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a corpus comes from, and how it gets its language."""

    train: Place | None = None
    dev: Place | None = None
    sha256: Digests | Sha256 | None = None
    translator: str | None = None
    native: bool = False
    memory: Place | None = None
    gold: Place | None = None
    verdicts: Place | None = None

    def splits(self) -> dict[str, str]:
        """Split -> path or URL, for the splits that there are, in order."""
        return {split: place for split in SPLITS if (place := getattr(self, split))}

    def digest(self, split: str) -> str | None:
        """The promised sha256 of a split's file, if one is."""
        return getattr(self.sha256, split) if isinstance(self.sha256, Digests) else self.sha256


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    build: Build
    language: Languages
    corpora: dict[Name, Corpus]
    translate: TranslateSettings = field(default_factory=TranslateSettings)
    translators: dict[Name, TranslatorSettings] = {}
    align: AlignSettings = field(default_factory=AlignSettings)
    rescue: RescueSettings = field(default_factory=RescueSettings)
    executor: ExecutorName = "local"
    ray: RaySettings = field(default_factory=RaySettings)
    runs: dict[Name, Run] = {}
    about: dict[Name, About] = {}

    def corpus(self, name: str) -> Corpus:
        if name not in self.corpora:
            known = ", ".join(self.corpora)
            raise ParamsError(f"params.yaml: corpora.{name}: there is no such corpus (known: {known})")
        return self.corpora[name]


def problem(params: Params) -> str | None:
    """The first thing wrong with the params that types do not tell, by key; None when all is well."""
    for kind, built, known in (
        ("corpora", params.build.corpora, params.corpora),
        ("runs", params.build.runs, params.runs),
    ):
        for n, name in enumerate(built):
            if name not in known:
                return f"build.{kind}[{n}]: {name!r} is not among {kind} ({', '.join(known) or 'none there'})"
            if name in built[:n]:
                return f"build.{kind}[{n}]: {name!r} stands there twice"
    for n, name in enumerate(params.build.runs):
        for corpus in params.runs[name].corpora:
            if corpus not in params.build.corpora:
                return f"build.runs[{n}]: {name!r} reads corpus {corpus!r}, which is not among build.corpora"
    for name, corpus in params.corpora.items():
        if name in ("digests", "runs"):
            return f"corpora.{name}: another name, please: data/{name} is not a corpus's folder"
        splits = corpus.splits()
        if not splits:
            return f"corpora.{name}: needs train, dev or both"
        if isinstance(corpus.sha256, str) and len(splits) > 1:
            return f"corpora.{name}.sha256: two files need two, as {{train: ..., dev: ...}}"
        if isinstance(corpus.sha256, Digests):
            for split in SPLITS:
                if corpus.digest(split) and split not in splits:
                    return f"corpora.{name}.sha256.{split}: the corpus has no {split}"
        if corpus.native == (corpus.translator is not None):
            return f"corpora.{name}: needs either translator or native: true"
    return None


def read_yaml(path: Path) -> object:
    """YAML 1.2 (so that 3e-5 is a number and `no` a word). Raises ParamsError."""
    try:
        with regular_file(path).open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise ParamsError(f"{path}: longer than {MOST_BYTES:,} bytes")
        return plain(YAML(typ="safe", pure=True).load(raw), path)
    except ParamsError:
        raise
    except OSError as error:
        raise ParamsError(f"{path}: {error.strerror or error}") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ParamsError(f"{path}{place}: not YAML: {error.problem}") from error
    except Exception as error:
        # A tagged value that is not of its tag (`!!int x`) raises what its constructor happens to raise.
        raise ParamsError(f"{path}: not YAML: {' '.join(str(error).split()) or type(error).__name__}") from error


def plain(document: object, path: Path) -> object:
    """The document, when it is no larger than it looks (aliases of aliases double with every line, those of
    themselves have no end), all its text can be written, and all its numbers are finite. Raises ParamsError."""
    left, todo = MOST_VALUES, [document]
    while todo:
        match value := todo.pop():
            case dict():
                todo += [*value.keys(), *value.values()]
            case list() | tuple() | set():
                todo += value
            case str() if not value.isascii() and any("\ud800" <= ch <= "\udfff" for ch in value):
                raise ParamsError(f"{path}: {value!r} has half a character (a surrogate)")
            case float() if not isfinite(value):
                raise ParamsError(f"{path}: {value} is no setting")
        left -= 1
        if left < 0:
            raise ParamsError(f"{path}: more than {MOST_VALUES:,} values; are there aliases of aliases?")
    return document


def typed(raw: object, kind: type, place: str) -> Any:
    """Plain values -> a typed record. Raises ParamsError that names the key below `place`."""
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        if of_key := path.startswith("`key` in "):
            path = path.removeprefix("`key` in ")
        keys = [place, path.strip("`").removeprefix("$").removeprefix(".")]
        if unknown := re.search(r"unknown field `(.+)`", message):
            keys, message = [*keys, unknown[1]], "no such key"
        told = f"a key in it: {message}" if of_key else message
        raise ParamsError(f"params.yaml: {'.'.join(filter(None, keys)) or 'top level'}: {told}") from error


def load(path: Path = PARAMS) -> Params:
    """Reads and checks params.yaml. Raises ParamsError with the key that is wrong."""
    raw = read_yaml(path)
    if isinstance(raw, dict):
        # Entry by entry first: msgspec's paths do not say which entry of a mapping is wrong.
        for section, kind in (
            ("corpora", Corpus),
            ("translators", TranslatorSettings),
            ("runs", Run),
            ("about", About),
        ):
            entries = raw.get(section)
            for name, entry in entries.items() if isinstance(entries, dict) else ():
                typed(entry, kind, f"{section}.{name}")
    params = typed(raw, Params, "")
    if wrong := problem(params):
        raise ParamsError(f"params.yaml: {wrong}")
    return params
