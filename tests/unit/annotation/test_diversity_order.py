"""An order of near neighbours keeps what is alike together, and drawing along it spreads the sample."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.diversity_order import near_neighbour_order
from annotation.inclusion import drawn

CLUSTERS, EACH = 8, 16


@given(st.integers(0, 70), st.integers(1, 5), st.integers(0, 2**32))
def test_it_is_an_order_of_all_and_the_same_every_time(count: int, components: int, seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(count, components)).astype(np.float32)
    order = near_neighbour_order(vectors)
    assert sorted(order.tolist()) == list(range(count))
    assert (near_neighbour_order(vectors.copy()) == order).all()


def test_equal_vectors_are_no_trouble() -> None:
    assert sorted(near_neighbour_order(np.zeros((37, 3), dtype=np.float32)).tolist()) == list(range(37))


@pytest.mark.parametrize("missing", [0, 5])
def test_clusters_stay_together(missing: int) -> None:
    generator = np.random.default_rng(1)
    corners = np.array([[x, y, z] for x in (0, 9) for y in (0, 20) for z in (0, 44)])
    label = generator.permutation(np.repeat(np.arange(CLUSTERS), EACH))
    vectors = (corners[label] + generator.normal(size=(label.size, 3))).astype(np.float32)
    order = near_neighbour_order(vectors[: label.size - missing])
    blocks = [set(label[order[start : start + EACH]].tolist()) for start in range(0, len(order), EACH)]
    changes = int((np.diff(label[order]) != 0).sum())
    if missing:  # cells no longer end where clusters do
        assert changes < 3 * CLUSTERS
    else:
        assert sorted(map(tuple, blocks)) == [(cluster,) for cluster in range(CLUSTERS)]


def voronoi_balance(vectors: np.ndarray, chosen: np.ndarray, chances: np.ndarray) -> float:
    """Mean squared deviation from 1 of the chances nearest to each drawn passage (Stevens & Olsen 2004)."""
    places = np.flatnonzero(chosen)
    apart = ((vectors[:, None] - vectors[places][None]) ** 2).sum(axis=2)
    return float(np.mean((np.bincount(apart.argmin(axis=1), chances, minlength=places.size) - 1) ** 2))


@pytest.mark.parametrize(("components", "most"), [(2, 0.6), (4, 0.85)])  # measured: 0.42 and 0.69
def test_a_sample_along_it_is_spread_better_than_a_random_one(components: int, most: float) -> None:
    generator = np.random.default_rng(components)
    vectors = generator.normal(size=(640, components)).astype(np.float32)
    chances = np.full(640, 1 / 16)
    along = near_neighbour_order(vectors)
    spread, random = (
        np.mean([voronoi_balance(vectors, drawn(chances, order(), generator), chances) for _ in range(25)])
        for order in (lambda: along, lambda: generator.permutation(640))
    )
    assert spread < most * random


def test_totals_of_what_goes_with_the_place_vary_less() -> None:
    generator = np.random.default_rng(5)
    vectors = generator.normal(size=(640, 2)).astype(np.float32)
    values, chances = (vectors[:, 0] > 1).astype(float), np.full(640, 1 / 16)
    along = near_neighbour_order(vectors)
    spread, random = (
        np.var([values[drawn(chances, order(), generator)].sum() for _ in range(200)])
        for order in (lambda: along, lambda: generator.permutation(640))
    )
    assert spread < 0.5 * random  # measured: 0.17 to 0.27
