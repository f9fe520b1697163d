"""The knobs of projection, as params.yaml gives them."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Share = Annotated[float, Meta(ge=0, le=1)]


class AlignSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Section `align`."""

    min_score: Share = 0.4
    """A span with less evidence than this (0 to 1) is no candidate at all."""

    min_confidence: Share = 0.5
    """A span less probably right than this is dropped, with reason low_confidence."""

    words: Literal["off", "corpus"] = "off"
    """Where rescue gets no markers back: nothing, or word alignment, trained on the corpus itself."""


class RescueSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Section `rescue`."""

    enabled: bool = True
    below: Share = 0.95
    """Answers located with less probability than this are asked for again, between markers."""

    rounds: Annotated[int, Meta(ge=0, le=3)] = 2
    """Marker styles that are tried before an answer is left as it is; none for an engine that loses them all."""
