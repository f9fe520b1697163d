"""Reads params.yaml as typed settings. The error for a wrong or unknown key names the key."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct, field

from spanferry.errors import InputError, ParamsError, plain_problem
from spanferry.executors import ExecutorName, RaySettings
from spanferry.hub.ids import is_hub_id, parse_hub_id
from spanferry.language.codes import find_code_problem
from spanferry.names.settings import NamesSettings
from spanferry.projection.settings import AlignSettings, RescueSettings
from spanferry.publish.about import About
from spanferry.quality.settings import CheckEncoderSettings
from spanferry.reader.settings import CheckReaderSettings, Run
from spanferry.records import SPLITS, Split
from spanferry.surrogates import SURROGATES
from spanferry.translation.settings import TranslateSettings, TranslatorSettings
from spanferry.yaml_files import read_yaml, schemas_at

PARAMS = Path("params.yaml")
RESERVED = ("digests", "inputs", "runs", "settings")
"""Folders of data/ that no corpus may use as its name."""

REMOVED_KEYS = {"align.words": "was removed; `align.encoder` replaces it (a pretrained encoder finds lost answers)"}
"""The message for each key that earlier versions had."""

# Names are used for folders and in dvc.yaml (`corpora.NAME`), where a dot would separate two keys.
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]*\Z"
EntryName = Annotated[str, Meta(pattern=NAME_PATTERN)]
LOCATION_PATTERN = rf"^[^\0{SURROGATES}]+\Z"
FORMS = {
    NAME_PATTERN: "a name of letters, digits, _ and -, a letter or digit first",
    r"^[0-9a-f]{64}\Z": "a checksum of 64 hexadecimal digits (0-9, a-f)",
    r"\A[0-9a-f]{40}\Z": "a commit of 40 hexadecimal digits (0-9, a-f)",
    LOCATION_PATTERN: "text that is not empty",
    r"\A\S+\Z": "text without white space",
    r"\A[\w-]+\Z": "a word of letters, digits, _ and -",
    r"\A(auto|[^\s/:]+:[0-9]+)\Z": "auto, or host:port",
    r"\A[A-Z_][A-Z0-9_]*\Z": "the name of an environment variable, in capitals",
    r"\A[A-Z]{3}\Z": "a currency of three capital letters, such as EUR",
    r"^[A-Za-z0-9_:-]+$": "a word of letters, digits, _, : and -",
}
"""The words for the forms of texts in params.yaml: regular expression -> words."""
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
SEVERAL_LANGUAGES = "mul"
"""The code of ISO 639-2 for a corpus with several languages. Its question ids state the language of each question."""

Location = Annotated[str, Meta(pattern=LOCATION_PATTERN)]
"""A path, a URL, or a data set on the Hub (`hf:owner/name@revision`)."""

NonEmpty = Annotated[str, Meta(min_length=1)]
"""A location without a pattern: with one more field of `Location`, msgspec 0.22.0 crashes in the garbage collector."""

T = TypeVar("T")


class Build(Struct, frozen=True, forbid_unknown_fields=True):
    """The corpora and runs that `dvc repro` builds."""

    corpora: tuple[EntryName, ...] = ()
    runs: tuple[EntryName, ...] = ()


class Languages(Struct, frozen=True, forbid_unknown_fields=True):
    """A source and a target language: codes of BCP 47. Section `language` has those of the corpora that state none."""

    source: str
    target: str


class SplitChecksums(Struct, frozen=True, forbid_unknown_fields=True):
    """The expected SHA-256 checksum of each split's file."""

    train: Sha256 | None = None
    dev: Sha256 | None = None


class SplitNames(Struct, frozen=True, forbid_unknown_fields=True):
    """The names that a data set's splits have in its repository or folder."""

    train: str = "train"
    dev: str = "validation"


class Corpus(Struct, frozen=True, forbid_unknown_fields=True):
    """The files of a corpus, and how it is translated."""

    train: Location | None = None
    dev: Location | None = None
    sha256: SplitChecksums | Sha256 | None = None
    """The expected checksums. A single checksum is allowed for a corpus with one split."""

    config: str | None = None
    """The configuration of a data set that has several, as on the Hub."""

    split: SplitNames = field(default_factory=SplitNames)
    """The names of the data set's splits."""

    columns: dict[str, str] = {}
    """SQuAD's name of a field -> the data set's name for it, such as `answers.text` -> `answer.texts`."""

    repair: Literal["on", "off"] = "on"
    """Whether systematic errors in the offsets of the source are repaired (`on`), or the file is refused (`off`)."""

    source: str | None = None
    """The language of the files; by default `language.source`, for a native corpus its target language."""

    target: str | None = None
    """The language of the result; by default `language.target`."""

    translator: str | None = None
    native: bool = False
    """True for a corpus that is already in the target language. It is not translated."""

    memory: Location | None = None
    """A TMX file with translations of the corpus, which are used before all others."""

    gold: Location | dict[str, Location] | None = None
    """A JSON file with spans that a person marked, to measure precision; or one for each target language."""

    verdicts: Location | None = None
    """A sheet of `spanferry sample` with people's verdicts."""

    corrections: NonEmpty | tuple[NonEmpty, ...] = ()
    """What people exported from the page of `spanferry review` or from Label Studio: a file, or several, in order."""

    allow_language: bool = False
    """True to publish a text although it is evidently not in its target language."""

    def locations(self) -> dict[Split, str]:
        """Return the path or URL of each split that the corpus has, in order."""
        return {split: location for split in SPLITS if (location := getattr(self, split))}

    def expected_sha256(self, split: Split) -> str | None:
        """Return the expected checksum of a split's file, or None."""
        return getattr(self.sha256, split) if isinstance(self.sha256, SplitChecksums) else self.sha256

    def correction_locations(self) -> tuple[str, ...]:
        """Return the paths or URLs of the files of corrections, in order."""
        return (self.corrections,) if isinstance(self.corrections, str) else self.corrections

    def gold_location(self, target: str) -> str | None:
        """Return the path or URL of the gold spans in a target language, or None."""
        return self.gold.get(target) if isinstance(self.gold, dict) else self.gold


class CheckSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Section `check`."""

    min_quality: Annotated[float, Meta(ge=0, le=1)] = 0.0
    """The lowest quality of a question that is kept; 0 keeps all. A question without quality is not dropped for it."""

    encoder: CheckEncoderSettings | None = None
    """The encoder that compares texts with their translations; null for none."""

    reader: CheckReaderSettings | None = None
    """The readers that are trained on the translation to see whether they find its spans; null for none."""


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of params.yaml."""

    build: Build
    language: Languages
    corpora: dict[EntryName, Corpus]
    translate: TranslateSettings = field(default_factory=TranslateSettings)
    translators: dict[EntryName, TranslatorSettings] = {}
    align: AlignSettings = field(default_factory=AlignSettings)
    rescue: RescueSettings = field(default_factory=RescueSettings)
    names: NamesSettings = field(default_factory=NamesSettings)
    check: CheckSettings = field(default_factory=CheckSettings)
    executor: ExecutorName = "local"
    ray: RaySettings = field(default_factory=RaySettings)
    runs: dict[EntryName, Run] = {}
    about: dict[EntryName, About] = {}

    def corpus(self, name: str) -> Corpus:
        """Return the settings of a corpus. Raises ParamsError for an unknown name."""
        if name not in self.corpora:
            known = ", ".join(self.corpora)
            raise ParamsError(f"params.yaml: corpora.{name}: there is no such corpus (known: {known})")
        return self.corpora[name]

    def languages(self, name: str) -> Languages:
        """Return the languages of a corpus. Raises ParamsError for an unknown name."""
        corpus = self.corpus(name)
        target = corpus.target or self.language.target
        return Languages(target if corpus.native else corpus.source or self.language.source, target)

    def targets(self, names: Iterable[str]) -> dict[str, str]:
        """Return the target language of each of these corpora. Raises ParamsError for an unknown name."""
        return {name: self.languages(name).target for name in names}

    def about_build(self, name: str) -> About:
        """Return what is known about a corpus in its target language. Raises ParamsError for an unknown name."""
        return self.about.get(name, About()).for_target(self.languages(name).target)

    def run(self, name: str) -> Run:
        """Return the settings of a run. Raises ParamsError for an unknown name."""
        if name not in self.runs:
            raise ParamsError(f"params.yaml: runs.{name}: there is no such run (known: {', '.join(self.runs)})")
        return self.runs[name]


def read_params(path: Path = PARAMS) -> Params:
    """Read and check params.yaml. Raises ParamsError, which names the wrong key."""
    raw = read_yaml(path)
    if isinstance(raw, dict):
        # Each entry is converted on its own first: msgspec's errors do not say which entry of a mapping is wrong.
        for section, type_ in _ENTRY_TYPES.items():
            entries = raw.get(section)
            for name, entry in entries.items() if isinstance(entries, dict) else ():
                convert_entry(entry, type_, f"{section}.{name}")
    params = convert_entry(raw, Params, "")
    if problem := find_problem(params):
        raise ParamsError(f"params.yaml: {problem}")
    return params


_ENTRY_TYPES: dict[str, Any] = {"corpora": Corpus, "translators": TranslatorSettings, "runs": Run, "about": About}


def convert_entry(raw: object, type_: type[T], key: str) -> T:
    """Convert plain values to a struct. Raises ParamsError, which names the wrong key below `key`."""
    try:
        return msgspec.convert(raw, type_)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        if is_of_key := path.startswith("`key` in "):
            path = path.removeprefix("`key` in ")
        place = path.strip("`").removeprefix("$").removeprefix(".")
        keys, schemas = [key, place], schemas_at(type_, place)
        if unknown := re.search(r"unknown field `(.+)`", message):
            keys = [*filter(None, keys), unknown[1]]
            message = REMOVED_KEYS.get(".".join(keys)) or no_such_key(unknown[1], schemas)
        elif given := re.fullmatch(r"Invalid (?:enum )?value (.+)", message):
            allowed = [str(value) for schema in schemas for value in schema.get("enum", ())]
            message = f"{given[1]} is not one of {', '.join(allowed)}" if allowed else f"{given[1]} is not allowed"
        else:
            message = plain_problem(message, FORMS)
        if is_of_key:
            message = f"a key in it: {message}"
        raise ParamsError(f"params.yaml: {'.'.join(filter(None, keys)) or 'top level'}: {message}") from error


def no_such_key(key: str, schemas: Iterable[Mapping[str, Any]]) -> str:
    """Return the message for an unknown key, with the key of the schemas that is most similar."""
    known = {name for schema in schemas for name in schema.get("properties", ())}
    similar = get_close_matches(key, sorted(known), n=1)
    return "no such key" + "".join(f" (did you mean {name}?)" for name in similar)


def find_problem(params: Params) -> str | None:
    """Return the first problem that the types cannot express, with its key, or None."""
    problems = chain(
        _language_problems(params),
        _build_problems(params),
        *(_corpus_problems(*entry) for entry in params.corpora.items()),
    )
    return next(problems, None)


def _language_problems(params: Params) -> Iterator[str]:
    """Yield unknown and misspelled language codes."""
    codes = {"language.source": params.language.source, "language.target": params.language.target}
    for name, corpus in params.corpora.items():
        codes |= {f"corpora.{name}.{key}": code for key in ("source", "target") if (code := getattr(corpus, key))}
        codes |= {f"corpora.{name}.gold.{code}": code for code in corpus.gold} if isinstance(corpus.gold, dict) else {}
    for key, code in codes.items():
        if problem := find_code_problem(code):
            yield f"{key}: {problem}"


def _build_problems(params: Params) -> Iterator[str]:
    """Yield undefined and repeated names in section `build`, and runs whose corpora are not built."""
    for section, names, defined in (
        ("corpora", params.build.corpora, params.corpora),
        ("runs", params.build.runs, params.runs),
    ):
        for n, name in enumerate(names):
            if name not in defined:
                yield f"build.{section}[{n}]: {name!r} is not among {section} ({', '.join(defined) or 'none defined'})"
            if name in names[:n]:
                yield f"build.{section}[{n}]: {name!r} is listed twice"
    for n, name in enumerate(params.build.runs):
        for corpus in params.runs[name].corpora:
            if corpus not in params.build.corpora:
                yield f"build.runs[{n}]: {name!r} reads corpus {corpus!r}, which is not among build.corpora"


def _corpus_problems(name: str, corpus: Corpus) -> Iterator[str]:
    """Yield the settings of a corpus that contradict each other."""
    if name in RESERVED:
        yield f"corpora.{name}: choose another name: data/{name} is reserved"
    splits = corpus.locations()
    if not splits:
        yield f"corpora.{name}: needs train, dev or both"
    for split, location in splits.items():
        if is_hub_id(location):
            if corpus.expected_sha256(split):
                yield f"corpora.{name}.sha256: leave it out for {location}, whose revision fixes the files"
            try:
                parse_hub_id(location)
            except InputError as error:
                yield f"corpora.{name}.{split}: {error}"
    if isinstance(corpus.sha256, str) and len(splits) > 1:
        yield f"corpora.{name}.sha256: two splits need two checksums: {{train: ..., dev: ...}}"
    if isinstance(corpus.sha256, SplitChecksums):
        for split in SPLITS:
            if corpus.expected_sha256(split) and split not in splits:
                yield f"corpora.{name}.sha256.{split}: the corpus has no split {split}"
    if corpus.native == (corpus.translator is not None):
        yield f"corpora.{name}: needs either translator or native: true"
    for n, location in enumerate(corpus.correction_locations()):
        if location in corpus.correction_locations()[:n]:
            yield f"corpora.{name}.corrections[{n}]: {location} is listed twice"
    if corpus.native and corpus.source:
        yield f"corpora.{name}.source: not for a native corpus, which is in its target language"
    if corpus.target == SEVERAL_LANGUAGES and not corpus.native:
        yield f"corpora.{name}.target: mul means several languages, which only a native corpus has"
