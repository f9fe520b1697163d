# ruff: noqa: F401
from spanferry.language import NEUTRAL, Language, counting
from spanferry.language import language_of as language
from spanferry.language.profiles import PROFILES as LANGUAGES
