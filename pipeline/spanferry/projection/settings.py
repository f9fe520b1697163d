"""The settings of projection: sections `align` and `rescue` of params.yaml."""

from typing import Annotated

from msgspec import Meta, Struct

Share = Annotated[float, Meta(ge=0, le=1)]


class EncoderSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Section `align.encoder`: a pretrained encoder that judges the answers that are not located with certainty."""

    model: Annotated[str, Meta(min_length=1)]
    """A folder, or the name of a model on the Hugging Face Hub. A multilingual encoder is needed."""

    revision: str | None = None
    """The commit or tag of a Hub model."""

    layer: Annotated[int, Meta(ge=1)] | None = None
    """The layer whose vectors are used; null for the one at 0.6 of the depth (7 of 12)."""

    below: Share = 0.95
    """Answers located with a lower probability than this are judged by the encoder."""


class AlignSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Section `align`."""

    min_score: Share = 0.4
    """The lowest score (0 to 1) of a span that is chosen by similarity; below it the answer has no span."""

    min_confidence: Share = 0.5
    """The lowest probability of a span that is kept; less probable spans are dropped as low_confidence or ambiguous."""

    encoder: EncoderSettings | None = None
    """The encoder that judges uncertain answers; null for none."""


class RescueSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Section `rescue`."""

    enabled: bool = True
    below: Share = 0.95
    """Answers located with a lower probability than this are translated again, between markers."""

    rounds: Annotated[int, Meta(ge=0, le=3)] = 2
    """The number of marker styles to try for an answer; 0 for an engine that loses all markers."""
