"""The settings of a translator that pages and cards may show: no key, no address with a password, no price."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from spanferry.translation.settings import TranslatorSettings

# Settings that may hold a key or the address of a private server are not published: `key_variable`, the parts of a URL
# besides its host, and all fields of `body` but these. A list of what is published cannot miss a new kind of secret.
BODY_FIELDS = (
    *("frequency_penalty", "max_completion_tokens", "max_tokens", "min_p", "presence_penalty", "reasoning_effort"),
    *("repetition_penalty", "seed", "temperature", "top_k", "top_p"),
)
URL_SETTINGS = ("base_url", "server_url")
PRIVATE_SETTINGS = ("key_variable",)


def public_settings(translator: str, translators: Mapping[str, TranslatorSettings]) -> dict[str, Any]:
    """Return the settings of a translator that may be published. translators: the section of params.yaml."""
    settings = translators.get(translator)
    if settings is None:
        return {"engine": translator}
    values: dict[str, Any] = msgspec.to_builtins(settings)
    public = {key: value for key, value in values.items() if value is not None and key != "price"}
    for name in PRIVATE_SETTINGS:
        public.pop(name, None)
    for name in URL_SETTINGS:
        if public.get(name):
            public[name] = urlsplit(public[name]).hostname or "not published"
    if "body" in public:
        public["body"] = {
            name: public["body"][name]
            for name in BODY_FIELDS
            if isinstance(public["body"].get(name), int | float | str)
        }
    return public
