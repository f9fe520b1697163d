"""Arabic. Its article is written together with the word."""

from spanferry.language.profiles.base import Language, word_set

ARABIC = Language(code="ar", scoring_prefixes=word_set("ال"))
