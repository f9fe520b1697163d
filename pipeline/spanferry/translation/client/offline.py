"""Translates with a trusted engine (`memory` or `identity`), without checks and without the translation memory."""

from collections.abc import Sequence

from spanferry.errors import InputError
from spanferry.printing import plural
from spanferry.records import CheckFailure
from spanferry.translation.client.tasks import OPTIONAL, Segment, TranslationResult
from spanferry.translation.engines.base import NotInMemory, Request, Translator

SHOWN_TEXTS, SHOWN_CHARACTERS = 5, 80  # in an error message: missing texts, and characters of each


def translate_offline(segments: Sequence[Segment], translator: Translator) -> list[TranslationResult]:
    """Return one result per segment, in order.

    Raises InputError when the engine lacks a segment that is neither a marked sentence nor a title.
    """
    results = look_up_offline(segments, translator)
    missing = [s for s, r in zip(segments, results, strict=True) if r.failure and s.kind not in OPTIONAL]
    if missing:
        raise InputError(missing_message(missing))
    return results


def look_up_offline(segments: Sequence[Segment], translator: Translator) -> list[TranslationResult]:
    """Return one result per segment, in order. A text that the engine lacks has the failure NOT_HELD."""
    results: list[TranslationResult] = []
    for start in range(0, len(segments), translator.batch):
        batch = segments[start : start + translator.batch]
        try:
            answers = translator.translate([Request(segment.text, segment.context) for segment in batch])
            results += [TranslationResult(str(answer)) for answer in answers]
        except NotInMemory:
            results += [TranslationResult(None, CheckFailure.NOT_HELD)] * len(batch)
    return results


def missing_message(missing: Sequence[Segment]) -> str:
    """Return the error message for missing segments: the first ones, and the number of the others."""
    texts = ", ".join(f"the {segment.kind} {_shorten(segment.text)!r}" for segment in missing[:SHOWN_TEXTS])
    more = f" and {plural(len(missing) - SHOWN_TEXTS, 'more text')}" if len(missing) > SHOWN_TEXTS else ""
    add = "add it" if len(missing) == 1 else "add them"
    return f"the corpus's own translations lack {texts}{more}; {add} to its TMX file"


def _shorten(text: str) -> str:
    return text[:SHOWN_CHARACTERS] + ("..." if len(text) > SHOWN_CHARACTERS else "")
