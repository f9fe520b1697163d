"""Finnish. It has no articles."""

from spanferry.language.profiles.base import Language

FINNISH = Language(code="fi", compounds=True)
