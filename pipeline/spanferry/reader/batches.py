"""How features reach the model: batches of like length, so that little is padded."""

from collections.abc import Iterator

import numpy as np

MEGABATCH = 50  # batches that are sorted by length together; more would leave less to chance


class LengthGrouped:
    """A sampler of feature indices whose successive batches hold features of like length.

    Each epoch shuffles all features, sorts every `MEGABATCH` batches by length, and shuffles the batches;
    the longest comes first, so that memory runs out at once or never. The order depends on (seed, epoch)
    alone: each process of a distributed training and each resumed one sees the same. Whoever trains sets
    `epoch`; no `set_epoch` is here, since accelerate calls it in some chains of samplers and not in others.
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
        """The indices in the order of an epoch; the last batch is the one that may be short."""
        random = np.random.default_rng((self.seed, epoch))
        shuffled = random.permutation(len(self.lengths))
        group = np.arange(len(shuffled)) // (self.batch * MEGABATCH)
        grouped = shuffled[np.lexsort((-self.lengths[shuffled], group))]
        whole = len(grouped) // self.batch
        batches = grouped[: whole * self.batch].reshape(whole, self.batch)
        if whole:
            batches = batches[random.permutation(whole)]
            longest = int(self.lengths[batches].max(axis=1).argmax())
            batches[[0, longest]] = batches[[longest, 0]]
        return np.concatenate([batches.reshape(-1), grouped[whole * self.batch :]])
