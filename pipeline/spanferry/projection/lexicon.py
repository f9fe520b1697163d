"""A statistical word aligner, trained on the segments of the corpus and their translations.

The model is IBM model 2 in the form of fast_align (Dyer, Chahuneau and Smith 2013), fitted by variational Bayes. Each
target word comes from one source word or from none. A source word is more probable at the same relative position, and
if it often occurs together with the target word. The model is trained in both directions.

The package eflomal is slightly better (`benchmarks/alignment.py` compares both), but the same input must give the same
bytes: eflomal takes its random seeds from the system, and its C code is compiled for the machine that it runs on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spanferry.language.words import fold, tokens

# Values of the paper: the probability that a word comes from no word, the prior count of each pair of words, and the
# number of iterations.
NULL, PRIOR, ITERATIONS = 0.08, 0.01, 5
# The steepness with which the probability falls with distance. On the sample and on Google's Dutch, the values 4 and 9
# change `good` of the benchmark by at most 0.007.
TENSION = 6.0
# Words whose first STEM characters are equal count as one word. Of the answers that do not occur verbatim, 89 % are
# placed well (overlap of at least 0.8). With whole words it is 83 to 85 %, because a small corpus has too few forms of
# each word.
STEM = 4
# Cells (pairs of words) that are processed at once: about 100 MB.
BATCH_CELLS = 1_000_000

Words = Sequence[str]
Ints = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Lexicon:
    """A trained model: the words of both languages, and the probabilities that they translate each other.

    source, target: stem -> number. keys: the pairs of stems that occur together, as source * len(target) + target,
    sorted. forward, backward: the probability of each pair from source to target and from target to source.
    source_nulls, target_nulls: the probability of each stem to come from no word.
    """

    source: dict[str, int]
    target: dict[str, int]
    keys: Ints
    forward: Floats
    backward: Floats
    source_nulls: Floats
    target_nulls: Floats

    def links(self, source: Words, target: Words) -> tuple[Floats, Floats]:
        """Return the link probabilities of a sentence and its translation, from source to target and back.

        source, target: the folded words of both. Both results have shape (source, target): the probability that the
        target word comes from the source word, and that the source word comes from the target word.
        """
        sources = np.array([self.source.get(word[:STEM], -1) for word in source])
        targets = np.array([self.target.get(word[:STEM], -1) for word in target])
        pairs = sources[:, None] * len(self.target) + targets
        at = np.searchsorted(self.keys, pairs).clip(max=len(self.keys) - 1)
        met = (self.keys[at] == pairs) & (sources[:, None] >= 0) & (targets >= 0)
        grid = Grid.of(np.array([len(source)]), np.array([len(target)]))
        forward, backward = grid.shares(
            np.where(met, self.forward[at], 0.0).ravel(),
            np.where(met, self.backward[at], 0.0).ravel(),
            np.where(sources >= 0, self.source_nulls[sources], 1.0),
            np.where(targets >= 0, self.target_nulls[targets], 1.0),
        )
        return forward.reshape(met.shape), backward.reshape(met.shape)


@dataclass(frozen=True)
class Grid:
    """The cells of some pairs of texts: each source word of a pair with each target word of the same pair.

    source, target: the indices of the words of each cell, counted over all pairs. closeness: falls from 1 with the
    distance between their relative positions.
    """

    source: Ints
    target: Ints
    closeness: Floats

    @classmethod
    def of(cls, source_lengths: Ints, target_lengths: Ints) -> "Grid":
        """Return the cells of pairs with these numbers of words."""
        cells = source_lengths * target_lengths
        pair = np.repeat(np.arange(len(cells)), cells)
        index: Ints = np.arange(int(cells.sum())) - preceding(cells)[pair]
        row, column = np.divmod(index, target_lengths[pair])
        gap: Floats = (row + 0.5) / source_lengths[pair] - (column + 0.5) / target_lengths[pair]
        return cls(
            preceding(source_lengths)[pair] + row,
            preceding(target_lengths)[pair] + column,
            np.exp(-TENSION * np.abs(gap)),
        )

    def shares(
        self, forward: Floats, backward: Floats, source_nulls: Floats, target_nulls: Floats
    ) -> tuple[Floats, Floats]:
        """Return the probability that each cell's target word comes from its source word, and the reverse."""
        return (
            link_shares(self.closeness, forward, self.target, target_nulls),
            link_shares(self.closeness, backward, self.source, source_nulls),
        )


@dataclass(frozen=True)
class PairBatch:
    """A batch of pairs of texts.

    source, target: the numbers of their words. source_lengths, target_lengths: number of words of each text.
    keys: the distinct pairs of words, or their indices in Lexicon.keys. cells: the index in `keys` of each cell.
    """

    source: Ints
    target: Ints
    source_lengths: Ints
    target_lengths: Ints
    keys: Ints
    cells: npt.NDArray[np.int32]


def train(pairs: Sequence[tuple[str, str]]) -> Lexicon:
    """Train a lexicon on (text, translation) pairs: sentences, and answers on their own."""
    source, source_texts = number_stems([text for text, _ in pairs])
    target, target_texts = number_stems([translation for _, translation in pairs])
    batches = list(make_batches(source_texts, target_texts, len(target)))
    keys = np.sort(np.concatenate([np.empty(0, int), *(batch.keys for batch in batches)]))
    keys = keys[np.diff(keys, prepend=-1) > 0]
    indexed = [
        PairBatch(
            batch.source,
            batch.target,
            batch.source_lengths,
            batch.target_lengths,
            np.searchsorted(keys, batch.keys),
            batch.cells,
        )
        for batch in batches
    ]
    uniform = np.ones(len(keys)), np.ones(len(keys)), np.ones(len(source)), np.ones(len(target))
    lexicon = Lexicon(source, target, keys, *uniform)
    for _ in range(ITERATIONS):
        lexicon = refine(lexicon, indexed)
    return lexicon


def refine(lexicon: Lexicon, batches: list[PairBatch]) -> Lexicon:
    """Run one iteration: link the words with this lexicon, and estimate the next one from the links."""
    forward, backward = np.full(len(lexicon.keys), PRIOR), np.full(len(lexicon.keys), PRIOR)
    source_nulls, target_nulls = np.full(len(lexicon.source), PRIOR), np.full(len(lexicon.target), PRIOR)
    for batch in batches:
        grid, at = Grid.of(batch.source_lengths, batch.target_lengths), batch.keys[batch.cells]
        from_source, from_target = grid.shares(
            lexicon.forward[at],
            lexicon.backward[at],
            lexicon.source_nulls[batch.source],
            lexicon.target_nulls[batch.target],
        )
        forward[batch.keys] += weighted_count(batch.cells, from_source, len(batch.keys))
        backward[batch.keys] += weighted_count(batch.cells, from_target, len(batch.keys))
        source_nulls += unlinked(batch.source, grid.source, from_target, len(source_nulls))
        target_nulls += unlinked(batch.target, grid.target, from_source, len(target_nulls))
    sources, targets = np.divmod(lexicon.keys, max(len(lexicon.target), 1))
    return Lexicon(
        lexicon.source,
        lexicon.target,
        lexicon.keys,
        estimate(forward, weighted_count(sources, forward, len(lexicon.source))[sources]),
        estimate(backward, weighted_count(targets, backward, len(lexicon.target))[targets]),
        estimate(source_nulls, source_nulls.sum()),
        estimate(target_nulls, target_nulls.sum()),
    )


def unlinked(words: Ints, cells: Ints, linked: Floats, size: int) -> Floats:
    """Return the expected count of each word coming from no word.

    words: the number of each word. cells: the index of each cell's word. linked: the probability of each cell.
    """
    return weighted_count(words, 1 - weighted_count(cells, linked, len(words)), size)


def number_stems(texts: Sequence[str]) -> tuple[dict[str, int], list[Ints]]:
    """Number the stems of the words. Returns (stem -> number, the numbers of the words of each text)."""
    numbers: dict[str, int] = {}
    return numbers, [
        np.array([numbers.setdefault(fold(text[low:high])[:STEM], len(numbers)) for low, high in tokens(text)], int)
        for text in texts
    ]


def make_batches(source_texts: list[Ints], target_texts: list[Ints], target_words: int) -> Iterator[PairBatch]:
    """Yield the pairs in batches of about BATCH_CELLS cells, whose `keys` are pairs of words."""
    sizes = np.array([[len(one), len(other)] for one, other in zip(source_texts, target_texts, strict=True)], int)
    sizes = sizes.reshape(-1, 2)
    batch_of = np.cumsum(sizes.prod(axis=1)) // BATCH_CELLS
    for number in np.unique(batch_of):
        low, high = np.searchsorted(batch_of, [number, number + 1])
        source, target = np.concatenate(source_texts[low:high]), np.concatenate(target_texts[low:high])
        source_lengths, target_lengths = sizes[low:high, 0], sizes[low:high, 1]
        grid = Grid.of(source_lengths, target_lengths)
        keys, cells = np.unique(source[grid.source] * target_words + target[grid.target], return_inverse=True)
        yield PairBatch(source, target, source_lengths, target_lengths, keys, cells.astype(np.int32))


def link_shares(closeness: Floats, lexical: Floats, word: Ints, nulls: Floats) -> Floats:
    """Return the probability of each cell among all cells of its word, and the case that it comes from no word.

    lexical: probability of each cell's pair of words. word: the index of each cell's word. nulls: probability of each
    word to come from no word, which is weighted by NULL.
    """
    size = len(nulls)
    likelihood = (1 - NULL) * closeness / weighted_count(word, closeness, size)[word] * lexical
    total = weighted_count(word, likelihood, size) + NULL * nulls
    return likelihood / np.maximum(total, np.finfo(float).tiny)[word]


def estimate(counts: Floats, totals: Floats | np.float64) -> Floats:
    """Return the variational Bayes estimate of probabilities. It lowers those with small counts the most."""
    import torch

    logs = [torch.digamma(torch.tensor(np.asarray(values, float))).numpy() for values in (counts, totals)]
    return np.exp(logs[0] - logs[1])


def weighted_count(numbers: npt.NDArray[np.integer], weights: Floats, size: int) -> Floats:
    """Return, for each number below `size`, the sum of its weights."""
    return np.asarray(np.bincount(numbers, weights, size), float)


def preceding(sizes: Ints) -> Ints:
    """Return, for each size, the sum of the sizes before it."""
    return np.cumsum(sizes) - sizes
