"""Language codes (BCP 47): the primary subtag, by which languages are looked up."""

import re

_SEPARATOR = re.compile("[-_]")

# Codes that ISO 639 has withdrawn and old data still uses.
WITHDRAWN = {"in": "id", "iw": "he", "ji": "yi", "jw": "jv", "mo": "ro"}


def primary_subtag(code: str) -> str:
    """Return the language of a code without script and region, in lower case: "pt" for "pt-BR", "he" for "iw".

    Languages with several codes of their own (Norwegian: "no", "nb", "nn") are merged by `language_of`.
    """
    primary = _SEPARATOR.split(code, maxsplit=1)[0].lower()
    return WITHDRAWN.get(primary, primary)
