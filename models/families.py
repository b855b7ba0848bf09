"""Families of near-duplicate passages: plans copy templates, and a copy on the other side of a split is a leak."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from careatlas.shingles import ShingleSets, shingle_sets

SHARE = 0.5  # of the shingles of the smaller text


def families(texts: Sequence[str], *, share: float = SHARE) -> NDArray[np.intp]:
    """Return the family of each text: texts are of one family if a chain of near-duplicates connects them.

    Two texts are near-duplicates if they have ``share`` or more of the five-word shingles of the smaller one in common
    (containment; Jaccard's index is never larger, so that it adds no pair). A text of fewer than five words is one
    shingle of its own kind; a text without any word is near to none. Broder (1997), On the resemblance and containment
    of documents; the candidates are found by the prefix filter of Chaudhuri, Ganti and Kaushik (2006), so that the
    answer is exact.

    Parameters
    ----------
    texts : sequence of str, length n
    share : float
        Above 0, at most 1.

    Returns
    -------
    array of int, shape (n,)
        Families are numbered by their first member.
    """
    sets = shingle_sets(texts)
    components = Components(len(texts))
    distinct = _join_equal(sets, components)
    _join_near(sets, distinct, components, share)
    return components.ids()


class Components:
    """Connected components of ``count`` things, by quick-find: the smaller side of a union takes the other's label.

    Every label is right at any time, so that many can be compared at once; all unions together cost n log n.
    """

    def __init__(self, count: int) -> None:
        self.labels = np.arange(count)
        self._members = [[index] for index in range(count)]

    def join(self, one: int, other: int) -> None:
        """Put two things, and all that is connected with them, into one component."""
        small, large = sorted(
            (int(self.labels[one]), int(self.labels[other])), key=lambda label: len(self._members[label])
        )
        if small != large:
            self.labels[self._members[small]] = large
            self._members[large] += self._members[small]
            self._members[small] = []

    def join_equal(self, keys: Iterable[object]) -> None:
        """Connect all things that have the same key; there is one key per thing."""
        first: dict[object, int] = {}
        for index, key in enumerate(keys):
            self.join(first.setdefault(key, index), index)

    def ids(self) -> NDArray[np.intp]:
        """Return the component of each thing, shape (count,), numbered by their first members."""
        _, first, inverse = np.unique(self.labels, return_index=True, return_inverse=True)
        rank = np.empty(len(first), dtype=np.intp)
        rank[np.argsort(first)] = np.arange(len(first))
        found: NDArray[np.intp] = rank[inverse.reshape(-1)]
        return found


def _join_equal(sets: ShingleSets, components: Components) -> NDArray[np.intp]:
    """Connect texts with equal shingles; return the first of each, from the smallest set to the largest."""
    first: dict[bytes, int] = {}
    for index in range(len(sets.starts) - 1):
        shingles = sets.of(index)
        if len(shingles):
            components.join(first.setdefault(shingles.tobytes(), index), index)
    distinct = np.array(list(first.values()), dtype=np.intp)
    sizes = sets.starts[distinct + 1] - sets.starts[distinct]
    return distinct[np.argsort(sizes, kind="stable")]


def _join_near(sets: ShingleSets, distinct: NDArray[np.intp], components: Components, share: float) -> None:
    postings = _postings(sets, distinct)
    is_useful = np.diff(postings.starts) > 1
    for place, text in enumerate(distinct.tolist()):
        shingles = sets.of(text)
        needed = int(np.ceil(round(share * len(shingles), 9)))
        # Who shares ``needed`` of them has at least one of any len - needed + 1; the rarest have the fewest owners.
        probes = shingles[: len(shingles) - needed + 1]
        others = []
        for shingle in probes[is_useful[probes]].tolist():
            owners = postings.of(shingle)
            apart = owners[components.labels[distinct[owners]] != components.labels[text]]
            is_useful[shingle] = len(apart) > 0  # once all who have it are connected, it finds nothing more
            # Places run from small to large sets: the larger of a pair is found from the smaller.
            others.append(apart[np.searchsorted(apart, place) :])
        if others:
            candidates = distinct[np.unique(np.concatenate(others))]
            for other in candidates[_overlaps(sets, shingles, candidates) >= needed].tolist():
                components.join(text, other)


def _overlaps(sets: ShingleSets, shingles: NDArray[np.intp], candidates: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return how many of the shingles each candidate has; shape (candidates,)."""
    if not len(candidates):
        return np.zeros(0, dtype=np.intp)
    theirs = [sets.of(candidate) for candidate in candidates.tolist()]
    pool = np.concatenate(theirs)
    nearest = np.minimum(np.searchsorted(shingles, pool), len(shingles) - 1)
    starts = np.cumsum([0, *map(len, theirs[:-1])])
    found: NDArray[np.intp] = np.add.reduceat((shingles[nearest] == pool).astype(np.intp), starts)
    return found


def _postings(sets: ShingleSets, distinct: NDArray[np.intp]) -> ShingleSets:
    """Return, for each shingle, the places in ``distinct`` of the texts that have it, ascending."""
    lengths = sets.starts[distinct + 1] - sets.starts[distinct]
    shingles = np.concatenate([sets.of(text) for text in distinct.tolist()] or [np.zeros(0, dtype=np.int64)])
    order = np.argsort(shingles, kind="stable")
    starts = np.searchsorted(shingles[order], np.arange(int(shingles.max(initial=-1)) + 2))
    return ShingleSets(starts, np.repeat(np.arange(len(distinct)), lengths)[order])
