"""The language profiles, one module each. To add a language, write a module and list it here."""

from spanferry.language.profiles.arabic import ARABIC
from spanferry.language.profiles.base import Language
from spanferry.language.profiles.bulgarian import BULGARIAN
from spanferry.language.profiles.chinese import CHINESE
from spanferry.language.profiles.croatian import CROATIAN
from spanferry.language.profiles.czech import CZECH
from spanferry.language.profiles.danish import DANISH
from spanferry.language.profiles.dutch import DUTCH
from spanferry.language.profiles.english import ENGLISH
from spanferry.language.profiles.estonian import ESTONIAN
from spanferry.language.profiles.finnish import FINNISH
from spanferry.language.profiles.french import FRENCH
from spanferry.language.profiles.german import GERMAN
from spanferry.language.profiles.greek import GREEK
from spanferry.language.profiles.hebrew import HEBREW
from spanferry.language.profiles.hindi import HINDI
from spanferry.language.profiles.hungarian import HUNGARIAN
from spanferry.language.profiles.indonesian import INDONESIAN
from spanferry.language.profiles.irish import IRISH
from spanferry.language.profiles.italian import ITALIAN
from spanferry.language.profiles.japanese import JAPANESE
from spanferry.language.profiles.korean import KOREAN
from spanferry.language.profiles.latvian import LATVIAN
from spanferry.language.profiles.lithuanian import LITHUANIAN
from spanferry.language.profiles.maltese import MALTESE
from spanferry.language.profiles.norwegian import NORWEGIAN
from spanferry.language.profiles.persian import PERSIAN
from spanferry.language.profiles.polish import POLISH
from spanferry.language.profiles.portuguese import PORTUGUESE
from spanferry.language.profiles.romanian import ROMANIAN
from spanferry.language.profiles.russian import RUSSIAN
from spanferry.language.profiles.slovak import SLOVAK
from spanferry.language.profiles.slovenian import SLOVENIAN
from spanferry.language.profiles.spanish import SPANISH
from spanferry.language.profiles.swahili import SWAHILI
from spanferry.language.profiles.swedish import SWEDISH
from spanferry.language.profiles.thai import THAI
from spanferry.language.profiles.turkish import TURKISH
from spanferry.language.profiles.ukrainian import UKRAINIAN
from spanferry.language.profiles.vietnamese import VIETNAMESE

PROFILES: dict[str, Language] = {
    profile.code: profile
    for profile in (
        ARABIC,
        BULGARIAN,
        CHINESE,
        CROATIAN,
        CZECH,
        DANISH,
        DUTCH,
        ENGLISH,
        ESTONIAN,
        FINNISH,
        FRENCH,
        GERMAN,
        GREEK,
        HEBREW,
        HINDI,
        HUNGARIAN,
        INDONESIAN,
        IRISH,
        ITALIAN,
        JAPANESE,
        KOREAN,
        LATVIAN,
        LITHUANIAN,
        MALTESE,
        NORWEGIAN,
        PERSIAN,
        POLISH,
        PORTUGUESE,
        ROMANIAN,
        RUSSIAN,
        SLOVAK,
        SLOVENIAN,
        SPANISH,
        SWAHILI,
        SWEDISH,
        THAI,
        TURKISH,
        UKRAINIAN,
        VIETNAMESE,
    )
}
SYNONYMS: dict[str, str] = {synonym: code for code, profile in PROFILES.items() for synonym in profile.synonyms}
"""Primary subtag -> code of the profile of the same language."""
