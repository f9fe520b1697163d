"""Asks an engine, and keeps the keys of services out of everything that comes back. All engines are called here."""

from collections.abc import Sequence

from spanferry.translation.engines.base import Refused, Request, Translator
from spanferry.translation.engines.keys import contains_key, hide_keys

KEY_IN_ANSWER = "the answer contains the key of the service"


def ask(translator: Translator, requests: Sequence[Request]) -> list[str | Refused]:
    """Translate requests. An answer that contains a key is Refused; messages of exceptions lose it."""
    try:
        answers = translator.translate(requests)
    except Exception as error:
        error.args = tuple(hide_keys(part) if isinstance(part, str) else part for part in error.args)
        raise
    return [Refused(KEY_IN_ANSWER) if contains_key(str(answer)) else answer for answer in answers]
