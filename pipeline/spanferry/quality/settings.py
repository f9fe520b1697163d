"""The settings of checks: section `check` of params.yaml."""

from typing import Annotated

from msgspec import Meta, Struct


class CheckSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Section `check`."""

    min_quality: Annotated[float, Meta(ge=0, le=1)] = 0.0
    """The lowest quality of a question that is kept; 0 keeps all. A question without quality is not dropped for it."""
