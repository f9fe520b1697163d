"""The one decision: which place is the answer's span, and how sure that is.

    search ──> stands there as it was sought? ──yes──> which of these places is meant?
                          │ no                                       │
                          └──> which run of words is most alike? ────┴──> Decision

What stands in its window as it was translated needs no judgement but which of several places is
meant. Otherwise every run of words is judged by what speaks for it, each from 0 to 1: similarity to
the isolated translation (or to the source text, since names and titles often stay as they are) and,
when the sentence was translated with markers, similarity to the marked piece and overlap with the
place to which it transfers. The mean decides; no weight was tuned.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from spanferry.language.numbers import as_written, lacks_number, required
from spanferry.language.profile import Language, counting
from spanferry.projection.confidence import Evidence, probability
from spanferry.projection.exact import cut, exact
from spanferry.projection.extent import fit, tight
from spanferry.projection.fuzzy import holding, runs, similarities
from spanferry.projection.marked import Marked, transfer
from spanferry.projection.normalised import normalised
from spanferry.projection.occurrence import distance
from spanferry.projection.query import Query, query
from spanferry.projection.settings import AlignSettings
from spanferry.projection.spans import AnswerQuery, Candidate, Place, Range, TokenizedText, overlap
from spanferry.records import Method, Reason

# What a run at the other end of its window loses against one at the answer's own place.
POSITION_WEIGHT = 0.1
# What similarity to the source text counts less than similarity to the translation.
SOURCE_PENALTY = 0.02
# Below this no run of words resembles what is sought: two unrelated phrases share as many letters.
UNLIKE = 0.3
# How many of the other candidates are told.
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Decision:
    """Either a chosen candidate (the `occurrence`-th of `occurrences`) or the reason why none is.

    evidence: None for a span that was not searched, but is the source's own (Method.NATIVE).
    others: the best candidates that were not chosen, best first.
    """

    chosen: Candidate | None
    occurrence: int = 0
    occurrences: int = 0
    evidence: Evidence | None = None
    reason: Reason | None = None
    others: tuple[Candidate, ...] = ()

    @property
    def probability(self) -> float | None:
        """The calibrated probability that the chosen span is right; None when there is none."""
        if self.chosen is None:
            return None
        return probability(self.evidence) if self.evidence else 1.0


@dataclass(frozen=True)
class Locator:
    """Finds answers in one pair of languages, under one set of knobs."""

    source: Language
    target: Language
    settings: AlignSettings

    def locate(
        self, sought: AnswerQuery, target: TokenizedText, marked: Marked | None = None, aligned: Place | None = None
    ) -> Decision:
        """The place of an answer in the target passage, or why there is none.

        marked: what came back for the answer between markers, when that was asked; aligned: where word
        alignment puts it, which speaks where nothing came back.
        """
        # In "one year", "een" is the number.
        counted = sought.text.split(maxsplit=1)[0].casefold() in self.source.one
        policy = counting(self.target) if counted else self.target
        search = Search(sought, target, marked, self.source, policy, None if marked else aligned)
        # An article alone stands everywhere and says nothing, even where it means "one".
        telling = [found_by for found_by in search.queries if found_by.text.casefold() not in self.target.articles]
        found = filter(None, map(search.verbatim, telling))
        if not (first := next(found, None)):
            return search.judge(self.settings.min_score)
        # The isolated translation of "speed" may be what the sentence calls its "velocity": where
        # something else stands at the marked place as it was sought, that is meant.
        return search.among(next(filter(search.agrees, (first, *found)), first) if marked else first)


@dataclass(frozen=True)
class Search:
    """One answer's search in one passage."""

    sought: AnswerQuery
    target: TokenizedText
    marked: Marked | None
    source_language: Language
    language: Language
    aligned: Place | None = None

    @cached_property
    def answer(self) -> Query:
        """The source answer itself."""
        return query(self.sought.text, self.sought.text, self.source_language)

    @cached_property
    def meant(self) -> Query:
        """The source answer as it may stand in the target: names and titles often do."""
        return self.adapted(self.answer, self.source_language)

    @cached_property
    def isolated(self) -> Query | None:
        translation = self.sought.translation
        return self.adapted(query(translation, self.sought.text, self.language), self.language) if translation else None

    @cached_property
    def piece(self) -> Query | None:
        return (
            self.adapted(query(self.marked.piece, self.sought.text, self.language), self.language)
            if self.marked
            else None
        )

    @cached_property
    def within(self) -> Range:
        return self.target.window_range(self.sought.window)

    @cached_property
    def there(self) -> list[str]:
        """The window's folded words."""
        return self.target.folded[slice(*self.within)]

    def adapted(self, found_by: Query, language: Language) -> Query:
        """The query with its numbers as the window writes them."""
        written = as_written(found_by.words, language.numbers, self.there, self.language.numbers)
        return found_by if written == found_by.words else replace(found_by, words=written)

    @cached_property
    def place(self) -> Place | None:
        return transfer(self.marked, self.target, self.sought.window) if self.marked else self.aligned

    @cached_property
    def queries(self) -> list[Query]:
        """What may stand in the target, the surest first."""
        return [found_by for found_by in (self.isolated, self.piece, self.meant) if found_by and found_by.words]

    def agrees(self, readings: dict[str, list[Candidate]]) -> bool:
        """Whether one of the places is the marked one, or touches it."""
        return any(overlap(found.span, self.place.span) for found in list(readings.values())[-1])

    def verbatim(self, found_by: Query) -> dict[str, list[Candidate]]:
        """Where the query stands, in text order, by the strictest readings that find it: letter by
        letter, folded, and inside compounds only when nothing else does.
        """
        span = self.target.window_span(self.sought.window)
        itself = found_by.text == self.sought.text
        inside = cut(self.sought.source.text, *self.sought.span) if itself else ("", "")
        literal = exact(found_by, self.target, span, self.language, inside)
        whole = [candidate for candidate in literal if candidate.score == 1.0]
        folded = normalised(found_by, self.target, self.within)
        apart = [run for run in folded if not any(overlap(run.span, other.span) for other in whole)]
        readings = {"exact": whole, "folded": whole + apart} if whole or apart else {"compounds": literal}
        return {name: self.places(found, found_by) for name, found in readings.items() if found}

    def places(self, found: list[Candidate], found_by: Query) -> list[Candidate]:
        fitted = {self.fitted(candidate, found_by) for candidate in found}
        return sorted(fitted, key=lambda candidate: candidate.span)

    def fitted(self, candidate: Candidate, found_by: Query) -> Candidate:
        if candidate.method == Method.EXACT and found_by.text == self.sought.text:
            # Letter for letter the source answer: its extent is right as it is.
            return candidate
        method = Method.MARKED if found_by is self.piece else candidate.method
        return fit(
            Candidate(*candidate.span, method, candidate.score), self.target, self.meant, found_by, self.language
        )

    def among(self, readings: dict[str, list[Candidate]]) -> Decision:
        """Chooses among equally good places: by the marked one, else by rank, else by position.

        The reading counts by which the source has the answer as often: a capital that the sentence
        took from it ("Tulips grew where tulips ...") must not make one of two places the only one.
        """
        found, n = next(iter(readings.values())), 0
        if len(list(readings.values())[-1]) > 1:
            itself = Search(self.sought, self.sought.source, None, self.source_language, self.source_language)
            for reading, there in itself.verbatim(itself.meant).items():
                if len(there) == len(readings.get(reading, ())):
                    found, n = readings[reading], 1 + sum(place.start < self.sought.start for place in there)
                    break
        gaps = [distance(self.sought, self.target, *candidate.span) for candidate in found]
        shared = [overlap(candidate.span, self.place.span) if self.place else 0.0 for candidate in found]
        if any(shared):
            at = max(range(len(found)), key=shared.__getitem__)
        elif n:
            at = min(n, len(found)) - 1
        else:
            at = min(range(len(found)), key=gaps.__getitem__)
        evidence = Evidence(
            scored_by_similarity=False,
            similarity=found[at].score,
            tied=len(found) > 1 and not any(shared) and not n,
            distance=gaps[at],
            margin=min((abs(gap - gaps[at]) for other, gap in enumerate(gaps) if other != at), default=1.0),
            missing_number=self.missing_number(found[at]),
            agreement=shared[at] * self.place.share if self.place else None,
            aligned=self.aligned is not None,
        )
        others = tuple(other for other in found if other is not found[at])
        return Decision(found[at], at + 1, len(found), evidence, None, others[:SHOWN])

    def judge(self, min_score: float) -> Decision:
        """Judges every run of words in the window by all the evidence there is."""
        among = runs(self.queries, self.target, self.within, self.language) if self.queries else ()
        if not len(among):
            return Decision(None, reason=self.lost())
        needed = required((self.isolated or self.meant).words, self.there, self.language.numbers)
        among = holding(among, self.target, self.within, needed)
        starts, ends = self.target.bounds[among[:, 0], 0], self.target.bounds[among[:, 1] - 1, 1]
        scores = self.scores(among, starts, ends)
        gaps = distance(self.sought, self.target, starts, ends)
        ranked = apart(scores - POSITION_WEIGHT * gaps, starts, ends)
        method = Method.MARKED if self.piece else Method.FUZZY
        known = {word for found_by in self.queries for word in found_by.words}
        candidates = [
            self.fitted(
                Candidate(
                    *self.target.span(*tight(self.target, *among[at].tolist(), known, self.language)),
                    method,
                    float(scores[at]),
                ),
                self.isolated or self.meant,
            )
            for at in ranked
        ]
        best, rivals = candidates[0], tuple(candidates[1:])
        if best.score < min_score:
            return Decision(None, reason=self.lost(best.score), others=tuple(candidates[:SHOWN]))
        evidence = Evidence(
            scored_by_similarity=True,
            similarity=best.score,
            tied=False,
            distance=float(gaps[ranked[0]]),
            margin=best.score - rivals[0].score if rivals else 1.0,
            missing_number=self.missing_number(best),
            agreement=overlap(best.span, self.place.span) * self.place.share if self.place else None,
            aligned=self.aligned is not None,
        )
        return Decision(best, 1, 1, evidence, None, rivals)

    def scores(self, among: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """What speaks for each run: the mean of the evidence there is, 0 to 1."""
        by_query = dict(zip(map(id, self.queries), similarities(self.queries, self.target, among), strict=True))
        by_source = by_query.get(id(self.meant), np.zeros(len(among))) - SOURCE_PENALTY
        alike = np.maximum(by_query.get(id(self.isolated), by_source), by_source)
        if not self.place:
            return alike
        low, high = self.place.span
        common = np.clip(np.minimum(ends, high) - np.maximum(starts, low), 0, None)
        shared = 2 * common / (ends - starts + high - low) * self.place.share
        return (alike + by_query.get(id(self.piece), alike) + shared) / 3

    def missing_number(self, candidate: Candidate) -> bool:
        """Whether the answer holds a number and the candidate none."""
        span = self.target.folded[slice(*self.target.token_range(candidate.span))]
        return lacks_number(self.answer.words, self.source_language.numbers, span, self.language.numbers)

    def lost(self, best: float = 0.0) -> Reason:
        """Why nothing is chosen, when this is the evidence for the best run of words."""
        if not self.sought.translation:
            return Reason.ANSWER_UNTRANSLATED
        return Reason.NOT_FOUND if best < UNLIKE else Reason.BELOW_THRESHOLD


def apart(values: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> list[int]:
    """The best few spans that do not overlap a better one, best first."""
    kept: list[int] = []
    values = values.copy()
    while len(kept) <= SHOWN and values[at := int(values.argmax())] > -np.inf:
        kept.append(at)
        values[(starts < ends[at]) & (starts[at] < ends)] = -np.inf
    return kept
