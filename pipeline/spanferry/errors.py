"""The errors that are shown to the user as one line, without a traceback.

    SpanferryError            base class; the message is one line that says where the problem is
    ├── InputError            a file, row or argument has the wrong format
    │   └── StaleError        the tables of a corpus do not fit together
    ├── ParamsError           params.yaml has a wrong or unknown key
    ├── FetchError            a URL or path cannot be read, or has the wrong checksum
    ├── TranslationError      an engine is missing, misconfigured or stops for good
    ├── WorkerError           a worker process was killed
    └── ContractError         the output would break its contract; nothing is written

Stages and commands print the message on stderr and exit with code 2.

Interrupted is no error: a person pressed Ctrl-C. The exit code is 130.
"""

import re
from ast import literal_eval
from collections.abc import Mapping
from errno import ENOSPC


class SpanferryError(Exception):
    """Base class of the errors whose message is shown to the user."""


class InputError(SpanferryError):
    """A file, row or argument has the wrong format."""


class StaleError(InputError):
    """The tables of a corpus do not fit together, because a person replaced one of them or ran a stage by hand.

    stage: the first stage that has to run again. A command names the corpus in the remedy.
    """

    def __init__(self, problem: str, stage: str) -> None:
        super().__init__(problem, stage)
        self.problem, self.stage = problem, stage

    def __str__(self) -> str:
        return self.describe("CORPUS")

    def describe(self, corpus: str) -> str:
        """Return the message with the commands that build a corpus again."""
        return f"{self.problem}; run `dvc repro --force {self.stage}@{corpus}`, then `dvc repro`"


class ParamsError(SpanferryError):
    """params.yaml has a wrong or unknown key."""


class FetchError(SpanferryError):
    """A URL or path cannot be read, or has the wrong checksum."""


class TranslationError(SpanferryError):
    """A translation engine is missing, misconfigured, or stops for good."""


class WorkerError(SpanferryError):
    """A worker process was killed."""


class ContractError(SpanferryError):
    """The output that is about to be written breaks the contract of the cleaned files."""


class Interrupted(KeyboardInterrupt):
    """A person interrupted the work (Ctrl-C). The message says what is saved, and how to go on."""


# Packages of the extra `reader`. They are imported where they are used, so that the core works without them.
READER_PACKAGES = frozenset({"accelerate", "tokenizers", "torch", "transformers"})


def missing_package_message(package: str, extra: str, error: ImportError) -> str:
    """Return the message for a package that is not installed, with the command that installs its extra."""
    install = f"pip install 'spanferry[{extra}]'"
    return f"the package {package} is missing or broken: {install} ({single_line(error)})"


def describe_os_error(error: OSError) -> str:
    """Return the message of an error of the operating system: the file, what is wrong with it, and the remedy."""
    where = f"{error.filename}: " if error.filename is not None else ""
    remedy = "; make room, then run again" if error.errno == ENOSPC else ""
    return f"{where}{error.strerror or single_line(error)}{remedy}"


_TYPES = {
    "array": "a list",
    "bool": "true or false",
    "bytes": "text",
    "date": "a date",
    "datetime": "a date with its time",
    "float": "a number",
    "int": "a whole number",
    "null": "nothing",
    "object": "keys with values",
    "str": "text",
}
_LIMITS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}
_EXPECTED = re.compile(
    r"Expected `(?P<types>[^`]+)`"
    r"( matching regex (?P<form>'.*'|\".*\")"
    r"| of length (?P<sizes>[<>]=?)? ?(?P<size>\d+)"
    r"| (?P<limits>[<>]=?) (?P<limit>\S+?)(\.0)?)?"
    r"(, got `?(?P<given>[^`]+)`?)?"
)


def plain_problem(message: str, forms: Mapping[str, str] | None = None) -> str:
    """Say in plain words what msgspec says of a value, and where it is.

        Expected `int`, got `str` - at `$.batch`  ->  batch: must be a whole number, not text

    forms: regular expression -> the words for it, such as "64 hexadecimal digits".
    """
    problem, _, where = message.partition(" - at ")
    path = where.strip("`").removeprefix("$").removeprefix(".")
    place = re.sub(r"^(.*)\[\.\.\.\]", lambda part: f"a value in {part[1] or 'it'}", path)
    if field := re.fullmatch(r"Object missing required field `(.+)`", problem):
        problem = f"the key {field[1]} is missing"
    elif field := re.fullmatch(r"Object contains unknown field `(.+)`", problem):
        problem = f"there is no key {field[1]}"
    elif value := re.fullmatch(r"Invalid (?:enum )?value (.+)", problem):
        problem = f"{value[1]} is not allowed"
    elif found := _EXPECTED.fullmatch(problem):
        problem = f"must be {_expectation(found, forms or {})}"
        if found["given"]:
            problem += f", not {_words(found['given'])}"
    return f"{place}: {problem}" if place else problem


def _expectation(found: re.Match[str], forms: Mapping[str, str]) -> str:
    if found["form"]:
        form = literal_eval(found["form"])
        return forms.get(form, f"text of the form {form}")
    if found["size"]:
        noun = {"str": "character", "array": "value"}.get(found["types"], "key") + ("" if found["size"] == "1" else "s")
        return f"{_words(found['types'])} of {_LIMITS.get(found['sizes'], 'exactly')} {found['size']} {noun}"
    return f"{_LIMITS[found['limits']]} {found['limit']}" if found["limits"] else _words(found["types"])


def _words(types: str) -> str:
    return " or ".join(_TYPES.get(type_, type_) for type_ in types.split(" | "))


def single_line(error: BaseException) -> str:
    """Return the message of an exception on one line, or the name of its type when it has no message."""
    return " ".join(str(error).split()) or type(error).__name__
