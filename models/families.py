"""Families of near-duplicate passages: plans copy templates, and a copy on the other side of a split is a leak."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHINGLE = 5  # words
SHARE = 0.5  # of the shingles of the smaller text

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are compared: in lower case, every number 0."""
    return _WORD.findall(_NUMBER.sub("0", text.lower()))


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


@dataclass(frozen=True, slots=True)
class ShingleSets:
    """The shingles of each text as sorted numbers: those of text i are ``shingles[starts[i]:starts[i + 1]]``."""

    starts: NDArray[np.intp]
    shingles: NDArray[np.intp]

    def of(self, index: int) -> NDArray[np.intp]:
        """Return the shingles of one text, ascending."""
        return self.shingles[self.starts[index] : self.starts[index + 1]]


def shingle_sets(texts: Sequence[str], *, size: int = SHINGLE) -> ShingleSets:
    """Return the set of shingles (runs of ``size`` words) of each text.

    Equal runs have equal numbers, and only they: nothing is hashed. The rarer a shingle is, the smaller its number.
    """
    vocabulary: dict[str, int] = {"": 0}  # the empty word fills up texts that are shorter than a shingle
    words: list[int] = []
    lengths = np.zeros(len(texts), dtype=np.intp)
    for index, text in enumerate(texts):
        numbers = [vocabulary.setdefault(word, len(vocabulary)) for word in words_of(text)]
        numbers += [0] * (size - len(numbers)) if numbers else []
        words += numbers
        lengths[index] = len(numbers)
    runs = _runs(np.array(words, dtype=np.int64), size)
    owners = np.repeat(np.arange(len(texts)), lengths)
    ends = np.cumsum(lengths)
    inside = np.arange(len(words)) + size <= ends[owners]
    runs, owners = _numbered_from_the_rarest(runs[inside]), owners[inside]
    # One entry per text and shingle, sorted by text, then by shingle.
    entries = np.unique(owners * (int(runs.max(initial=0)) + 1) + runs)
    owners, shingles = np.divmod(entries, int(runs.max(initial=0)) + 1)
    return ShingleSets(np.searchsorted(owners, np.arange(len(texts) + 1)), shingles)


def _runs(words: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return a number for the run of ``size`` words from each word on; those near the end are of no use."""
    runs = words
    for step in range(1, size):
        following = np.concatenate([words[step:], np.zeros(min(step, len(words)), dtype=np.int64)])
        pairs = runs * (int(words.max(initial=0)) + 1) + following  # below 2**63 up to 10**9 of each
        runs = np.unique(pairs, return_inverse=True)[1].reshape(-1)
    return runs


def _numbered_from_the_rarest(runs: NDArray[np.int64]) -> NDArray[np.int64]:
    _, numbers, counts = np.unique(runs, return_inverse=True, return_counts=True)
    rank = np.empty(len(counts), dtype=np.int64)
    rank[np.argsort(counts, kind="stable")] = np.arange(len(counts))
    return rank[numbers.reshape(-1)]


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
