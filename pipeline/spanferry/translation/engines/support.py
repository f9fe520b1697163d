"""What engines need from outside the project: packages that are extras, and keys of services."""

import os
from importlib import import_module
from types import ModuleType

from spanferry.errors import TranslationError, missing_package_message

MESSAGE_CHARACTERS = 200  # of a service's own words in an error


def package(name: str, extra: str) -> ModuleType:
    """A package that comes with one of Spanferry's extras. Raises TranslationError when it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        raise TranslationError(missing_package_message(name, extra, error)) from error


def secret(variable: str) -> str:
    """A service's key, out of the environment. Raises TranslationError when it is not set."""
    if not (key := os.environ.get(variable, "").strip()):
        raise TranslationError(f"the service's key is missing: set the environment variable {variable}")
    return key


def told(words: object, key: str = "") -> str:
    """What somebody else's error says, in a short line without the key."""
    line = " ".join(str(words).split())
    if key:
        line = line.replace(key, "...")
    return line if len(line) <= MESSAGE_CHARACTERS else line[:MESSAGE_CHARACTERS] + "..."
