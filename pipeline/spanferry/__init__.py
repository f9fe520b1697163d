"""Spanferry carries the answer spans of SQuAD into another language.

    locate_answer              finds one answer in a translated paragraph
    read_squad, write_squad    read and write SQuAD files
    validate                   checks SQuAD files
    evaluate                   scores predictions as the official SQuAD 2.0 script does
    QuestionAnswerer           answers questions with a fine-tuned model

    >>> from spanferry import locate_answer
    >>> answer = locate_answer("The old lock dates from 1612.", 24, "1612", "De oude sluis dateert uit 1612.")
    >>> answer.text, answer.start
    ('1612', 26)

    >>> from pathlib import Path
    >>> from spanferry import evaluate, read_squad, validate
    >>> path = Path("data/sample/dev-v2.0.json")
    >>> document = read_squad(path)
    >>> document.data[0].title
    'Canals_of_Amsterdam'
    >>> reports, _ = validate(path, repair=False)
    >>> [finding.rule for finding in reports[0].findings if finding.severity == "error"]
    ['offset_mismatch']
    >>> paragraph = document.data[0].paragraphs[0]
    >>> predictions = {question.id: question.answers[0].text for question in paragraph.qas if question.answers}
    >>> evaluate(document, predictions).official["exact"]
    100.0

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
