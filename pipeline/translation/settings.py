"""The knobs of translation, as params.yaml gives them."""

from typing import Annotated

from msgspec import Meta, Struct

Positive = Annotated[float, Meta(gt=0)]
Count = Annotated[int, Meta(ge=1)]
Workers = Annotated[int, Meta(ge=1, le=256)]


class TranslateSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Section `translate`: how hard and how long to try. None of it changes what a translation is."""

    workers: Workers = 16
    """Most requests under way at once; the pace finds its own level below."""

    timeout_s: Positive = 30.0
    """Seconds without a byte from the service before a request counts as lost."""

    attempts: Count = 10
    """Bad answers to one text, while others are answered well, before it is given up."""

    longest_pause_s: Positive = 1800.0
    """Pauses double while the service refuses, up to this many seconds."""

    patience_hours: Positive = 48.0
    """Hours without a single good answer before the run stops (bans last 2 to 48 hours)."""

    max_requests: Count | None = None
    """Requests that one run may send."""

    max_hours: Positive | None = None
    """Hours that one run may take."""


class MemorySettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="engine", tag="memory"):
    """Engine `memory`: replays a corpus's own TMX file, offline."""


class IdentitySettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="engine", tag="identity"):
    """Engine `identity`: gives each text back, for testing a build."""


class MTranslateSettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="engine", tag="mtranslate"):
    """Engine `mtranslate`: Google Translate's mobile page."""


TranslatorSettings = MemorySettings | IdentitySettings | MTranslateSettings
"""An entry of section `translators`: told apart by its key `engine`."""
