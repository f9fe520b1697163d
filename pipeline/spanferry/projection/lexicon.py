"""A statistical word aligner, trained on the corpus's own segments: which words translate which.

IBM model 2 in the form of fast_align (Dyer, Chahuneau and Smith 2013), fitted by variational Bayes. Each target word
comes from one source word or from none; from a word at the same relative position rather than from a distant one; and
from a word that it met in many pairs. The model is trained in both directions.

It is our own code because the same input must give the same bytes. eflomal, the aligner that is available, draws its
seeds from the system, and its C code is compiled for the machine at hand. It is slightly better
(`benchmarks/alignment.py` compares).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spanferry.language.words import fold, tokens

# From the paper: the probability that a word comes from none, the prior count of each pair of words, the iterations.
NULL, PRIOR, ITERATIONS = 0.08, 0.01, 5
# How steeply probability falls with distance. On the sample and on Google's Dutch, 4 and 9 move `good` by at most
# 0.007.
TENSION = 6.0
# Words with the same beginning count as one. Of the answers that do not stand verbatim, 89 % are placed well (overlap
# of at least 0.8); with whole words 83 to 85 %, since a small corpus knows too few of their forms.
STEM = 4
# Cells (pairs of words) that are processed at once: about 100 MB.
BATCH_CELLS = 1_000_000

Words = Sequence[str]
Ints = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Lexicon:
    """Words, and how probably they translate each other.

    source, target: stem -> number. keys: the pairs of numbers that met (source * len(target) + target), sorted.
    forward, backward: their probabilities from source to target and back. source_nulls, target_nulls: the probability
    of each word to come from none.
    """

    source: dict[str, int]
    target: dict[str, int]
    keys: Ints
    forward: Floats
    backward: Floats
    source_nulls: Floats
    target_nulls: Floats

    def links(self, source: Words, target: Words) -> tuple[Floats, Floats]:
        """Return how probably each target word comes from each source word, and each source word from each target word.

        source, target: folded words of a sentence and of its translation. Both results have shape (source, target).
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
    """The cells of some pairs: every source word of a pair beside every target word of the same pair.

    source, target: which word each cell has, counted over all pairs. closeness: of their relative positions, up to 1.
    """

    source: Ints
    target: Ints
    closeness: Floats

    @classmethod
    def of(cls, source_lengths: Ints, target_lengths: Ints) -> "Grid":
        """Make the cells of pairs with these numbers of words."""
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
        """Return how probably each cell's target word comes from its source word, and the other way round."""
        return (
            link_shares(self.closeness, forward, self.target, target_nulls),
            link_shares(self.closeness, backward, self.source, source_nulls),
        )


@dataclass(frozen=True)
class PairBatch:
    """Some pairs of a corpus.

    source, target: the numbers of their words. source_lengths, target_lengths: words of each pair. keys: the distinct
    pairs of words, or their index in Lexicon.keys. cells: for each cell of the grid, its index in `keys`.
    """

    source: Ints
    target: Ints
    source_lengths: Ints
    target_lengths: Ints
    keys: Ints
    cells: npt.NDArray[np.int32]


def train(pairs: Sequence[tuple[str, str]]) -> Lexicon:
    """Learn a lexicon from texts and their translations: sentences, and answers on their own."""
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
    """Run one iteration: link the words by the present lexicon, and estimate the next one from these links."""
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
    """Return how often each word came from none. cells: the word of each cell. linked: the cells' probabilities."""
    return weighted_count(words, 1 - weighted_count(cells, linked, len(words)), size)


def number_stems(texts: Sequence[str]) -> tuple[dict[str, int], list[Ints]]:
    """Return (stem -> number, each text as the numbers of its words)."""
    numbers: dict[str, int] = {}
    return numbers, [
        np.array([numbers.setdefault(fold(text[low:high])[:STEM], len(numbers)) for low, high in tokens(text)], int)
        for text in texts
    ]


def make_batches(source_texts: list[Ints], target_texts: list[Ints], target_words: int) -> Iterator[PairBatch]:
    """Yield the pairs in batches of about BATCH_CELLS cells. `keys` are still the pairs of words themselves."""
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
    """Return each cell's share of all that its word may come from; "none" has NULL to begin with.

    lexical: probability of each cell's pair of words. word: the word of each cell. nulls: probability of each word to
    come from none.
    """
    size = len(nulls)
    likelihood = (1 - NULL) * closeness / weighted_count(word, closeness, size)[word] * lexical
    total = weighted_count(word, likelihood, size) + NULL * nulls
    return likelihood / np.maximum(total, np.finfo(float).tiny)[word]


def estimate(counts: Floats, totals: Floats | np.float64) -> Floats:
    """Return the variational estimate of probabilities: rarely counted ones lose most."""
    import torch

    logs = [torch.digamma(torch.tensor(np.asarray(values, float))).numpy() for values in (counts, totals)]
    return np.exp(logs[0] - logs[1])


def weighted_count(numbers: npt.NDArray[np.integer], weights: Floats, size: int) -> Floats:
    """Return the sum of the weights of each number below `size`."""
    return np.asarray(np.bincount(numbers, weights, size), float)


def preceding(sizes: Ints) -> Ints:
    """Return the sum of the sizes before each."""
    return np.cumsum(sizes) - sizes
