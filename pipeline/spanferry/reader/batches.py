"""Batches of features of similar length, which need little padding."""

from collections.abc import Iterator

import numpy as np

MEGABATCH = 50  # batches that are sorted by length together; with larger groups the order would be less random


class LengthGroupedSampler:
    """A sampler of feature indices whose successive batches hold features of similar length.

    Each epoch shuffles all features, sorts each group of `MEGABATCH` batches by length, and shuffles the batches. The
    longest batch comes first, so that a lack of memory shows at once. The order depends only on (seed, epoch), so it is
    the same in every process of a distributed training and in every resumed training. The training loop sets `epoch`.
    There is no `set_epoch` method, because accelerate calls it for some samplers and not for others.
    """

    def __init__(self, lengths: np.ndarray, batch: int, seed: int) -> None:
        self.lengths = lengths
        self.batch = batch
        self.seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        return iter(self.order(self.epoch).tolist())

    def order(self, epoch: int) -> np.ndarray:
        """Return the indices in the order of an epoch; only the last batch may be short."""
        random = np.random.default_rng((self.seed, epoch))
        shuffled = random.permutation(len(self.lengths))
        group = np.arange(len(shuffled)) // (self.batch * MEGABATCH)
        grouped = shuffled[np.lexsort((-self.lengths[shuffled], group))]
        full_batches = len(grouped) // self.batch
        batches = grouped[: full_batches * self.batch].reshape(full_batches, self.batch)
        if full_batches:
            batches = batches[random.permutation(full_batches)]
            longest = int(self.lengths[batches].max(axis=1).argmax())
            batches[[0, longest]] = batches[[longest, 0]]
        return np.concatenate([batches.reshape(-1), grouped[full_batches * self.batch :]])
