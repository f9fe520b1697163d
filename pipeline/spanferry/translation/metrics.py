"""What became of a corpus's segments, counted: the same for the same translations, however they were had."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import regex

from spanferry.records import CheckFailure
from spanferry.translation.client.session import TranslationResult
from spanferry.translation.client.tasks import Segment

ODD = {
    "line_breaks": regex.compile(r"[\n\r\x0b\x0c\x85\u2028\u2029]"),
    "tabs": regex.compile(r"\t"),
    "emoji": regex.compile(r"[\p{Emoji_Presentation}\p{Emoji_Modifier}\p{Regional_Indicator}\ufe0f]"),
    "right_to_left": regex.compile(r"[\p{Bidi_Class=R}\p{Bidi_Class=AL}]"),
    "combining_marks": regex.compile(r"\p{M}"),
    "zero_width": regex.compile(r"\p{Cf}"),
}
"""Characters that engines like to lose."""


def figures(segments: Sequence[Segment], results: Sequence[TranslationResult]) -> dict[str, Any]:
    """The stage's metrics: segments visited = kept + dropped, in all and by kind; dropped = the sum of faults.

    characters: of the texts, and of the translations; odd_characters: how many segments have such
    characters, and in how many translations some of them are missing.
    """
    pairs = list(zip(segments, results, strict=True))
    kinds = sorted({segment.kind for segment in segments})
    return {
        **tally(result for _, result in pairs),
        "faults": {str(fault): sum(result.fault == fault for result in results) for fault in CheckFailure},
        "by_kind": {kind: tally(result for segment, result in pairs if segment.kind == kind) for kind in kinds},
        "characters": {
            "source": sum(len(segment.text) for segment in segments),
            "target": sum(len(result.text) for result in results if result.text is not None),
        },
        "odd_characters": odd_characters(
            (segment.text, result.text) for segment, result in pairs if result.text is not None
        ),
    }


def tally(results: Iterable[TranslationResult]) -> dict[str, int]:
    """visited = kept + dropped."""
    kept = Counter(result.fault is None for result in results)
    return {"visited": kept.total(), "kept": kept[True], "dropped": kept[False]}


def odd_characters(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """Of (text, translation) pairs, for each sort of odd characters: texts that have some, and that lost some."""
    counts = {name: {"segments": 0, "lost": 0} for name in ODD}
    for text, translation in pairs:
        if text.isascii() and text.isprintable():
            continue
        for name, odd in ODD.items():
            if had := Counter(odd.findall(text)):
                counts[name]["segments"] += 1
                counts[name]["lost"] += bool(had - Counter(odd.findall(translation)))
    return counts
