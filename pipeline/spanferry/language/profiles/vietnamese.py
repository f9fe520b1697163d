"""Vietnamese. The words that scoring ignores are those of MLQA's script."""

from spanferry.language.profiles.base import Language, word_set

VIETNAMESE = Language(code="vi", scoring_articles=word_set("của là cái chiếc những"))
