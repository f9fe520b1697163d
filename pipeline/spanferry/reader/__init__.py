"""Fine-tune and evaluate extractive question answering."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spanferry.reader.answerer import QuestionAnswerer

__all__ = ["QuestionAnswerer"]


def __getattr__(name: str) -> Any:
    # Import on first use, so that reading a run's settings does not import numpy.
    if name == "QuestionAnswerer":
        from spanferry.reader.answerer import QuestionAnswerer

        return QuestionAnswerer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
