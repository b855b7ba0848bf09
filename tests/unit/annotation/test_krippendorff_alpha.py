"""Krippendorff's alpha: his published examples, its definition by pairs, and values that cannot be paired."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.krippendorff_alpha import Level, alpha_of, coincidences, krippendorff_alpha

NAN = float("nan")
# Krippendorff (2011), Computing Krippendorff's alpha-reliability, part C: four observers, twelve units, gaps.
OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T
TABLES = st.lists(st.lists(st.sampled_from([NAN, 0.0, 1.0, 2.0, 5.0]), min_size=3, max_size=3), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("level", "alpha"),
    [(Level.NOMINAL, 0.743), (Level.ORDINAL, 0.815), (Level.INTERVAL, 0.849), (Level.RATIO, 0.797)],
)
def test_the_published_values_of_four_observers(level: Level, alpha: float) -> None:
    assert krippendorff_alpha(OBSERVERS, level) == pytest.approx(alpha, abs=0.0005)


def test_the_published_value_of_two_observers() -> None:
    first = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]  # the same paper, part A
    second = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    table = np.array([first, second], dtype=float).T
    for level in (Level.NOMINAL, Level.ORDINAL, Level.INTERVAL):  # two values: nothing but alike or not
        assert krippendorff_alpha(table, level) == pytest.approx(0.095, abs=0.0005)


def test_the_published_coincidences() -> None:
    counts = (OBSERVERS[:, :, None] == np.arange(1, 6)).sum(axis=1)
    found = coincidences(counts)
    np.testing.assert_allclose(np.diag(found), [7, 10, 8, 4, 3])
    np.testing.assert_allclose(found.sum(axis=0), [9, 13, 10, 5, 3])
    np.testing.assert_array_equal(found, found.T)


@given(TABLES, st.sampled_from([Level.NOMINAL, Level.INTERVAL, Level.RATIO]))
def test_it_is_its_definition_by_pairs(rows: list[list[float]], level: Level) -> None:
    apart = {
        Level.NOMINAL: lambda a, b: float(a != b),
        Level.INTERVAL: lambda a, b: (a - b) ** 2,
        Level.RATIO: lambda a, b: ((a - b) / (a + b)) ** 2 if a + b else 0.0,
    }[level]
    units = [[value for value in row if not np.isnan(value)] for row in rows]
    units = [unit for unit in units if len(unit) > 1]
    pooled = [value for unit in units for value in unit]
    observed = sum(apart(a, b) / (len(unit) - 1) for unit in units for a, b in permutations(unit, 2))
    expected = sum(apart(a, b) for a, b in permutations(pooled, 2))
    found = krippendorff_alpha(np.array(rows), level)
    if expected == 0:
        assert found is None
    else:
        assert found == pytest.approx(1 - observed * (len(pooled) - 1) / expected)


@given(TABLES)
def test_only_the_order_matters_to_the_ordinal_level(rows: list[list[float]]) -> None:
    table = np.array(rows)
    plain = krippendorff_alpha(table, Level.ORDINAL)
    assert krippendorff_alpha(np.exp(table), Level.ORDINAL) == pytest.approx(plain)
    assert krippendorff_alpha(-table, Level.ORDINAL) == pytest.approx(plain)


def test_a_unit_with_one_value_is_not_even_expected() -> None:
    table = np.array([[1, 1], [2, 1], [2, 2]], dtype=float)
    more = np.vstack([table, [[3, NAN], [NAN, 3], [NAN, NAN]]])
    assert krippendorff_alpha(more) == krippendorff_alpha(table)


@pytest.mark.parametrize("table", [[[1.0, 1.0], [1.0, 1.0]], [[1.0, NAN], [NAN, 2.0]], [[NAN, NAN]]])
def test_where_nothing_can_differ_alpha_is_undefined(table: list[list[float]]) -> None:
    assert krippendorff_alpha(table) is None


def test_many_coincidences_are_answered_at_once() -> None:
    counts = (OBSERVERS[:, :, None] == np.arange(1, 6)).sum(axis=1)
    parts = np.stack([coincidences(counts[:6]), coincidences(counts[6:])])
    for level in Level:
        whole = alpha_of(parts.sum(axis=0), np.arange(1, 6), level)
        found = alpha_of(np.stack([parts.sum(axis=0), parts[0]]), np.arange(1, 6), level)
        assert found[0] == pytest.approx(float(whole))
        assert found[1] == pytest.approx(krippendorff_alpha(OBSERVERS[:6], level))
