"""Which words translate which: a statistical word aligner, trained on the corpus's own segments.

IBM model 2 in the form of fast_align (Dyer, Chahuneau and Smith 2013), fitted by variational Bayes:
each target word comes from one source word or from none, from a word at the same relative place
rather than from a far one, and from one that it met in many pairs. Trained in both directions.

Own code, because the same input must give the same bytes: eflomal, the aligner to be had, draws its
seeds from the system, and its C is compiled for the machine at hand. It is a little better
(`benchmarks/alignment.py` compares).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from spanferry.language.words import fold, tokens

# Of the paper: what a word has that comes from none, the prior count of each pair of words, the rounds.
NULL, PRIOR, ROUNDS = 0.08, 0.01, 5
# How steeply probability falls with distance: on the sample and on Google's Dutch, 4 and 9 move good by at most 0.007.
TENSION = 6.0
# Words with the same beginning are one. Of the answers that do not stand verbatim, 89 % are placed well (overlap of
# at least 0.8), with whole words 83 to 85 %: a small corpus knows too few of their forms.
STEM = 4
# Pairs of words that are worked on at once: about 100 MB.
CELLS = 1_000_000

Words = Sequence[str]


@dataclass(frozen=True)
class Lexicon:
    """Words and how probably they translate each other.

    source, target: stem -> number; keys: pairs of numbers that met (source * len(target) + target), sorted,
    with their probabilities from source to target and back; nulls: of each word (source, target) to
    come from none.
    """

    source: dict[str, int]
    target: dict[str, int]
    keys: np.ndarray
    forward: np.ndarray
    backward: np.ndarray
    nulls: tuple[np.ndarray, np.ndarray]

    def links(self, source: Words, target: Words) -> tuple[np.ndarray, np.ndarray]:
        """For the folded words of a sentence and of its translation, (source, target) each: how probably
        each target word comes from each source word, and each source word from each target word.
        """
        ours = np.array([self.source.get(word[:STEM], -1) for word in source])
        theirs = np.array([self.target.get(word[:STEM], -1) for word in target])
        pairs = ours[:, None] * len(self.target) + theirs
        at = np.searchsorted(self.keys, pairs).clip(max=len(self.keys) - 1)
        met = (self.keys[at] == pairs) & (ours[:, None] >= 0) & (theirs >= 0)
        grid = Grid.of(np.array([len(source)]), np.array([len(target)]))
        tables = (np.where(met, table[at], 0.0).ravel() for table in (self.forward, self.backward))
        nulls = (np.where(which >= 0, null[which], 1.0) for which, null in zip((ours, theirs), self.nulls, strict=True))
        return tuple(cells.reshape(met.shape) for cells in grid.shares(*tables, *nulls))


@dataclass(frozen=True)
class Grid:
    """Every source word of some pairs beside every target word of the same pair.

    source, target: for each such cell, which word it is, counted over all pairs; near: how near the
    two stand to each other, up to 1.
    """

    source: np.ndarray
    target: np.ndarray
    near: np.ndarray

    @classmethod
    def of(cls, ours: np.ndarray, theirs: np.ndarray) -> "Grid":
        """ours, theirs: how many words each pair has on its two sides."""
        cells = ours * theirs
        pair = np.repeat(np.arange(len(cells)), cells)
        row, column = np.divmod(np.arange(cells.sum()) - before(cells)[pair], theirs[pair])
        gap = np.abs((row + 0.5) / ours[pair] - (column + 0.5) / theirs[pair])
        return cls(before(ours)[pair] + row, before(theirs)[pair] + column, np.exp(-TENSION * gap))

    def shares(
        self, forward: np.ndarray, backward: np.ndarray, source_nulls: np.ndarray, target_nulls: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """How probably each cell's target word comes from its source word, and the other way round."""
        return (
            share(self.near, forward, self.target, target_nulls),
            share(self.near, backward, self.source, source_nulls),
        )


@dataclass(frozen=True)
class Batch:
    """Some pairs of a corpus: their words' numbers, how many each pair has, and where the cells' pairs of
    words stand in Lexicon.keys (`keys[cells]`).
    """

    source: np.ndarray
    target: np.ndarray
    sizes: tuple[np.ndarray, np.ndarray]
    keys: np.ndarray
    cells: np.ndarray


def train(pairs: Sequence[tuple[str, str]]) -> Lexicon:
    """A lexicon of texts and their translations: sentences, and answers on their own."""
    source, ours = numbered([text for text, _ in pairs])
    target, theirs = numbered([translation for _, translation in pairs])
    cut = list(batches(ours, theirs, len(target)))
    keys = np.sort(np.concatenate([np.empty(0, int), *(batch.keys for batch in cut)]))
    keys = keys[np.diff(keys, prepend=-1) > 0]
    cut = [
        Batch(batch.source, batch.target, batch.sizes, np.searchsorted(keys, batch.keys), batch.cells) for batch in cut
    ]
    lexicon = Lexicon(
        source, target, keys, np.ones(len(keys)), np.ones(len(keys)), (np.ones(len(source)), np.ones(len(target)))
    )
    for _ in range(ROUNDS):
        lexicon = refined(lexicon, cut)
    return lexicon


def refined(lexicon: Lexicon, cut: list[Batch]) -> Lexicon:
    """One round: what is linked to what by the lexicon so far, and the lexicon that follows from that."""
    forward, backward = (np.full(len(lexicon.keys), PRIOR) for _ in range(2))
    nulls = tuple(np.full(len(null), PRIOR) for null in lexicon.nulls)
    for batch in cut:
        grid, at = Grid.of(*batch.sizes), batch.keys[batch.cells]
        shares = grid.shares(
            lexicon.forward[at], lexicon.backward[at], lexicon.nulls[0][batch.source], lexicon.nulls[1][batch.target]
        )
        for counts, linked in zip((forward, backward), shares, strict=True):
            counts[batch.keys] += np.bincount(batch.cells, linked, len(batch.keys))
        for null, words, where, linked in (
            (nulls[0], batch.source, grid.source, shares[1]),
            (nulls[1], batch.target, grid.target, shares[0]),
        ):
            null += np.bincount(words, 1 - np.bincount(where, linked, len(words)), len(null))
    ours, theirs = np.divmod(lexicon.keys, max(len(lexicon.target), 1))
    return Lexicon(
        lexicon.source,
        lexicon.target,
        lexicon.keys,
        expected(forward, np.bincount(ours, forward, len(lexicon.source))[ours]),
        expected(backward, np.bincount(theirs, backward, len(lexicon.target))[theirs]),
        tuple(expected(null, null.sum()) for null in nulls),
    )


def numbered(texts: Sequence[str]) -> tuple[dict[str, int], list[np.ndarray]]:
    """(stem -> number, each text as the numbers of its words)."""
    numbers: dict[str, int] = {}
    return numbers, [
        np.array([numbers.setdefault(fold(text[low:high])[:STEM], len(numbers)) for low, high in tokens(text)], int)
        for text in texts
    ]


def batches(ours: list[np.ndarray], theirs: list[np.ndarray], words: int) -> Iterator[Batch]:
    """The pairs in batches of about CELLS cells; `keys` are still the pairs of words themselves."""
    sizes = np.array([[len(one), len(other)] for one, other in zip(ours, theirs, strict=True)], int).reshape(-1, 2)
    part = np.cumsum(sizes.prod(axis=1)) // CELLS
    for number in np.unique(part):
        low, high = np.searchsorted(part, [number, number + 1])
        source, target = np.concatenate(ours[low:high]), np.concatenate(theirs[low:high])
        lengths = sizes[low:high, 0], sizes[low:high, 1]
        grid = Grid.of(*lengths)
        keys, cells = np.unique(source[grid.source] * words + target[grid.target], return_inverse=True)
        yield Batch(source, target, lengths, keys, cells.astype(np.int32))


def share(near: np.ndarray, lexical: np.ndarray, word: np.ndarray, nulls: np.ndarray) -> np.ndarray:
    """Of all that a word may come from, the cells' shares; none is among it, with NULL to begin with."""
    size = len(nulls)
    likely = (1 - NULL) * near / np.bincount(word, near, size)[word] * lexical
    total = np.bincount(word, likely, size) + NULL * nulls
    return likely / np.maximum(total, np.finfo(float).tiny)[word]


def expected(counts: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """The variational estimate of probabilities: it takes most from what was counted least."""
    import torch

    logs = (torch.digamma(torch.from_numpy(np.asarray(values, float))).numpy() for values in (counts, totals))
    return np.exp(np.subtract(*logs))


def before(sizes: np.ndarray) -> np.ndarray:
    """How many come before each."""
    return np.cumsum(sizes) - sizes
