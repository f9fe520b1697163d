"""The engines, by name."""

from collections.abc import Callable, Mapping

from msgspec.structs import fields

from spanferry.errors import ParamsError
from spanferry.translation.engines.apertium import Apertium
from spanferry.translation.engines.base import Translator
from spanferry.translation.engines.ctranslate2 import CTranslate2
from spanferry.translation.engines.deepl import DeepL
from spanferry.translation.engines.identity import Identity
from spanferry.translation.engines.marian import Marian
from spanferry.translation.engines.mtranslate import MTranslate
from spanferry.translation.engines.openai import OpenAI
from spanferry.translation.engines.replay import Replay
from spanferry.translation.settings import (
    ApertiumSettings,
    CTranslate2Settings,
    DeepLSettings,
    IdentitySettings,
    MarianSettings,
    MemorySettings,
    MTranslateSettings,
    OpenAISettings,
    TranslateSettings,
    TranslatorSettings,
)

Languages = tuple[str, str]
"""Codes of the source and the target language."""

Factory = Callable[[TranslatorSettings, Languages, TranslateSettings, Mapping[str, str]], Translator]

ENGINES: dict[type, Factory] = {
    MemorySettings: lambda settings, languages, translate, given: Replay(given),
    IdentitySettings: lambda settings, languages, translate, given: Identity(),
    MTranslateSettings: lambda settings, languages, translate, given: MTranslate(*languages, translate.timeout_s),
    MarianSettings: lambda settings, languages, translate, given: Marian(settings, languages),
    CTranslate2Settings: lambda settings, languages, translate, given: CTranslate2(settings, languages),
    ApertiumSettings: lambda settings, languages, translate, given: Apertium(settings),
    DeepLSettings: lambda settings, languages, translate, given: DeepL(settings, languages, translate.timeout_s),
    OpenAISettings: lambda settings, languages, translate, given: OpenAI(settings, languages),
}
DEFAULTS = {
    str(settings.__struct_config__.tag): settings
    for settings in ENGINES
    if not any(field.required for field in fields(settings))
}
"""Those that need no settings."""


def settings_of(name: str, translators: Mapping[str, TranslatorSettings]) -> TranslatorSettings:
    """An entry of section `translators`, or else the engine of that name as it is. Raises ParamsError."""
    if name in translators:
        return translators[name]
    if name not in DEFAULTS:
        raise ParamsError(
            f"params.yaml: translator {name!r}: neither an entry of translators"
            f" ({', '.join(translators) or 'none there'}) nor an engine that needs no settings ({', '.join(DEFAULTS)})"
        )
    return DEFAULTS[name]()


def build(
    name: str,
    translators: Mapping[str, TranslatorSettings],
    languages: Languages,
    translate: TranslateSettings,
    given: Mapping[str, str],
) -> Translator:
    """The translator that params.yaml calls by that name; given: the corpus's own translations.

    Raises ParamsError for an unknown name or unusable settings.
    """
    settings = settings_of(name, translators)
    return ENGINES[type(settings)](settings, languages, translate, given)
