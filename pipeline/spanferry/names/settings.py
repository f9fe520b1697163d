"""The settings of names: section `names` of params.yaml."""

from msgspec import Struct


class NamesSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Section `names`."""

    titles: bool = True
    """True to translate the titles of articles, and to publish the translations."""

    repair: bool = True
    """True to give a question the rendering of a name that its paragraph has. False only counts the differences."""
