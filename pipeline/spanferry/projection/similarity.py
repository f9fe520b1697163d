"""Chooses the run of words that is most similar to the evidence, for an answer of which no phrase occurs verbatim.

    searches ──> RunTable ──> features_of ──> ranks (`runs.RANK_WEIGHTS`) ──> choose_together ──> decisions

The score of a run is the mean of the evidence, each part from 0 to 1: the similarity to the translation of the answer
on its own, or to the source answer, because names and titles often stay untranslated; and, if the sentence was
translated with markers, the similarity to the marked piece and the overlap with its position in the clean translation.
The parts have equal weights; none was tuned.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from spanferry.projection.candidates import Candidate, overlap
from spanferry.projection.confidence import Evidence
from spanferry.projection.decision import MAX_ALTERNATIVES, Decision
from spanferry.projection.extent import trim
from spanferry.projection.fuzzy import best_disjoint, similarities
from spanferry.projection.occurrence import FloatArray, relative_position, relative_positions
from spanferry.projection.run_table import RunTable
from spanferry.projection.runs import (
    RunFeatures,
    WeighedWords,
    are_marks,
    bare,
    claim,
    log_ratio,
    prove,
    share_of_best,
    weigh_phrase,
    weigh_window,
)
from spanferry.projection.search import Search
from spanferry.projection.tokenized import IntArray, TokenRange
from spanferry.records import Method, Reason

Floats = npt.NDArray[np.float32] | FloatArray

# Subtracted from the similarity to the source answer, so that the similarity to the translation takes precedence.
SOURCE_PENALTY = 0.02
# Two unrelated phrases share enough letters to reach this score. Lower scores count as `not_found`.
UNRELATED = 0.3
# Runs of words that overlap this much (Dice's coefficient of their letters) count as the same answer.
ENOUGH = 0.8
# Further punctuation marks that a run has, and the phrase lacks, do not matter.
MOST_MARKS = 2
# So many searches are ranked together: numpy's calls then hardly count, and the arrays fit into a processor's cache.
TOGETHER = 32


def choose_by_similarity(searches: Sequence[Search], min_score: float) -> list[Decision]:
    """Choose for each search the run of words in the window with the highest rank."""
    decisions = [Decision(None, reason=reason_for_loss(search)) for search in searches]
    numbers = [number for number, search in enumerate(searches) if search.phrases]
    # The arrays have the size of the longest window, so windows of about the same length are ranked together.
    numbers.sort(key=lambda number: len(searches[number].window_words))
    for first in range(0, len(numbers), TOGETHER):
        together = sorted(numbers[first : first + TOGETHER], key=lambda number: longest_phrase(searches[number]))
        runs = RunTable.of([searches[number] for number in together])
        for number, decision in zip(together, choose_together(runs, min_score), strict=True):
            decisions[number] = decision
    return decisions


def longest_phrase(search: Search) -> int:
    """Return the number of words of the longest phrase of a search."""
    return max(len(phrase.words) for phrase in search.phrases)


def choose_together(runs: RunTable, min_score: float) -> list[Decision]:
    """Choose for each search of a table the run with the highest rank."""
    features = features_of(runs)
    scores, ranks, (starts, ends) = score(runs, features), features.ranks, runs.spans
    ranked = [
        [part.start + at for at in best_disjoint(ranks[part], starts[part], ends[part], MAX_ALTERNATIVES + 1)]
        for part in runs.parts
    ]
    best = np.array([places[0] if places else 0 for places in ranked])
    shares = share_of_best(ranks, starts, ends, runs.owners, best, ENOUGH).tolist()
    decisions: list[Decision] = []
    for number, (search, places) in enumerate(zip(runs.searches, ranked, strict=True)):
        if not places:
            decisions.append(Decision(None, reason=reason_for_loss(search)))
            continue
        candidates = [candidate_for(search, runs.tokens_of(at), float(scores[at])) for at in places]
        evidence = evidence_for(search, candidates[0], features.at(places[0]), shares[number])
        decisions.append(decide(search, candidates, evidence, min_score))
    return decisions


def decide(search: Search, candidates: list[Candidate], evidence: Evidence, min_score: float) -> Decision:
    """Choose the best candidate, if its score is high enough. candidates: best first. evidence: for the best."""
    best = candidates[0]
    if best.score < min_score:
        reason = reason_for_loss(search, best.score)
        return Decision(None, reason=reason, alternatives=tuple(candidates[:MAX_ALTERNATIVES]))
    return Decision(best, 1, 1, evidence, None, tuple(candidates[1:]))


def evidence_for(search: Search, candidate: Candidate, features: Mapping[str, float], share: float) -> Evidence:
    """Return the evidence for a chosen run of words. share: see `Evidence`."""
    hint = search.hint
    return Evidence(
        scored_by_similarity=True,
        similarity=candidate.score,
        proven=features["proven"],
        share=share,
        shortness=search.shortness,
        beside_unit=search.is_beside_unit(candidate),
        tied=False,
        claimed=features["claimed"],
        position_gap=features["position_gap"],
        missing_number=search.misses_number(candidate),
        agreement=overlap(candidate.span, hint.span) * hint.share if hint else None,
    )


def features_of(runs: RunTable) -> RunFeatures:
    """Return the features of runs."""
    features = RunFeatures.zeros(len(runs))
    add_similarities(runs, features)
    add_word_features(runs, features)
    features["position_gap"] = position_gaps(runs)
    if any(search.hint for search in runs.searches):
        features["hint"] = shared_with_hints(runs)
    return features


def add_similarities(runs: RunTable, features: RunFeatures) -> None:
    """Add the similarities of runs to the phrases."""
    translated, piece, untranslated = by_phrase = np.zeros((3, len(runs)), np.float32)
    translated[:] = -1.0  # without a translation, the similarity to the source answer counts
    for number, (search, part) in enumerate(zip(runs.searches, runs.parts, strict=True)):
        found = iter(similarities(search.phrases, search.target, runs.tokens(number)))
        for row, phrase in zip(by_phrase, (search.isolated, search.piece, search.untranslated), strict=True):
            if phrase and phrase.words:
                row[part] = next(found)
    features["similarity"] = greater(translated, untranslated)
    features["piece"] = piece


def greater(translated: Floats, untranslated: Floats) -> FloatArray:
    """Return the greater of the similarities to the translation and to the source answer."""
    return np.maximum(translated, untranslated - SOURCE_PENALTY)


def similarity_of_runs(search: Search, runs: IntArray) -> FloatArray:
    """Return the similarity of runs to the translation or to the source answer, at most 1. runs: shape (n, 2)."""
    by_phrase = dict(zip(map(id, search.phrases), similarities(search.phrases, search.target, runs), strict=True))
    nothing = np.zeros(len(runs))
    return greater(by_phrase.get(id(search.isolated), nothing - 1.0), by_phrase.get(id(search.untranslated), nothing))


def add_word_features(runs: RunTable, features: RunFeatures) -> None:
    """Add the features that compare the words of runs with those of the phrases."""
    searches, owners = runs.searches, runs.owners
    windows = [weigh_window(search.target, search.window, search.language) for search in searches]
    phrases = [weigh_phrases(search, window) for search, window in zip(searches, windows, strict=True)]
    proof = prove(phrases, windows)
    sizes = runs.highs - runs.lows
    longest = np.array([sizes[part].max(initial=0) for part in runs.parts])
    features["proven"] = proof.proven(longest)[sizes - 1, runs.lows, owners]
    claimed = claim(windows, [search.other_words for search in searches], proof)
    weights = runs.pad(window.weights for window in windows)
    marks = runs.pad(are_marks(search.window_words) for search in searches)
    weights, claimed, marks = runs.sum(np.array([weights, claimed * weights, marks]))
    features["claimed"] = claimed / weights
    expected_marks = np.array([sum(are_marks(search.own_phrases[0].words)) for search in searches])
    features["marks"] = np.minimum(np.abs(marks - expected_marks[owners]), MOST_MARKS)
    expected_weights = np.array([sum(first.weights) for first, *_ in phrases])
    features["length"] = log_ratio(weights, expected_weights[owners])
    starts, ends = runs.spans
    expected_lengths = np.array([expected_length(search) for search in searches])
    features["source_length"] = log_ratio((ends - starts).astype(float), expected_lengths[owners])
    stray = runs.pad(map(are_stray, searches))
    features["stray"] = stray[owners, runs.lows] + stray[owners, runs.highs - 1]


def weigh_phrases(search: Search, window: WeighedWords) -> list[WeighedWords]:
    """Return the phrases of a search that may prove something, with their weights."""
    first, *others = search.own_phrases
    # The source answer proves something only where it is untranslated.
    others = [other for other in others if not set(window.words).isdisjoint(bare(other.words, search.language))]
    return [weigh_phrase(phrase, search.language) for phrase in (first, *others)]


def are_stray(search: Search) -> list[bool]:
    """Return for each window token whether it is a function word that the phrases lack."""
    outer, own = search.language.outer_words, search.phrase_words
    tokens = zip(search.target.lowered[slice(*search.window)], search.window_words, strict=True)
    return [word in outer and folded not in own for word, folded in tokens]


def expected_length(search: Search) -> float:
    """Return the length of the source answer, scaled to the length of the target window."""
    query = search.query
    (low, high), (start, end) = query.source.window_span(query.window), query.span
    target_low, target_high = search.target.window_span(query.window)
    return (end - start) * (target_high - target_low) / max(high - low, 1)


def position_gaps(runs: RunTable) -> FloatArray:
    """Return the distances between the relative positions of the source answers and the runs, 0 to 1."""
    queries = [search.query for search in runs.searches]
    expected = np.array([relative_position(query.source, query.window, *query.span) for query in queries])
    windows = np.array([search.target.window_span(search.query.window) for search in runs.searches])
    return np.abs(relative_positions(*runs.spans, *windows[runs.owners].T) - expected[runs.owners])


def shared_with_hints(runs: RunTable) -> FloatArray:
    """Return the overlap of runs with the hints, times their shares; 0 without a hint."""
    hints = [(*hint.span, hint.share) if (hint := search.hint) else (0, 0, 0.0) for search in runs.searches]
    low, high, share = np.array(hints)[runs.owners].T
    starts, ends = runs.spans
    common = np.maximum(np.minimum(ends, high) - np.maximum(starts, low), 0)
    return 2 * common / (ends - starts + high - low) * share


def score(runs: RunTable, features: RunFeatures) -> FloatArray:
    """Return the score of runs, 0 to 1: the mean of their similarities and of their overlap with the hint."""
    similarity = features["similarity"]
    has_hint = np.array([search.hint is not None for search in runs.searches])
    return np.where(has_hint[runs.owners], (similarity + features["piece"] + features["hint"]) / 3, similarity)


def candidate_for(search: Search, run: TokenRange, score: float) -> Candidate:
    """Return a run of tokens as a candidate, with the extent of the source answer."""
    low, high = trim(search.target, *run, search.phrase_words, search.language)
    method = Method.MARKED if search.piece else Method.FUZZY
    candidate = Candidate(*search.target.span_of(low, high), method, score)
    return search.with_extent(candidate, search.isolated or search.untranslated)


def reason_for_loss(search: Search, best_score: float = 0.0) -> Reason:
    """Return the reason why no candidate is chosen. best_score: the score of the best run of words."""
    if not search.query.translation:
        return Reason.ANSWER_UNTRANSLATED
    return Reason.NOT_FOUND if best_score < UNRELATED else Reason.BELOW_THRESHOLD
