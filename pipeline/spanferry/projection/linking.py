"""Locates an answer with the word links of an encoder, in addition to the similarity of its words.

    lexical decision ─┐
    runs of words ────┼──> similarity and coverage ──> best span ──> its probability (`linked_confidence`)
    verbatim matches ─┘

Each candidate is scored by the mean of three shares: its similarity to the translated answer, and its coverage by the
links in both directions, which is one figure that counts twice. Equal weights did as well as any others on the gold
spans of German, Russian, Chinese, Arabic and Dutch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from msgspec.structs import replace

from spanferry.projection.candidates import AnswerQuery, Candidate, overlap
from spanferry.projection.decision import MAX_ALTERNATIVES, Decision
from spanferry.projection.fuzzy import best_disjoint
from spanferry.projection.linked_confidence import LinkedEvidence
from spanferry.projection.occurrence import FloatArray, position_gaps
from spanferry.projection.ranking import Locator
from spanferry.projection.run_table import SLACK, STRETCH
from spanferry.projection.search import Search
from spanferry.projection.similarity import candidate_for, similarity_of_runs
from spanferry.projection.tokenized import IntArray, TokenizedText, TokenRange
from spanferry.projection.word_links import AnswerLinks
from spanferry.records import Method

# Subtracted from the score of a run whose position gap is 1; proportionally less for a smaller gap.
POSITION_WEIGHT = 0.1

Shares = TypeVar("Shares", float, FloatArray)


@dataclass(frozen=True, slots=True)
class LinkedCandidate:
    """A candidate with its evidence. total: its score, less a penalty for its distance from the expected position."""

    candidate: Candidate
    similarity: float
    coverage: float
    total: float


def locate_linked(locator: Locator, query: AnswerQuery, target: TokenizedText, links: AnswerLinks) -> Decision:
    """Locate an answer with its word links. Returns the lexical decision where no run of words is a candidate."""
    search = locator.search(query, target)
    lexical = locator.decide(search)
    preferred = lexical if lexical.chosen else locator.without_threshold.decide(search)
    matches = next(locator.find_verbatim(search), None)
    verbatim = list(matches.values())[-1] if matches else []
    candidates = [*judge_verbatim(search, links, verbatim), *judge_runs(search, links)]
    if not candidates:
        return lexical
    best = max(candidates, key=lambda each: each.total)
    rivals = [each for each in candidates if not overlap(each.candidate.span, best.candidate.span)]
    rivals.sort(key=lambda each: -each.total)
    margin = best.total - rivals[0].total if rivals else 1.0
    evidence = LinkedEvidence(
        coverage=best.coverage,
        margin=margin,
        lexical=support_of(preferred, best.candidate),
        beside_unit=search.is_beside_unit(best.candidate),
    )
    alternatives = tuple(each.candidate for each in rivals[:MAX_ALTERNATIVES])
    if best.candidate in verbatim:
        return Decision(best.candidate, verbatim.index(best.candidate) + 1, len(verbatim), evidence, None, alternatives)
    chosen = best.candidate
    if lexical.chosen and lexical.chosen.span == chosen.span:
        chosen = replace(chosen, method=lexical.chosen.method)
    return Decision(chosen, 1, 1, evidence, None, alternatives)


def support_of(lexical: Decision, candidate: Candidate) -> float:
    """Return the probability that the lexical decision gives to its span, times the overlap of a candidate with it."""
    if lexical.chosen is None or lexical.probability is None:
        return 0.0
    return lexical.probability * overlap(lexical.chosen.span, candidate.span)


def judge_verbatim(search: Search, links: AnswerLinks, found: Sequence[Candidate]) -> list[LinkedCandidate]:
    """Return the verbatim occurrences of a phrase with their coverage. The first one wins a draw with a run."""
    runs = np.array([tokens_of(search, candidate) for candidate in found], int).reshape(-1, 2)
    similarities = np.array([candidate.score for candidate in found], float)
    coverage = links.coverage(runs - search.window[0])
    totals = total_scores(search, runs, similarities, coverage)
    return [
        LinkedCandidate(candidate, *figures)
        for candidate, *figures in zip(found, similarities.tolist(), coverage.tolist(), totals.tolist(), strict=True)
    ]


def tokens_of(search: Search, candidate: Candidate) -> TokenRange:
    """Return the tokens of a candidate, at least one: it may begin inside a token ("eau" in "l'eau")."""
    low, high = search.target.token_range(candidate.span)
    low = min(low, search.window[1] - 1)
    return low, max(high, low + 1)


def judge_runs(search: Search, links: AnswerLinks) -> list[LinkedCandidate]:
    """Return the best runs of words, none of which overlaps a better one."""
    runs = runs_of_words(search, links)
    if not len(runs):
        return []
    bounds = search.target.token_bounds
    starts, ends = bounds[runs[:, 0], 0], bounds[runs[:, 1] - 1, 1]
    similarities = np.clip(similarity_of_runs(search, runs), 0.0, 1.0) if search.phrases else np.zeros(len(runs))
    coverage = links.coverage(runs - search.window[0])
    totals = total_scores(search, runs, similarities, coverage)
    best = best_disjoint(totals, starts, ends, MAX_ALTERNATIVES + 1)
    return [
        LinkedCandidate(
            replace(candidate_for(search, run, combine(similarity, covered)), method=Method.LINKED),
            similarity,
            covered,
            total,
        )
        for run, similarity, covered, total in zip(
            *(values[best].tolist() for values in (runs, similarities, coverage, totals)), strict=True
        )
    ]


def runs_of_words(search: Search, links: AnswerLinks) -> IntArray:
    """Return the runs of tokens that begin and end with a word and are not much longer than the answer."""
    low, high = search.window
    longest = max([len(phrase.words) for phrase in search.phrases], default=0)
    # The answer's share of the weight, in words of the target, where its translation is missing.
    expected = links.answer_weight / sum(links.weights) * (high - low)
    words = np.array([at for at in range(low, high) if search.target.is_word[at]], int)
    sizes = words + 1 - words[:, None]
    first, last = np.nonzero((sizes >= 1) & (sizes <= STRETCH * max(longest, expected) + SLACK))
    return np.column_stack([words[first], words[last] + 1])


def total_scores(search: Search, runs: IntArray, similarities: FloatArray, coverage: FloatArray) -> FloatArray:
    """Return the score of each run, less a penalty for its distance from the expected position."""
    bounds = search.target.token_bounds
    gaps = position_gaps(search.query, search.target, bounds[runs[:, 0], 0], bounds[runs[:, 1] - 1, 1])
    return combine(similarities, coverage) - POSITION_WEIGHT * gaps


def combine(similarity: Shares, coverage: Shares) -> Shares:
    """Return the mean of similarity and coverage in both directions, 0 to 1."""
    return (similarity + 2 * coverage) / 3
