"""Spanferry carries the answer spans of SQuAD into another language.

    locate_answer      finds one answer in a translated paragraph
    read_squad         reads a SQuAD file; write_squad writes one
    validate           checks SQuAD files
    evaluate           scores predictions as the official SQuAD 2.0 script does
    QuestionAnswerer   answers questions with a fine-tuned model

Names are imported when they are first used, so `import spanferry` itself takes milliseconds. Nothing in the library
reads a command line; `spanferry.cli` and the stages of the build do.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spanferry.projection.api import locate_answer
    from spanferry.reader.answerer import QuestionAnswerer
    from spanferry.reader.evaluation import evaluate
    from spanferry.squad import read_squad, write_squad
    from spanferry.squad.validation import validate

    __version__: str

__all__ = [
    "QuestionAnswerer",
    "__version__",
    "evaluate",
    "locate_answer",
    "read_squad",
    "validate",
    "write_squad",
]

_MODULES = {
    "QuestionAnswerer": "spanferry.reader.answerer",
    "evaluate": "spanferry.reader.evaluation",
    "locate_answer": "spanferry.projection.api",
    "read_squad": "spanferry.squad",
    "validate": "spanferry.squad.validation",
    "write_squad": "spanferry.squad",
}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("spanferry")
    elif module := _MODULES.get(name):
        value = getattr(import_module(module), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
