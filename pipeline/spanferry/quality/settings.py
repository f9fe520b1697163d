"""The settings of the encoder that checks translations: section `check.encoder` of params.yaml."""

import re
from typing import Annotated

from msgspec import Meta, Struct

# E5 was trained with this before each text (model card of intfloat/multilingual-e5-small).
_E5, E5_PREFIX = re.compile(r"(?:^|[^a-z0-9])e5(?:$|[^a-z0-9])", re.IGNORECASE), "query: "


class CheckEncoderSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Section `check.encoder`: a pretrained encoder that compares texts with their translations."""

    model: Annotated[str, Meta(min_length=1)]
    """A folder, or the name of a model on the Hugging Face Hub. A multilingual encoder for sentences is needed."""

    revision: str | None = None
    """The commit or tag of a Hub model."""

    layer: Annotated[int, Meta(ge=1)] | None = None
    """The layer whose vectors are used; null for the last."""

    prefix: str | None = None
    """What the model expects before each text; null for "query: " if it is an E5, else for nothing."""

    @property
    def text_prefix(self) -> str:
        """The prefix of each text."""
        return self.prefix if self.prefix is not None else E5_PREFIX if _E5.search(self.model) else ""
