"""Translates with a trusted engine (`memory` or `identity`), without checks and without the translation memory."""

from collections.abc import Sequence

from spanferry.errors import InputError
from spanferry.printing import plural
from spanferry.records import CheckFailure, Kind
from spanferry.translation.checks import MARKED
from spanferry.translation.client.tasks import Segment, TranslationResult
from spanferry.translation.engines.base import NotInMemory, Request, Translator

OPTIONAL = (MARKED, Kind.TITLE)
"""Kinds of segments without which a build goes on: the answer or the title stays as it was."""
SHOWN_CHARACTERS = 120  # characters of a text in an error message


def translate_offline(segments: Sequence[Segment], translator: Translator) -> list[TranslationResult]:
    """Return one result per segment, in order.

    Raises InputError when the engine lacks a segment that is neither a marked sentence nor a title.
    """
    results: list[TranslationResult] = []
    for start in range(0, len(segments), translator.batch):
        batch = segments[start : start + translator.batch]
        try:
            answers = translator.translate([Request(segment.text, segment.context) for segment in batch])
            results += [TranslationResult(str(answer)) for answer in answers]
        except NotInMemory:
            results += [TranslationResult(None, CheckFailure.NOT_HELD)] * len(batch)
    missing = [s for s, r in zip(segments, results, strict=True) if r.failure and s.kind not in OPTIONAL]
    if missing:
        raise InputError(missing_message(missing))
    return results


def missing_message(missing: Sequence[Segment]) -> str:
    """Return the error message for missing segments: the first one, and the number of the others."""
    text = missing[0].text
    shown = text[:SHOWN_CHARACTERS] + ("..." if len(text) > SHOWN_CHARACTERS else "")
    more = f" and {plural(len(missing) - 1, 'more text')}" if len(missing) > 1 else ""
    return f"the corpus's own translations lack the {missing[0].kind} {shown!r}{more}; add them to its TMX file"
