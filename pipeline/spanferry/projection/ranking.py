"""Ranking: chooses the span of an answer among the candidates, and estimates its probability.

    search ──> does a phrase occur verbatim? ──yes──> which occurrence is meant? ────────┬──> Decision
                          │ no                                                           │
                          └──> which run of words is most similar to the evidence? ──────┘

A phrase is one form of the answer in the target language. If a phrase occurs verbatim in the window, the only question
is which occurrence is meant. Otherwise each run of words is scored by the mean of the evidence, each part from 0 to 1:
the similarity to the translation of the answer on its own, or to the source answer, because names and titles often stay
untranslated; and, if the sentence was translated with markers, the similarity to the marked piece and the overlap with
its position in the clean translation. The parts have equal weights; none was tuned.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, reduce

import numpy as np
from msgspec.structs import replace

from spanferry.language import Language, counting, language_of
from spanferry.language.boundaries import cut_letters
from spanferry.language.numbers import lacks_number, rewrite_numbers, shared_numbers
from spanferry.projection.candidates import AnswerQuery, Candidate, SpanHint, overlap
from spanferry.projection.confidence import Evidence, probability
from spanferry.projection.exact import WHOLE, find_exact
from spanferry.projection.extent import SourceEdges, complete_edges, match_extent, touches_joint, trim
from spanferry.projection.fuzzy import best_disjoint, candidate_runs, runs_with_words, similarities
from spanferry.projection.linked_confidence import LinkedEvidence, linked_probability
from spanferry.projection.marked import MarkedTranslation, transfer
from spanferry.projection.normalised import find_normalised
from spanferry.projection.occurrence import FloatArray, position_gap, position_gaps
from spanferry.projection.phrase import Phrase, make_phrase
from spanferry.projection.runs import (
    RunFeatures,
    are_marks,
    bare,
    log_ratio,
    prove,
    share_of_best,
    sum_in_runs,
    weigh_phrase,
    weigh_window,
)
from spanferry.projection.settings import AlignSettings
from spanferry.projection.tokenized import IntArray, TokenizedText, TokenRange
from spanferry.records import Method, Reason, Record

Matches = dict[str, list[Candidate]]
"""The occurrences of a phrase by the comparison that finds them ("exact", "folded", "compounds"), strictest first."""

# Subtracted from the similarity to the source answer, so that the similarity to the translation takes precedence.
SOURCE_PENALTY = 0.02
# Two unrelated phrases share enough letters to reach this score. Lower scores count as `not_found`.
UNRELATED = 0.3
# Number of other candidates in a decision.
MAX_ALTERNATIVES = 3
# Runs of words that overlap this much (Dice's coefficient of their letters) count as the same answer.
ENOUGH = 0.8
# Further punctuation marks that a run has, and the phrase lacks, do not matter.
MOST_MARKS = 2


class Decision(Record, frozen=True, gc=False):
    """The chosen candidate, or the reason why there is none.

    occurrence, occurrences: the candidate is the n-th, counted from 1, of so many equally good ones. evidence: None for
    a span that is the source's own (Method.NATIVE). alternatives: the best other candidates, best first.
    """

    chosen: Candidate | None
    occurrence: int = 0
    occurrences: int = 0
    evidence: Evidence | LinkedEvidence | None = None
    reason: Reason | None = None
    alternatives: tuple[Candidate, ...] = ()

    @property
    def probability(self) -> float | None:
        """The calibrated probability that the chosen span is right; None when there is none."""
        if self.chosen is None:
            return None
        if isinstance(self.evidence, LinkedEvidence):
            return linked_probability(self.evidence)
        return probability(self.evidence) if self.evidence else 1.0


@dataclass(frozen=True)
class Locator:
    """A finder of answers for one pair of languages and one set of settings."""

    source: Language
    target: Language
    settings: AlignSettings

    def locate(
        self,
        query: AnswerQuery,
        target: TokenizedText,
        marked: MarkedTranslation | None = None,
    ) -> Decision:
        """Find an answer in the target, or return the reason why it is not found.

        marked: the translation with markers, if rescue has one.
        """
        return self.decide(self.search(query, target, marked))

    def search(self, query: AnswerQuery, target: TokenizedText, marked: MarkedTranslation | None = None) -> "Search":
        """Return the search for an answer in the target."""
        # In the translation of "one year", "een" is a number, not an article.
        is_counted = query.text.split(maxsplit=1)[0].lower() in self.source.one_words
        language = counting(self.target) if is_counted else self.target
        return Search(query, target, marked, self.source, language)

    def find_verbatim(self, search: "Search") -> Iterator[Matches]:
        """Yield the occurrences of each phrase of a search that occurs verbatim."""
        # A phrase that consists of an article occurs everywhere, so it is not searched for, even where it means "one".
        phrases = [phrase for phrase in search.phrases if phrase.text.lower() not in self.target.articles]
        return filter(None, map(search.find_verbatim, phrases))

    def decide(self, search: "Search") -> Decision:
        """Choose the span of a search, or return the reason why there is none."""
        matches = self.find_verbatim(search)
        if not (first := next(matches, None)):
            return search.choose_by_similarity(self.settings.min_score)
        if not search.marked:
            return search.choose_occurrence(first)
        # The first phrase with an occurrence at the marked position is preferred: "speed" translated on its own may be
        # the word for "velocity" elsewhere in the sentence.
        return search.choose_occurrence(next(filter(search.agrees_with_hint, (first, *matches)), first))


def make_locator(source: str, target: str, settings: AlignSettings | None = None) -> Locator:
    """Return the locator for two language codes (BCP 47)."""
    return Locator(language_of(source), language_of(target), settings or AlignSettings())


class Search:
    """The search for one answer in one target text.

    source_phrase: the source answer. untranslated: the source answer with its numbers as the target writes them, for
    names and titles that stay untranslated. isolated: the translation of the answer on its own. piece: the text between
    the markers. phrases: isolated, piece and untranslated, in this order, without those that have no words. window,
    window_words: the tokens of the target window, and their folded forms.
    """

    def __init__(
        self,
        query: AnswerQuery,
        target: TokenizedText,
        marked: MarkedTranslation | None,
        source_language: Language,
        language: Language,
    ) -> None:
        self.query, self.target, self.marked = query, target, marked
        self.source_language, self.language = source_language, language
        self.window: TokenRange = target.window_range(query.window)
        self.window_words = target.folded[slice(*self.window)]
        self.source_phrase = make_phrase(query.text, query.text, source_language)
        self.untranslated = self.with_numbers_as_written(self.source_phrase, source_language)
        self.isolated = self.target_phrase(query.translation) if query.translation else None
        self.piece = self.target_phrase(marked.piece) if marked else None
        phrases = (self.isolated, self.piece, self.untranslated)
        self.phrases = [phrase for phrase in phrases if phrase and phrase.words]

    @cached_property
    def is_number(self) -> bool:
        """Whether the source answer is a number and nothing else."""
        return self.source_language.numbers.covers(self.source_phrase.words)

    @cached_property
    def edges(self) -> SourceEdges:
        """What surrounds the source answer."""
        source = self.query.source.text
        return SourceEdges.of(source, *self.query.span, is_number=self.is_number, language=self.source_language)

    @cached_property
    def hint(self) -> SpanHint | None:
        """The hint of the markers."""
        return transfer(self.marked, self.target, self.query.window) if self.marked else None

    def target_phrase(self, text: str) -> Phrase:
        """Return the phrase of a text in the target language."""
        return self.with_numbers_as_written(make_phrase(text, self.query.text, self.language), self.language)

    def with_numbers_as_written(self, phrase: Phrase, language: Language) -> Phrase:
        """Return a phrase with its numbers as the window writes them, in digits or words."""
        written = rewrite_numbers(phrase.words, language.numbers, self.window_words, self.language.numbers)
        return phrase if written == phrase.words else replace(phrase, words=written)

    def agrees_with_hint(self, matches: Matches) -> bool:
        """Return whether one of the occurrences overlaps the hint."""
        hint = self.hint
        return hint is not None and any(overlap(candidate.span, hint.span) for candidate in list(matches.values())[-1])

    def find_verbatim(self, phrase: Phrase) -> Matches:
        """Return the occurrences of a phrase, in text order, by the comparison that finds them.

        The comparisons are letter for letter ("exact") and folded ("folded"). If neither finds any, words that contain
        the phrase are returned ("compounds").
        """
        span = self.target.window_span(self.query.window)
        is_source = phrase.text == self.query.text
        source_cut = cut_letters(self.query.source.text, *self.query.span) if is_source else WHOLE
        literal = find_exact(phrase, self.target, span, self.language, source_cut)
        whole = [candidate for candidate in literal if candidate.score == 1.0]
        folded = [
            run
            for run in find_normalised(phrase, self.target, self.window)
            if not any(overlap(run.span, other.span) for other in whole)
        ]
        matches = {"exact": whole, "folded": whole + folded} if whole or folded else {"compounds": literal}
        return {reading: self.with_extents(found, phrase) for reading, found in matches.items() if found}

    def with_extents(self, candidates: list[Candidate], phrase: Phrase) -> list[Candidate]:
        """Give each candidate the extent of the source answer, and merge equal ones."""
        distinct = {self.with_extent(candidate, phrase) for candidate in candidates}
        return sorted(distinct, key=lambda candidate: candidate.span)

    def with_extent(self, candidate: Candidate, phrase: Phrase) -> Candidate:
        """Give a candidate the extent of the source answer."""
        # A candidate that is the source answer letter for letter has the right articles and symbols.
        if candidate.method != Method.EXACT or phrase.text != self.query.text:
            method = Method.MARKED if phrase is self.piece else candidate.method
            found = Candidate(*candidate.span, method, candidate.score)
            candidate = match_extent(found, self.target, self.untranslated, phrase, self.language)
        if not (self.is_number or touches_joint(self.target.text, candidate.span)):
            return candidate
        return complete_edges(candidate, self.target, self.language, self.edges, self.window)

    def choose_occurrence(self, matches: Matches) -> Decision:
        """Choose among several occurrences: by the hint, else by rank of occurrence, else by position."""
        candidates, rank = self.rank_in_source(matches)
        gaps = [position_gap(self.query, self.target, *candidate.span) for candidate in candidates]
        hint = self.hint
        shared = [overlap(candidate.span, hint.span) if hint else 0.0 for candidate in candidates]
        if any(shared):
            at = max(range(len(candidates)), key=shared.__getitem__)
        elif rank:
            at = min(rank, len(candidates)) - 1
        else:
            at = min(range(len(candidates)), key=gaps.__getitem__)
        chosen = candidates[at]
        evidence = Evidence(
            scored_by_similarity=False,
            similarity=chosen.score,
            proven=chosen.score,
            share=1.0,
            brevity=1.0,
            beside_unit=self.is_beside_unit(chosen),
            tied=len(candidates) > 1 and not any(shared) and not rank,
            position_gap=gaps[at],
            missing_number=self.misses_number(chosen),
            agreement=shared[at] * hint.share if hint else None,
        )
        alternatives = tuple(other for other in candidates if other is not chosen)[:MAX_ALTERNATIVES]
        return Decision(chosen, at + 1, len(candidates), evidence, None, alternatives)

    def rank_in_source(self, matches: Matches) -> tuple[list[Candidate], int]:
        """Return the occurrences to choose from, and the rank of the right one, counted from 1; 0 if it is unknown.

        The rank is known under the strictest comparison with equally many occurrences in the source and in the target.
        One comparison is not enough: because of the capital in "Tulips grew where tulips ...", the exact comparison
        finds only one of the two occurrences.
        """
        candidates = next(iter(matches.values()))
        if len(list(matches.values())[-1]) == 1:
            return candidates, 0
        query = self.query
        in_source = Search(query, query.source, None, self.source_language, self.source_language)
        for reading, occurrences in in_source.find_verbatim(in_source.untranslated).items():
            if len(occurrences) == len(matches.get(reading, ())):
                return matches[reading], 1 + sum(place.start < query.start for place in occurrences)
        return candidates, 0

    def choose_by_similarity(self, min_score: float) -> Decision:
        """Choose the run of words in the window with the highest rank."""
        runs = self.runs()
        if not len(runs):
            return Decision(None, reason=self.reason_for_loss())
        features = self.features_of(runs)
        scores, ranks = self.score(features), features.ranks
        starts, ends = self.bounds(runs)
        ranked = best_disjoint(ranks, starts, ends, MAX_ALTERNATIVES + 1)
        candidates = [self.candidate_for(runs[at].tolist(), float(scores[at])) for at in ranked]
        best, rivals = candidates[0], tuple(candidates[1:])
        if best.score < min_score:
            reason = self.reason_for_loss(best.score)
            return Decision(None, reason=reason, alternatives=tuple(candidates[:MAX_ALTERNATIVES]))
        hint = self.hint
        evidence = Evidence(
            scored_by_similarity=True,
            similarity=best.score,
            proven=float(features.by_name["proven"][ranked[0]]),
            share=share_of_best(ranks, starts, ends, ranked[0], ENOUGH),
            brevity=self.brevity(best),
            beside_unit=self.is_beside_unit(best),
            tied=False,
            position_gap=float(features.by_name["position_gap"][ranked[0]]),
            missing_number=self.misses_number(best),
            agreement=overlap(best.span, hint.span) * hint.share if hint else None,
        )
        return Decision(best, 1, 1, evidence, None, rivals)

    def runs(self) -> IntArray:
        """Return the runs of words of the window that may be the answer, with shape (n, 2)."""
        if not self.phrases:
            return np.empty((0, 2), dtype=int)
        runs = candidate_runs(self.phrases, self.target, self.window, self.language)
        needed = shared_numbers((self.isolated or self.untranslated).words, self.window_words, self.language.numbers)
        return runs_with_words(runs, self.target, self.window, needed)

    def bounds(self, runs: IntArray) -> tuple[IntArray, IntArray]:
        """Return the starts and the ends of runs."""
        return self.target.token_bounds[runs[:, 0], 0], self.target.token_bounds[runs[:, 1] - 1, 1]

    def features_of(self, runs: IntArray) -> RunFeatures:
        """Return the features of runs."""
        starts, ends = self.bounds(runs)
        by_phrase = self.similarity_by_phrase(runs)
        relative = runs - self.window[0]
        window = weigh_window(self.target, self.window, self.language)
        first, *others = self.own_phrases
        # The source answer proves something only where it is untranslated.
        others = [other for other in others if not set(window.words).isdisjoint(bare(other.words, self.language))]
        proofs = [prove(weigh_phrase(phrase, self.language), window) for phrase in (first, *others)]
        weights = sum_in_runs(window.weights, relative)
        marks = sum_in_runs(are_marks(self.window_words), relative) - sum(are_marks(first.words))
        return RunFeatures(
            {
                "similarity": self.own_similarity(by_phrase),
                "proven": reduce(np.maximum, [proof.proven(relative) for proof in proofs]),
                "position_gap": position_gaps(self.query, self.target, starts, ends),
                "marks": np.minimum(np.abs(marks), MOST_MARKS),
                "stray": self.stray_words(relative),
                "length": log_ratio(weights, proofs[0].total),
                "source_length": log_ratio((ends - starts).astype(np.float64), self.expected_length()),
                "piece": by_phrase.get(id(self.piece), np.zeros(len(runs))),
                "hint": self.shared_with_hint(starts, ends),
            }
        )

    def similarity(self, runs: IntArray) -> FloatArray:
        """Return the similarity of runs to the translation or to the source answer, at most 1."""
        return self.own_similarity(self.similarity_by_phrase(runs))

    def similarity_by_phrase(self, runs: IntArray) -> dict[int, FloatArray]:
        """Return the similarity of runs to each phrase, by the identity of the phrase."""
        return dict(zip(map(id, self.phrases), similarities(self.phrases, self.target, runs), strict=True))

    def own_similarity(self, by_phrase: dict[int, FloatArray]) -> FloatArray:
        """Return the greater of the similarities to the translation and to the source answer."""
        nothing = np.zeros(len(next(iter(by_phrase.values()))))
        to_source = by_phrase.get(id(self.untranslated), nothing) - SOURCE_PENALTY
        return np.maximum(by_phrase.get(id(self.isolated), to_source), to_source)

    @cached_property
    def own_phrases(self) -> list[Phrase]:
        """The phrases without the marked piece."""
        return [phrase for phrase in self.phrases if phrase is not self.piece] or self.phrases

    @cached_property
    def phrase_words(self) -> set[str]:
        """The words of all phrases."""
        return {word for phrase in self.phrases for word in phrase.words}

    def expected_length(self) -> float:
        """Return the length of the source answer, scaled to the length of the target window."""
        (low, high), (start, end) = self.query.source.window_span(self.query.window), self.query.span
        target_low, target_high = self.target.window_span(self.query.window)
        return (end - start) * (target_high - target_low) / max(high - low, 1)

    def stray_words(self, runs: IntArray) -> FloatArray:
        """Return the number of function words at the edges of each run that no phrase has.

        runs: relative to the window.
        """
        edge_words, articles, phrase_words = self.language.edge_words, self.language.articles, self.phrase_words
        low, high = self.window
        tokens = zip(self.target.lowered[low:high], self.window_words, strict=True)
        is_stray = np.array(
            [(word in edge_words or word in articles) and folded not in phrase_words for word, folded in tokens],
            dtype=float,
        )
        return is_stray[runs[:, 0]] + is_stray[runs[:, 1] - 1]

    def shared_with_hint(self, starts: IntArray, ends: IntArray) -> FloatArray:
        """Return the overlap of runs with the hint, times its share; 0 without a hint."""
        if not (hint := self.hint):
            return np.zeros(len(starts))
        low, high = hint.span
        common = np.maximum(np.minimum(ends, high) - np.maximum(starts, low), 0)
        return 2 * common / (ends - starts + high - low) * hint.share

    def score(self, features: RunFeatures) -> FloatArray:
        """Return the score of runs, 0 to 1: the mean of their similarities and of their overlap with the hint."""
        similarity, piece, hint = map(features.by_name.__getitem__, ("similarity", "piece", "hint"))
        return (similarity + piece + hint) / 3 if self.hint else similarity

    def brevity(self, candidate: Candidate) -> float:
        """Return 1 / the number of words of a candidate. One word more or less weighs more on a short span."""
        low, high = self.target.token_range(candidate.span)
        return 1 / max(sum(self.target.is_word[low:high]), 1)

    def candidate_for(self, run: list[int], score: float) -> Candidate:
        """Return a run of tokens as a candidate, with the extent of the source answer."""
        low, high = trim(self.target, run[0], run[1], self.phrase_words, self.language)
        method = Method.MARKED if self.piece else Method.FUZZY
        candidate = Candidate(*self.target.span_of(low, high), method, score)
        return self.with_extent(candidate, self.isolated or self.untranslated)

    def is_beside_unit(self, candidate: Candidate) -> bool:
        """Return whether the answer is a bare number, and the span has or touches a counter or a word for "year"."""
        if not (self.is_number and self.edges.is_number):
            return False
        low, high = self.target.token_range(candidate.span)
        around = self.target.lowered[max(low - 1, 0) : low] + self.target.lowered[high : high + 1]
        within = self.target.lowered[low:high]
        return not (self.language.year_words.isdisjoint(around) and self.language.counters.isdisjoint(within[1:]))

    def misses_number(self, candidate: Candidate) -> bool:
        """Return whether the source answer has a number and the candidate has none."""
        span = self.target.folded[slice(*self.target.token_range(candidate.span))]
        return lacks_number(self.source_phrase.words, self.source_language.numbers, span, self.language.numbers)

    def reason_for_loss(self, best_score: float = 0.0) -> Reason:
        """Return the reason why no candidate is chosen. best_score: the score of the best run of words."""
        if not self.query.translation:
            return Reason.ANSWER_UNTRANSLATED
        return Reason.NOT_FOUND if best_score < UNRELATED else Reason.BELOW_THRESHOLD
