"""XML-like markers in the requests to services that handle tags: escaping around them, and strict parsing of answers.

In <m>AT&T</m> & more  ──encode──>  In <m>AT&amp;T</m> &amp; more  ──service──>  Mehr &amp; <m>AT&amp;T</m>
                                                        ──decode──>  Mehr & <m>AT&T</m>
"""

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

import regex
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from spanferry.markers import Markers, tag_name


class TagCodec:
    """The texts of one request, encoded for a service that handles tags.

    markers: those of the engine; only XML-like ones are tags. `is_tagged` is True if a text has some. Then all texts
    are escaped, because the service handles all texts of a request as XML or none. Else they are as they were.
    """

    def __init__(self, markers: Sequence[Markers], texts: Sequence[str]) -> None:
        self.names = {name for pair in markers if (name := tag_name(pair))}
        names = "|".join(map(regex.escape, sorted(self.names)))
        self._tag = regex.compile(rf"(</?(?:{names})>)") if names else None
        self.is_tagged = any(self.has_tags(text) for text in texts)
        self.encoded = [self._encode(text) for text in texts] if self.is_tagged else list(texts)

    @property
    def characters(self) -> int:
        """The number of characters that are sent."""
        return sum(map(len, self.encoded))

    @staticmethod
    def escape(text: str) -> str:
        """Return a text as XML without tags."""
        return escape(text)

    def has_tags(self, text: str) -> bool:
        """Return whether a text has markers, each of them in a pair."""
        found = self._tag.findall(text) if self._tag else []
        pairs = list(zip(found[::2], found[1::2], strict=False))
        return bool(pairs) and 2 * len(pairs) == len(found) and all(tag_name(pair) for pair in pairs)

    def _encode(self, text: str) -> str:
        if self._tag is None or not self.has_tags(text):
            return escape(text)
        return "".join(part if n % 2 else escape(part) for n, part in enumerate(self._tag.split(text)))

    def decode(self, answers: Sequence[str]) -> list[str]:
        """Return the answers as texts. One that is not the XML that was asked for stays as it is.

        The checks find tags and entities in it, and rescue then treats its markers as lost.
        """
        if not self.is_tagged:
            return list(answers)
        return [answer if (text := parse_tags(answer, self.names)) is None else text for answer in answers]


def parse_tags(xml: str, names: set[str]) -> str | None:
    """Return the text of an answer with its markers; None if it is not strict XML with only these tags.

    Attributes, other tags, tags within tags, and unknown entities are not accepted.

    >>> parse_tags("Mehr &amp; <m>AT&amp;T</m>", {"m"})
    'Mehr & <m>AT&T</m>'
    >>> parse_tags("<m><m>AT</m></m>", {"m"}), parse_tags("<m id='1'>AT</m>", {"m"}), parse_tags("AT</m>", {"m"})
    (None, None, None)
    """
    try:
        root: Any = ElementTree.fromstring(f"<root>{xml}</root>")
    except (ElementTree.ParseError, DefusedXmlException, ValueError):
        return None
    parts = [root.text or ""]
    for tag in root:
        if tag.tag not in names or tag.attrib or len(tag):
            return None
        parts += [f"<{tag.tag}>", tag.text or "", f"</{tag.tag}>", tag.tail or ""]
    return "".join(parts)
