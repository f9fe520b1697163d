"""Computes the metrics of the translations of a corpus.

The metrics depend only on the translations, not on how they were obtained.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import regex

from spanferry.records import CheckFailure
from spanferry.translation.client.tasks import Segment, TranslationResult

ODD_CHARACTERS = {
    "line_breaks": regex.compile(r"[\n\r\x0b\x0c\x85\u2028\u2029]"),
    "tabs": regex.compile(r"\t"),
    "emoji": regex.compile(r"[\p{Emoji_Presentation}\p{Emoji_Modifier}\p{Regional_Indicator}\ufe0f]"),
    "right_to_left": regex.compile(r"[\p{Bidi_Class=R}\p{Bidi_Class=AL}]"),
    "combining_marks": regex.compile(r"\p{M}"),
    "zero_width": regex.compile(r"\p{Cf}"),
}
"""Characters that engines often lose."""


def translation_metrics(segments: Sequence[Segment], results: Sequence[TranslationResult]) -> dict[str, Any]:
    """Return the metrics of the translate stage, as its JSON report has them.

    visited = kept + dropped segments, in total and by kind. faults: the number of dropped segments by failure.
    characters: the number of characters of the texts and of their translations. odd_characters: the number of segments
    with such characters, and of translations that lost some of them.
    """
    pairs = list(zip(segments, results, strict=True))
    kinds = sorted({segment.kind for segment in segments})
    return {
        **count_kept(result for _, result in pairs),
        "faults": {str(failure): sum(result.failure == failure for result in results) for failure in CheckFailure},
        "by_kind": {kind: count_kept(result for segment, result in pairs if segment.kind == kind) for kind in kinds},
        "characters": {
            "source": sum(len(segment.text) for segment in segments),
            "target": sum(len(result.text) for result in results if result.text is not None),
        },
        "odd_characters": count_odd_characters(
            (segment.text, result.text) for segment, result in pairs if result.text is not None
        ),
    }


def count_kept(results: Iterable[TranslationResult]) -> dict[str, int]:
    """Count results as visited = kept + dropped."""
    kept = Counter(result.failure is None for result in results)
    return {"visited": kept.total(), "kept": kept[True], "dropped": kept[False]}


def count_odd_characters(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """Count, for each kind of odd characters, the texts that have some and the translations that lost some.

    pairs: (text, translation).
    """
    counts = {name: {"segments": 0, "lost": 0} for name in ODD_CHARACTERS}
    for text, translation in pairs:
        if text.isascii() and text.isprintable():
            continue
        for name, pattern in ODD_CHARACTERS.items():
            if found := Counter(pattern.findall(text)):
                counts[name]["segments"] += 1
                counts[name]["lost"] += bool(found - Counter(pattern.findall(translation)))
    return counts
