"""Thai."""

from spanferry.language.profiles.base import Language

THAI = Language(code="th", scored_by_character=True)
