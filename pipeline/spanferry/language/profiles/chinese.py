"""Chinese."""

from spanferry.language.profiles.base import Language

CHINESE = Language(code="zh", scored_by_character=True)
