"""Tests of batches: their order and lengths in each epoch."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from spanferry.reader.batches import LengthGroupedSampler


@given(st.lists(st.integers(1, 400), min_size=1, max_size=300), st.integers(1, 16), st.integers(0, 3))
def test_every_feature_is_in_each_epoch_once(lengths, batch, epoch):
    sampler = LengthGroupedSampler(np.array(lengths), batch, seed=1)
    order = sampler.order(epoch)
    assert sorted(order.tolist()) == list(range(len(lengths)))
    assert order.tolist() == LengthGroupedSampler(np.array(lengths), batch, seed=1).order(epoch).tolist()


def test_batches_have_similar_lengths_and_the_longest_is_first():
    lengths = np.random.default_rng(0).integers(20, 384, 3_000)
    sampler = LengthGroupedSampler(lengths, 12, seed=1)
    batches = lengths[sampler.order(0)[: 3_000 // 12 * 12]].reshape(-1, 12)
    assert batches.max() == batches[0].max()
    padded = batches.max(axis=1).sum() * 12
    assert padded / lengths.sum() < 1.05  # in random order it is 1.7
    assert not np.array_equal(sampler.order(0), sampler.order(1))


def test_the_order_depends_on_the_epoch():
    sampler = LengthGroupedSampler(np.arange(1, 40), 4, seed=1)
    first = list(sampler)
    sampler.epoch = 1
    assert (len(sampler), list(sampler)) != (39, first)
    sampler.epoch = 0
    assert list(sampler) == first
