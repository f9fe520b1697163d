"""The language profiles, one module each. To add a language, write a module and list it here."""

from spanferry.language.profiles.arabic import ARABIC
from spanferry.language.profiles.base import Language
from spanferry.language.profiles.chinese import CHINESE
from spanferry.language.profiles.danish import DANISH
from spanferry.language.profiles.dutch import DUTCH
from spanferry.language.profiles.english import ENGLISH
from spanferry.language.profiles.finnish import FINNISH
from spanferry.language.profiles.french import FRENCH
from spanferry.language.profiles.german import GERMAN
from spanferry.language.profiles.italian import ITALIAN
from spanferry.language.profiles.japanese import JAPANESE
from spanferry.language.profiles.korean import KOREAN
from spanferry.language.profiles.norwegian import NORWEGIAN
from spanferry.language.profiles.portuguese import PORTUGUESE
from spanferry.language.profiles.spanish import SPANISH
from spanferry.language.profiles.swedish import SWEDISH
from spanferry.language.profiles.thai import THAI
from spanferry.language.profiles.vietnamese import VIETNAMESE

PROFILES: dict[str, Language] = {
    profile.code: profile
    for profile in (
        ARABIC,
        CHINESE,
        DANISH,
        DUTCH,
        ENGLISH,
        FINNISH,
        FRENCH,
        GERMAN,
        ITALIAN,
        JAPANESE,
        KOREAN,
        NORWEGIAN,
        PORTUGUESE,
        SPANISH,
        SWEDISH,
        THAI,
        VIETNAMESE,
    )
}
SYNONYMS: dict[str, str] = {synonym: code for code, profile in PROFILES.items() for synonym in profile.synonyms}
"""Primary subtag -> code of the profile of the same language."""
