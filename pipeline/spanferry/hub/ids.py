"""The id of a data set on the Hub, as params.yaml gives it: `hf:owner/name@revision`."""

import re
from typing import NamedTuple

from spanferry.errors import InputError

PREFIX = "hf:"
COMMIT = re.compile(r"[0-9a-f]{40}")
EXPECTED = "hf:owner/name@revision, where the revision is a commit (40 hexadecimal digits) or a tag"

# The Hub's rules for names. Old data sets, such as `squad`, have no owner.
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}"
_ID = re.compile(rf"({_NAME}(?:/{_NAME})?)(?:@([A-Za-z0-9][A-Za-z0-9._/-]{{0,199}}))?")


class HubId(NamedTuple):
    """A data set on the Hub. revision: a commit or a tag."""

    repository: str
    revision: str

    def __str__(self) -> str:
        return f"{PREFIX}{self.repository}@{self.revision}"


def is_hub_id(location: str) -> bool:
    """Return whether a location is meant as a data set on the Hub."""
    return location.startswith(PREFIX)


def parse_hub_id(location: str) -> HubId:
    """Return the parts of a location that begins with `hf:`. Raises InputError with the form that is expected.

    >>> parse_hub_id("hf:rajpurkar/squad_v2@v1.0")
    HubId(repository='rajpurkar/squad_v2', revision='v1.0')
    """
    match = _ID.fullmatch(location.removeprefix(PREFIX))
    if not match or ".." in location or "--" in match[1]:
        raise InputError(f"{location!r} is not {EXPECTED}")
    if not match[2]:
        raise InputError(f"{location!r} has no revision: write {EXPECTED}")
    return HubId(match[1], match[2])
