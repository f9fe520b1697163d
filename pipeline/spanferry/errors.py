"""What can go wrong, as a person should read it.

    SpanferryError            anything below; its text is one line that names the place
    ├── InputError            a file, row or argument that breaks its format
    ├── ParamsError           a wrong or unknown key in params.yaml
    ├── FetchError            a URL or path that does not give the promised bytes
    ├── TranslationError      an engine that is missing, misconfigured or gives up
    ├── WorkerError           a process that works for us was killed
    └── ContractError         our own output breaks its contract; nothing is written

Stages and commands print it to stderr as one line and exit with code 2.
"""


class SpanferryError(Exception):
    """Base of every error that is told to a person instead of a traceback."""


class InputError(SpanferryError):
    """A file, row or argument breaks its format."""


class ParamsError(SpanferryError):
    """params.yaml has a wrong or unknown key."""


class FetchError(SpanferryError):
    """A source could not be had, or is not the file that was promised."""


class TranslationError(SpanferryError):
    """A translator is missing, misconfigured, or stopped for good."""


class WorkerError(SpanferryError):
    """A process that works for us was killed."""


class ContractError(SpanferryError):
    """What we were about to write breaks the contract of the cleaned files."""


def missing_package_message(package: str, extra: str, error: ImportError) -> str:
    """What to say of a package that an extra brings."""
    install = f"pip install --constraint constraints.txt --editable '.[{extra}]'"
    return f"the package {package} is missing or broken: {install} ({single_line(error)})"


def single_line(error: BaseException) -> str:
    """What a library's error says, on one line; its type when it says nothing."""
    return " ".join(str(error).split()) or type(error).__name__
