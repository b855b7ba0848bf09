"""Batches of passages of like length."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.fine_tuning_batches import epoch_batches

LENGTHS = st.lists(st.integers(2, 200), max_size=60).map(lambda lengths: np.array(lengths, dtype=np.intp))


@given(LENGTHS, st.integers(1, 400), st.integers(0, 3))
def test_every_passage_is_in_one_batch_and_no_batch_is_too_large(lengths, batch_tokens, seed):
    batches = epoch_batches(lengths, batch_tokens, np.random.default_rng(seed))
    assert sorted(np.concatenate([*batches, np.zeros(0, dtype=int)]).tolist()) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * lengths[batch].max() <= batch_tokens


def test_passages_of_like_length_are_together_but_not_always_the_same_ones():
    lengths = np.repeat(np.arange(10, 200, 10), 5)
    generator = np.random.default_rng(0)
    first, second = (epoch_batches(lengths, 400, generator) for _ in range(2))
    assert max(np.ptp(lengths[batch]) for batch in first) <= 40
    assert {frozenset(batch.tolist()) for batch in first} != {frozenset(batch.tolist()) for batch in second}
    assert [len(batch) for batch in first] != sorted(len(batch) for batch in first)
