"""Batches of passages of like length, up to a number of tokens."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_JITTER = 16.0  # tokens: how far apart passages may be and still come into one batch now and then

Indices = NDArray[np.intp]


def epoch_batches(lengths: NDArray[np.intp], batch_tokens: int, generator: np.random.Generator) -> list[Indices]:
    """Cut passages into batches of like length, in random order.

    Sorting by length alone would put the same passages together in every epoch; a random length of up to 16 tokens is
    added first.

    Parameters
    ----------
    lengths : array of int, shape (n,)
        Tokens of each passage.
    batch_tokens : int
        Most tokens of a batch, with its padding; a longer passage is a batch of its own.
    generator : Generator
        Decides the order.

    Returns
    -------
    list of arrays of int
        Each index from 0 to n - 1 once.
    """
    order = np.argsort(lengths + generator.uniform(0, _JITTER, size=len(lengths)), kind="stable")
    batches = list(_cut(order, lengths, batch_tokens))
    return [batches[place] for place in generator.permutation(len(batches))]


def _cut(order: Indices, lengths: NDArray[np.intp], batch_tokens: int) -> Iterator[Indices]:
    start, longest = 0, 0
    for end, index in enumerate(order.tolist()):
        longest = max(longest, int(lengths[index]))
        if end > start and (end - start + 1) * longest > batch_tokens:
            yield order[start:end]
            start, longest = end, int(lengths[index])
    if len(order):
        yield order[start:]
