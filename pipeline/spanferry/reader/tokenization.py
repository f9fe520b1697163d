"""Tokenise many texts at once, and find out how a tokenizer joins a question and a context.

The Rust tokenizer tokenises each distinct context and each question once, on all cores. Windows are cut from the token
arrays afterwards. The ids equal those of tokenising each pair (a test checks this), but a context is not tokenised
again for each of its questions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spanferry.errors import InputError
from spanferry.reader.word_edges import TokenEdges, concatenate_edges, find_token_edges

CHUNK = 2_000  # texts whose Encoding objects are in memory at a time
CONTEXT, QUESTION = 1, 0  # sequence ids


@dataclass(frozen=True)
class Tokens:
    """The tokens of n texts, concatenated: those of text i are `bounds[i]:bounds[i + 1]`.

    starts, ends: the tokenizer's offsets, in code points of the text, ends exclusive. edges: corrected offsets, and the
    words that they lie in. Offsets and edges are empty where they were not requested.
    """

    ids: np.ndarray  # int32
    starts: np.ndarray  # int32
    ends: np.ndarray  # int32
    edges: TokenEdges
    bounds: np.ndarray  # int64, n + 1

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @property
    def counts(self) -> np.ndarray:
        """The number of tokens of each text."""
        return np.diff(self.bounds)

    def truncate(self, limit: np.ndarray | int) -> "Tokens":
        """Keep the ids of the first `limit` tokens of each text; offsets and edges are not cut."""
        counts = np.minimum(self.counts, limit)
        position = np.arange(len(self.ids)) - np.repeat(self.bounds[:-1], self.counts)
        keep = position < np.repeat(counts, self.counts)
        bounds = np.concatenate([[0], np.cumsum(counts)])
        return Tokens(self.ids[keep], self.starts, self.ends, self.edges, bounds)


def tokenize_texts(tokenizer: Any, texts: Sequence[str], *, offsets: bool = True) -> Tokens:
    """Tokenise texts with a fast tokenizer of transformers, without special tokens or truncation."""
    backend = tokenizer.backend_tokenizer
    backend.no_truncation()
    backend.no_padding()
    encode_batch = backend.encode_batch if offsets else backend.encode_batch_fast
    ids: list[int] = []
    counts = [0]
    spans: list[np.ndarray] = []
    edges: list[TokenEdges] = []
    for at in range(0, len(texts), CHUNK):
        chunk = list(texts[at : at + CHUNK])
        encodings = encode_batch(chunk, add_special_tokens=False)
        flat: list[tuple[int, int]] = []
        for encoding in encodings:
            ids += encoding.ids
            counts.append(len(encoding.ids))
            if offsets:
                flat += encoding.offsets
        if offsets:
            spans.append(np.array(flat, dtype=np.int32).reshape(-1, 2))
            edges.append(find_token_edges(chunk, np.array(counts[-len(chunk) :]), spans[-1][:, 0], spans[-1][:, 1]))
    offset = np.concatenate([np.empty((0, 2), dtype=np.int32), *spans])
    return Tokens(
        np.array(ids, dtype=np.int32),
        np.ascontiguousarray(offset[:, 0]),
        np.ascontiguousarray(offset[:, 1]),
        concatenate_edges(edges),
        np.cumsum(counts, dtype=np.int64),
    )


@dataclass(frozen=True)
class InputLayout:
    """The layout of a tokenised question and context, for example [CLS] question [SEP] context [SEP].

    before, between, after: ids of the special tokens. types: token type ids of the five parts before, question,
    between, context, after. pad, pad_type: id and token type id of the padding.
    """

    before: tuple[int, ...]
    between: tuple[int, ...]
    after: tuple[int, ...]
    types: tuple[int, int, int, int, int]
    pad: int
    pad_type: int

    @property
    def special_count(self) -> int:
        """The number of special tokens of a feature."""
        return len(self.before) + len(self.between) + len(self.after)


def read_input_layout(tokenizer: Any) -> InputLayout:
    """Read the layout from a tokenised sample pair.

    Raises InputError unless the tokenizer is a fast one, puts the question first, and begins with [CLS] (or <s>):
    the logits at that token are the score of "no answer".
    """
    name = getattr(tokenizer, "name_or_path", "") or type(tokenizer).__name__
    if not getattr(tokenizer, "is_fast", False):
        raise InputError(f"{name}: has no fast tokenizer (tokenizer.json), so answers cannot be placed in their text")
    sample = tokenizer("a", "b", return_token_type_ids=True)
    parts = sample.sequence_ids(0)
    if QUESTION not in parts or CONTEXT not in parts or parts.index(QUESTION) > parts.index(CONTEXT):
        raise InputError(f"{name}: its tokenizer does not put the question before the context")
    question, context = parts.index(QUESTION), parts.index(CONTEXT)
    ids, types = sample["input_ids"], sample["token_type_ids"]
    after_question = question + parts.count(QUESTION)
    after_context = context + parts.count(CONTEXT)
    if question == 0 or ids[0] not in (tokenizer.cls_token_id, tokenizer.bos_token_id):
        raise InputError(
            f"{name}: its tokenizer does not begin with [CLS], where this reader expects the score of 'no answer'"
        )
    return InputLayout(
        tuple(ids[:question]),
        tuple(ids[after_question:context]),
        tuple(ids[after_context:]),
        (types[0], types[question], types[after_question], types[context], types[-1]),
        0 if tokenizer.pad_token_id is None else tokenizer.pad_token_id,  # the model does not look at padding
        getattr(tokenizer, "pad_token_type_id", 0),
    )
