"""Features: windows of tokens that hold a question and a piece of its context, and where the answer lies.

    Examples   questions with their contexts and first usable answers, from SQuAD documents
    Windows    which tokens of which context each feature takes; ids are put together when they are needed

A long context gives several windows, `doc_stride` tokens of which overlap, exactly as
`tokenizer(question, context, truncation="only_second", stride=doc_stride)` would cut them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np

from spanferry.errors import InputError
from spanferry.reader.tokens import Layout, Tokens, encode, layout
from spanferry.squad import Document, Question


class Lost(StrEnum):
    """Why a question of the training data is not trained on. Closed."""

    MISMATCH = "mismatch"  # no answer's offset holds its text
    NO_TOKEN = "no_token"  # the tokenizer makes nothing of the answer's characters
    NO_WINDOW = "no_window"  # the answer fits into no window whole


@dataclass(frozen=True)
class Examples:
    """Questions over contexts. `context_of[i]` is the context of question i; answers as code points.

    start, end: the first answer whose offset holds its text; -1 for none. answerable: whether the
    question has answers at all.
    """

    ids: tuple[str, ...]
    questions: tuple[str, ...]
    contexts: tuple[str, ...]
    context_of: np.ndarray  # int32
    start: np.ndarray  # int32
    end: np.ndarray  # int32
    answerable: np.ndarray  # bool

    def __len__(self) -> int:
        return len(self.ids)


def _span(context: str, question: Question) -> tuple[int, int]:
    """The first answer that stands where it says it does; (-1, -1) for none."""
    for answer in question.answers:
        if answer.text and context[answer.answer_start : answer.end] == answer.text:
            return answer.answer_start, answer.end
    return -1, -1


def examples(documents: Iterable[Document]) -> Examples:
    """Every question of the documents, in order. White space around a question is left away."""
    contexts: list[str] = []
    rows: list[tuple[str, str, int, int, int, bool]] = []
    for document in documents:
        for article in document.data:
            for paragraph in article.paragraphs:
                for question in paragraph.qas:
                    start, end = _span(paragraph.context, question)
                    text = question.question.strip()
                    rows.append((question.id, text, len(contexts), start, end, bool(question.answers)))
                contexts.append(paragraph.context)
    ids, questions, context_of, starts, ends, answerable = zip(*rows, strict=True) if rows else ((),) * 6
    return Examples(
        ids,
        questions,
        tuple(contexts),
        np.array(context_of, dtype=np.int32),
        np.array(starts, dtype=np.int32),
        np.array(ends, dtype=np.int32),
        np.array(answerable, dtype=bool),
    )


@dataclass(frozen=True)
class Windows:
    """n features. Feature i takes question `question[i]` and tokens `first[i]:last[i]` of its context.

    first, last count from the context's first token. start, end: the answer's first and last token as
    positions in the feature, both 0 (the [CLS]) for "no answer". longest: tokens that a feature may have.
    """

    layout: Layout
    questions: Tokens
    contexts: Tokens
    question: np.ndarray  # int32
    context: np.ndarray  # int32
    first: np.ndarray  # int32
    last: np.ndarray  # int32
    start: np.ndarray  # int32
    end: np.ndarray  # int32
    longest: int

    def __len__(self) -> int:
        return len(self.question)

    @cached_property  # each batch asks
    def offset(self) -> np.ndarray:
        """Position in the feature of the window's first context token."""
        return len(self.layout.before) + self.questions.counts[self.question] + len(self.layout.between)

    @cached_property
    def lengths(self) -> np.ndarray:
        """Tokens of each feature, special ones included."""
        return self.offset + (self.last - self.first) + len(self.layout.after)

    def take(self, rows: np.ndarray) -> "Windows":
        """The features at these rows, in this order."""
        fields = ("question", "context", "first", "last", "start", "end")
        return replace(self, **{name: getattr(self, name)[rows] for name in fields})

    def batch(self, rows: Sequence[int] | np.ndarray, multiple: int = 1) -> dict[str, np.ndarray]:
        """input_ids, attention_mask, token_type_ids (int64, one row a feature), padded on the right.

        The width is the longest feature's, rounded up to a multiple, but not beyond what a feature may have:
        the model need not have positions for more.
        """
        lengths = self.lengths[rows]
        width = min(-(-int(lengths.max()) // multiple) * multiple, self.longest)
        ids = np.full((len(rows), width), self.layout.pad, dtype=np.int64)
        types = np.full_like(ids, self.layout.pad_type)
        for line, row in enumerate(rows):
            pieces = self._pieces(row)
            at = 0
            for piece, kind in zip(pieces, self.layout.types, strict=True):
                ids[line, at : at + len(piece)] = piece
                types[line, at : at + len(piece)] = kind
                at += len(piece)
        mask = (np.arange(width) < lengths[:, None]).astype(np.int64)
        return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}

    def _pieces(self, row: int) -> tuple[Any, ...]:
        """The ids of one feature in five pieces, as `Layout.types` names them."""
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


def _cut(tokens: Tokens, limit: np.ndarray | int) -> Tokens:
    """The first `limit` tokens of each text."""
    counts = np.minimum(tokens.counts, limit)
    keep = np.arange(len(tokens.ids)) - np.repeat(tokens.bounds[:-1], tokens.counts) < np.repeat(counts, tokens.counts)
    bounds = np.concatenate([[0], np.cumsum(counts)])
    return Tokens(tokens.ids[keep], tokens.starts, tokens.ends, tokens.words, bounds)


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
    """Cuts each question's context into windows; without answers yet.

    max_length: tokens of a feature. doc_stride: context tokens that neighbouring windows share.
    max_question_length: tokens of the question that are kept. Raises InputError when a question leaves
    no more room than the stride.
    """
    parts = layout(tokenizer)
    asked = _cut(encode(tokenizer, questions, offsets=False), max_question_length)
    read = encode(tokenizer, contexts)
    room = max_length - parts.specials - asked.counts
    if len(room) and room.min() <= doc_stride:
        text = questions[int(room.argmin())]
        raise InputError(
            f"max_length {max_length}: beside the question {text[:60]!r} there is room for {max(int(room.min()), 0)} "
            f"tokens of context, not more than the doc_stride of {doc_stride}"
        )
    length = read.counts[context_of]
    step = room - doc_stride
    pieces = 1 + np.maximum(0, -(-(length - room) // step))
    question = np.repeat(np.arange(len(questions), dtype=np.int32), pieces)
    piece = np.arange(len(question)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    first = (piece * step[question]).astype(np.int32)
    last = np.minimum(first + room[question], length[question]).astype(np.int32)
    nowhere = np.zeros(len(question), dtype=np.int32)
    return Windows(parts, asked, read, question, context_of[question], first, last, nowhere, nowhere, max_length)


def answer_tokens(
    tokens: Tokens, text: np.ndarray, start: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last token of the characters `[start, end)` of text `text`.

    All three arrays have one entry an answer; the results count from the text's first token. last is
    less than first when no token touches the characters. Where several tokens lie on one character (the
    bytes of an "é", or XLM-R's "▁" before a word), first is the last of those that begin it and last the
    first of those that end it, as in run_qa.py; unless that would turn them round.
    """
    # One search over all texts: each text's offsets are lifted above those of the texts before it.
    lift = np.int64(2 + (int(tokens.ends.max()) if len(tokens.ends) else 0) + (int(end.max()) if len(end) else 0))
    owner = np.repeat(np.arange(len(tokens), dtype=np.int64), tokens.counts) * lift
    starts, ends, base = owner + tokens.starts, owner + tokens.ends, tokens.bounds[text]
    low, high = text * lift + start, text * lift + end
    first_touching = np.searchsorted(ends, low, side="right")
    last_touching = np.searchsorted(starts, high, side="left") - 1
    first = np.maximum(first_touching, np.searchsorted(starts, low, side="right") - 1)
    last = np.minimum(last_touching, np.searchsorted(ends, high, side="left"))
    turned = last < first
    return np.where(turned, first_touching, first) - base, np.where(turned, last_touching, last) - base


def training_windows(data: Examples, tokenizer: Any, **sizes: int) -> tuple[Windows, dict[str, Any]]:
    """The features to train on, and how many there are of which kind.

    A window without any of the answer is trained as "no answer", since that is what it should give when
    asked; windows that hold a part of the answer are left out, and so are questions whose answer cannot be placed
    (each counted: `Lost`). sizes: as for `cut_windows`.
    """
    cut = cut_windows(tokenizer, data.questions, data.contexts, data.context_of, **sizes)
    first, last = answer_tokens(cut.contexts, data.context_of.astype(np.int64), data.start, data.end)
    question = cut.question
    has = data.answerable & (data.start >= 0)
    whole = has[question] & (first[question] >= cut.first) & (last[question] < cut.last)
    touched = has[question] & (first[question] < cut.last) & (last[question] >= cut.first)
    found = np.zeros(len(data), dtype=bool)
    found[question[whole]] = True
    reasons = {
        Lost.MISMATCH: data.answerable & (data.start < 0),
        Lost.NO_TOKEN: has & (last < first),
    }
    reasons[Lost.NO_WINDOW] = has & ~found & ~reasons[Lost.NO_TOKEN]
    dropped = np.logical_or.reduce(list(reasons.values()))
    kept = ~dropped[question] & (whole | ~touched)
    shift = (cut.offset - cut.first).astype(np.int32)
    start = np.where(whole, first[question] + shift, 0).astype(np.int32)
    end = np.where(whole, last[question] + shift, 0).astype(np.int32)
    trained = replace(cut, start=start, end=end).take(np.flatnonzero(kept))
    return trained, _counts(data, question, kept, whole, dropped, reasons)


def _counts(
    data: Examples,
    question: np.ndarray,
    kept: np.ndarray,
    whole: np.ndarray,
    dropped: np.ndarray,
    reasons: dict[Lost, np.ndarray],
) -> dict[str, Any]:
    """visited = kept + dropped, for questions and for windows, the dropped by reason."""
    elsewhere = kept & ~whole & data.answerable[question]
    with_dropped = dropped[question]
    return {
        "questions": {
            "visited": len(data),
            "kept": int((~dropped).sum()),
            "dropped": int(dropped.sum()),
            "reasons": {str(reason): int(rows.sum()) for reason, rows in reasons.items()},
        },
        "windows": {
            "visited": len(question),
            "kept": int(kept.sum()),
            "dropped": int((~kept).sum()),
            "reasons": {
                "question_dropped": int(with_dropped.sum()),
                "answer_cut": int((~kept & ~with_dropped).sum()),
            },
            "kinds": {
                "answer": int((kept & whole).sum()),
                "no_answer": int((kept & ~data.answerable[question]).sum()),
                "answer_elsewhere": int(elsewhere.sum()),
            },
        },
    }


def left_out(counts: dict[str, Any]) -> str:
    """What `training_windows` did not train on, for people: "3 questions (mismatch), ..."; empty for nothing."""
    told = [f"{n:,} questions ({reason})" for reason, n in counts["questions"]["reasons"].items() if n]
    cut = counts["windows"]["reasons"]["answer_cut"]
    return ", ".join(told + [f"{cut:,} windows that cut their answer in two"] * (cut > 0))
