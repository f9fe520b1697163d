"""Chooses the run of words that is most similar to the evidence, for an answer of which no phrase occurs verbatim.

    Search ──> runs_of ──> features_of ──> ranks (`runs.RANK_WEIGHTS`) ──> choose_by_similarity ──> Decision

The score of a run is the mean of the evidence, each part from 0 to 1: the similarity to the translation of the answer
on its own, or to the source answer, because names and titles often stay untranslated; and, if the sentence was
translated with markers, the similarity to the marked piece and the overlap with its position in the clean translation.
The parts have equal weights; none was tuned.
"""

import numpy as np

from spanferry.language.numbers import shared_numbers
from spanferry.projection.candidates import Candidate, overlap
from spanferry.projection.confidence import Evidence
from spanferry.projection.decision import MAX_ALTERNATIVES, Decision
from spanferry.projection.extent import trim
from spanferry.projection.fuzzy import best_disjoint, candidate_runs, runs_with_words, similarities
from spanferry.projection.occurrence import FloatArray, position_gaps
from spanferry.projection.runs import (
    RunFeatures,
    are_marks,
    bare,
    claim,
    log_ratio,
    prove,
    share_of_best,
    sum_in_runs,
    weigh_phrase,
    weigh_window,
)
from spanferry.projection.search import Search
from spanferry.projection.tokenized import IntArray
from spanferry.records import Method, Reason

# Subtracted from the similarity to the source answer, so that the similarity to the translation takes precedence.
SOURCE_PENALTY = 0.02
# Two unrelated phrases share enough letters to reach this score. Lower scores count as `not_found`.
UNRELATED = 0.3
# Runs of words that overlap this much (Dice's coefficient of their letters) count as the same answer.
ENOUGH = 0.8
# Further punctuation marks that a run has, and the phrase lacks, do not matter.
MOST_MARKS = 2


def choose_by_similarity(search: Search, min_score: float) -> Decision:
    """Choose the run of words in the window with the highest rank."""
    runs = runs_of(search)
    if not len(runs):
        return Decision(None, reason=reason_for_loss(search))
    features = features_of(search, runs)
    scores, ranks = score(search, features), features.ranks
    starts, ends = bounds(search, runs)
    ranked = best_disjoint(ranks, starts, ends, MAX_ALTERNATIVES + 1)
    candidates = [candidate_for(search, runs[at].tolist(), float(scores[at])) for at in ranked]
    best, rivals = candidates[0], tuple(candidates[1:])
    if best.score < min_score:
        reason = reason_for_loss(search, best.score)
        return Decision(None, reason=reason, alternatives=tuple(candidates[:MAX_ALTERNATIVES]))
    hint = search.hint
    evidence = Evidence(
        scored_by_similarity=True,
        similarity=best.score,
        proven=float(features["proven"][ranked[0]]),
        share=share_of_best(ranks, starts, ends, ranked[0], ENOUGH),
        brevity=search.brevity(best),
        beside_unit=search.is_beside_unit(best),
        tied=False,
        claimed=float(features["claimed"][ranked[0]]),
        position_gap=float(features["position_gap"][ranked[0]]),
        missing_number=search.misses_number(best),
        agreement=overlap(best.span, hint.span) * hint.share if hint else None,
    )
    return Decision(best, 1, 1, evidence, None, rivals)


def runs_of(search: Search) -> IntArray:
    """Return the runs of words of the window that may be the answer, with shape (n, 2)."""
    if not search.phrases:
        return np.empty((0, 2), dtype=int)
    runs = candidate_runs(search.phrases, search.target, search.window, search.language)
    words = (search.isolated or search.untranslated).words
    needed = shared_numbers(words, search.window_words, search.language.numbers)
    return runs_with_words(runs, search.target, search.window, needed)


def bounds(search: Search, runs: IntArray) -> tuple[IntArray, IntArray]:
    """Return the starts and the ends of runs."""
    starts, ends = search.target.token_bounds.T
    return starts[runs[:, 0]], ends[runs[:, 1] - 1]


def features_of(search: Search, runs: IntArray) -> RunFeatures:
    """Return the features of runs."""
    features = RunFeatures.zeros(len(runs))
    starts, ends = bounds(search, runs)
    by_phrase = similarity_by_phrase(search, runs)
    features["similarity"] = own_similarity(search, by_phrase)
    features["position_gap"] = position_gaps(search.query, search.target, starts, ends)
    add_word_features(search, runs, ends - starts, features)
    if search.piece:
        features["piece"] = by_phrase[id(search.piece)] if search.piece.words else 0.0
        features["hint"] = shared_with_hint(search, starts, ends)
    return features


def add_word_features(search: Search, runs: IntArray, lengths: IntArray, features: RunFeatures) -> None:
    """Add the features that compare the words of runs with those of the phrases. lengths: of the runs, in letters."""
    language, low, high = search.language, *search.window
    lows, highs = runs[:, 0] - low, runs[:, 1] - low
    first, *others = search.own_phrases
    window = weigh_window(search.target, search.window, language)
    # The source answer proves something only where it is untranslated.
    others = [other for other in others if not set(window.words).isdisjoint(bare(other.words, language))]
    weighed = [weigh_phrase(phrase, language) for phrase in (first, *others)]
    proof = prove(weighed, window)
    features["proven"] = proof.proven(lows, highs)
    claimed = claim(window, search.other_words, proof) * window.weights
    weights, claimed, marks = sum_in_runs((window.weights, claimed, are_marks(search.window_words)), lows, highs)
    features["claimed"] = claimed / weights
    features["marks"] = np.minimum(np.abs(marks - sum(are_marks(first.words))), MOST_MARKS)
    expected = np.array([[sum(weighed[0].weights)], [expected_length(search)]])
    features["length"], features["source_length"] = log_ratio(np.array([weights, lengths], np.float64), expected)
    outer, phrase_words = language.edge_words | language.articles, search.phrase_words
    tokens = zip(search.target.lowered[low:high], search.window_words, strict=True)
    is_stray = np.array([word in outer and folded not in phrase_words for word, folded in tokens], dtype=float)
    features["stray"] = is_stray[lows] + is_stray[highs - 1]


def similarity_of_runs(search: Search, runs: IntArray) -> FloatArray:
    """Return the similarity of runs to the translation or to the source answer, at most 1."""
    return own_similarity(search, similarity_by_phrase(search, runs))


def similarity_by_phrase(search: Search, runs: IntArray) -> dict[int, FloatArray]:
    """Return the similarity of runs to each phrase, by the identity of the phrase."""
    return dict(zip(map(id, search.phrases), similarities(search.phrases, search.target, runs), strict=True))


def own_similarity(search: Search, by_phrase: dict[int, FloatArray]) -> FloatArray:
    """Return the greater of the similarities to the translation and to the source answer."""
    translated, untranslated = by_phrase.get(id(search.isolated)), by_phrase.get(id(search.untranslated))
    if untranslated is None:
        untranslated = np.zeros(len(next(iter(by_phrase.values()))))
    to_source = untranslated - SOURCE_PENALTY
    return to_source if translated is None else np.maximum(translated, to_source)


def expected_length(search: Search) -> float:
    """Return the length of the source answer, scaled to the length of the target window."""
    query = search.query
    (low, high), (start, end) = query.source.window_span(query.window), query.span
    target_low, target_high = search.target.window_span(query.window)
    return (end - start) * (target_high - target_low) / max(high - low, 1)


def shared_with_hint(search: Search, starts: IntArray, ends: IntArray) -> FloatArray:
    """Return the overlap of runs with the hint, times its share; 0 without a hint."""
    if not (hint := search.hint):
        return np.zeros(len(starts))
    low, high = hint.span
    common = np.maximum(np.minimum(ends, high) - np.maximum(starts, low), 0)
    return 2 * common / (ends - starts + high - low) * hint.share


def score(search: Search, features: RunFeatures) -> FloatArray:
    """Return the score of runs, 0 to 1: the mean of their similarities and of their overlap with the hint."""
    if not search.hint:
        return features["similarity"]
    return (features["similarity"] + features["piece"] + features["hint"]) / 3


def candidate_for(search: Search, run: list[int], score: float) -> Candidate:
    """Return a run of tokens as a candidate, with the extent of the source answer."""
    low, high = trim(search.target, run[0], run[1], search.phrase_words, search.language)
    method = Method.MARKED if search.piece else Method.FUZZY
    candidate = Candidate(*search.target.span_of(low, high), method, score)
    return search.with_extent(candidate, search.isolated or search.untranslated)


def reason_for_loss(search: Search, best_score: float = 0.0) -> Reason:
    """Return the reason why no candidate is chosen. best_score: the score of the best run of words."""
    if not search.query.translation:
        return Reason.ANSWER_UNTRANSLATED
    return Reason.NOT_FOUND if best_score < UNRELATED else Reason.BELOW_THRESHOLD
