"""Fine-tuning and evaluating extractive question answering."""

from typing import Any

__all__ = ["QuestionAnswerer"]


def __getattr__(name: str) -> Any:
    # On demand, so that reading a run's settings does not import numpy.
    if name == "QuestionAnswerer":
        from spanferry.reader.answerer import QuestionAnswerer

        return QuestionAnswerer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
