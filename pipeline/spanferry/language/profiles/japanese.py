"""Japanese."""

from spanferry.language.profiles.base import Language

JAPANESE = Language(code="ja", scored_by_character=True)
