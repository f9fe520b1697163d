"""Helpers for engines: optional packages, keys of services, and short error messages."""

import os
from importlib import import_module
from types import ModuleType

from spanferry.errors import TranslationError, missing_package_message

MESSAGE_CHARACTERS = 200  # characters of an error message of a service


def import_extra(name: str, extra: str) -> ModuleType:
    """Import a package of one of Spanferry's extras. Raises TranslationError when it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        raise TranslationError(missing_package_message(name, extra, error)) from error


def read_key(variable: str) -> str:
    """Read a service's key from the environment. Raises TranslationError when it is not set, or cannot be a key.

    A library that refuses a key prints it, for example one with a line break in a header.
    """
    if not (key := os.environ.get(variable, "").strip()):
        raise TranslationError(f"the key of the service is missing: set the environment variable {variable}")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise TranslationError(
            f"the environment variable {variable} is no key: use printable ASCII without white space"
        )
    return key


def shorten(message: object, key: str = "") -> str:
    """Return a message on one line of about MESSAGE_CHARACTERS characters, with the key replaced by '...'."""
    line = " ".join(str(message).split())
    if key:
        line = line.replace(key, "...")
    return line if len(line) <= MESSAGE_CHARACTERS else line[:MESSAGE_CHARACTERS] + "..."
