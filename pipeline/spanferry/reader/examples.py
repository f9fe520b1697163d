"""Questions with their contexts and first valid answers, collected from SQuAD documents."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from spanferry.squad import Document, Question


@dataclass(frozen=True)
class Examples:
    """n questions with their contexts. `context_of[i]` is the index of question i's context.

    start, end: offsets, in code points, of the first answer whose offset matches its text; -1 for none. answerable:
    true when the question has answers, valid or not.
    """

    ids: tuple[str, ...]
    questions: tuple[str, ...]
    contexts: tuple[str, ...]
    context_of: np.ndarray  # int32, n
    start: np.ndarray  # int32, n
    end: np.ndarray  # int32, n
    answerable: np.ndarray  # bool, n

    def __len__(self) -> int:
        return len(self.ids)


def collect_examples(documents: Iterable[Document]) -> Examples:
    """Collect every question of the documents, in order. White space around questions is removed."""
    ids: list[str] = []
    questions: list[str] = []
    contexts: list[str] = []
    context_of: list[int] = []
    spans: list[tuple[int, int]] = []
    answerable: list[bool] = []
    for document in documents:
        for article in document.data:
            for paragraph in article.paragraphs:
                for question in paragraph.qas:
                    ids.append(question.id)
                    questions.append(question.question.strip())
                    context_of.append(len(contexts))
                    spans.append(_first_valid_span(paragraph.context, question))
                    answerable.append(bool(question.answers))
                contexts.append(paragraph.context)
    start, end = np.array(spans, dtype=np.int32).reshape(-1, 2).T
    return Examples(
        tuple(ids),
        tuple(questions),
        tuple(contexts),
        np.array(context_of, dtype=np.int32),
        np.ascontiguousarray(start),
        np.ascontiguousarray(end),
        np.array(answerable, dtype=bool),
    )


def _first_valid_span(context: str, question: Question) -> tuple[int, int]:
    """Return the span of the first answer whose offset matches its text; (-1, -1) for none."""
    for answer in question.answers:
        if answer.text and context[answer.answer_start : answer.end] == answer.text:
            return answer.answer_start, answer.end
    return -1, -1
