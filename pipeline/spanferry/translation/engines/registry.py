"""Builds a translator from the settings in params.yaml."""

from collections.abc import Mapping
from pathlib import Path
from typing import assert_never, get_args

from msgspec.structs import fields

from spanferry.errors import ParamsError
from spanferry.translation.engines.apertium import Apertium
from spanferry.translation.engines.base import Translator
from spanferry.translation.engines.ctranslate2 import CTranslate2
from spanferry.translation.engines.deepl import DeepL
from spanferry.translation.engines.google import Google
from spanferry.translation.engines.identity import Identity
from spanferry.translation.engines.libretranslate import LibreTranslate
from spanferry.translation.engines.marian import Marian
from spanferry.translation.engines.mtranslate import MTranslate
from spanferry.translation.engines.openai import OpenAI
from spanferry.translation.engines.openai_batch import OpenAIBatch
from spanferry.translation.engines.replay import Replay
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
    TranslateSettings,
    TranslatorSettings,
)

Languages = tuple[str, str]
"""The codes of the source and the target language."""

DEFAULT_SETTINGS: dict[str, TranslatorSettings] = {
    str(settings.__struct_config__.tag): settings()
    for settings in get_args(TranslatorSettings)
    if not any(field.required for field in fields(settings))
}
"""Engine name -> default settings, for the engines that have no required setting and need no entry in `translators`."""


def find_settings(name: str, translators: Mapping[str, TranslatorSettings]) -> TranslatorSettings:
    """Return the entry of section `translators`, or else the default settings of the engine, with this name.

    Raises ParamsError when there is neither.
    """
    if name in translators:
        return translators[name]
    if name not in DEFAULT_SETTINGS:
        raise ParamsError(
            f"params.yaml: translator {name!r}: neither an entry of translators"
            f" ({', '.join(translators) or 'it is empty'}) nor an engine that needs no settings"
            f" ({', '.join(DEFAULT_SETTINGS)})"
        )
    return DEFAULT_SETTINGS[name]


def build_translator(
    name: str,
    translators: Mapping[str, TranslatorSettings],
    languages: Languages,
    translate: TranslateSettings,
    given: Mapping[str, str],
    folder: Path,
) -> Translator:
    """Return the translator with this name in params.yaml.

    given: the corpus's own translations, for engine `memory`. folder: that of the translation memory, for batch jobs.
    Raises ParamsError for an unknown name or unusable settings.
    """
    settings = find_settings(name, translators)
    engine = make_engine(settings, languages, translate.timeout_s, given, folder)
    if settings.markers is not None:
        engine.markers = settings.markers
    return engine


def make_engine(
    settings: TranslatorSettings, languages: Languages, timeout_s: float, given: Mapping[str, str], folder: Path
) -> Translator:
    """Return the engine for some settings. The other arguments are those of `build_translator`."""
    match settings:
        case MemorySettings():
            return Replay(given)
        case IdentitySettings():
            return Identity()
        case MTranslateSettings():
            return MTranslate(*languages, timeout_s)
        case MarianSettings():
            return Marian(settings, languages)
        case CTranslate2Settings():
            return CTranslate2(settings, languages)
        case ApertiumSettings():
            return Apertium(settings)
        case GoogleSettings():
            return Google(settings, languages, timeout_s)
        case LibreTranslateSettings():
            return LibreTranslate(settings, languages, timeout_s)
        case DeepLSettings():
            return DeepL(settings, languages, timeout_s)
        case OpenAISettings():
            kind = OpenAIBatch if settings.mode == "batch" else OpenAI
            return kind(settings, languages, folder / "batches")
        case _:
            assert_never(settings)
