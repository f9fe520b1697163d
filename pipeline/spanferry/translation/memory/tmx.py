"""Reads and writes TMX 1.4, the exchange format of translation memories, as a stream.

Format: https://www.gala-global.org/tmx-14b. XML does not allow most control characters. They are written
as placeholders, `<ph type="x-codepoint">U+000B</ph>`, which other tools do not change.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, TextIO
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from spanferry.errors import InputError
from spanferry.files import atomic_write, regular_file
from spanferry.language.codes import fits, standard_code
from spanferry.translation.memory.passed_over import PassedOver, why_nothing
from spanferry.translation.memory.white_space import FoldedTranslations, fold_lines, fold_white_space

TOOL = "spanferry"
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
# Characters that must be escaped: markup, the CR that parsers turn into LF, and all that XML 1.0 excludes.
# https://www.w3.org/TR/xml/#charsets
SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}

READ_BYTES = 1 << 16
LONGEST_UNIT = 100_000_000  # characters
# Elements that contain formatting codes of the tool that wrote the file, and no text.
CODES = frozenset({"bpt", "ept", "it", "ph", "ut"})
# A line break that a person may have typed: not one that begins the indentation of the next line.
PLAIN_BREAK = re.compile(r"(?<![ \t])\n(?![ \t\n])")
XML_LANGUAGE = "http://www.w3.org/XML/1998/namespace}lang"


def escape(text: str) -> str:
    """Return a text as XML content, from which `read_tmx` restores it exactly."""
    return SPECIAL.sub(lambda m: ENTITIES.get(m[0]) or f'<ph type="{CODEPOINT}">U+{ord(m[0]):04X}</ph>', text)


def write_units(out: TextIO, pairs: Iterable[tuple[str, str]], source: str, target: str) -> None:
    """Write (text, translation) pairs as a TMX document to an open file."""
    out.write(HEAD.format(source=source))
    for text, translation in pairs:
        out.write(UNIT.format(source, escape(text), target, escape(translation)))
    out.write(TAIL)


def write_tmx(path: Path, pairs: Iterable[tuple[str, str]], source: str, target: str) -> None:
    """Write (text, translation) pairs to a TMX file, atomically. The same pairs give the same bytes.

    source, target: language codes, such as en and nl. Only one pair is in memory at a time.
    """
    with atomic_write(path) as part, part.open("w", encoding="utf-8", newline="\n") as out:
        write_units(out, pairs, source, target)


class Pair(NamedTuple):
    """The text and the translation of a unit.

    as_written: the two as they are in the file, where their white space may belong to the text; None where it was not
    folded, or where the file's layout made it.
    """

    text: str
    translation: str
    as_written: tuple[str, str] | None = None

    @property
    def forms(self) -> Iterator[tuple[str, str]]:
        """The pair in each of its forms."""
        yield self.text, self.translation
        if self.as_written:
            yield self.as_written


Variant = tuple[str, str | None]
"""A variant of a translation unit: its language, and its text or None if it has no segment."""


class UnitCollector:
    """The handlers of the XML parser, which collect the variants of each translation unit.

    own: True for a file that Spanferry wrote.
    """

    def __init__(self) -> None:
        self.units: list[list[Variant]] = []
        self.own = False
        self.root: str | None = None
        self.language = ""
        self.text: list[str] | None = None  # the parts of the text of the open <seg>
        self.length = 0  # characters in segments of the open <tu>
        self.codes = 0  # the number of open formatting codes inside the <seg>
        self.codepoint: list[str] | None = None  # the content of an open placeholder for a code point

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Handle a start tag. The parser puts the namespace before it."""
        tag = tag.rpartition("}")[2]
        self.root = self.root or tag
        if tag == "tu":
            self.units.append([])
            self.length = 0
        elif tag == "tuv":
            self.language = attributes.get(XML_LANGUAGE, attributes.get("lang", ""))
            if self.units:
                self.units[-1].append((self.language, None))
        elif tag == "seg":
            self.text, self.codes = [], 0
        elif tag == "header":
            self.own = attributes.get("creationtool") == TOOL
        elif tag in CODES:
            self.codes += 1
            if tag == "ph" and attributes.get("type") == CODEPOINT:
                self.codepoint = []

    def data(self, text: str) -> None:
        """Handle character data. Raises ValueError for a unit longer than LONGEST_UNIT."""
        if self.text is None:
            return
        self.length += len(text)
        if self.length > LONGEST_UNIT:
            raise ValueError(f"a unit of more than {LONGEST_UNIT:,} characters")
        if self.codepoint is not None:
            self.codepoint.append(text)
        elif not self.codes:
            self.text.append(text)

    def end(self, tag: str) -> None:
        """Handle an end tag."""
        tag = tag.rpartition("}")[2]
        if tag in CODES:
            self.codes -= 1
            if self.codepoint is not None and self.text is not None:
                self.text.append(decode_codepoint("".join(self.codepoint)))
            self.codepoint = None
        elif tag == "seg" and self.text is not None:
            if self.units:
                variant = self.language, "".join(self.text)
                variants = self.units[-1]
                if variants and variants[-1][1] is None:
                    variants[-1] = variant
                else:
                    variants.append(variant)
            self.text = None

    def close(self) -> None:
        """Handle the end of the document."""


def decode_codepoint(name: str) -> str:
    """Return the character with a name such as 'U+000B', or '' for a malformed name and for a surrogate."""
    digits = re.fullmatch(r"U\+([0-9A-F]{4,6})", name.strip())
    code = int(digits[1], 16) if digits else sys.maxunicode + 1
    return chr(code) if code <= sys.maxunicode and not 0xD800 <= code <= 0xDFFF else ""


@lru_cache
def choose_variants(languages: tuple[str, ...], source: str, target: str) -> tuple[int | None, int | None]:
    """Choose the variants of a unit that are the text and its translation. Returns their indices, or None.

    languages: the languages of the variants. For nl, the variants nl-BE and NL also fit (`codes.fits`), but nl is
    preferred. For nl-BE, the variant nl does not fit.
    """

    def choose(wanted: str, taken: int | None = None) -> int | None:
        fitting = [n for n, code in enumerate(languages) if n != taken and fits(code, wanted)]
        return min(fitting, key=lambda n: standard_code(languages[n]) != standard_code(wanted), default=None)

    if len(source) < len(target):  # from en to en-GB: the more specific language is chosen first
        translation = choose(target)
        return choose(source, translation), translation
    text = choose(source)
    return text, choose(target, text)


def read_tmx(path: Path, source: str, target: str) -> Iterator[tuple[str, str]]:
    """Yield the (text, translation) pairs of a TMX file, in its order.

    Where white space may belong to a text or only to the file (see `make_pair`), both forms are yielded. The other
    rules and errors are those of `read_units`.
    """
    for pair in read_units(path, source, target):
        yield from pair.forms


class TmxFile(NamedTuple):
    """The translations of a TMX file by text; the number of units that have them, and the other units."""

    translations: FoldedTranslations
    taken: int
    passed_over: PassedOver


def load_tmx(path: Path, source: str, target: str) -> TmxFile:
    """Read the pairs of `read_tmx` as a dict, in which the last pair of a text counts.

    Raises InputError if there is none.
    """
    translations: dict[str, str] = {}
    taken, passed_over = 0, PassedOver()
    for pair in read_units(path, source, target, passed_over):
        translations.update(pair.forms)
        taken += 1
    if not taken:
        raise InputError(
            f"{path}: nothing is taken from this memory, because {why_nothing(source, target, passed_over)}"
        )
    return TmxFile(FoldedTranslations(translations), taken, passed_over)


def read_units(path: Path, source: str, target: str, passed_over: PassedOver | None = None) -> Iterator[Pair]:
    """Yield the pairs of the units of a TMX file, in its order.

    Units that lack one of the languages, or that have a blank text or translation, are skipped and counted in
    passed_over. If a unit has several variants in one language, `choose_variants` selects one. Formatting codes are
    removed from the texts. So is white space that only lays out the file, as `make_pair` describes; files by Spanferry
    are taken as they are, except texts that someone has indented. Raises InputError for a file that is not TMX, and for
    broken or hostile XML (entities, external references).
    """
    passed_over = passed_over or PassedOver()
    collector = UnitCollector()
    parser = XMLParser(target=collector)
    # Setting the handlers of expat directly takes half the time of using those of ElementTree. The handlers with which
    # defusedxml rejects hostile XML are kept.
    expat = parser.parser
    expat.StartElementHandler, expat.EndElementHandler = collector.start, collector.end
    expat.CharacterDataHandler, expat.ordered_attributes = collector.data, False
    try:
        with regular_file(path).open("rb") as file:
            while chunk := file.read(READ_BYTES):
                parser.feed(chunk)
                if collector.root not in (None, "tmx"):
                    raise InputError(f"{path}: not a TMX file: its root is <{collector.root}>")
                finished, collector.units = collector.units[:-1], collector.units[-1:]
                yield from select_pairs(finished, source, target, collector.own, passed_over)
        parser.close()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except ParseError as error:
        raise InputError(f"{path}: not a TMX file: {error}") from error
    except DefusedXmlException as error:
        raise InputError(f"{path}: refused, because entities in XML may be an attack; remove its DOCTYPE") from error
    except (ValueError, LookupError) as error:
        raise InputError(f"{path}: not a TMX file: {error}") from error
    yield from select_pairs(collector.units, source, target, collector.own, passed_over)


def select_pairs(
    units: Iterable[list[Variant]], source: str, target: str, own: bool, passed_over: PassedOver
) -> Iterator[Pair]:
    """Yield the pair of each unit that has both languages, unless one of its texts is blank; count the other units.

    own: True for a file that Spanferry wrote.
    """
    for variants in units:
        first, second = choose_variants(tuple([language for language, _ in variants]), source, target)
        text = translation = None
        if first is not None and second is not None:
            text, translation = variants[first][1], variants[second][1]
            if text is None or translation is None:
                text, translation = choose_texts(variants, source, target)
        if text is None or translation is None:
            count_passed_over(variants, source, target, passed_over)
        elif not (stripped := text.strip()) or not translation.strip():
            passed_over.empty += 1
        elif own and stripped == text:
            yield Pair(text, translation)
        else:
            yield make_pair(text, translation)


def choose_texts(variants: list[Variant], source: str, target: str) -> tuple[str | None, str | None]:
    """Return the text and the translation among the variants of a unit that have a segment, or None."""
    texts = [(language, text) for language, text in variants if text is not None]
    chosen = choose_variants(tuple([language for language, _ in texts]), source, target)
    text, translation = (None if number is None else texts[number][1] for number in chosen)
    return text, translation


def count_passed_over(variants: list[Variant], source: str, target: str, passed_over: PassedOver) -> None:
    """Count a unit that lacks a text or its translation."""
    languages = tuple([language for language, _ in variants])
    has_segment = any(text is not None for _, text in variants)
    if has_segment and None in choose_variants(languages, source, target):
        passed_over.other_languages[languages] += 1
    else:
        passed_over.no_segment += 1


def make_pair(text: str, translation: str) -> Pair:
    """Make the pair of a unit, without the white space that only lays out the file.

    The memory looks texts up as they are, and with their white space folded. So white space around a text is
    removed, the lines of a wrapped text are joined, and any other white space within it is one space. Line breaks
    without indentation, double and no-break spaces may also belong to the text, so the pair keeps both forms. Within a
    translation only lines are joined: a no-break space belongs to it, as before a French question mark.
    """
    stripped = text.strip()
    joined, translated = fold_lines(stripped), fold_lines(translation.strip())
    folded = fold_white_space(text)
    if joined != stripped and len(PLAIN_BREAK.findall(stripped)) == stripped.count("\n"):
        return Pair(folded, translated, (stripped, translation.strip()))
    return Pair(folded, translated, (joined, translated) if folded != joined else None)
