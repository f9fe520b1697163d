"""Texts as tokens, many at once, and what a tokenizer puts around a question and its context.

Each distinct context and each question is tokenised once, by the Rust tokenizer, on all cores; windows
are cut from the token arrays afterwards. That gives the ids that tokenising each pair would give (a
test holds it to that), without doing a context again for each of its questions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spanferry.errors import InputError

CHUNK = 2_000  # texts whose Encoding objects are held at a time
CONTEXT, QUESTION = 1, 0  # sequence ids


@dataclass(frozen=True)
class Tokens:
    """The tokens of n texts, one after the other: those of text i are `bounds[i]:bounds[i + 1]`.

    starts, ends: code points of the text, ends exclusive. words: number of the word (as the tokenizer
    splits them) in its text, -1 for none. Offsets and words are empty where they were not asked for.
    """

    ids: np.ndarray  # int32
    starts: np.ndarray  # int32
    ends: np.ndarray  # int32
    words: np.ndarray  # int32
    bounds: np.ndarray  # int64, n + 1

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @property
    def counts(self) -> np.ndarray:
        """Tokens of each text."""
        return np.diff(self.bounds)


def encode(tokenizer: Any, texts: Sequence[str], *, offsets: bool = True) -> Tokens:
    """Tokenises texts with a fast tokenizer of transformers, without special tokens or truncation."""
    backend = tokenizer.backend_tokenizer
    backend.no_truncation()
    backend.no_padding()
    run = backend.encode_batch if offsets else backend.encode_batch_fast
    ids, spans, words, counts = [], [], [], [0]
    for at in range(0, len(texts), CHUNK):
        encodings = run(list(texts[at : at + CHUNK]), add_special_tokens=False)
        for encoding in encodings:
            ids += encoding.ids
            counts.append(len(encoding.ids))
            if offsets:
                spans += encoding.offsets
                words += encoding.word_ids
    flat = np.array(spans, dtype=np.int32).reshape(-1, 2)
    return Tokens(
        np.array(ids, dtype=np.int32),
        np.ascontiguousarray(flat[:, 0]),
        np.ascontiguousarray(flat[:, 1]),
        np.array([-1 if word is None else word for word in words], dtype=np.int32),
        np.cumsum(counts, dtype=np.int64),
    )


@dataclass(frozen=True)
class Layout:
    """How a tokenizer joins a question and a context: [CLS] question [SEP] context [SEP].

    before, between, after: ids of the special tokens. types: the token type ids of the five pieces.
    """

    before: tuple[int, ...]
    between: tuple[int, ...]
    after: tuple[int, ...]
    types: tuple[int, int, int, int, int]  # before, question, between, context, after
    pad: int
    pad_type: int

    @property
    def specials(self) -> int:
        return len(self.before) + len(self.between) + len(self.after)


def layout(tokenizer: Any) -> Layout:
    """Reads the layout off a probe. Raises InputError for a tokenizer this reader cannot use.

    Needed are a fast tokenizer, the question first, and a leading [CLS] (or <s>), where "no answer" lies.
    """
    name = getattr(tokenizer, "name_or_path", "") or type(tokenizer).__name__
    if not getattr(tokenizer, "is_fast", False):
        raise InputError(f"{name}: has no fast tokenizer (tokenizer.json), so answers cannot be placed in their text")
    probe = tokenizer("a", "b", return_token_type_ids=True)
    parts = probe.sequence_ids(0)
    if QUESTION not in parts or CONTEXT not in parts or parts.index(QUESTION) > parts.index(CONTEXT):
        raise InputError(f"{name}: its tokenizer does not put the question before the context")
    question, context = parts.index(QUESTION), parts.index(CONTEXT)
    ids, types = probe["input_ids"], probe["token_type_ids"]
    after_question = question + parts.count(QUESTION)
    after_context = context + parts.count(CONTEXT)
    if question == 0 or ids[0] not in (tokenizer.cls_token_id, tokenizer.bos_token_id):
        raise InputError(f"{name}: its tokenizer puts no [CLS] first, where this reader looks for 'no answer'")
    return Layout(
        tuple(ids[:question]),
        tuple(ids[after_question:context]),
        tuple(ids[after_context:]),
        (types[0], types[question], types[after_question], types[context], types[-1]),
        tokenizer.pad_token_id,
        getattr(tokenizer, "pad_token_type_id", 0),
    )
