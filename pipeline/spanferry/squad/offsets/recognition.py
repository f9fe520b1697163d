"""Recognise what is systematically wrong with the offsets of a file.

    answers that are not at their offsets ──recognise──> Recognition (the right places, and the causes)

A cause is a way to count (`counting`) and a constant: "offsets count UTF-8 bytes", "offsets are 1 too high". It is
accepted when it puts far more answers onto their own texts than chance would. (Where the text is at the offset, except
for its white space or normal form, nothing more is asked.) The cause that explains most comes first;
the next must explain what is left. An answer that no cause explains is at its only place if its text stands only once
in the context. Otherwise it stays as it is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf, lgamma, log
from typing import NamedTuple

from msgspec import Struct

from spanferry.records import RepairKind
from spanferry.squad.document import Answer
from spanferry.squad.offsets.counting import CODE_POINTS, COUNTINGS, Counting, Ints
from spanferry.squad.offsets.places import Place, find_only_place, find_places

MAX_CHANCE = 0.01
"""The highest probability that any of the causes that are tried explains so many answers by chance."""

MIN_ANSWERS = 2  # that a cause must explain: one answer shows no pattern

MIN_RATIO = 10
"""A cause must explain so many times as many answers as chance would: nine of ten repairs are then right."""

FAMILIES = 5  # of hypotheses; see `number_of_tries`

SAME_PLACE = "are right, but the text has other white space or another normal form than the context"
ONLY_PLACE = "are wrong, but the text stands only once in the context"

MAX_CAUSES = 8  # of one file
SAMPLE = 2000  # answers that are examined to find a cause; it is then applied to all


class Mismatch(NamedTuple):
    """An answer whose text is not at its offset."""

    context: str
    answer: Answer


class Cause(Struct, frozen=True):
    """What is wrong with offsets, and the number of answers that it concerns.

    description: a sentence about offsets without its subject: "count UTF-8 bytes".
    """

    kind: RepairKind
    description: str
    count: int


class Correction(NamedTuple):
    """The right form of an answer, and the kind of error that it had."""

    answer: Answer
    kind: RepairKind


@dataclass(frozen=True)
class Recognition:
    """The corrections of the answers that a cause explains, and the causes. left: answers that none explains."""

    corrections: dict[Mismatch, Correction]
    causes: tuple[Cause, ...]
    left: int

    @property
    def repaired(self) -> int:
        """The number of answers that are corrected."""
        return sum(cause.count for cause in self.causes)


class Hypothesis(NamedTuple):
    """Offsets are those of a way to count, plus a constant."""

    counting: Counting
    shift: int

    @property
    def rank(self) -> tuple[bool, bool, int, int]:
        """The order among hypotheses that explain equally many answers: the most usual first."""
        order = COUNTINGS.index(self.counting) if self.counting in COUNTINGS else -1
        return self.shift != 0, abs(self.shift) != 1, order, abs(self.shift)

    @property
    def kind(self) -> RepairKind:
        """The kind of the error."""
        return self.counting.kind

    @property
    def description(self) -> str:
        """What offsets do, as in `Cause`."""
        constant = "" if not self.shift else f"are {abs(self.shift):,} too {'high' if self.shift > 0 else 'low'}"
        return " and ".join(filter(None, (self.counting.description, constant)))


class Case(NamedTuple):
    """A mismatch with the places of its text. chance: that a random offset is one of them."""

    mismatch: Mismatch
    places: tuple[Place, ...]
    chance: float


def is_mismatch(context: str, answer: Answer) -> bool:
    """Return whether an answer has a text, and it is not at its offset."""
    return bool(answer.text) and (answer.answer_start < 0 or not context.startswith(answer.text, answer.answer_start))


def recognise(mismatches: Sequence[Mismatch]) -> Recognition:
    """Find the systematic errors of a file. mismatches: all answers of the file that are not at their offsets.

    >>> context = "The Bërk, the Ëms and the Wëser. A lock was built in 1612 and a mill in 1742."
    >>> answers = [Answer(text, len(context[: context.index(text)].encode())) for text in ("1612", "1742", "mill")]
    >>> found = recognise([Mismatch(context, answer) for answer in answers])
    >>> found.causes, found.left
    ((Cause(kind=<RepairKind.UTF8_BYTES: 'utf8_bytes'>, description='count UTF-8 bytes', count=3),), 0)
    >>> found.corrections[Mismatch(context, answers[0])].answer
    Answer(text='1612', answer_start=53)
    """
    times = Counter(mismatches)
    cases = [case for mismatch in times if (case := make_case(mismatch)).places]
    causes: list[Cause] = []
    corrections: dict[Mismatch, Correction] = {}

    def accept(kind: RepairKind, description: str, placed: Iterable[tuple[Case, Place]]) -> None:
        nonlocal cases
        count = 0
        for case, place in placed:
            context = case.mismatch.context
            corrections[case.mismatch] = Correction(Answer(context[place.start : place.end], place.start), kind)
            count += times[case.mismatch]
        cases = [case for case in cases if case.mismatch not in corrections]
        if count:
            causes.append(Cause(kind, description, count))

    # These need no pattern: that the text is there up to its form is no coincidence.
    accept(RepairKind.TEXT, SAME_PLACE, places_under(Hypothesis(CODE_POINTS, 0), cases))
    while cases and len(causes) < MAX_CAUSES and (found := find_hypothesis(cases)):
        accept(found.kind, found.description, places_under(found, cases))
    only = ((case, find_only_place(case.mismatch.context, case.mismatch.answer.text)) for case in cases)
    accept(RepairKind.ONCE, ONLY_PLACE, [(case, place) for case, place in only if place])
    return Recognition(corrections, tuple(causes), left=len(mismatches) - sum(cause.count for cause in causes))


def make_case(mismatch: Mismatch) -> Case:
    """Find the places of a mismatch's text."""
    places = tuple(find_places(mismatch.context, mismatch.answer.text))
    starts = len({start for place in places for start in (place.start, place.start - place.lead)})
    return Case(mismatch, places, starts / max(len(mismatch.context), 1))


def find_hypothesis(cases: Sequence[Case]) -> Hypothesis | None:
    """Return the hypothesis that explains most cases, if chance would hardly explain so many; else None."""
    sample = cases[:: -(-len(cases) // SAMPLE)]
    explained, ways = count_explained(sample)
    expected = sum(case.chance for case in sample)
    longest = max(len(case.mismatch.context) for case in sample)
    accepted = [
        hypothesis
        for hypothesis, count in explained.items()
        if count >= max(MIN_ANSWERS, MIN_RATIO * expected)
        and log_tail(expected, count) + log(number_of_tries(hypothesis, ways, longest)) < log(MAX_CHANCE)
    ]
    return min(accepted, key=lambda hypothesis: (-explained[hypothesis], hypothesis.rank), default=None)


def count_explained(cases: Iterable[Case]) -> tuple[Counter[Hypothesis], int]:
    """Count for each hypothesis the cases that it puts onto one of the places of their texts.

    Also return how many ways to count differ on these contexts, from each other and from code points.
    """
    explained: Counter[Hypothesis] = Counter()
    groups: dict[Counting, list[int]] = {counting: [] for counting in (CODE_POINTS, *COUNTINGS)}
    for context, of_context in group_by_context(cases):
        # Most ways to count agree on most contexts.
        alike: dict[bytes, tuple[Ints, list[Counting]]] = {}
        for counting in (CODE_POINTS, *COUNTINGS):
            offsets = counting.offsets(context)
            alike.setdefault(offsets.tobytes(), (offsets, []))[1].append(counting)
        for number, (offsets, countings) in enumerate(alike.values()):
            for counting in countings:
                groups[counting].append(number)
            for case in of_context:
                for shift in shifts_of(case, offsets):
                    explained.update(Hypothesis(counting, shift) for counting in countings)
    return explained, len(set(map(tuple, groups.values()))) - 1


def places_under(hypothesis: Hypothesis, cases: Iterable[Case]) -> Iterator[tuple[Case, Place]]:
    """Yield the cases that a hypothesis explains, each with the place that it is then at."""
    for context, of_context in group_by_context(cases):
        offsets = hypothesis.counting.offsets(context)
        for case in of_context:
            if place := shifts_of(case, offsets).get(hypothesis.shift):
                yield case, place


def group_by_context(cases: Iterable[Case]) -> Iterable[tuple[str, list[Case]]]:
    """Return the cases of each context."""
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        groups[case.mismatch.context].append(case)
    return groups.items()


def shifts_of(case: Case, offsets: Ints) -> dict[int, Place]:
    """Return each constant that explains a case, given the offsets of one way to count, with the place it leads to."""
    given = case.mismatch.answer.answer_start
    shifts: dict[int, Place] = {}
    for place in case.places:
        start = int(offsets[place.start])
        for counted in {start, start - place.lead}:
            shifts.setdefault(given - counted, place)
    return shifts


def number_of_tries(hypothesis: Hypothesis, ways: int, longest: int) -> int:
    """Return by how many the chance of a hypothesis is multiplied, as so many are tried (Bonferroni's correction).

    The hypotheses are five families that share MAX_CHANCE equally, so that an unusual family does not hide the others:
    ways to count; code points plus or minus one, and plus any constant; other ways plus or minus one, and plus any.

    ways: the number of ways to count that differ. longest: the length of the longest context, which limits constants.
    """
    ways = 1 if hypothesis.counting is CODE_POINTS else max(ways, 1)  # none differ where all contexts are ASCII
    constants = 1 if not hypothesis.shift else 2 if abs(hypothesis.shift) == 1 else 2 * longest
    return FAMILIES * ways * constants


def log_tail(mean: float, count: int) -> float:
    """Return the logarithm of the chance of at least `count` events, where `mean` are expected (Poisson)."""
    if not mean:
        return -inf
    first = count * log(mean) - mean - lgamma(count + 1)
    series, term, n = 1.0, 1.0, count
    while term > 1e-12:
        n += 1
        term *= mean / n
        series += term
    return min(first + log(series), 0.0)
