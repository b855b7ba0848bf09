"""An order of passages in which neighbours are alike, so that drawing along it spreads the sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from annotation.inclusion import Places

Vectors = NDArray[np.float32]

_STEPS = 2  # of power iteration: the direction need only be near the first principal one


def near_neighbour_order(vectors: Vectors) -> Places:
    """Return an order in which every block of 2, 4, 8 ... passages, counted from the start, lies close together.

    All passages are cut in two along the direction in which they differ most, each half again, and so on down to pairs
    (a principal direction tree). The cuts are where the rounds of :func:`annotation.inclusion.drawn` are played, so
    that each cell of the tree gives its expected number of passages, rounded up or down.

    Parameters
    ----------
    vectors : array of float, shape (N, components)
    """
    order = np.arange(len(vectors))
    size = 1 << max(len(vectors) - 1, 0).bit_length()
    while size > 1:
        whole = len(order) // size * size
        if whole:
            blocks = order[:whole].reshape(-1, size)
            order[:whole] = np.take_along_axis(blocks, _cut(vectors[blocks], size // 2), axis=1).reshape(-1)
        if len(order) - whole > size // 2:  # the last block is not full
            tail = order[whole:]
            order[whole:] = tail[_cut(vectors[tail][None], size // 2)[0]]
        size //= 2
    return order


def _cut(blocks: Vectors, half: int) -> Places:
    """Return the order of the members of each block, shape (blocks, size), with one side of the cut in front."""
    centred = blocks - blocks.mean(axis=1, keepdims=True)
    widest = np.argmax((centred**2).sum(axis=1), axis=1)
    along = np.take_along_axis(centred, widest[:, None, None], axis=2)[:, :, 0]
    for _ in range(_STEPS):
        direction = np.einsum("bsd,bs->bd", centred, along)
        length = np.sqrt((direction**2).sum(axis=1, keepdims=True))
        along = np.einsum("bsd,bd->bs", centred, direction / np.maximum(length, np.float32(1e-20)))
    return np.asarray(np.argpartition(along, half - 1, axis=1))
