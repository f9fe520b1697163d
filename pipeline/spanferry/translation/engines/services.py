"""What each engine needs from outside, as far as its settings tell: a service, a key, packages, a program."""

from dataclasses import dataclass
from typing import assert_never

from spanferry.translation.engines.deepl import KEY_VARIABLE as DEEPL_KEY
from spanferry.translation.engines.google import HOSTED_URL as GOOGLE_URL
from spanferry.translation.engines.google import KEY_VARIABLE as GOOGLE_KEY
from spanferry.translation.engines.openai import HOSTED_KEY_VARIABLE as OPENAI_KEY
from spanferry.translation.engines.openai import HOSTED_URL as OPENAI_URL
from spanferry.translation.settings import (
    ApertiumSettings,
    CTranslate2Settings,
    DeepLSettings,
    GoogleSettings,
    IdentitySettings,
    LibreTranslateSettings,
    MarianSettings,
    MemorySettings,
    MTranslateSettings,
    OpenAISettings,
    TranslatorSettings,
)

MOBILE_PAGE = "http://translate.google.com"
DEEPL_URL = "https://api.deepl.com"


@dataclass(frozen=True)
class Service:
    """What an engine needs. extra: the extra of this package that installs the packages."""

    url: str | None = None
    key_variable: str | None = None
    packages: tuple[str, ...] = ()
    extra: str = ""
    program: str | None = None


def service_of(settings: TranslatorSettings) -> Service:
    """Return what the engine with these settings needs."""
    match settings:
        case MemorySettings() | IdentitySettings():
            return Service()
        case MTranslateSettings():
            return Service(MOBILE_PAGE)
        case MarianSettings():
            return Service(packages=("torch", "transformers", "sentencepiece"), extra="marian")
        case CTranslate2Settings():
            return Service(packages=("ctranslate2", "transformers", "sentencepiece"), extra="ctranslate2")
        case ApertiumSettings():
            return Service(program="apertium")
        case GoogleSettings():
            return Service(settings.server_url or GOOGLE_URL, GOOGLE_KEY, ("httpx2",), "google")
        case LibreTranslateSettings():
            return Service(settings.server_url, settings.key_variable, ("httpx2",), "libretranslate")
        case DeepLSettings():
            return Service(settings.server_url or DEEPL_URL, DEEPL_KEY, ("deepl",), "deepl")
        case OpenAISettings():
            key = settings.key_variable or (None if settings.base_url else OPENAI_KEY)
            return Service(settings.base_url or OPENAI_URL, key, ("httpx2",), "openai")
        case _:
            assert_never(settings)
