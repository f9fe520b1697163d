"""`QuestionAnswerer`: what `pipeline("question-answering")` of transformers 4 did, and 5 no longer does.

    qa = QuestionAnswerer("models/dutch-mbert")
    qa({"question": "Wat is de hoofdstad van Nederland?", "context": "Amsterdam is de hoofdstad ..."})
    -> {"score": 0.83, "start": 0, "end": 9, "answer": "Amsterdam"}

Arguments, defaults, keys, scores and answers are that pipeline's (4.57). A score is the product of the
start's and the end's probability within a window; answers of the same text, in any case, add up.
Differences: a question too long for the window is cut instead of failing, and "answers" made of special
tokens, which the pipeline gives with score 0 when it has nothing else, are left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from spanferry.errors import InputError
from spanferry.pretrained import locate
from spanferry.reader import models
from spanferry.reader.features import Windows, cut_windows
from spanferry.reader.prediction import logits
from spanferry.reader.tokens import layout

MAX_LENGTH = 384
DOC_STRIDE = 128

Answer = dict[str, Any]


def _normalised(inputs: Any, question: Any, context: Any) -> list[tuple[str, str]]:
    """(question, context) pairs of whatever way the call was made. Raises InputError."""
    if inputs is None:
        if isinstance(question, str) and isinstance(context, str):
            return _checked([(question, context)])
        if isinstance(question, Sequence) and isinstance(context, str):
            return _checked([(one, context) for one in question])
        if isinstance(question, Sequence) and isinstance(context, Sequence):
            if len(question) != len(context):
                raise InputError(f"{len(question)} questions do not go with {len(context)} contexts")
            return _checked(list(zip(question, context, strict=True)))
        raise InputError("a question and its context are needed")
    rows = [inputs] if isinstance(inputs, Mapping) else list(inputs) if isinstance(inputs, Iterable) else []
    if not all(isinstance(row, Mapping) and {"question", "context"} <= row.keys() for row in rows):
        raise InputError('each input must be {"question": ..., "context": ...}')
    return _checked([(row["question"], row["context"]) for row in rows])


def _checked(pairs: list[tuple[Any, Any]]) -> list[tuple[str, str]]:
    for pair in pairs:
        for name, text in zip(("question", "context"), pair, strict=True):
            if not isinstance(text, str) or not text:
                raise InputError(f"`{name}` must be a text, and not empty")
    return pairs


class QuestionAnswerer:
    """Answers questions about contexts with a fine-tuned model."""

    def __init__(
        self,
        model: Any,
        tokenizer: Any = None,
        *,
        revision: str = "main",
        weights: str = "safetensors",
        device: str | None = None,
        batch_size: int = 32,
    ) -> None:
        """model: a folder, a model of the Hub (with revision and weights as in `runs.Base`), or a loaded one.

        tokenizer: needed with a loaded model. device: "cpu", "cuda"; a GPU is taken when there is one.
        Raises InputError when there is no such model.
        """
        import torch

        if isinstance(model, str | Path):
            folder = locate(str(model), revision, weights).folder
            tokenizer = models.load_tokenizer(folder) if tokenizer in (None, model) else tokenizer
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
    ) -> Answer | list[Answer] | list[Answer | list[Answer]]:
        """Answers one question, or each of several.

        inputs: {"question": ..., "context": ...} or a list of such; or give question and context (either
        may be a list). top_k answers at most; with one the answer itself, not a list, and likewise for one
        question. doc_stride, max_answer_len, max_seq_len and max_question_len count tokens.
        handle_impossible_answer: whether "" may be an answer. align_to_words: grow answers to whole words.
        Keys: score (0 to 1), start, end (code points of the context), answer.
        """
        pairs = _normalised(inputs, question, context)
        if top_k < 1 or max_answer_len < 1:
            raise InputError("top_k and max_answer_len must be at least 1")
        if not pairs:
            return []
        cut = self._windows(pairs, doc_stride, max_seq_len, max_question_len)
        scored = logits(self.model, cut, self.batch_size)
        bounds = np.searchsorted(cut.question, np.arange(len(pairs) + 1))
        results: list[Any] = []
        for row, (_, text) in enumerate(pairs):
            found: dict[str, Answer] = {}
            impossible = 1.0
            for window in range(bounds[row], bounds[row + 1]):
                place = slice(scored.bounds[window], scored.bounds[window + 1])
                both = scored.start[place], scored.end[place]
                null = _collect(found, text, cut, window, both, top_k, max_answer_len, align_to_words)
                impossible = min(impossible, null)
            ranked = list(found.values())
            if handle_impossible_answer:
                ranked.append({"score": impossible, "start": 0, "end": 0, "answer": ""})
            best = sorted(ranked, key=lambda answer: -answer["score"])[:top_k]
            results.append(best[0] if len(best) == 1 else best)
        return results[0] if len(results) == 1 else results

    def _windows(
        self, pairs: list[tuple[str, str]], doc_stride: int | None, max_length: int | None, max_question: int | None
    ) -> Windows:
        """The windows of all pairs, each distinct context tokenised once."""
        longest = max_length or min(self.tokenizer.model_max_length, MAX_LENGTH)
        stride = min(longest // 2, DOC_STRIDE) if doc_stride is None else doc_stride
        room = longest - layout(self.tokenizer).specials - stride - 1
        if stride < 0 or room < 1:
            raise InputError(f"doc_stride {stride} leaves no room in windows of {longest} tokens")
        number: dict[str, int] = {}
        context_of = np.array([number.setdefault(text, len(number)) for _, text in pairs], dtype=np.int32)
        return cut_windows(
            self.tokenizer,
            [asked for asked, _ in pairs],
            list(number),
            context_of,
            max_length=longest,
            doc_stride=stride,
            max_question_length=min(room, max_question or room),
        )


def _collect(
    found: dict[str, Answer],
    text: str,
    cut: Windows,
    window: int,
    scores: tuple[np.ndarray, np.ndarray],
    top_k: int,
    longest: int,
    whole_words: bool,
) -> float:
    """Adds a window's answers to those found so far (by text in lower case); gives its score of "no answer"."""
    low = int(cut.offset[window])
    size = int(cut.last[window] - cut.first[window])
    (null_start, start), (null_end, end) = (_probabilities(one, low, size) for one in scores)
    base = int(cut.contexts.bounds[cut.context[window]] + cut.first[window])
    here = slice(base, base + size)
    starts, ends, words = cut.contexts.starts[here], cut.contexts.ends[here], cut.contexts.words[here]
    for first, last, score in _best(start, end, top_k * 2 + 10 if whole_words else top_k, longest):
        begin, stop = int(starts[first]), int(ends[last])
        if whole_words and words[first] >= 0 and words[last] >= 0:
            begin = int(starts[np.searchsorted(words, words[first])])
            stop = int(ends[np.searchsorted(words, words[last], side="right") - 1])
        answer = text[begin:stop]
        if (known := found.get(answer.lower())) is not None:
            known["score"] += score
        else:
            found[answer.lower()] = {"score": score, "start": begin, "end": stop, "answer": answer}
    return float(null_start * null_end)


def _probabilities(scores: np.ndarray, low: int, size: int) -> tuple[np.float32, np.ndarray]:
    """Softmax over [CLS] and the window's context: the share of [CLS], and those of the context's tokens."""
    chosen = np.concatenate([scores[:1], scores[low : low + size]])
    weights = np.exp(chosen - chosen.max())
    shares = weights / weights.sum()
    return shares[0], shares[1:]


def _best(start: np.ndarray, end: np.ndarray, n: int, longest: int) -> list[tuple[int, int, float]]:
    """The n best (first, last, score) with at most `longest` tokens, the best first; none of score 0."""
    if not len(start):
        return []
    reach = np.lib.stride_tricks.sliding_window_view(np.append(end, np.zeros(longest - 1, end.dtype)), longest)
    pairs = (start[:, None] * reach).ravel()  # row: first token; column: how many tokens later the last one is
    some = np.sort(np.argpartition(-pairs, n)[:n]) if n < len(pairs) else np.arange(len(pairs))
    ranked = some[np.argsort(-pairs[some], kind="stable")]
    ranked = ranked[pairs[ranked] > 0]
    first, later = np.divmod(ranked, longest)
    return list(zip(first.tolist(), (first + later).tolist(), pairs[ranked].tolist(), strict=True))
