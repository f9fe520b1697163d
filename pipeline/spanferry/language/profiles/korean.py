"""Korean."""

from spanferry.language.profiles.base import Language

KOREAN = Language(code="ko", f1_by_character=True)
