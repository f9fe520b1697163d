"""What is passed over in a TMX file, by reason, in numbers and in words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from spanferry.printing import plural

SHOWN_LANGUAGES = 5  # the most languages, and pairs of them, that a message lists
LONGEST_CODE = 20
OTHERS = "others"


@dataclass
class PassedOver:
    """The numbers of units that an import passed over, by reason.

    other_languages: by the languages of the unit, in its order. no_segment: units without a <seg> in one of the two
    languages, or in any. empty: units whose text or translation is blank.
    """

    other_languages: Counter[tuple[str, ...]] = field(default_factory=Counter)
    no_segment: int = 0
    empty: int = 0

    @property
    def total(self) -> int:
        """The number of all units that were passed over."""
        return self.other_languages.total() + self.no_segment + self.empty

    @property
    def by_languages(self) -> dict[str, int]:
        """The numbers of units in other languages: the most frequent languages in words, and OTHERS for the rest."""
        counts: Counter[str] = Counter()
        for n, (codes, count) in enumerate(self.other_languages.most_common()):
            counts[describe_languages(codes) if n < SHOWN_LANGUAGES else OTHERS] += count
        return dict(counts)

    @property
    def figures(self) -> dict[str, int | dict[str, int]]:
        """The numbers as plain values."""
        return {"empty": self.empty, "no_segment": self.no_segment, "other_languages": self.by_languages}


def describe_passed_over(units: PassedOver) -> str:
    """Return the numbers of units that an import passed over, by reason; '' when there are none."""
    return describe_counts(units.empty, units.no_segment, units.by_languages)


def describe_counts(empty: int, no_segment: int, by_languages: Mapping[str, int]) -> str:
    """Return the same of the numbers alone. by_languages: the last of them may be OTHERS."""
    in_others = sum(by_languages.values())
    if not (total := empty + no_segment + in_others):
        return ""
    parts = [f"{empty:,} with an empty text"] if empty else []
    parts += [f"{no_segment:,} without a segment"] if no_segment else []
    if in_others:
        ranked = sorted(by_languages.items(), key=lambda item: (item[0] == OTHERS, -item[1]))
        shown = ", ".join(f"{languages} {count:,}" for languages, count in ranked)
        parts.append(f"{in_others:,} in other languages ({shown})")
    return f"{plural(total, 'unit')} passed over: {', '.join(parts)}"


def describe_languages(codes: Sequence[str]) -> str:
    """Return the languages of a unit, such as "en-US+de-DE"."""
    shown = [code[:LONGEST_CODE] or "no language" for code in codes[:SHOWN_LANGUAGES]]
    return "+".join(shown) + ("+..." if len(codes) > SHOWN_LANGUAGES else "")


def why_nothing(source: str, target: str, units: PassedOver) -> str:
    """Return why a file brought nothing."""
    reason = describe_passed_over(units) or "it has no translation units"
    return f"it has no translations from {source} to {target}, the languages in params.yaml: {reason}"
