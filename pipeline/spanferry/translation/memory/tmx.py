"""TMX 1.4, the exchange format of translation memories: streamed out and in.

Format: https://www.gala-global.org/tmx-14b. XML cannot hold most control characters; they travel as
placeholders, `<ph type="x-codepoint">U+000B</ph>`, which other tools carry along untouched.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TextIO
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from spanferry.errors import InputError
from spanferry.files import atomic_write, regular_file

HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4">
<header creationtool="spanferry" creationtoolversion="1" segtype="sentence" o-tmf="spanferry" adminlang="en" \
srclang="{source}" datatype="plaintext"/>
<body>
"""
TAIL = "</body>\n</tmx>\n"
UNIT = '<tu>\n<tuv xml:lang="{}"><seg>{}</seg></tuv>\n<tuv xml:lang="{}"><seg>{}</seg></tuv>\n</tu>\n'

CODEPOINT = "x-codepoint"
# What must not stand as itself: markup, the CR that parsers turn into LF, and all that XML 1.0 excludes.
# https://www.w3.org/TR/xml/#charsets
SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}

READ_BYTES = 1 << 16
LONGEST_UNIT = 100_000_000  # characters
# Elements whose text is a formatting code of the tool that wrote it, not text.
CODES = frozenset({"bpt", "ept", "it", "ph", "ut"})
LANGUAGE = ("http://www.w3.org/XML/1998/namespace}lang", "lang")


def escape(text: str) -> str:
    """Text -> XML content that reads back as exactly that text."""
    return SPECIAL.sub(lambda m: NAMED.get(m[0]) or f'<ph type="{CODEPOINT}">U+{ord(m[0]):04X}</ph>', text)


def write_units(out: TextIO, pairs: Iterable[tuple[str, str]], source: str, target: str) -> None:
    out.write(HEAD.format(source=source))
    for text, translation in pairs:
        out.write(UNIT.format(source, escape(text), target, escape(translation)))
    out.write(TAIL)


def write_tmx(path: Path, pairs: Iterable[tuple[str, str]], source: str, target: str) -> None:
    """Writes (text, translation) pairs whole or not at all; the same pairs give the same bytes.

    source, target: language codes, such as en and nl. The pairs are taken one at a time.
    """
    with atomic_write(path) as beside, beside.open("w", encoding="utf-8", newline="\n") as out:
        write_units(out, pairs, source, target)


class Units:
    """What the XML parser calls: gathers the text of each unit, one (language, text) a variant."""

    def __init__(self) -> None:
        self.done: list[list[tuple[str, str]]] = []
        self.root: str | None = None
        self.language = ""
        self.text: list[str] | None = None  # of the open <seg>
        self.length = 0  # characters in segments of the open <tu>
        self.codes = 0  # depth of formatting codes inside it
        self.point: list[str] | None = None  # of an open code point placeholder

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.root = self.root or tag
        if tag == "tu":
            self.done.append([])
            self.length = 0
        elif tag == "tuv":
            self.language = next((attributes[key] for key in LANGUAGE if key in attributes), "")
        elif tag == "seg":
            self.text, self.codes = [], 0
        elif tag in CODES:
            self.codes += 1
            if tag == "ph" and attributes.get("type") == CODEPOINT:
                self.point = []

    def data(self, text: str) -> None:
        if self.text is None:
            return
        self.length += len(text)
        if self.length > LONGEST_UNIT:
            raise ValueError(f"a unit of more than {LONGEST_UNIT:,} characters")
        if self.point is not None:
            self.point.append(text)
        elif not self.codes:
            self.text.append(text)

    def end(self, tag: str) -> None:
        if tag in CODES:
            self.codes -= 1
            if self.point is not None and self.text is not None:
                self.text.append(character("".join(self.point)))
            self.point = None
        elif tag == "seg" and self.text is not None:
            if self.done:
                self.done[-1].append((self.language, "".join(self.text)))
            self.text = None

    def close(self) -> None:
        """Called by the parser at the end."""


def character(point: str) -> str:
    """'U+000B' -> the character; '' when it names none, or half of one (a surrogate, which no file can hold)."""
    digits = re.fullmatch(r"U\+([0-9A-F]{4,6})", point.strip())
    code = int(digits[1], 16) if digits else sys.maxunicode + 1
    return chr(code) if code <= sys.maxunicode and not 0xD800 <= code <= 0xDFFF else ""


@lru_cache
def places(languages: tuple[str, ...], source: str, target: str) -> tuple[int | None, int | None]:
    """Which of a unit's variants is the text and which another one its translation, by their languages.

    nl-BE and NL do for nl, an nl before them; nl does not for nl-BE.
    """
    codes = [folded(language) for language in languages]

    def first(wanted: str, taken: int | None = None) -> int | None:
        fit = [n for n, code in enumerate(codes) if n != taken and f"{code}-".startswith(f"{wanted}-")]
        return min(fit, key=lambda n: codes[n] != wanted, default=None)

    source, target = folded(source), folded(target)
    if len(source) < len(target):  # en to en-GB: the more particular one has the choice
        translation = first(target)
        return first(source, translation), translation
    text = first(source)
    return text, first(target, text)


def folded(code: str) -> str:
    return code.lower().replace("_", "-")


def read_tmx(path: Path, source: str, target: str) -> Iterator[tuple[str, str]]:
    """The (text, translation) pairs of a TMX file in its order, streamed.

    Units without both languages, or with an empty text or translation, are passed over; of several
    variants in one language the first counts (see places); formatting codes are left out of the texts.
    Raises InputError: no TMX, broken or hostile XML (entities, external references).
    """
    units = Units()
    parser = XMLParser(target=units)
    # What refuses hostile XML stays; ElementTree's own handlers, which would call ours, take as long as all the rest.
    expat = parser.parser
    expat.StartElementHandler, expat.EndElementHandler = units.start, units.end
    expat.CharacterDataHandler, expat.ordered_attributes = units.data, False
    try:
        with regular_file(path).open("rb") as file:
            while chunk := file.read(READ_BYTES):
                parser.feed(chunk)
                if units.root not in (None, "tmx"):
                    raise InputError(f"{path}: not a TMX file: its root is <{units.root}>")
                whole, units.done = units.done[:-1], units.done[-1:]
                yield from pairs_of(whole, source, target)
        parser.close()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except ParseError as error:
        raise InputError(f"{path}: not a TMX file: {error}") from error
    except DefusedXmlException as error:
        raise InputError(f"{path}: refused: {type(error).__name__}: XML that defines entities is hostile") from error
    except (ValueError, LookupError) as error:
        raise InputError(f"{path}: not a TMX file: {error}") from error
    yield from pairs_of(units.done, source, target)


def pairs_of(units: Iterable[list[tuple[str, str]]], source: str, target: str) -> Iterator[tuple[str, str]]:
    for variants in units:
        text, translation = places(tuple([language for language, _ in variants]), source, target)
        if text is None or translation is None:
            continue
        pair = variants[text][1], variants[translation][1]
        if pair[0].strip() and pair[1].strip():
            yield pair
