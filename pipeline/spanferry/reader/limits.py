"""What a model can take: its positions, its vocabulary and its token types.

They are read from the model's own embeddings. Its tokenizer may allow more than the model, for example when it states
no maximum length, or when it is another model's.
"""

import inspect
from dataclasses import dataclass
from typing import Any

from spanferry.errors import InputError
from spanferry.reader.windows import Windows

POSITIONS, TYPES = "position_embeddings", "token_type_embeddings"  # names of the embeddings in transformers' models


@dataclass(frozen=True)
class ModelLimits:
    """The limits of a model.

    positions: the most tokens of an input, None where the model has no maximum. vocabulary: the number of its token
    embeddings, None where it has none. types: the number of its token types; 0 where it takes no token types. name: the
    model's folder or Hub id, empty for a new model.
    """

    name: str
    positions: int | None
    vocabulary: int | None
    types: int

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs that the model takes. A single token type needs no input."""
        names = ["input_ids", "attention_mask"]
        return [*names, "token_type_ids"] if self.types > 1 else names

    def check_windows(self, windows: Windows) -> None:
        """Raise InputError when features have tokens or token types that the model does not have."""
        layout = windows.layout
        where = f"{self.name}: " if self.name else ""
        specials = (*layout.before, *layout.between, *layout.after, layout.pad)
        learnt = (int(tokens.ids.max(initial=0)) for tokens in (windows.questions, windows.contexts))
        highest = max(*specials, *learnt)
        if self.vocabulary is not None and highest >= self.vocabulary:
            raise InputError(
                f"{where}the tokenizer gives token {highest}, but the model's vocabulary ends at {self.vocabulary - 1}"
                "; use the tokenizer that belongs to the model"
            )
        kind = max(*layout.types, layout.pad_type)
        if self.types > 1 and kind >= self.types:
            raise InputError(
                f"{where}the tokenizer gives token type {kind}, but the model's types end at {self.types - 1}; "
                "use the tokenizer that belongs to the model"
            )


def read_limits(model: Any) -> ModelLimits:
    """Read the limits of a model of transformers."""
    sizes = _embedding_sizes(model)
    stated = getattr(model.config, "max_position_embeddings", None)
    positions = [size for size in (stated, sizes.get(POSITIONS)) if isinstance(size, int) and size > 0]
    types = sizes.get(TYPES, 0)
    if TYPES not in sizes and "token_type_ids" in inspect.signature(model.forward).parameters:
        types = getattr(model.config, "type_vocab_size", 0)  # of models that have no embeddings of types (Funnel)
    embeddings = model.get_input_embeddings()
    vocabulary = getattr(embeddings, "num_embeddings", None)
    return ModelLimits(getattr(model, "name_or_path", "") or "", min(positions, default=None), vocabulary, types)


def longest_input(model: Any, tokenizer: Any) -> int | None:
    """Return the most tokens of an input that a model and its tokenizer allow; None for no limit."""
    positions = read_limits(model).positions
    longest = getattr(tokenizer, "model_max_length", None)
    return min((size for size in (positions, longest) if size is not None), default=None)


def check_length(name: str, length: int, model: Any, tokenizer: Any) -> None:
    """Raise InputError when inputs of `length` tokens, which setting `name` asks for, are too long for a model."""
    longest = longest_input(model, tokenizer)
    if longest is not None and length > longest:
        raise InputError(f"{name}: {length} tokens are more than the model's {longest}")


def _embedding_sizes(model: Any) -> dict[str, int]:
    """Return the sizes of the embeddings of positions and of token types, as far as the model has them.

    RoBERTa and its kin count positions from the one after the padding's, so they have fewer than embeddings.
    """
    sizes: dict[str, int] = {}
    for path, module in model.named_modules():
        name = path.rpartition(".")[2]
        if name in (POSITIONS, TYPES) and (count := getattr(module, "num_embeddings", None)) is not None:
            padding = getattr(module, "padding_idx", None) if name == POSITIONS else None
            sizes.setdefault(name, count if padding is None else count - padding - 1)
    return sizes
