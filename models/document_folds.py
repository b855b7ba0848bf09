"""Folds that never split a document."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from careatlas.errors import UsageError


def document_folds(
    groups: Sequence[str], *, folds: int = 5, load: ArrayLike | None = None, seed: int = 0
) -> NDArray[np.intp]:
    """Deal whole documents into folds of about equal load, the heaviest first, each to the lightest fold.

    Parameters
    ----------
    groups : sequence of str, length n
        The document of each passage.
    folds : int
        How many; fewer are made where there are fewer documents.
    load : array of float, shape (n,), optional
        What is to be spread evenly, for example the number of codes of each passage plus a little; 1 by default.
    seed : int
        Documents of equal load are dealt in random order.

    Returns
    -------
    array of int, shape (n,)
        The fold of each passage.

    Raises
    ------
    UsageError
        If there are fewer than two documents, or fewer than two folds are asked for.
    """
    names, place = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    if len(names) < 2 or folds < 2:
        raise UsageError(
            f"{len(names)} documents cannot be dealt into {folds} folds", mend="label passages of more documents"
        )
    loads = np.bincount(place, weights=None if load is None else np.asarray(load, dtype=float), minlength=len(names))
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-loads[order], kind="stable")]
    fold_of = np.zeros(len(names), dtype=np.intp)
    lightest = [(0.0, fold) for fold in range(min(folds, len(names)))]
    for document in order:
        weight, fold = heapq.heappop(lightest)
        fold_of[document] = fold
        # A document without any load still takes room, so that no fold stays empty.
        heapq.heappush(lightest, (weight + float(loads[document]) + 1e-9, fold))
    return fold_of[place]
