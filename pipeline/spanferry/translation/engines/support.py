"""Helpers for engines: optional packages and short error messages."""

from importlib import import_module
from types import ModuleType

from spanferry.errors import TranslationError, missing_package_message
from spanferry.translation.engines.keys import hide_keys

MESSAGE_CHARACTERS = 200  # characters of an error message of a service


def import_extra(name: str, extra: str) -> ModuleType:
    """Import a package of one of Spanferry's extras. Raises TranslationError when it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        raise TranslationError(missing_package_message(name, extra, error)) from error


def shorten(message: object) -> str:
    """Return a message on one line of about MESSAGE_CHARACTERS characters, without the key of any service."""
    line = hide_keys(" ".join(str(message).split()))
    return line if len(line) <= MESSAGE_CHARACTERS else line[:MESSAGE_CHARACTERS] + "..."
