"""`QuestionAnswerer` replaces the question-answering pipeline of transformers 4, which transformers 5 removed.

Arguments, defaults, keys, scores and answers are those of that pipeline (version 4.57), with three differences. A
question that is too long for the window is truncated instead of raising an error. "Answers" of special tokens, which
the pipeline returns with score 0 when it has nothing else, are left out, and so are those of nothing but blanks. Words
are those of the language (`spanferry.language`), not the pieces between the tokenizer's spaces: the pipeline answers
"Nederland." or, in Japanese, the whole context. Only BERT's pre-tokenizer still decides on parts of numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from spanferry.errors import InputError
from spanferry.language.words import SEPARATORS
from spanferry.pretrained import load_tokenizer, locate_model
from spanferry.reader import models
from spanferry.reader.inference import Logits, compute_logits
from spanferry.reader.limits import check_length, longest_input
from spanferry.reader.settings import WeightsFormat
from spanferry.reader.tokenization import read_input_layout
from spanferry.reader.windows import Windows, cut_windows

MAX_LENGTH = 384
DOC_STRIDE = 128


class AnswerDict(TypedDict):
    """An answer. score: 0 to 1. start, end: offsets in the context in code points, end exclusive."""

    score: float
    start: int
    end: int
    answer: str


class QuestionAnswerer:
    """A model that answers questions with a span, like `pipeline("question-answering")` of transformers 4.

    Example:
        >>> from spanferry import QuestionAnswerer
        >>> qa = QuestionAnswerer("models/dutch-mbert")  # doctest: +SKIP
        >>> qa({"question": "Wat is de hoofdstad?", "context": "Amsterdam is de hoofdstad."})  # doctest: +SKIP
        {'score': 0.83, 'start': 0, 'end': 9, 'answer': 'Amsterdam'}
        >>> qa(question="Wat is de hoofdstad?", context="Amsterdam is de hoofdstad.", top_k=3)  # doctest: +SKIP
        [{'score': 0.83, ...}, ...]

    Args:
        model: a folder, the name of a model on the Hugging Face Hub, or a loaded model of transformers.
        tokenizer: the fast tokenizer of a loaded model; a folder or a Hub model brings its own.
        revision: commit, tag or branch of a Hub model.
        weights: "safetensors", or "torch" to read `pytorch_model.bin` through PyTorch's restricted unpickler.
        device: "cpu", "cuda", ...; by default a GPU when there is one.
        batch_size: windows per forward pass.

    Raises:
        InputError: there is no such model, it cannot be loaded, or a loaded model comes without its tokenizer.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any = None,
        *,
        revision: str = "main",
        weights: WeightsFormat = "safetensors",
        device: str | None = None,
        batch_size: int = 32,
    ) -> None:
        import torch

        if isinstance(model, str | Path):
            folder = locate_model(str(model), revision, weights).folder
            tokenizer = load_tokenizer(folder) if tokenizer in (None, model) else tokenizer
            model = models.load_model(folder, weights)
        elif tokenizer is None:
            raise InputError("a loaded model needs its tokenizer")
        self.tokenizer = tokenizer
        self.model = model.to(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.batch_size = batch_size

    def __call__(
        self,
        inputs: Mapping[str, str] | Iterable[Mapping[str, str]] | None = None,
        *,
        question: str | Sequence[str] | None = None,
        context: str | Sequence[str] | None = None,
        top_k: int = 1,
        doc_stride: int | None = None,
        max_answer_len: int = 15,
        max_seq_len: int | None = None,
        max_question_len: int | None = None,
        handle_impossible_answer: bool = False,
        align_to_words: bool = True,
    ) -> AnswerDict | list[AnswerDict] | list[AnswerDict | list[AnswerDict]]:
        """Answer one question, or each of several.

        The score is the product of the probabilities of the span's start and end within its window. Answers whose
        texts differ only in case are merged, and their scores are added.

        Args:
            inputs: {"question": ..., "context": ...}, or an iterable of such mappings.
            question: one question or several, instead of `inputs`.
            context: the context of all questions, or one context per question.
            top_k: the maximum number of answers per question.
            doc_stride: tokens that the windows of a long context share; by default 128, or half of `max_seq_len` if
                that is less.
            max_answer_len: the maximum number of tokens of an answer.
            max_seq_len: the maximum number of tokens of a window; by default 384, or the model's maximum if that is
                less.
            max_question_len: the maximum number of tokens of a question; by default as many as fit. Longer questions
                are truncated.
            handle_impossible_answer: allow "" as an answer. Its score is the lowest probability of "no answer" in the
                question's windows.
            align_to_words: extend answers to whole words. In scripts without spaces each character is one, and in
                Korean an answer may end before a particle.

        Returns:
            For each question one answer, or a list of several answers by descending score. Each has `score` (0 to 1),
            `start` and `end` (offsets in the context in code points, end exclusive) and `answer`. The result of a
            single question is not wrapped in a list.

        Raises:
            InputError: a question or a context is missing, empty or not text, or the sizes leave no room for a context
                or are more than the model can take.
        """
        pairs = _read_pairs(inputs, question, context)
        if top_k < 1 or max_answer_len < 1:
            raise InputError("top_k and max_answer_len must be at least 1")
        if not pairs:
            return []
        windows = self._cut_windows(pairs, doc_stride, max_seq_len, max_question_len)
        logits = compute_logits(self.model, windows, self.batch_size)
        bounds = np.searchsorted(windows.question, np.arange(len(pairs) + 1))
        splits_numbers = _splits_numbers(self.tokenizer)
        results: list[Any] = []
        for row, (_, text) in enumerate(pairs):
            merged: dict[str, AnswerDict] = {}
            impossible = 1.0
            for window in range(bounds[row], bounds[row + 1]):
                null = _merge_answers(
                    merged, text, windows, window, logits, top_k, max_answer_len, align_to_words, splits_numbers
                )
                impossible = min(impossible, null)
            ranked = list(merged.values())
            if handle_impossible_answer:
                ranked.append({"score": impossible, "start": 0, "end": 0, "answer": ""})
            best = sorted(ranked, key=lambda answer: -answer["score"])[:top_k]
            results.append(best[0] if len(best) == 1 else best)
        return results[0] if len(results) == 1 else results

    def _cut_windows(
        self, pairs: list[tuple[str, str]], doc_stride: int | None, max_length: int | None, max_question: int | None
    ) -> Windows:
        """Cut the windows of all pairs; each distinct context is tokenised once."""
        if max_length is None:
            length = min(MAX_LENGTH, longest_input(self.model, self.tokenizer) or MAX_LENGTH)
        else:
            length = max_length
            check_length("max_seq_len", length, self.model, self.tokenizer)
        stride = min(length // 2, DOC_STRIDE) if doc_stride is None else doc_stride
        room = length - read_input_layout(self.tokenizer).special_count - stride - 1
        if stride < 0 or room < 1:
            raise InputError(f"doc_stride {stride} leaves no room for a context in windows of {length} tokens")
        number: dict[str, int] = {}
        context_of = np.array([number.setdefault(context, len(number)) for _, context in pairs], dtype=np.int32)
        return cut_windows(
            self.tokenizer,
            [question for question, _ in pairs],
            list(number),
            context_of,
            max_length=length,
            doc_stride=stride,
            max_question_length=min(room, max_question or room),
        )


def _read_pairs(inputs: Any, question: Any, context: Any) -> list[tuple[str, str]]:
    """Return the (question, context) pairs of a call, in any of the accepted forms. Raises InputError."""
    if inputs is None:
        if isinstance(question, str) and isinstance(context, str):
            return _check_pairs([(question, context)])
        if isinstance(question, Sequence) and isinstance(context, str):
            return _check_pairs([(one, context) for one in question])
        if isinstance(question, Sequence) and isinstance(context, Sequence):
            if len(question) != len(context):
                raise InputError(f"{len(question)} questions do not go with {len(context)} contexts")
            return _check_pairs(list(zip(question, context, strict=True)))
        raise InputError("a question and its context are needed")
    rows: list[Any] = [inputs] if isinstance(inputs, Mapping) else list(inputs) if isinstance(inputs, Iterable) else []
    if not all(isinstance(row, Mapping) and {"question", "context"} <= row.keys() for row in rows):
        raise InputError('each input must be {"question": ..., "context": ...}')
    return _check_pairs([(row["question"], row["context"]) for row in rows])


def _check_pairs(pairs: list[tuple[Any, Any]]) -> list[tuple[str, str]]:
    for pair in pairs:
        for name, text in zip(("question", "context"), pair, strict=True):
            if not isinstance(text, str) or not text:
                raise InputError(f"`{name}` must be text that is not empty")
    return pairs


def _merge_answers(
    merged: dict[str, AnswerDict],
    text: str,
    windows: Windows,
    window: int,
    logits: Logits,
    top_k: int,
    max_answer_len: int,
    align_to_words: bool,
    splits_numbers: bool,
) -> float:
    """Merge a window's answers into `merged` (keyed by text in lower case); return its probability of "no answer".

    splits_numbers: parts of a number count as words (`_splits_numbers`).
    """
    offset = int(windows.offset[window])
    size = int(windows.last[window] - windows.first[window])
    of_window = slice(logits.bounds[window], logits.bounds[window + 1])
    null_start, start = _softmax(logits.start[of_window], offset, size)
    null_end, end = _softmax(logits.end[of_window], offset, size)
    base = int(windows.contexts.bounds[windows.context[window]] + windows.first[window])
    tokens = slice(base, base + size)
    edges = windows.contexts.edges
    starts, ends = edges.starts[tokens], edges.ends[tokens]
    word_starts, word_ends = (edges.word_starts, edges.word_ends) if align_to_words else (edges.starts, edges.ends)
    count = top_k * 2 + 10 if align_to_words else top_k
    for first, last, score in _best_token_spans(start, end, starts, ends, count, max_answer_len):
        begin, stop = int(word_starts[base + first]), int(word_ends[base + last])
        if splits_numbers and align_to_words:
            begin = _number_part_start(text, begin, int(starts[first]))
            stop = _number_part_end(text, int(ends[last]), stop)
        answer = text[begin:stop]
        if (known := merged.get(answer.lower())) is not None:
            known["score"] += score
        else:
            merged[answer.lower()] = {"score": score, "start": begin, "end": stop, "answer": answer}
    return float(null_start * null_end)


def _splits_numbers(tokenizer: Any) -> bool:
    """Return whether parts of a number are words, as they are to BERT's pre-tokenizer and so to the pipeline."""
    return type(tokenizer.backend_tokenizer.pre_tokenizer).__name__ == "BertPreTokenizer"


def _number_part_start(text: str, word: int, start: int) -> int:
    """Return where the part of a number begins that holds `start`: "250" of "14.250". word: where the number begins."""
    if word < start and text[start : start + 1] in SEPARATORS:
        return start
    return max((at + 1 for at in range(word, start) if text[at] in SEPARATORS), default=word)


def _number_part_end(text: str, end: int, word_end: int) -> int:
    """Return where the part of a number ends that ends at or after `end`. word_end: where the number ends."""
    if end < word_end and text[end - 1 : end] in SEPARATORS:
        return end
    return min((at for at in range(end, word_end) if text[at] in SEPARATORS), default=word_end)


def _softmax(logits: np.ndarray, offset: int, size: int) -> tuple[np.float32, np.ndarray]:
    """Return the probability of [CLS] and those of the context's tokens: a softmax over [CLS] and these tokens."""
    chosen = np.concatenate([logits[:1], logits[offset : offset + size]])
    weights = np.exp(chosen - chosen.max())
    shares = weights / weights.sum()
    return shares[0], shares[1:]


def _best_token_spans(
    start: np.ndarray, end: np.ndarray, starts: np.ndarray, ends: np.ndarray, n: int, max_length: int
) -> list[tuple[int, int, float]]:
    """Return the n best (first, last, score) of at most `max_length` tokens, the best first, without scores of 0.

    start, end: probabilities of the tokens. starts, ends: their offsets; spans of nothing but blanks are left out.
    """
    if not len(start):
        return []
    # Row: first token; column: distance to the last token.
    reach, stops = (
        np.lib.stride_tricks.sliding_window_view(np.append(array, np.zeros(max_length - 1, array.dtype)), max_length)
        for array in (end, ends)
    )
    scores = np.where(stops > starts[:, None], start[:, None] * reach, np.float32(0)).ravel()
    best = np.sort(np.argpartition(-scores, n)[:n]) if n < len(scores) else np.arange(len(scores))
    ranked = best[np.argsort(-scores[best], kind="stable")]
    ranked = ranked[scores[ranked] > 0]
    first, distance = np.divmod(ranked, max_length)
    return list(zip(first.tolist(), (first + distance).tolist(), scores[ranked].tolist(), strict=True))
