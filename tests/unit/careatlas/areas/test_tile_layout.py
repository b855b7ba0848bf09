from __future__ import annotations

import math

import numpy as np
import pytest

from careatlas.areas.tile_layout import Layout, laid_out, neighbours_kept, relaxed
from careatlas.areas.tiles import steps


def board(columns: int, rows: int, jitter: float = 0.0, seed: int = 0) -> Layout:
    """Return areas on a true lattice of hexagons, moved a little, with their true neighbours."""
    rng = np.random.default_rng(seed)
    cells = [(column, row) for row in range(rows) for column in range(columns)]
    places = tuple(
        (
            column + 0.5 * (row & 1) + float(rng.uniform(-jitter, jitter)),
            -row * math.sqrt(3) / 2 + float(rng.uniform(-jitter, jitter)),
        )
        for column, row in cells
    )
    count = range(len(cells))
    pairs = tuple((i, j) for i in count for j in count if i < j and steps(cells[i], cells[j]) == 1)
    return Layout(places, pairs)


def test_what_is_a_lattice_already_is_found_again() -> None:
    layout = board(4, 3, jitter=0.1)
    cells = laid_out(layout, seed=1, rounds=1_500)
    assert len(set(cells)) == 12
    assert neighbours_kept(layout.pairs, cells) == len(layout.pairs)


def test_north_stays_up_and_west_stays_left() -> None:
    cells = laid_out(board(4, 3, jitter=0.1), seed=1, rounds=1_500)
    assert cells[0][1] < cells[8][1]
    assert cells[0][0] < cells[3][0]


def test_the_same_seed_gives_the_same_cells_and_the_search_helps() -> None:
    layout = board(4, 4, jitter=0.45, seed=1)
    once, again = (laid_out(layout, seed=5, rounds=2_000) for _ in range(2))
    assert once == again
    untouched = laid_out(layout, seed=5, rounds=0)
    assert neighbours_kept(layout.pairs, once) > neighbours_kept(layout.pairs, untouched)


def test_discs_that_lie_together_are_pushed_apart() -> None:
    layout = Layout(((0.0, 0.0), (0.01, 0.0), (0.0, 0.01)), ((0, 1), (0, 2), (1, 2)))
    discs = relaxed(layout)
    apart = [float(np.hypot(*(discs[i] - discs[j]))) for i, j in layout.pairs]
    assert apart == pytest.approx([1, 1, 1], abs=0.1)


def test_neighbours_within_two_steps_are_counted_too() -> None:
    cells = ((0, 0), (1, 0), (3, 0))
    pairs = ((0, 1), (1, 2), (0, 2))
    assert [neighbours_kept(pairs, cells, within=reach) for reach in (1, 2, 3)] == [1, 2, 3]
