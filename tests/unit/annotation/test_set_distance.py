"""Distances of sets: published values, empty sets, NLTK's values where it has any, and what a distance must be."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.metrics import jaccard_distance as nltk_jaccard
from nltk.metrics import masi_distance as nltk_masi

from annotation.set_distance import DISTANCES, Distance, jaccard_distance, masi_distance

SETS = st.frozensets(st.sampled_from("abcde"))
BOTH = pytest.mark.parametrize("distance", DISTANCES.values(), ids=DISTANCES)


def distance_between(first: AbstractSet[Any], second: AbstractSet[Any], distance: Distance) -> float:
    return float(distance(len(first & second), len(first), len(second)))


@pytest.mark.parametrize(
    ("first", "second", "masi", "jaccard"),
    [
        ({1, 2}, {2, 3, 4}, 11 / 12, 3 / 4),
        ({1}, {1, 2}, 2 / 3, 1 / 2),
        ({1, 2}, {1, 2}, 0, 0),
        ({1}, {2}, 1, 1),
        (set(), set(), 0, 0),
        (set(), {1}, 1, 1),
        ({1, 2}, set(), 1, 1),
    ],
)
def test_published_values_and_empty_sets(first: set[int], second: set[int], masi: float, jaccard: float) -> None:
    assert distance_between(first, second, masi_distance) == pytest.approx(masi)
    assert distance_between(first, second, jaccard_distance) == pytest.approx(jaccard)


@given(SETS.filter(bool), SETS.filter(bool))
def test_nltk_says_the_same_of_sets_that_are_not_empty(first: frozenset[str], second: frozenset[str]) -> None:
    assert distance_between(first, second, masi_distance) == pytest.approx(nltk_masi(first, second))
    assert distance_between(first, second, jaccard_distance) == pytest.approx(nltk_jaccard(first, second))


@BOTH
@given(first=SETS, second=SETS)
def test_it_is_a_distance(distance: Distance, first: frozenset[str], second: frozenset[str]) -> None:
    found = distance_between(first, second, distance)
    assert 0 <= found <= 1
    assert (found == 0) == (first == second)
    assert found == distance_between(second, first, distance)


@BOTH
def test_a_table_of_sizes_is_answered_at_once(distance: Distance) -> None:
    sizes = np.array([0.0, 1.0, 3.0])
    found = distance(np.minimum.outer(sizes, sizes), sizes[:, None], sizes)  # nested sets
    assert found.shape == (3, 3)
    assert found[1, 2] == distance_between({1}, {1, 2, 3}, distance)
    np.testing.assert_array_equal(found, found.T)
    np.testing.assert_array_equal(np.diag(found), 0)
