"""Laying areas out on a lattice of hexagons so that neighbours stay neighbours and north stays up.

Three steps, each deterministic: equal discs are pushed apart until none overlaps and true neighbours are drawn together
(a Dorling cartogram: Dorling 1996, "Area Cartograms: Their Use and Creation"); the discs are given to cells of the
lattice with the least squared displacement (linear assignment); swaps and moves between cells are tried in a fixed
random order, accepted as in simulated annealing.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from careatlas.areas.tiles import steps

Cell = tuple[int, int]
Pair = tuple[int, int]

_ROW_HEIGHT = math.sqrt(3) / 2
_MARGIN = 2  # empty cells on each side of the lattice: room for moves outwards
_RELAXATIONS = 600
_WARMEST = 12_000.0  # units of cost; an area two steps from a neighbour costs 10,000
_APART = (0, 0, 10_000, 18_000, 28_000, 40_000, 54_000)  # cost of a pair of true neighbours by steps between them
_FURTHER = 16_000  # for each step beyond
_TURNED = 3_000  # cost of a pair whose direction is at a right angle to the true one
_MOVED = 1_500  # cost of each squared tile width from where the disc lay


@dataclass(frozen=True, slots=True)
class Layout:
    """Areas with the places they have: ``places[i]`` in tile widths, to the right and upwards; ``pairs`` of indices."""

    places: tuple[tuple[float, float], ...]
    pairs: tuple[Pair, ...]


def relaxed(layout: Layout) -> Any:
    """Return an array (areas x 2) of places at which discs of diameter 1 hardly overlap and neighbours nearly touch."""
    import numpy as np

    here = np.array(layout.places, dtype=float)
    start, end = np.array(layout.pairs).T
    for _ in range(_RELAXATIONS):
        gap = here[:, None] - here[None]
        apart = np.hypot(gap[..., 0], gap[..., 1]) + np.eye(len(here)) * 9  # nobody pushes himself
        push = (gap / apart[..., None] * np.clip(1.0 - apart, 0, None)[..., None]).sum(1) * 0.35
        reach = here[end] - here[start]
        length = np.hypot(reach[:, 0], reach[:, 1])
        drawn = reach / length[:, None] * np.clip(length - 1.0, 0, None)[:, None] * 0.06
        pull = np.zeros_like(here)
        np.add.at(pull, start, drawn)
        np.add.at(pull, end, -drawn)
        here = here + push + pull
    # What follows compares whole numbers: the last bits of a sum must not decide.
    return np.round(here, 3)


def laid_out(layout: Layout, *, seed: int, rounds: int) -> tuple[Cell, ...]:
    """Return a cell for each area, no cell twice.

    Parameters
    ----------
    seed : int
        Decides the order in which changes are tried; the same seed gives the same cells.
    rounds : int
        How many changes are tried.
    """
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    discs = relaxed(layout)
    low, high = discs.min(axis=0), discs.max(axis=0)
    columns = math.ceil(high[0] - low[0]) + 2 * _MARGIN
    rows = math.ceil((high[1] - low[1]) / _ROW_HEIGHT) + 2 * _MARGIN
    cells = [(column, row) for row in range(rows) for column in range(columns)]
    corner = np.array((low[0] - _MARGIN + 0.5, high[1] + _MARGIN - 0.5))
    centres = np.array([_centre(cell) for cell in cells]) + corner
    moved = ((discs[:, None] - centres[None]) ** 2).sum(-1)
    _, first = linear_sum_assignment(moved)
    lattice = _Lattice(layout, cells, np.rint(moved * _MOVED).astype(int).tolist())
    return tuple(cells[index] for index in lattice.annealed(first.tolist(), random.Random(seed), rounds))  # noqa: S311


def neighbours_kept(pairs: Sequence[Pair], cells: Sequence[Cell], within: int = 1) -> int:
    """Return how many pairs of true neighbours are at most ``within`` steps apart on the grid."""
    return sum(steps(cells[one], cells[other]) <= within for one, other in pairs)


def _centre(cell: Cell) -> tuple[float, float]:
    return cell[0] + 0.5 * (cell[1] & 1), -cell[1] * _ROW_HEIGHT


class _Lattice:
    """Costs of cells for areas, in whole numbers, and the search for a cheap arrangement."""

    def __init__(self, layout: Layout, cells: list[Cell], moved: list[list[int]]) -> None:
        self.moved = moved
        self.neighbours: list[list[int]] = [[] for _ in layout.places]
        for one, other in layout.pairs:
            self.neighbours[one].append(other)
            self.neighbours[other].append(one)
        self.north = {
            (one, other): _direction(layout.places[one], layout.places[other])
            for one, near in enumerate(self.neighbours)
            for other in near
        }
        self.centres = [_centre(cell) for cell in cells]
        self.apart = [[steps(one, other) for other in cells] for one in cells]
        self.touching = [[i for i, apart in enumerate(row) if apart == 1] for row in self.apart]
        self.around = [[i for i, apart in enumerate(row) if 1 <= apart <= 2] for row in self.apart]

    def cost(self, area: int, where: list[int]) -> int:
        """Return what an area costs where it is."""
        here = where[area]
        total = self.moved[area][here]
        for other in self.neighbours[area]:
            there = where[other]
            total += _cost_apart(self.apart[here][there])
            true, seen = self.north[area, other], _direction(self.centres[here], self.centres[there])
            total += round(_TURNED * (1 - true[0] * seen[0] - true[1] * seen[1]))
        return total

    def annealed(self, where: list[int], rng: random.Random, rounds: int) -> list[int]:
        """Return cells of the areas after so many tries, the ones accepted at falling temperature."""
        holder = {cell: area for area, cell in enumerate(where)}
        for done in range(rounds):
            area = rng.randrange(len(where))
            target = self._target(area, where, rng)
            other = holder.get(target)
            if target == where[area] or (other is None and not self._reaches_land(area, target, holder)):
                continue
            source, concerned = where[area], [area] if other is None else [area, other]
            before = sum(self.cost(one, where) for one in concerned)
            _exchange(where, area, target, other, source)
            more = sum(self.cost(one, where) for one in concerned) - before
            if more > 0 and rng.random() >= math.exp(-more / (_WARMEST * (1 - done / rounds) + 50)):
                _exchange(where, area, source, other, target)
                continue
            holder.pop(source)
            holder[target] = area
            if other is not None:
                holder[source] = other
        return where

    def _target(self, area: int, where: list[int], rng: random.Random) -> int:
        near = self.neighbours[area]
        if near and rng.random() < 0.3:  # next to a true neighbour, however far that is
            return rng.choice(self.touching[where[rng.choice(near)]])
        return rng.choice(self.around[where[area]])

    def _reaches_land(self, area: int, target: int, holder: dict[int, int]) -> bool:
        return any(holder.get(cell, area) != area for cell in self.touching[target])


def _cost_apart(apart: int) -> int:
    beyond = apart - len(_APART) + 1
    return _APART[apart] if beyond <= 0 else _APART[-1] + _FURTHER * beyond


def _exchange(where: list[int], area: int, target: int, other: int | None, source: int) -> None:
    where[area] = target
    if other is not None:
        where[other] = source


def _direction(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    across, up = end[0] - start[0], end[1] - start[1]
    length = math.hypot(across, up)
    return (across / length, up / length) if length else (0.0, 0.0)
