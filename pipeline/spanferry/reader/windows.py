"""Cut windows: features of at most `max_length` tokens with a question and a part of its context.

A long context gives several windows that share `doc_stride` tokens, exactly as with
`tokenizer(question, context, truncation="only_second", stride=doc_stride)`. Windows store token ranges; the ids of a
feature are assembled when a batch is requested.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from spanferry.errors import InputError
from spanferry.reader.tokenization import InputLayout, Tokens, read_input_layout, tokenize_texts

QUESTION_CHARACTERS = 60  # maximum length of a question in an error message


@dataclass(frozen=True)
class Windows:
    """n features. Feature i consists of question `question[i]` and tokens `first[i]:last[i]` of its context.

    first, last: counted from the context's first token. start, end: positions of the answer's first and last token in
    the feature; both 0 (the [CLS]) for "no answer". max_length: the most tokens that a feature may have.
    """

    layout: InputLayout
    questions: Tokens
    contexts: Tokens
    question: np.ndarray  # int32, n
    context: np.ndarray  # int32, n
    first: np.ndarray  # int32, n
    last: np.ndarray  # int32, n
    start: np.ndarray  # int32, n
    end: np.ndarray  # int32, n
    max_length: int

    def __len__(self) -> int:
        return len(self.question)

    @cached_property  # every batch needs it
    def offset(self) -> np.ndarray:
        """The position of the first context token in each feature."""
        return len(self.layout.before) + self.questions.counts[self.question] + len(self.layout.between)

    @cached_property
    def lengths(self) -> np.ndarray:
        """The number of tokens of each feature, special ones included."""
        return self.offset + (self.last - self.first) + len(self.layout.after)

    def take(self, rows: np.ndarray) -> "Windows":
        """Select features by index, in the given order."""
        fields = ("question", "context", "first", "last", "start", "end")
        return replace(self, **{name: getattr(self, name)[rows] for name in fields})

    def batch(self, rows: Sequence[int] | np.ndarray, multiple: int = 1) -> dict[str, np.ndarray]:
        """Assemble input_ids, attention_mask and token_type_ids: int64, one row per feature, padded on the right.

        The width is the longest feature's, rounded up to a multiple, but at most `max_length`: the model may have no
        positions beyond it.
        """
        lengths = self.lengths[rows]
        width = min(-(-int(lengths.max()) // multiple) * multiple, self.max_length)
        ids = np.full((len(rows), width), self.layout.pad, dtype=np.int64)
        types = np.full_like(ids, self.layout.pad_type)
        for line, row in enumerate(rows):
            at = 0
            for part, token_type in zip(self._parts(row), self.layout.types, strict=True):
                ids[line, at : at + len(part)] = part
                types[line, at : at + len(part)] = token_type
                at += len(part)
        mask = (np.arange(width) < lengths[:, None]).astype(np.int64)
        return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}

    def _parts(self, row: int) -> tuple[Sequence[int] | np.ndarray, ...]:
        """Return the ids of one feature in the five parts that `InputLayout.types` lists."""
        question, context = self.question[row], self.context[row]
        low = self.questions.bounds[question]
        at = self.contexts.bounds[context]
        return (
            self.layout.before,
            self.questions.ids[low : self.questions.bounds[question + 1]],
            self.layout.between,
            self.contexts.ids[at + self.first[row] : at + self.last[row]],
            self.layout.after,
        )


def cut_windows(
    tokenizer: Any,
    questions: Sequence[str],
    contexts: Sequence[str],
    context_of: np.ndarray,
    *,
    max_length: int,
    doc_stride: int,
    max_question_length: int,
) -> Windows:
    """Cut each question's context into windows, without answers.

    max_length: tokens of a feature. doc_stride: context tokens that neighbouring windows share. max_question_length:
    tokens of the question that are kept. Raises InputError when a question leaves no more room than the stride.
    """
    layout = read_input_layout(tokenizer)
    question_tokens = tokenize_texts(tokenizer, questions, offsets=False).truncate(max_question_length)
    context_tokens = tokenize_texts(tokenizer, contexts)
    room = max_length - layout.special_count - question_tokens.counts
    if len(room) and room.min() <= doc_stride:
        text = questions[int(room.argmin())]
        raise InputError(
            f"max_length {max_length}: the question {text[:QUESTION_CHARACTERS]!r} leaves room for "
            f"{max(int(room.min()), 0)} tokens of context, which must be more than the doc_stride of {doc_stride}"
        )
    length = context_tokens.counts[context_of]
    step = room - doc_stride
    window_counts = 1 + np.maximum(0, -(-(length - room) // step))
    question = np.repeat(np.arange(len(questions), dtype=np.int32), window_counts)
    number = np.arange(len(question)) - np.repeat(np.cumsum(window_counts) - window_counts, window_counts)
    first = (number * step[question]).astype(np.int32)
    last = np.minimum(first + room[question], length[question]).astype(np.int32)
    no_answer = np.zeros(len(question), dtype=np.int32)
    return Windows(
        layout,
        question_tokens,
        context_tokens,
        question,
        context_of[question],
        first,
        last,
        no_answer,
        no_answer,
        max_length,
    )
