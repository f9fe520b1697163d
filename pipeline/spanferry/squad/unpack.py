"""Turn the bytes of a file into UTF-8 text: unpack gzip, and decode UTF-16, UTF-32 and byte order marks."""

import codecs
import zlib
from collections.abc import Iterator

from spanferry.decompression import MAX_BYTES, MAX_RATIO
from spanferry.squad.fields import Findings
from spanferry.squad.notes import NoteKind

GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"
CHUNK = 1 << 20

# Byte order marks; that of UTF-32 begins like that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_JSON_STARTS = b"{[ \t\r\n"


class NotReadable(ValueError):
    """The bytes are damaged. The message says how, and at which byte."""


def unpack(raw: bytes, found: Findings) -> bytes:
    """Return the bytes of a file as UTF-8 without a byte order mark, or those of a parquet file. Raises NotReadable."""
    if raw.startswith(GZIP):
        raw = gunzip(raw)
        found.note(NoteKind.UNPACKED, "")
        if raw.startswith(GZIP):
            raise NotReadable("compressed with gzip twice; unpack it once")
    if raw.startswith(PARQUET):
        return raw
    return to_utf8(raw, found)


def gunzip(raw: bytes) -> bytes:
    """Unpack gzip, also of several members. Raises NotReadable when it is damaged or unpacks to an excessive size."""
    limit = max(MAX_BYTES, MAX_RATIO * len(raw))
    parts: list[bytes] = []
    size = 0
    for part in _unpacked_parts(raw):
        size += len(part)
        if size > limit:
            raise NotReadable(f"its {len(raw):,} bytes unpack to more than {limit:,}")
        parts.append(part)
    return b"".join(parts)


def _unpacked_parts(raw: bytes) -> Iterator[bytes]:
    while raw.startswith(GZIP):
        member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        data = raw
        try:
            while data and not member.eof:
                yield member.decompress(data, CHUNK)
                data = member.unconsumed_tail
        except zlib.error as error:
            raise NotReadable(f"damaged gzip: {error}") from None
        if not member.eof:
            raise NotReadable("damaged gzip: its end is missing")
        raw = member.unused_data.lstrip(b"\0")
    if raw:
        raise NotReadable("damaged gzip: something else follows it")


def to_utf8(raw: bytes, found: Findings) -> bytes:
    """Return a text as UTF-8 without a byte order mark. Raises NotReadable when it is not in its encoding."""
    mark = next((mark for mark in _MARKS if raw.startswith(mark)), None)
    encoding = _MARKS[mark] if mark else guess_utf16(raw)
    if mark == codecs.BOM_UTF8:
        found.note(NoteKind.BYTE_ORDER_MARK, "")
        return raw.removeprefix(codecs.BOM_UTF8)
    if encoding is None:
        return raw
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotReadable(f"not {encoding.upper()} at byte {error.start:,}") from None
    found.note(NoteKind.ENCODING, "", encoding.upper())
    return text.removeprefix("\ufeff").encode(errors="surrogatepass")


def guess_utf16(raw: bytes) -> str | None:
    """Return UTF-16 or UTF-32 with its byte order when JSON begins so without a mark; None otherwise."""
    head = raw[:4]
    if len(head) < 4 or 0 not in head:
        return None
    for encoding, first, zeros in (
        ("utf-32-le", 0, (1, 2, 3)),
        ("utf-32-be", 3, (0, 1, 2)),
        ("utf-16-le", 0, (1,)),
        ("utf-16-be", 1, (0,)),
    ):
        if head[first] in _JSON_STARTS and all(head[n] == 0 for n in zeros):
            return encoding
    return None
