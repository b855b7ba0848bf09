"""Agreement on whole sets of codes: the same set, alpha with a distance between sets, and codes in common.

Krippendorff's alpha for sets of codes (Passonneau 2006; Artstein & Poesio 2008, section 4.3.2). Only distinct sets
are compared with each other: the expected disagreement is a quadratic form of how often each set was given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, count, pairwise

import numpy as np
from numpy.typing import NDArray

from annotation.agreement_bootstrap import Floats
from annotation.krippendorff_alpha import beyond_chance
from annotation.nominal_agreement import MISSING, Ratings, ratio, summed
from annotation.set_distance import DISTANCES

BLOCK = 64_000  # distances held at once: half a megabyte, which stays in the cache


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRatings:
    """Sets of codes, each distinct set held once.

    Attributes
    ----------
    codes : tuple of str
        The codes that sets are made of.
    members : array of float, shape (sets, codes)
        1 where the code is in the set.
    index : array of int, shape (units, coders)
        Which set each coder gave, MISSING where none.
    """

    codes: tuple[str, ...]
    members: Floats
    index: Ratings

    @property
    def sizes(self) -> Floats:
        """How many codes each distinct set has."""
        found: Floats = self.members.sum(axis=1)
        return found

    def code(self, code: str) -> Ratings:
        """Return for each unit and coder whether the code was given."""
        return self._looked_up(self.members[:, self.codes.index(code)])

    def none(self) -> Ratings:
        """Return for each unit and coder whether no code was given."""
        return self._looked_up(self.sizes == 0)

    def only(self, kept: NDArray[np.bool_]) -> SetRatings:
        """Return some of the units."""
        return SetRatings(codes=self.codes, members=self.members, index=self.index[kept])

    def _looked_up(self, values: NDArray[np.generic]) -> Ratings:
        return np.append(values.astype(np.int64), MISSING)[self.index]  # MISSING is -1, the last


def set_ratings(sets: Sequence[Sequence[frozenset[str] | None]], codes: Sequence[str]) -> SetRatings:
    """Return sets of codes as ratings.

    Parameters
    ----------
    sets : sequence of sequences, (units, coders)
        None where a coder gave no answer.
    codes : sequence of str
        All codes that occur in them, in the order in which they are reported.
    """
    numbers: defaultdict[frozenset[str] | None, int] = defaultdict(count().__next__, {None: MISSING})
    index = np.fromiter(map(numbers.__getitem__, chain.from_iterable(sets)), dtype=np.int64)
    distinct = [one for one in numbers if one is not None]
    members = np.array([[code in one for code in codes] for one in distinct], dtype=np.float64)
    return SetRatings(
        codes=tuple(codes),
        members=members.reshape(len(distinct), len(codes)),
        index=index.reshape(len(sets), len(sets[0]) if sets else 0),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCells:
    """What agreement on sets needs, summed within each document.

    Attributes
    ----------
    columns : array of float, shape (documents, 6 + distances)
    where, which, times : array, shape (given,)
        Document, set, and how often the set was given in the document.
    """

    ratings: SetRatings
    columns: Floats
    where: NDArray[np.intp]
    which: NDArray[np.intp]
    times: Floats

    def measures(self, weights: Floats) -> dict[str, Floats]:
        """Return the measures under given weights of documents, undefined as NaN.

        Parameters
        ----------
        weights : array of float, shape (draws, documents)

        Returns
        -------
        dict of str to array of float, shape (draws,)
            ``exact`` (the share of pairs of coders with the very same set), ``exact_of_either`` (the same where
            anybody gave a code), ``positive`` (agreement on the presence of codes, all codes together), and
            ``alpha_masi, alpha_jaccard``.
        """
        totals = (weights @ self.columns).T
        units, exact, of_either, either, matched, codes = totals[:6]
        found = {
            "exact": ratio(exact, units),
            "exact_of_either": ratio(of_either, either),
            "positive": ratio(matched, codes),
        }
        given = np.stack([self._given(draw) for draw in weights])
        total = given.sum(axis=1)
        for name, observed, expected in zip(DISTANCES, totals[6:], self._expected(given), strict=True):
            found[f"alpha_{name}"] = beyond_chance(observed * (total - 1), expected)
        return found

    def _given(self, draw: Floats) -> Floats:
        """Return how often each set was given, shape (sets,)."""
        times = self.times * draw[self.where]
        return np.bincount(self.which, weights=times, minlength=len(self.ratings.members)).astype(np.float64)

    def _expected(self, given: Floats) -> Floats:
        """Return the sum over all pairs of answers of their distance, shape (distances, draws)."""
        order = np.argsort(self.ratings.sizes, kind="stable")
        members, given = self.ratings.members[order], given[:, order]
        found = np.zeros((len(DISTANCES), len(given)))
        for rows, tables in _distance_blocks(members):
            beyond = rows.stop - rows.start
            for at, apart in enumerate(tables):
                apart[:, beyond:] *= 2  # each of these pairs is met once, in the order of the sets
                found[at] += ((given[:, rows.start :] @ apart.T) * given[:, rows]).sum(axis=1)
        return found


def set_cells(ratings: SetRatings, clusters: NDArray[np.intp], documents: int) -> SetCells:
    """Return the cells of sets given by coders; units with a single answer take no part.

    Parameters
    ----------
    ratings : SetRatings
    clusters : array of int, shape (units,)
        The document of each unit, from 0.
    documents : int
    """
    answers = (ratings.index != MISSING).sum(axis=1)
    paired = answers > 1
    packed = -np.sort(-ratings.index[paired], axis=1)  # gaps last: a crowd has many coders, but few for each unit
    index, clusters = packed[:, : int(answers.max(initial=0))], clusters[paired]
    units, coders = np.nonzero(index != MISSING)
    keys, times = np.unique(clusters[units] * len(ratings.members) + index[units, coders], return_counts=True)
    where, which = np.divmod(keys, max(len(ratings.members), 1))
    return SetCells(
        ratings=ratings,
        columns=summed(_columns(ratings, index), clusters, documents),
        where=where,
        which=which,
        times=times.astype(np.float64),
    )


def _columns(ratings: SetRatings, index: Ratings) -> list[Floats]:
    coders = (index != MISSING).sum(axis=1)
    sizes = np.append(ratings.sizes, 0.0)[index]  # MISSING is -1, the last
    either = sizes.any(axis=1).astype(np.float64)
    equal, *pairs = _over_pairs(ratings, index)
    exact = 2 * equal / (coders * (coders - 1))
    matched, *apart = (2 * one / (coders - 1) for one in pairs)
    return [np.ones(len(index)), exact, exact * either, either, matched, sizes.sum(axis=1), *apart]


def _over_pairs(ratings: SetRatings, index: Ratings) -> Floats:
    """Return sums over the pairs of answers of each unit: equal, codes in common, distances.

    Shape (2 + distances, units).
    """
    total = np.zeros((2 + len(DISTANCES), len(index)))
    for first, second in combinations(index.T, 2):
        both = (first != MISSING) & (second != MISSING)
        one, other = first[both], second[both]
        shared = np.einsum("ij,ij->i", ratings.members[one], ratings.members[other])
        apart = [distance(shared, ratings.sizes[one], ratings.sizes[other]) for distance in DISTANCES.values()]
        total[:, both] += np.stack([one == other, shared, *apart])
    return total


def _distance_blocks(members: Floats) -> Iterator[tuple[slice, Iterator[Floats]]]:
    """Yield distances of some sets (rows) from themselves and all later ones (columns), one table per distance.

    Sets stand in rising order of size, and a block has one size: its distances depend on the other set's size and on
    the codes in common alone, and are looked up.
    """
    sizes, starts, places = np.unique(members.sum(axis=1), return_index=True, return_inverse=True)
    possible = np.arange(members.shape[1] + 1)
    bits = _bits(members)
    for size, (first, end) in zip(sizes, pairwise([*starts, len(members)]), strict=True):
        known = [distance(possible, size, sizes[:, None]).ravel() for distance in DISTANCES.values()]
        step = max(1, BLOCK // len(members))
        for start in range(first, end, step):
            rows = slice(start, min(start + step, end))
            shared = np.tile(places[start:] * len(possible), (rows.stop - start, 1))
            for word in bits:
                shared += np.bitwise_count(word[rows, None] & word[start:])
            yield rows, (table[shared] for table in known)


def _bits(members: Floats) -> NDArray[np.uint64]:
    """Return sets as bits, shape (words of 64 codes, sets): counting common bits is quicker than multiplying."""
    wide = np.zeros((len(members), -(-members.shape[1] // 64) * 64), dtype=np.bool_)
    wide[:, : members.shape[1]] = members > 0
    return np.packbits(wide, axis=1).view(np.uint64).T
