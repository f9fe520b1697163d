"""Language codes (BCP 47): languages are looked up by the primary subtag."""

import re

_SEPARATOR = re.compile("[-_]")

# Codes that ISO 639 has withdrawn, but that old data still uses.
WITHDRAWN = {"in": "id", "iw": "he", "ji": "yi", "jw": "jv", "mo": "ro"}


def primary_subtag(code: str) -> str:
    """Return the language of a code without script and region, in lower case: "pt" for "pt-BR", "he" for "iw".

    `language_of` merges the codes of languages that have several (Norwegian: "no", "nb", "nn").
    """
    primary = _SEPARATOR.split(code, maxsplit=1)[0].lower()
    return WITHDRAWN.get(primary, primary)
