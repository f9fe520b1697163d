"""Carry spans through an edit of their text."""

import re
from collections.abc import Iterator
from functools import cached_property

from rapidfuzz.distance import Indel

from spanferry.records import Span

_TOKEN = re.compile(r"\w+|\W", re.DOTALL)


class Edit:
    """The difference between two versions of a text, word by word."""

    def __init__(self, before: str, after: str) -> None:
        self.before = before
        self.after = after

    @cached_property
    def kept(self) -> list[tuple[Span, int]]:
        """The stretches that both versions have, in order: (span before, start after)."""
        before, after = (_TOKEN.findall(text) for text in (self.before, self.after))
        starts, ends = list(token_starts(before)), list(token_starts(after))
        return [
            ((starts[op.src_start], starts[op.src_end]), ends[op.dest_start])
            for op in Indel.opcodes(before, after)
            if op.tag == "equal"
        ]

    def carry(self, span: Span) -> Span | None:
        """Return where a span is after the edit, None if the edit changed its text."""
        start, end = span
        for (kept_start, kept_end), at in self.kept:
            if kept_start <= start and end <= kept_end:
                shift = at - kept_start
                return start + shift, end + shift
        return None


def token_starts(tokens: list[str]) -> Iterator[int]:
    """Yield the offset of each token, and the length of the text."""
    at = 0
    for token in tokens:
        yield at
        at += len(token)
    yield at
