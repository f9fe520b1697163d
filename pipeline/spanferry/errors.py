"""The errors that a user sees as one line instead of a traceback.

    SpanferryError            base of the others; its message is one line that names the place
    ├── InputError            a file, row or argument has the wrong format
    ├── ParamsError           params.yaml has a wrong or unknown key
    ├── FetchError            a URL or path does not give the expected bytes
    ├── TranslationError      an engine is missing, misconfigured or stops for good
    ├── WorkerError           a worker process was killed
    └── ContractError         our own output breaks its contract; nothing is written

Stages and commands print the message on stderr and exit with code 2.
"""


class SpanferryError(Exception):
    """Base of every error whose message is shown to the user."""


class InputError(SpanferryError):
    """A file, row or argument has the wrong format."""


class ParamsError(SpanferryError):
    """params.yaml has a wrong or unknown key."""


class FetchError(SpanferryError):
    """A source cannot be read, or its checksum is not the expected one."""


class TranslationError(SpanferryError):
    """A translation engine is missing, misconfigured, or stops for good."""


class WorkerError(SpanferryError):
    """A worker process was killed."""


class ContractError(SpanferryError):
    """The output that is about to be written breaks the contract of the cleaned files."""


def missing_package_message(package: str, extra: str, error: ImportError) -> str:
    """The message for a package that is not installed, with the command that installs its extra."""
    install = f"pip install --constraint constraints.txt --editable '.[{extra}]'"
    return f"the package {package} is missing or broken: {install} ({single_line(error)})"


def single_line(error: BaseException) -> str:
    """The message of an exception on one line; the name of its type when it has no message."""
    return " ".join(str(error).split()) or type(error).__name__
