"""Chances of being drawn, and drawing with exactly these chances.

Everything here is plain arrays: a population of N passages is the places 0 to N - 1. The methods, and why these, are in
``docs/methods/sampling.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

_HALVINGS = 50  # of an interval of width N: an error of about N / 10**15
_FLOOR_SHARE = 0.5  # of a part's size that may go into the floors of its strata


def proportional_chances(sizes: Floats, count: float) -> Floats:
    """Return inclusion probabilities in proportion to ``sizes`` that add up to ``count``.

    Whoever would get more than 1 gets 1, and the others share the rest (Särndal, Swensson & Wretman 1992, section
    3.6.2).

    Parameters
    ----------
    sizes : array of float, shape (N,)
        All above 0.
    count : float
        Expected number drawn, from 0 to N; need not be whole.
    """
    falling = np.sort(sizes)[::-1]
    from_here = np.cumsum(falling[::-1])[::-1]
    # With the largest k certain, the next one gets (count - k) * size / rest: the first k at which that is at most 1.
    below = (count - np.arange(falling.size)) * falling <= from_here * (1 + 1e-12)
    certain = int(np.argmax(below))
    rest = from_here[certain]
    return np.asarray(np.minimum((count - certain) * sizes / rest, 1.0))


def stratified_chances(strata: Places, count: float, floor: float = 1.0) -> Floats:
    """Return inclusion probabilities that are equal within strata, in proportion to their sizes but for a floor.

    Parameters
    ----------
    strata : array of int, shape (N,)
        Number of each passage's stratum, from 0.
    count : float
        Expected number drawn, from 0 to N; need not be whole.
    floor : float
        How many are expected of each stratum at least, if it has as many. Where the floors together would take more
        than half of ``count``, they are lowered alike until they take half.
    """
    population = np.bincount(strata).astype(np.float64)
    least = np.minimum(population, floor)
    least *= min(1.0, _FLOOR_SHARE * count / least.sum())
    # Every stratum gets the same fraction of its passages, or its floor where that is more. With the k smallest floors
    # (as fractions) not in use the fraction is known, and the right k is the first at which the next floor is above it.
    floors = np.divide(least, population, out=np.zeros_like(least), where=population > 0)
    rising = np.argsort(floors, kind="stable")
    passages = np.cumsum(population[rising])
    left = count - least.sum() + np.cumsum(least[rising])
    fractions = np.divide(left, passages, out=np.full_like(left, np.inf), where=passages > 0)
    right = np.flatnonzero(np.append(floors[rising][1:], np.inf) >= fractions)[0]
    return np.asarray(np.minimum(np.maximum(floors, fractions[right]), 1.0)[strata])


def union_chances(parts: Sequence[Floats]) -> Floats:
    """Return the chance of being in one or more of parts that are drawn independently, ``1 - prod(1 - pi)``."""
    return np.asarray(1.0 - reduce(np.multiply, (1.0 - part for part in parts)))


def total_for_union(parts: Callable[[float], Sequence[Floats]], size: float, most: float) -> float:
    """Return the total of the parts' sizes at which their union is expected to have ``size`` passages.

    Parameters
    ----------
    parts : callable
        From the total to the chances in each part, which do not fall as it grows.
    size : float
        At most N.
    most : float
        A total at which every passage is certain.
    """
    return _solved(lambda total: float(union_chances(parts(total)).sum()), size, size, most)


def drawn(
    chances: Floats, order: Places, generator: np.random.Generator, groups: Places | None = None
) -> NDArray[np.bool_]:
    """Draw without replacement, each passage with exactly its chance, and say which were drawn.

    A tournament of pivotal contests (Deville & Tillé 1998, method 5): two neighbours meet; either one is out and the
    other takes over its chance, or one is drawn and the other keeps what is left. Winners meet the winners beside them,
    and so on. The number drawn from any block of ``order`` in which a round is played is therefore the expected number,
    rounded up or down; so is the number drawn in all.

    Parameters
    ----------
    chances : array of float, shape (N,)
        In [0, 1].
    order : array of int, shape (N,)
        A permutation of the places: who stands beside whom. In random order this is randomised pivotal sampling, of
        high entropy (with equal chances: simple random sampling). In an order of near neighbours it spreads the sample.
    groups : array of int, shape (N,), optional
        Of each place, in blocks along ``order``. Every group plays among itself before its winner meets others.
    """
    chosen = np.zeros(chances.size, dtype=np.bool_)
    place, chance = order, chances[order]
    group = np.zeros(order.size, dtype=np.intp) if groups is None else groups[order]
    while place.size > 1:
        if (np.diff(group) != 0).all():
            group = np.zeros(place.size, dtype=np.intp)
        place, chance, group = _round(place, chance, group, chosen, generator)
    chosen[place] = generator.random(place.size) < chance
    return chosen


def _round(
    place: Places, chance: Floats, group: Places, chosen: NDArray[np.bool_], generator: np.random.Generator
) -> tuple[Places, Floats, Places]:
    """Let neighbours of the same group meet, mark who is drawn, and return who goes on, with what chance."""
    starts = np.flatnonzero(np.append(True, np.diff(group) != 0))
    rank = np.arange(place.size) - np.repeat(starts, np.diff(np.append(starts, place.size)))
    left = np.flatnonzero(rank % 2 == 0)
    meets = left[(left + 1 < place.size) & (rank[np.minimum(left + 1, place.size - 1)] % 2 == 1)]
    one, other = chance[meets], chance[meets + 1]
    both = one + other
    full = both >= 1
    with np.errstate(divide="ignore", invalid="ignore"):  # 0/0: both certain or both out, and either outcome is right
        wins = generator.random(meets.size) < np.where(full, (1 - other) / (2 - both), one / both)
    winner = np.where(wins, place[meets], place[meets + 1])
    loser = np.where(wins, place[meets + 1], place[meets])
    chosen[winner[full]] = True
    place, chance = place.copy(), chance.copy()
    place[meets] = np.where(full, loser, winner)
    chance[meets] = np.where(full, both - 1, both)
    return place[left], chance[left], group[left]


def _solved(rising: Callable[[float], float], wanted: float, low: float, high: float) -> float:
    """Return where a function that does not fall reaches ``wanted``, by halving; ``high`` where it never does."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return high
